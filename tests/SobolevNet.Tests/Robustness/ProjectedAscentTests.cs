using MathNet.Numerics.LinearAlgebra;
using SobolevNet.Robustness;

namespace SobolevNet.Tests.Robustness;

/// <summary>Perturbations of a linear network's inputs, whose gradients are known, against the method written down plainly.</summary>
public class ProjectedAscentTests
{
    private const int Inputs = 3;
    private const int Outputs = 2;
    private const double Radius = 0.5;

    [Theory]
    [InlineData(PerturbationNorm.L2, 1, 0.1)]
    [InlineData(PerturbationNorm.L2, 4, 0.3)]
    [InlineData(PerturbationNorm.L2, 7, null)]
    [InlineData(PerturbationNorm.LInfinity, 1, 0.1)]
    [InlineData(PerturbationNorm.LInfinity, 4, 0.3)]
    [InlineData(PerturbationNorm.LInfinity, 7, null)]
    public void Run_OfALinearNetwork_ClimbsByTheGradientAndStaysInTheBall(PerturbationNorm norm, int steps, double? stepSize)
    {
        var options = new AdversarialOptions(Radius, norm) { Steps = steps, StepSize = stepSize, Seed = 5 };
        double size = stepSize ?? 2.5 * Radius / steps;
        long[] numbers = [4, 0, 9_999_999_999];
        double[] clean = [0.3, -1, 2, 0, 0.5, 1, -2, 0.1, 0];
        double[] references = [1, -1, 0.2, 0.3, 5, 4];
        var (network, weights) = Network();
        double[] perturbed = Run(network, options, numbers, references, clean);
        for (int s = 0; s < numbers.Length; s++)
        {
            var x = Vector<double>.Build.Dense(clean[(s * Inputs)..((s + 1) * Inputs)]);
            var wanted = Vector<double>.Build.Dense(references[(s * Outputs)..((s + 1) * Outputs)]);
            var delta = Start(norm, options.Seed, numbers[s]);
            for (int step = 0; step < steps; step++)
            {
                var gradient = weights.TransposeThisAndMultiply((weights * (x + delta)) - wanted);
                delta += size * (norm == PerturbationNorm.L2 ? gradient.Normalize(2) : gradient.PointwiseSign());
                delta = norm == PerturbationNorm.L2 ? delta * Math.Min(1, Radius / delta.L2Norm()) : delta.PointwiseMinimum(Radius).PointwiseMaximum(-Radius);
            }

            perturbed[(s * Inputs)..((s + 1) * Inputs)].Should().Equal((x + delta).ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        }
    }

    [Theory]
    [InlineData(PerturbationNorm.L2)]
    [InlineData(PerturbationNorm.LInfinity)]
    public void Run_OfTinySteps_StartsUniformlyInTheBall(PerturbationNorm norm)
    {
        const int Count = 3000;
        var options = new AdversarialOptions(Radius, norm) { Steps = 1, StepSize = 1e-9 };
        var (network, _) = Network();
        double[] lengths = new double[Count];
        for (int number = 0; number < Count; number++)
        {
            double[] delta = Run(network, options, [number], [0, 0], [0, 0, 0]);
            lengths[number] = norm == PerturbationNorm.L2 ? Math.Sqrt(delta.Sum(x => x * x)) : delta.Max(Math.Abs);
        }

        // In either ball the share within a part r of the radius is r³; the largest distance of the distributions is above 1.95/√n once in a thousand times.
        Array.Sort(lengths);
        lengths[^1].Should().BeLessThanOrEqualTo(Radius * (1 + 1e-8));
        lengths.Select((length, k) => Math.Abs(Math.Pow(length / Radius, 3) - ((k + 0.5) / Count))).Max().Should().BeLessThan(1.95 / Math.Sqrt(Count));
    }

    private static double[] Run(Mlp<double> network, AdversarialOptions options, long[] numbers, double[] references, double[] clean)
    {
        var packed = new PackedNetwork<double>(network);
        packed.Pack(reverse: true, reverseFirst: true);
        double[] inputs = [.. clean];
        new ProjectedAscent<double>(network.Architecture, options).Run(packed, numbers, references, inputs);
        return inputs;
    }

    private static Vector<double> Start(PerturbationNorm norm, ulong seed, long number)
    {
        var random = RandomStream.For(StreamPurpose.AscentStarts, seed, (ulong)number);
        double[] start = new double[Inputs];
        if (norm == PerturbationNorm.LInfinity)
        {
            for (int f = 0; f < Inputs; f++)
            {
                start[f] = random.NextUniform(-Radius, Radius);
            }

            return Vector<double>.Build.Dense(start);
        }

        double length = Radius * Math.Cbrt(random.NextUniform());
        NormalNoise.Fill(ref random, start);
        return length * Vector<double>.Build.Dense(start).Normalize(2);
    }

    private static (Mlp<double> Network, Matrix<double> Weights) Network()
    {
        var network = Mlp<double>.Create(Inputs, [], Outputs, seed: 2);
        double[] weights = [1, -2, 0.5, 0.3, 1, -1];
        weights.CopyTo(network.Layer(0).Weights);
        network.Layer(0).Bias.Clear();
        return (network, Matrix<double>.Build.DenseOfRowMajor(Outputs, Inputs, weights));
    }
}
