using CsCheck;

namespace SobolevNet.Tests.Networks;

public class PredictorTests
{
    [Fact]
    public void Evaluate_FromManyThreads_GivesTheBitsOfOneBatch()
    {
        var network = JetPassTests.RandomNetwork<float>(Activation.Silu, [11, 40, 23, 3], 1);
        float[] x = JetPassTests.RandomJets<float>(JetLayout.Value, 500, 11, 2).Data.ToArray();
        var predictor = new Predictor<float>(network);
        var expected = new float[1500];
        predictor.Evaluate(x, expected);
        var actual = new float[1500];
        Parallel.For(0, 500, s => predictor.Evaluate(x.AsSpan(s * 11, 11), actual.AsSpan(s * 3, 3)));
        actual.Should().Equal(expected);
    }

    [Fact]
    public void Evaluate_ChangedNetwork_KeepsTheSnapshot()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 5, 1], 1);
        var predictor = new Predictor<double>(network);
        double[] before = network.Evaluate([1, 2]);
        network.Parameters.Clear();
        var after = new double[1];
        predictor.Evaluate([1, 2], after);
        after.Should().Equal(before);
    }

    [Fact]
    public void Evaluate_AfterTheFirstCall_AllocatesNothing()
    {
        var predictor = new Predictor<double>(JetPassTests.RandomNetwork<double>(Activation.Tanh, [20, 50, 3], 1));
        var x = new double[20];
        var y = new double[3];
        predictor.Evaluate(x, y);
        predictor.Evaluate(x, y);
        Allocations.Least(() => predictor.Evaluate(x, y)).Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evaluate_AnyNumberOfSamples_GivesTheBitsOfTheNetwork(bool scaled)
    {
        var network = JetPassTests.RandomNetwork<float>(Activation.Gelu, [19, 40, 23, 17], 1);
        if (scaled)
        {
            network.InputScaling = new FeatureScaling<float>(Numbers(19), Numbers(19));
            network.OutputScaling = new FeatureScaling<float>(Numbers(17), Numbers(17));
        }

        float[] x = JetPassTests.RandomJets<float>(JetLayout.Value, 300, 19, 2).Data.ToArray();
        var expected = new float[300 * 17];
        new Predictor<float>(network).Evaluate(x, expected);
        network.Evaluate(x).Should().Equal(expected);
        for (int s = 0; s < 300; s += 7)
        {
            network.Evaluate(x.AsSpan(s * 19, 19)).Should().Equal(expected[(s * 17)..((s + 1) * 17)]);
        }

        static float[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(k => k / 7f)];
    }

    [Fact]
    public void Propagate_LayoutsInTurn_GivesTheResultsOfEachAlone()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [3, 20, 2], 1);
        var predictor = new Predictor<double>(network);
        for (int round = 0; round < 3; round++)
        {
            for (int tangents = 1; tangents < 9; tangents++)
            {
                var input = JetPassTests.RandomJets<double>(JetLayout.Full(tangents, 2), 9 - tangents, 3, (ulong)tangents);
                var output = new JetBatch<double>(input.Layout, input.Samples, 2);
                predictor.Propagate(input, output);
                output.Data.ToArray().Should().Equal(network.Propagate(input).Data.ToArray());
            }
        }
    }

    [Fact]
    public void JacobianAndHessian_RandomShapes_AgreeWithDerivativesAlongUnitVectors()
    {
        var shapes =
            from inputs in Gen.OneOf(Gen.Int[1, 9], Gen.Int[1, 40])
            from hidden in Gen.Int[1, 40].Array[0, 3]
            from outputs in Gen.OneOf(Gen.Int[1, 9], Gen.Int[1, 300])
            from samples in Gen.Int[1, 9]
            from scaled in Gen.Bool
            from seed in Gen.ULong[1, 1_000_000]
            select (inputs, hidden, outputs, samples, scaled, seed);
        shapes.Sample(
            shape =>
            {
                var (n, m) = (shape.inputs, shape.outputs);
                var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [n, .. shape.hidden, m], shape.seed);
                if (shape.scaled)
                {
                    network.InputScaling = new FeatureScaling<double>(Numbers(n), Numbers(n));
                    network.OutputScaling = new FeatureScaling<double>(Numbers(m), Numbers(m));
                }

                var predictor = new Predictor<double>(network);
                double[] x = JetPassTests.RandomJets<double>(JetLayout.Value, shape.samples, n, shape.seed).Data.ToArray();
                double[] jacobian = new double[shape.samples * m * n], hessian = new double[jacobian.Length * n];
                predictor.Jacobian(x, jacobian);
                predictor.Hessian(x, hessian);
                double[] unit = new double[n * n];
                for (int i = 0; i < n; i++)
                {
                    unit[(i * n) + i] = 1;
                }

                for (int s = 0; s < shape.samples; s++)
                {
                    var point = x.AsSpan(s * n, n);
                    var jets = network.Derivatives(point, unit, 2);
                    double slope = 1e-12 * (1e-3 + Largest(jets, 1)), bend = 1e-12 * (1e-3 + Largest(jets, 2));
                    for (int o = 0; o < m; o++)
                    {
                        int row = (s * m) + o;
                        for (int i = 0; i < n; i++)
                        {
                            Math.Abs(jacobian[(row * n) + i] - jets[1 + i, 0, o]).Should().BeLessThan(slope);
                            for (int j = 0; j < n; j++)
                            {
                                Math.Abs(hessian[(((row * n) + i) * n) + j] - jets[jets.Layout.Second(i, j), 0, o]).Should().BeLessThan(bend);
                            }
                        }
                    }

                    // A sample's result does not depend on the batch, and is that of the network itself.
                    network.Jacobian(point).Cast<double>().Should().Equal(jacobian[(s * m * n)..((s + 1) * m * n)]);
                    network.Hessian(point).Cast<double>().Should().Equal(hessian[(s * m * n * n)..((s + 1) * m * n * n)]);
                }
            },
            iter: 25,
            threads: 1);

        static double[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(k => 0.5 + (k % 5 / 3.0))];

        static double Largest(JetBatch<double> jets, int order) =>
            Enumerable.Range(0, jets.Layout.Count).Where(c => jets.Layout.OrderOf(c) == order).Max(c => jets.Row(c, 0).ToArray().Max(Math.Abs));
    }

    /// <summary>A pass has 224 rows: adjoints of so many outputs are computed in two or three blocks, tangents along so many inputs too.</summary>
    [Theory]
    [InlineData(260, 225, 1)]
    [InlineData(225, 500, 1)]
    [InlineData(24, 120, 2)]
    [InlineData(21, 240, 2)]
    [InlineData(50, 7, 2)]
    [InlineData(113, 1, 2)]
    public void JacobianOrHessian_OfMoreInputsOrOutputsThanAPass_AgreesWithDerivativesAlongUnitVectors(int inputs, int outputs, int order)
    {
        const int Samples = 3;
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [inputs, 9, outputs], 8);
        var predictor = new Predictor<double>(network);
        double[] x = JetPassTests.RandomJets<double>(JetLayout.Value, Samples, inputs, 3).Data.ToArray();
        int size = outputs * (order == 1 ? inputs : inputs * inputs);
        double[] all = new double[Samples * size], unit = new double[inputs * inputs];
        if (order == 1)
        {
            predictor.Jacobian(x, all);
        }
        else
        {
            predictor.Hessian(x, all);
        }

        for (int i = 0; i < inputs; i++)
        {
            unit[(i * inputs) + i] = 1;
        }

        for (int s = 0; s < Samples; s++)
        {
            var jets = network.Derivatives(x.AsSpan(s * inputs, inputs), unit, order);
            double largest = 0;
            for (int k = 0; k < size; k++)
            {
                int row = order == 1 ? 0 : k / inputs % inputs;
                int output = k / (size / outputs);
                double expected = jets[order == 1 ? jets.Layout.First(k % inputs) : jets.Layout.Second(row, k % inputs), 0, output];
                largest = Math.Max(largest, Math.Abs(expected - all[(s * size) + k]));
            }

            largest.Should().BeLessThan(1e-12);
        }
    }

    [Theory]
    [InlineData(30, 2)]
    [InlineData(150, 1)]
    [InlineData(3, 7)]
    public void JacobianAndHessian_FromManyThreads_GiveTheBitsOfOneBatchAndAllocateNothing(int inputs, int outputs)
    {
        const int Samples = 24;
        var network = JetPassTests.RandomNetwork<float>(Activation.Silu, [inputs, 40, 23, outputs], 1);
        float[] shift = [.. Enumerable.Range(1, inputs).Select(k => k / 40f)];
        network.InputScaling = new FeatureScaling<float>(shift, shift);
        var predictor = new Predictor<float>(network, threads: 1);
        float[] x = JetPassTests.RandomJets<float>(JetLayout.Value, Samples, inputs, 2).Data.ToArray();
        int slopes = outputs * inputs, bends = slopes * inputs;
        float[] jacobian = new float[Samples * slopes], hessian = new float[Samples * bends];
        predictor.Jacobian(x, jacobian);
        predictor.Hessian(x, hessian);
        Allocations.Least(() => predictor.Jacobian(x, jacobian)).Should().Be(0);
        Allocations.Least(() => predictor.Hessian(x, hessian)).Should().Be(0);
        float[] eachJacobian = new float[jacobian.Length], eachHessian = new float[hessian.Length];
        Parallel.For(0, Samples, s =>
        {
            var point = x.AsSpan(s * inputs, inputs);
            predictor.Jacobian(point, eachJacobian.AsSpan(s * slopes, slopes));
            predictor.Hessian(point, eachHessian.AsSpan(s * bends, bends));
        });
        eachJacobian.Should().Equal(jacobian);
        eachHessian.Should().Equal(hessian);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(0)]
    public void LargeBatches_AnyNumberOfThreads_GiveTheBitsOfSmallOnes(int threads)
    {
        const int Samples = 3_001, Part = 40;
        var network = JetPassTests.RandomNetwork<float>(Activation.Tanh, [3, 70, 60, 2], 1);
        network.OutputScaling = new FeatureScaling<float>([1, 2], [3, 4]);
        var predictor = new Predictor<float>(network, threads);
        float[] x = JetPassTests.RandomJets<float>(JetLayout.Value, Samples, 3, 2).Data.ToArray();
        float[] y = new float[2 * Samples], jacobian = new float[3 * y.Length], hessian = new float[3 * jacobian.Length];
        predictor.Evaluate(x, y);
        predictor.Jacobian(x, jacobian);
        predictor.Hessian(x, hessian);
        network.Evaluate(x).Should().Equal(y);
        for (int start = 0; start + Part <= Samples; start += 700)
        {
            var part = x.AsSpan(start * 3, Part * 3);
            float[] some = new float[2 * Part], slopes = new float[3 * some.Length], bends = new float[3 * slopes.Length];
            predictor.Evaluate(part, some);
            predictor.Jacobian(part, slopes);
            predictor.Hessian(part, bends);
            some.Should().Equal(y[(start * 2)..((start + Part) * 2)]);
            slopes.Should().Equal(jacobian[(start * 6)..((start + Part) * 6)]);
            bends.Should().Equal(hessian[(start * 18)..((start + Part) * 18)]);
        }
    }

    [Fact]
    public void Predictor_NegativeThreads_IsRefused() =>
        FluentActions.Invoking(() => new Predictor<float>(Mlp<float>.Create(3, [4], 2), threads: -1)).Should().Throw<ArgumentException>().WithParameterName("threads");

    [Fact]
    public void Hessian_OfAKink_IsRefused() =>
        FluentActions.Invoking(() => new Predictor<float>(Mlp<float>.Create(3, [4], 2, Activation.Relu)).Hessian(new float[3], new float[18]))
            .Should().Throw<NotSupportedException>().WithMessage("*Relu*");

    [Fact]
    public void WrongShapes_NameTheArgument()
    {
        var predictor = new Predictor<float>(Mlp<float>.Create(3, [4], 2));
        Refused(() => predictor.Evaluate(new float[4], new float[2]), "x");
        Refused(() => predictor.Evaluate(new float[3], new float[3]), "y");
        Refused(() => predictor.Jacobian(new float[4], new float[6]), "x");
        Refused(() => predictor.Jacobian([1, float.NaN, 2], new float[6]), "x");
        Refused(() => predictor.Jacobian(new float[3], new float[7]), "jacobian");
        Refused(() => predictor.Hessian(new float[6], new float[18]), "hessian");
        Refused(() => predictor.Propagate(new JetBatch<float>(JetLayout.Value, 1, 2), new JetBatch<float>(JetLayout.Value, 1, 2)), "input");
        Refused(() => predictor.Propagate(new JetBatch<float>(JetLayout.Value, 1, 3), new JetBatch<float>(JetLayout.Value, 2, 2)), "output");

        static void Refused(Action action, string parameter) => action.Should().Throw<ArgumentException>().WithParameterName(parameter);
    }
}
