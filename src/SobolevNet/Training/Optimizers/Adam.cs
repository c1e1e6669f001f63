using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>Adam: steps by the running mean of the gradient over the root of the running mean of its square.</summary>
/// <remarks>D. P. Kingma and J. Ba, 2015; with <see cref="WeightDecay"/> above 0 it is AdamW (I. Loshchilov and F. Hutter, 2019).</remarks>
public record Adam : Optimizer
{
    private readonly double _learningRate = 1e-3;
    private readonly double _beta1 = 0.9;
    private readonly double _beta2 = 0.999;
    private readonly double _epsilon = 1e-8;
    private readonly double _weightDecay;

    /// <summary>The learning rate, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double LearningRate { get => _learningRate; init => _learningRate = InRange(value, 0, double.PositiveInfinity, nameof(LearningRate), includeLow: false); }

    /// <summary>Decay of the mean, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Beta1 { get => _beta1; init => _beta1 = InRange(value, 0, 1, nameof(Beta1)); }

    /// <summary>Decay of the mean square, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Beta2 { get => _beta2; init => _beta2 = InRange(value, 0, 1, nameof(Beta2)); }

    /// <summary>Added to the root of the mean square; above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Epsilon { get => _epsilon; init => _epsilon = InRange(value, 0, double.PositiveInfinity, nameof(Epsilon), includeLow: false); }

    /// <summary>Each step also shrinks the parameters by this times the learning rate (decoupled decay); at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double WeightDecay { get => _weightDecay; init => _weightDecay = InRange(value, 0, double.PositiveInfinity, nameof(WeightDecay)); }

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

/// <summary>Adam with decoupled weight decay, 0.01 unless set.</summary>
public sealed record AdamW : Adam
{
    /// <summary>Makes the settings.</summary>
    public AdamW() => WeightDecay = 0.01;
}
