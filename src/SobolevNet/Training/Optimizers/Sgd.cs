using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>The settings of <see cref="Optimizer.Sgd"/> and its memory.</summary>
internal sealed class Sgd : Optimizer
{
    public required double LearningRate { get; init; }

    public required double Momentum { get; init; }

    public required bool Nesterov { get; init; }

    public required double WeightDecay { get; init; }

    internal override IEnumerable<(string Name, string Value)> Settings =>
    [
        ("", "Sgd"),
        (nameof(LearningRate), Text(LearningRate)),
        (nameof(Momentum), Text(Momentum)),
        (nameof(Nesterov), Nesterov ? "true" : "false"),
        (nameof(WeightDecay), Text(WeightDecay)),
    ];

    internal override void CheckPrecision<T>()
    {
        CheckDecay<T>(Momentum, nameof(Momentum));
    }

    internal override OptimizerState<T> CreateState<T>(MlpArchitecture architecture) => new State<T>(this, architecture.ParameterCount);

    internal override ElementwiseOptimizerState<T> CreateCoefficientState<T>(int coefficients) =>
        new State<T>((Sgd)Sgd(LearningRate, Momentum, Nesterov), coefficients);

    private sealed class State<T>(Sgd options, int parameters) : ElementwiseOptimizerState<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T[] _velocity = new T[parameters];
        private T _rate;
        private T _decay;

        public override IReadOnlyList<(string Name, T[] Values)> Tensors => [("velocity", _velocity)];

        public override void Begin(double factor, long step)
        {
            double rate = options.LearningRate * factor;
            _rate = T.CreateTruncating(rate);
            _decay = T.CreateTruncating(1 - (rate * options.WeightDecay));
        }

        public override void Update(Span<T> parameters, ReadOnlySpan<T> gradient, int start) =>
            OptimizerKernel<T>.Current.Momentum(
                parameters, gradient, _velocity.AsSpan(start, parameters.Length), T.CreateTruncating(options.Momentum), _rate, _decay,
                options.Nesterov);
    }
}
