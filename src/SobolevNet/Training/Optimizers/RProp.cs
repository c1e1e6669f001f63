using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Resilient propagation, iRprop−: every parameter has its own step, which grows while the sign of its gradient stays and
/// shrinks when it changes. For full batches (a batch size of the whole set).
/// </summary>
/// <remarks>C. Igel and M. Hüsken, 2003: after a change of sign the gradient counts as 0, so no step is taken back.</remarks>
public sealed record RProp : Optimizer
{
    private readonly double _initialStep = 1e-3;
    private readonly double _increase = 1.2;
    private readonly double _decrease = 0.5;
    private readonly double _minStep = 1e-9;
    private readonly double _maxStep = 1;

    /// <summary>First step of every parameter, between <see cref="MinStep"/> and <see cref="MaxStep"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double InitialStep { get => _initialStep; init => _initialStep = InRange(value, 0, double.PositiveInfinity, nameof(InitialStep), includeLow: false); }

    /// <summary>Factor of a step while the sign stays, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Increase { get => _increase; init => _increase = InRange(value, 1, double.PositiveInfinity, nameof(Increase)); }

    /// <summary>Factor of a step when the sign changes, in (0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Decrease { get => _decrease; init => _decrease = InRange(value, 0, 1, nameof(Decrease), includeLow: false); }

    /// <summary>Smallest step, above 0 and at most <see cref="MaxStep"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double MinStep { get => _minStep; init => _minStep = InRange(value, 0, double.PositiveInfinity, nameof(MinStep), includeLow: false); }

    /// <summary>Largest step, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double MaxStep { get => _maxStep; init => _maxStep = InRange(value, 0, double.PositiveInfinity, nameof(MaxStep), includeLow: false); }

    internal override IEnumerable<(string Name, string Value)> Settings =>
    [
        ("", "RProp"),
        (nameof(InitialStep), Text(InitialStep)),
        (nameof(Increase), Text(Increase)),
        (nameof(Decrease), Text(Decrease)),
        (nameof(MinStep), Text(MinStep)),
        (nameof(MaxStep), Text(MaxStep)),
    ];

    internal override void Check()
    {
        if (MinStep > MaxStep)
        {
            throw new ArgumentOutOfRangeException(nameof(MinStep), MinStep, $"{nameof(MinStep)} is at most {nameof(MaxStep)}, which is {MaxStep}.");
        }

        if (!(InitialStep >= MinStep && InitialStep <= MaxStep))
        {
            throw new ArgumentOutOfRangeException(
                nameof(InitialStep), InitialStep, $"{nameof(InitialStep)} is in [{nameof(MinStep)}, {nameof(MaxStep)}], which is [{MinStep}, {MaxStep}].");
        }
    }

    internal override void CheckPrecision<T>() => CheckPositive<T>(MinStep, nameof(MinStep));

    internal override OptimizerState<T> CreateState<T>(MlpArchitecture architecture) => new State<T>(this, architecture.ParameterCount);

    private sealed class State<T> : ElementwiseOptimizerState<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly RProp _options;
        private readonly T[] _steps;
        private readonly T[] _previous;
        private T _scale;

        public State(RProp options, int parameters)
        {
            _options = options;
            _steps = new T[parameters];
            _previous = new T[parameters];
            Array.Fill(_steps, T.CreateTruncating(options.InitialStep));
        }

        public override IReadOnlyList<(string Name, T[] Values)> Tensors => [("steps", _steps), ("previous", _previous)];

        public override void Begin(double factor, long step) => _scale = T.CreateTruncating(factor);

        public override void Update(Span<T> parameters, ReadOnlySpan<T> gradient, int start)
        {
            var steps = _steps.AsSpan(start, parameters.Length);
            var previous = _previous.AsSpan(start, parameters.Length);
            T increase = T.CreateTruncating(_options.Increase);
            T decrease = T.CreateTruncating(_options.Decrease);
            T minimum = T.CreateTruncating(_options.MinStep);
            T maximum = T.CreateTruncating(_options.MaxStep);
            T scale = _scale;
            for (int k = 0; k < parameters.Length; k++)
            {
                T slope = gradient[k];
                int agreement = T.Sign(slope) * T.Sign(previous[k]);
                if (agreement > 0)
                {
                    steps[k] = T.Min(steps[k] * increase, maximum);
                }
                else if (agreement < 0)
                {
                    steps[k] = T.Max(steps[k] * decrease, minimum);
                    slope = T.Zero;
                }

                previous[k] = slope;
                if (slope != T.Zero)
                {
                    parameters[k] -= T.CopySign(scale * steps[k], slope);
                }
            }
        }
    }
}
