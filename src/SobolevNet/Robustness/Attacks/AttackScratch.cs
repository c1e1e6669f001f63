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

    /// <summary>The current clean input.</summary>
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
