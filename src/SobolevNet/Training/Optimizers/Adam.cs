using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>The settings of <see cref="Optimizer.Adam"/> and its memory.</summary>
internal sealed class Adam : Optimizer
{
    public required double LearningRate { get; init; }

    public required double Beta1 { get; init; }

    public required double Beta2 { get; init; }

    public required double Epsilon { get; init; }

    public required double WeightDecay { get; init; }

    internal override IEnumerable<(string Name, string Value)> Settings =>
    [
        ("", "Adam"),
        (nameof(LearningRate), Text(LearningRate)),
        (nameof(Beta1), Text(Beta1)),
        (nameof(Beta2), Text(Beta2)),
        (nameof(Epsilon), Text(Epsilon)),
        (nameof(WeightDecay), Text(WeightDecay)),
    ];

    internal override void CheckPrecision<T>()
    {
        CheckDecay<T>(Beta1, nameof(Beta1));
        CheckDecay<T>(Beta2, nameof(Beta2));
        CheckPositive<T>(Epsilon, nameof(Epsilon));
    }

    internal override OptimizerState<T> CreateState<T>(MlpArchitecture architecture) => new State<T>(this, architecture.ParameterCount);

    internal override ElementwiseOptimizerState<T> CreateCoefficientState<T>(int coefficients) =>
        new State<T>((Adam)Adam(LearningRate, Beta1, Beta2, Epsilon), coefficients);

    private sealed class State<T>(Adam options, int parameters) : ElementwiseOptimizerState<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T[] _first = new T[parameters];
        private readonly T[] _second = new T[parameters];
        private AdamCoefficients<T> _adam;

        public override IReadOnlyList<(string Name, T[] Values)> Tensors => [("first", _first), ("second", _second)];

        public override void Begin(double factor, long step) => _adam = AdamCoefficients<T>.Of(
            options.LearningRate * factor, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay, step);

        public override void Update(Span<T> parameters, ReadOnlySpan<T> gradient, int start) =>
            OptimizerKernel<T>.Current.Adam(
                parameters, gradient, _first.AsSpan(start, parameters.Length), _second.AsSpan(start, parameters.Length),
                _adam.Beta1, _adam.Beta2, _adam.Rate, _adam.Correction, _adam.Epsilon, _adam.Decay);
    }
}
