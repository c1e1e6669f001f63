using System.Numerics;

namespace SobolevNet;

/// <summary>The settings of <see cref="Optimizer.RProp"/> and its memory.</summary>
internal sealed class RProp : Optimizer
{
    public required double InitialStep { get; init; }

    public required double Increase { get; init; }

    public required double Decrease { get; init; }

    public required double MinStep { get; init; }

    public required double MaxStep { get; init; }

    internal override IEnumerable<(string Name, string Value)> Settings =>
    [
        ("", "RProp"),
        (nameof(InitialStep), Text(InitialStep)),
        (nameof(Increase), Text(Increase)),
        (nameof(Decrease), Text(Decrease)),
        (nameof(MinStep), Text(MinStep)),
        (nameof(MaxStep), Text(MaxStep)),
    ];

    internal override void CheckPrecision<T>() => CheckPositive<T>(MinStep, nameof(MinStep));

    internal override OptimizerState<T> CreateState<T>(MlpArchitecture architecture) => new State<T>(this, architecture.ParameterCount);

    internal override ElementwiseOptimizerState<T> CreateCoefficientState<T>(int coefficients) => new State<T>(this, coefficients);

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
