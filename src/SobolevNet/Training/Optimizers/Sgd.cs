using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>Gradient descent with momentum: v ← μv + g, w ← w − rate·v.</summary>
public sealed record Sgd : Optimizer
{
    private readonly double _learningRate = 0.01;
    private readonly double _momentum = 0.9;
    private readonly double _weightDecay;

    /// <summary>The learning rate, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double LearningRate { get => _learningRate; init => _learningRate = InRange(value, 0, double.PositiveInfinity, nameof(LearningRate), includeLow: false); }

    /// <summary>μ, in [0, 1); 0 for plain gradient descent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Momentum { get => _momentum; init => _momentum = InRange(value, 0, 1, nameof(Momentum)); }

    /// <summary>Whether the step looks ahead along the velocity (Nesterov).</summary>
    public bool Nesterov { get; init; }

    /// <summary>Each step also shrinks the parameters by this times the learning rate; at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double WeightDecay { get => _weightDecay; init => _weightDecay = InRange(value, 0, double.PositiveInfinity, nameof(WeightDecay)); }

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
