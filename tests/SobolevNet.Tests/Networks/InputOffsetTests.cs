using System.Numerics;

namespace SobolevNet.Tests.Networks;

/// <summary>Results do not depend on how far the inputs' zero is from where the inputs are.</summary>
public class InputOffsetTests
{
    private const int Samples = 6;

    public static TheoryData<int, double, double> Offsets()
    {
        // Few inputs and many, which take other loops; shift over scale from 0 to 100,000, at scales from 1e-6 to 1e6.
        var data = new TheoryData<int, double, double>();
        foreach (int inputs in new[] { 3, 20 })
        {
            foreach (double ratio in new[] { 0, 1, 300, 1e4, 1e5 })
            {
                foreach (double scale in new[] { 1e-6, 0.5, 1e6 })
                {
                    data.Add(inputs, ratio, scale);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public void Passes_FloatWithAnyShift_AgreeWithDoubleInStandardUnits(int inputs, double ratio, double scale)
    {
        foreach (int order in new[] { 0, 1, 2 })
        {
            Compare<float>(inputs, ratio, scale, order, 3e-5);
            Compare<double>(inputs, ratio, scale, order, 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public void OnePoint_FloatWithAnyShift_AgreesWithDoubleInStandardUnits(int inputs, double ratio, double scale)
    {
        var (core, network) = Networks<float>(inputs, ratio, scale);
        var (raw, standard) = Jets(network, JetLayout.Value);
        var predictor = new Predictor<float>(network);
        float[] y = new float[2];
        for (int s = 0; s < Samples; s++)
        {
            var x = standard.Row(0, s);
            Close(network.Evaluate(raw.Row(0, s)), core.Evaluate(x));
            predictor.Evaluate(raw.Row(0, s), y);
            Close(y, core.Evaluate(x));
            var jacobian = core.Jacobian(x);
            var hessian = core.Hessian(x);
            for (int i = 0; i < inputs; i++)
            {
                double d = network.InputScaling!.Scale[i];
                for (int o = 0; o < 2; o++)
                {
                    jacobian[o, i] /= d;
                    for (int j = 0; j < inputs; j++)
                    {
                        hessian[o, i, j] /= d * network.InputScaling.Scale[j];
                    }
                }
            }

            Close([.. network.Jacobian(raw.Row(0, s)).Cast<float>()], [.. jacobian.Cast<double>()]);
            Close([.. network.Hessian(raw.Row(0, s)).Cast<float>()], [.. hessian.Cast<double>()]);
        }

        static void Close(float[] actual, double[] expected)
        {
            double size = expected.Max(Math.Abs);
            actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(3e-5 * size);
        }
    }

    [Fact]
    public void Convert_ToFloatWithAShiftThatFloatRounds_KeepsTheFunction()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 9, 2], 1);
        network.InputScaling = new FeatureScaling<double>([101325.004, -54321.0017], [0.01, 0.02]);
        var narrow = network.Convert<float>();
        double[] x = [101325.0078125, -54321];
        double[] expected = network.Evaluate(x);
        narrow.Evaluate([(float)x[0], (float)x[1]])[0].Should().BeApproximately((float)expected[0], 1e-5f);
    }

    [Fact]
    public void Fit_InputsFarFromZero_EndsAsWellAsAroundZero()
    {
        foreach (float center in new[] { 0f, 101325f })
        {
            var random = new RandomStream(1);
            var (x, y, slopes) = (new float[400, 1], new float[400], new float[400, 1]);
            for (int s = 0; s < 400; s++)
            {
                x[s, 0] = center + (float)random.NextUniform(-10, 10);
                double u = (x[s, 0] - center) / 10;
                (y[s], slopes[s, 0]) = ((float)Math.Sin(3 * u), (float)(0.3 * Math.Cos(3 * u)));
            }

            var options = new SobolevTrainingOptions { Epochs = 150, BatchSize = 32, Threads = 1 };
            var result = new SobolevTrainer<float>(Mlp<float>.Create(1, [32, 32], 1, Activation.Tanh, 5), options).Fit(JetData.FromJacobian(x, y, slopes));
            result.Training.OrderErrors[0].Should().BeLessThan(1e-4);
            result.Training.OrderErrors[1].Should().BeLessThan(3e-4);
        }
    }

    [Fact]
    public void Fold_LargeShift_LosesWhatItsDocumentationSays()
    {
        var (_, network) = Networks<float>(3, 1e5, 0.5);
        var (raw, _) = Jets(network, JetLayout.Value);
        double error = Math.Abs(network.Fold().Evaluate(raw.Row(0, 0))[0] - network.Evaluate(raw.Row(0, 0))[0]);
        error.Should().BeLessThan(0.1);
        var wide = network.Convert<double>();
        var x = raw.Row(0, 0).ToArray().Select(v => (double)v).ToArray();
        wide.Fold().Evaluate(x)[0].Should().BeApproximately(wide.Evaluate(x)[0], 1e-9);
    }

    private static void Compare<T>(int inputs, double ratio, double scale, int order, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = order == 0 ? JetLayout.Value : JetLayout.Full(2, order);
        var (core, network) = Networks<T>(inputs, ratio, scale);
        var (raw, standard) = Jets(network, layout);
        var seeds = JetPassTests.RandomJets<double>(layout, Samples, 2, 5);
        var narrowSeeds = JetPassTests.RandomJets<T>(layout, Samples, 2, 5);

        var (output, expected) = (new JetBatch<T>(layout, Samples, 2), new JetBatch<double>(layout, Samples, 2));
        var (adjoint, expectedAdjoint) = (new JetBatch<T>(layout, Samples, inputs), new JetBatch<double>(layout, Samples, inputs));
        var (gradient, expectedGradient) = (new T[network.Parameters.Length], new double[network.Parameters.Length]);
        var (pass, corePass) = (new JetPass<T>(network, layout, Samples), new JetPass<double>(core, layout, Samples));
        pass.Forward(raw, output);
        corePass.Forward(standard, expected);
        pass.Reverse(narrowSeeds, gradient, adjoint);
        corePass.Reverse(seeds, expectedGradient, expectedAdjoint);
        for (int k = 0; k < expectedAdjoint.Data.Length; k++)
        {
            expectedAdjoint.Data[k] /= double.CreateTruncating(network.InputScaling!.Scale[k % inputs]);
        }

        for (int c = 0; c < layout.Count; c++)
        {
            Close(output.Component(c), expected.Component(c), "output");
            Close(network.Propagate(raw).Component(c), expected.Component(c), "propagated");
            Close(adjoint.Component(c), expectedAdjoint.Component(c), "input adjoint");
        }

        for (int layer = 0; layer < 3; layer++)
        {
            Close(network.LayerOf(gradient, layer).Weights, core.LayerOf(expectedGradient, layer).Weights, "weights");
            Close(network.LayerOf(gradient, layer).Bias, core.LayerOf(expectedGradient, layer).Bias, "bias");
        }

        void Close(ReadOnlySpan<T> actual, ReadOnlySpan<double> wanted, string what)
        {
            double size = 0;
            double error = 0;
            for (int k = 0; k < wanted.Length; k++)
            {
                size = Math.Max(size, Math.Abs(wanted[k]));
                error = Math.Max(error, Math.Abs(double.CreateTruncating(actual[k]) - wanted[k]));
            }

            error.Should().BeLessThanOrEqualTo(tolerance * size, "{0} of order {1}", what, order);
        }
    }

    /// <summary>A network in standard units in double, and the same with a shift and scale for each input.</summary>
    private static (Mlp<double> Core, Mlp<T> Network) Networks<T>(int inputs, double ratio, double scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] sizes = [inputs, 17, 12, 2];
        var core = JetPassTests.RandomNetwork<double>(Activation.Tanh, sizes, 3);
        var network = JetPassTests.RandomNetwork<T>(Activation.Tanh, sizes, 3);
        var (shifts, scales) = (new T[inputs], new T[inputs]);
        for (int i = 0; i < inputs; i++)
        {
            scales[i] = T.CreateTruncating((float)(scale * (1 + (0.1 * i))));
            shifts[i] = T.CreateTruncating((float)(ratio * scale * (i % 2 == 0 ? 1 : -1.3)));
        }

        network.InputScaling = new FeatureScaling<T>(shifts, scales);
        return (core, network);
    }

    /// <summary>Raw inputs near the shift, and what they are in standard units.</summary>
    private static (JetBatch<T> Raw, JetBatch<double> Standard) Jets<T>(Mlp<T> network, JetLayout layout)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = network.Architecture.Inputs;
        var raw = JetPassTests.RandomJets<T>(layout, Samples, inputs, 4);
        var standard = new JetBatch<double>(layout, Samples, inputs);
        for (int k = 0; k < raw.Data.Length; k++)
        {
            T shift = k < Samples * inputs ? network.InputScaling!.Shift[k % inputs] : T.Zero;
            T scale = network.InputScaling!.Scale[k % inputs];
            raw.Data[k] = (raw.Data[k] * scale) + shift;
            standard.Data[k] = (double.CreateTruncating(raw.Data[k]) - double.CreateTruncating(shift)) / double.CreateTruncating(scale);
        }

        return (raw, standard);
    }
}
