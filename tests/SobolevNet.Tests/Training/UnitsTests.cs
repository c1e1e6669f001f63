using CsCheck;

namespace SobolevNet.Tests.Training;

/// <summary>Units, offsets and scales of inputs, outputs and coordinates change nothing.</summary>
public class UnitsTests
{
    private const int Samples = 40;

    /// <summary>One training: the units and offsets of two inputs and two outputs, and what is trained.</summary>
    private sealed record Problem(double[] InputUnits, double[] Offsets, double[] OutputUnits, double[] OutputOffsets, int Order, OrderWeight[]? Weights)
    {
        public static Problem Plain(int order, OrderWeight[]? weights) => new([1, 1], [0, 0], [1, 1], [0, 0], order, weights);

        /// <summary>y₀ = sin(2a)·b + a and y₁ = cos(a + b) with their derivatives, in the units wanted.</summary>
        public IJetSource<T> Source<T>(ulong seed = 1)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            var (x, y) = (new T[Samples, 2], new T[Samples, 2]);
            var (first, second) = (new T[Samples, 2, 2], new T[Samples, 2, 2, 2]);
            for (int s = 0; s < Samples; s++)
            {
                var random = new RandomStream(seed, (ulong)s);
                double[] z = [random.NextUniform(-1, 1), random.NextUniform(-1, 1)];
                var (a, b) = (z[0], z[1]);
                double[] values = [(Math.Sin(2 * a) * b) + a, Math.Cos(a + b)];
                double[][] firsts = [[(2 * Math.Cos(2 * a) * b) + 1, Math.Sin(2 * a)], [-Math.Sin(a + b), -Math.Sin(a + b)]];
                double[][] seconds = [[-4 * Math.Sin(2 * a) * b, 2 * Math.Cos(2 * a), 0], [-values[1], -values[1], -values[1]]];
                for (int i = 0; i < 2; i++)
                {
                    x[s, i] = T.CreateTruncating(InputUnits[i] * (z[i] + Offsets[i]));
                    y[s, i] = T.CreateTruncating(OutputUnits[i] * (values[i] + OutputOffsets[i]));
                    for (int j = 0; j < 2; j++)
                    {
                        first[s, i, j] = T.CreateTruncating(OutputUnits[i] * firsts[i][j] / InputUnits[j]);
                        for (int k = 0; k < 2; k++)
                        {
                            second[s, i, j, k] = T.CreateTruncating(OutputUnits[i] * seconds[i][j + k] / InputUnits[j] / InputUnits[k]);
                        }
                    }
                }
            }

            return JetData.FromJacobian(x, y, first, second).Truncate(Order);
        }

        public (Mlp<T> Network, TrainingResult Result) Train<T>()
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            var network = Mlp<T>.Create(2, [8, 8], 2, Activation.Tanh, seed: 3);
            var options = new SobolevTrainingOptions { Epochs = 3, BatchSize = 16, OrderWeights = Weights, Threads = 1 };
            return (network, new SobolevTrainer<T>(network, options).Fit(Source<T>(), Source<T>(seed: 2)));
        }

        /// <summary>What the network says at some points, in the plain units, values less the first one's so that no offset matters.</summary>
        public double[] Say(Mlp<double> network)
        {
            double[] said = new double[8];
            for (int k = 0; k < said.Length; k += 2)
            {
                double[] z = [(0.2 * k) - 0.5, 0.4 - (0.1 * k)];
                double[] y = network.Evaluate([InputUnits[0] * (z[0] + Offsets[0]), InputUnits[1] * (z[1] + Offsets[1])]);
                (said[k], said[k + 1]) = ((y[0] / OutputUnits[0]) - OutputOffsets[0], (y[1] / OutputUnits[1]) - OutputOffsets[1]);
            }

            return said;
        }
    }

    private static readonly Gen<(int Order, OrderWeight[]? Weights)> GenTrained = Gen.Int[0, 6].Select(
        kind => new (int, OrderWeight[]?)[] { (0, null), (1, null), (2, null), (1, [1, 1]), (2, [1, 0.5, 0.1]), (1, [0, 1]), (2, [0, 0, 1]) }[kind]);

    [Fact]
    public void Fit_DataInOtherUnits_LearnsTheSame()
    {
        var genUnits = Gen.Double[-30, 30].Select(exponent => Math.Pow(10, exponent)).Array[4];
        var genOffsets = Gen.OneOf(Gen.Const(0.0), Gen.Double[-1000, 1000]).Array[4];
        Gen.Select(GenTrained, genUnits, genOffsets).Sample((trained, units, offsets) =>
        {
            var plain = Problem.Plain(trained.Order, trained.Weights);
            var other = new Problem(units[..2], offsets[..2], units[2..], offsets[2..], trained.Order, trained.Weights);
            var (network, result) = plain.Train<double>();
            var (moved, resultMoved) = other.Train<double>();
            double[] expected = plain.Say(network);
            double[] actual = other.Say(moved);
            if (trained.Weights is [{ } ofValues, ..] && ofValues.At(0) == 0)
            {
                // Values of weight 0 are learned up to a constant, which follows from the mean of those given.
                (expected, actual) = (Differences(expected), Differences(actual));
            }

            expected.Zip(actual).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-7);
            resultMoved.Training.OrderErrors.Zip(result.Training.OrderErrors).Should().OnlyContain(pair => Math.Abs((pair.First / pair.Second) - 1) < 1e-7);
            resultMoved.History.Zip(result.History).Should().OnlyContain(pair => Math.Abs((pair.First.ValidationError / pair.Second.ValidationError) - 1) < 1e-7);
        }, iter: 40, threads: 1);

        static double[] Differences(double[] said) => [.. said.Skip(2).Select((value, k) => value - said[k % 2])];
    }

    [Fact]
    public void Fit_UnitsThatArePowersOfTwo_GivesTheSameBits() =>
        Gen.Select(GenTrained, Gen.Int[-60, 60].Array[3], Gen.Int[-10, 10].Array[3]).Sample((trained, wide, narrow) =>
        {
            // Both outputs have one unit: weights are relative to the largest output, which is to stay the same one.
            double[] units = [.. wide.Append(wide[2]).Select(exponent => Math.ScaleB(1, exponent))];
            var other = new Problem(units[..2], [0, 0], units[2..], [0, 0], trained.Order, trained.Weights);
            var plain = Problem.Plain(trained.Order, trained.Weights);
            other.Train<double>().Network.Parameters.ToArray().Should().Equal(plain.Train<double>().Network.Parameters.ToArray());

            units = [.. narrow.Append(narrow[2]).Select(exponent => Math.ScaleB(1, exponent))];
            other = other with { InputUnits = units[..2], OutputUnits = units[2..] };
            other.Train<float>().Network.Parameters.ToArray().Should().Equal(plain.Train<float>().Network.Parameters.ToArray());
        }, iter: 25, threads: 1);

    [Theory]
    [InlineData(1.0)]
    [InlineData(1e-20)]
    [InlineData(1e12)]
    public void Fit_SlopesAlone_LearnsThemWhateverTheirUnitAndTheValuesGiven(double unit)
    {
        double[] errors = [.. new[] { "given", "zero", "constant" }.Select(Error)];
        errors.Should().OnlyContain(error => error < 0.1);
        errors[1].Should().BeApproximately(errors[0], 1e-6);
        errors[2].Should().BeApproximately(errors[0], 1e-6);

        double Error(string values)
        {
            var (x, y, dydx) = (new double[100, 1], new double[100], new double[100, 1]);
            for (int s = 0; s < 100; s++)
            {
                double z = x[s, 0] = (s / 50.0) - 1;
                y[s] = values == "given" ? unit * Math.Sin(3 * z) : values == "zero" ? 0 : 7 * unit;
                dydx[s, 0] = unit * 3 * Math.Cos(3 * z);
            }

            var network = Mlp<double>.Create(1, [16, 16], 1, seed: 2);
            var options = new SobolevTrainingOptions { Epochs = 100, BatchSize = 16, OrderWeights = [0, 1], Threads = 1 };
            return new SobolevTrainer<double>(network, options).Fit(JetData.FromJacobian(x, y, dydx)).Training.OrderErrors[1];
        }
    }

    [Fact]
    public void Fit_ConstantOutputBesideAnother_LearnsBothWhateverTheirSizes()
    {
        foreach (double constant in new[] { 0, 1e-9, 5, -3e8 })
        {
            var (x, y) = (new double[60, 1], new double[60, 2]);
            for (int s = 0; s < 60; s++)
            {
                x[s, 0] = (s / 30.0) - 1;
                (y[s, 0], y[s, 1]) = (Math.Sin(2 * x[s, 0]), constant);
            }

            var network = Mlp<double>.Create(1, [16], 2, seed: 1);
            var result = new SobolevTrainer<double>(network, new() { Epochs = 150, BatchSize = 8, Threads = 1 }).Fit(JetData.FromValues(x, y));
            result.Training.NormalizedRmse.Should().BeLessThan(0.03);
            double[] said = network.Evaluate([0.3]);
            said[0].Should().BeApproximately(Math.Sin(0.6), 0.03);
            said[1].Should().BeApproximately(constant, 0.03 * (constant == 0 ? 1 : Math.Abs(constant)));
        }
    }

    [Fact]
    public void Fit_OutputOfATinyUnit_IsLearnedAndItsErrorIsReported()
    {
        var (x, y) = (new double[80, 1], new double[80, 2]);
        for (int s = 0; s < 80; s++)
        {
            x[s, 0] = (s / 40.0) - 1;
            (y[s, 0], y[s, 1]) = (1e-9 * Math.Sin(3 * x[s, 0]), x[s, 0]);
        }

        var source = JetData.FromValues(x, y);
        var network = Mlp<double>.Create(1, [16, 16], 2, seed: 1);
        var result = new SobolevTrainer<double>(network, new() { Epochs = 300, BatchSize = 16, Threads = 1 }).Fit(source, source);
        result.Training.NormalizedRmse.Should().BeLessThan(0.02);

        network.Layer(2).Weights[..16].Clear();
        network.Layer(2).Bias[0] = 0;
        Evaluation.Of(network, source).NormalizedRmse.Should().BeApproximately(Math.Sqrt(0.5), 0.02, "one of two outputs is no better than its mean");
        Evaluation.Of(network, source, balanced: false).NormalizedRmse.Should().BeLessThan(0.02, "by size the other one is all there is");
    }
}
