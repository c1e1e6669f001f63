using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>What one thread at a time needs to measure vulnerability.</summary>
internal sealed class AttackScratch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[] _noise;
    private readonly double[] _input;
    private readonly double[] _output;

    public AttackScratch(MlpArchitecture architecture, PackedNetwork<T> network, IDataManifold manifold, NearestPointOptions options)
    {
        Clean = new CleanInput<T>(architecture, network, manifold, options, AttackSearch<T>.MaxPaths);
        Search = new AttackSearch<T>(Clean);
        _noise = new double[manifold.InputFeatures];
        _input = new double[manifold.InputFeatures];
        _output = new double[manifold.OutputFeatures];
    }

    /// <summary>The clean input at hand.</summary>
    public CleanInput<T> Clean { get; }

    /// <summary>The attack on it.</summary>
    public AttackSearch<T> Search { get; }

    /// <summary>N and O at a perturbed input.</summary>
    public (double[] Network, OracleResult Oracle) Answer(ReadOnlySpan<double> perturbation, CancellationToken cancellationToken)
    {
        TensorPrimitives.Add(Clean.Input, perturbation, _input);
        Clean.Forward(_input, _output);
        return (_output.AsSpan().ToArray(), Clean.Search.Result(Clean.Search.Run(_input, cancellationToken)));
    }

    /// <summary>Sums of squared errors under noise.</summary>
    public NoiseSums Noise(IReadOnlyList<double> deviations, int draws, ulong seed, long sample, CancellationToken cancellationToken)
    {
        var sums = new NoiseSums(Clean.Target.ToArray(), deviations.Count);
        for (int draw = 0; draw < draws; draw++)
        {
            var random = RandomStream.For(StreamPurpose.EvaluationNoise, seed, (ulong)sample, (ulong)draw);
            NormalNoise.Fill(ref random, _noise);
            for (int k = 0; k < deviations.Count; k++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TensorPrimitives.MultiplyAdd(_noise, deviations[k], Clean.Input, _input);
                Clean.Forward(_input, _output);
                sums.AgainstClean[k] += Square(_output, Clean.Target);
                if (Clean.Search.Run(_input, cancellationToken) == OracleStatus.Converged)
                {
                    sums.AgainstOracle[k] += Square(_output, Clean.Search.Output);
                    sums.OracleShift[k] += Square(Clean.Search.Output, Clean.Target);
                }
                else
                {
                    sums.Failures[k]++;
                }
            }
        }

        return sums;
    }

    private static double Square(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double distance = TensorPrimitives.Distance(a, b);
        return distance * distance;
    }
}

/// <summary>Squared errors of one input under noise, summed over draws, for each deviation.</summary>
internal sealed class NoiseSums(double[] target, int deviations)
{
    public double[] Target { get; } = target;

    public double[] AgainstClean { get; } = new double[deviations];

    public double[] AgainstOracle { get; } = new double[deviations];

    public double[] OracleShift { get; } = new double[deviations];

    public int[] Failures { get; } = new int[deviations];

    /// <summary>Errors relative to the spread of the targets, over the inputs that have sums; NaN where their targets have no spread.</summary>
    public static NoisePoint[] Summarize(NoiseSums?[] inputs, IReadOnlyList<double> deviations, int draws)
    {
        NoiseSums[] answered = [.. inputs.OfType<NoiseSums>()];
        double spread = 0;
        for (int o = 0; answered.Length > 0 && o < answered[0].Target.Length; o++)
        {
            // Measured from the first input's target, so that equal ones give exactly zero.
            double origin = answered[0].Target[o];
            double mean = answered.Average(input => input.Target[o] - origin);
            spread += answered.Average(input => Math.Pow(input.Target[o] - origin - mean, 2));
        }

        if (!(spread > 0))
        {
            return [.. deviations.Select((deviation, k) => new NoisePoint(deviation, double.NaN, double.NaN, double.NaN, answered.Sum(input => input.Failures[k])))];
        }

        double total = (double)answered.Length * draws;
        return
        [
            .. deviations.Select((deviation, k) =>
            {
                int failures = answered.Sum(input => input.Failures[k]);
                double Error(Func<NoiseSums, double> of, double count) => Math.Sqrt(answered.Sum(of) / count / spread);
                return new NoisePoint(
                    deviation,
                    Error(input => input.AgainstClean[k], total),
                    Error(input => input.AgainstOracle[k], total - failures),
                    Error(input => input.OracleShift[k], total - failures),
                    failures);
            }),
        ];
    }
}
