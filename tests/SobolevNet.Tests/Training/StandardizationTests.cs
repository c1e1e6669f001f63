using SobolevNet.Robustness;

namespace SobolevNet.Tests.Training;

public class StandardizationTests
{
    [Fact]
    public void Apply_InputsOfTheirOwnUnits_GetAScaleEach()
    {
        var scaling = ScalingFor(Columns(2, k => k == 0 ? 100 : 1))!;

        (scaling.Scale[0] / scaling.Scale[1]).Should().BeApproximately(100, 1);
        scaling.Shift[1].Should().BeApproximately(0.5, 0.02);
    }

    [Theory]
    [InlineData(64, InputScalingKind.Auto, false)]
    [InlineData(65, InputScalingKind.Auto, false)]
    [InlineData(300, InputScalingKind.PerInput, false)]
    [InlineData(65, InputScalingKind.Common, true)]
    [InlineData(3, InputScalingKind.Common, true)]
    public void Apply_AnyNumberOfInputs_IsScaledAsTheOptionsSay(int inputs, InputScalingKind option, bool share)
    {
        var scaling = ScalingFor(Columns(inputs, k => k + 1), option)!;
        IsCommon(scaling).Should().Be(share);
        for (int k = 0; k < inputs && !share; k++)
        {
            (scaling.Scale[k] / (k + 1)).Should().BeApproximately(1 / Math.Sqrt(12), 0.01);
        }
    }

    [Theory]
    [InlineData(InputScalingKind.Auto, true)]
    [InlineData(InputScalingKind.Common, true)]
    [InlineData(InputScalingKind.PerInput, false)]
    public void Apply_InputsThatShareAUnit_HaveOneScaleUnlessTheOptionsSayOtherwise(InputScalingKind option, bool share)
    {
        var source = JetSource.Generate<double>(JetLayout.Full(2, 2), 5, 1, 40, Wave, inputsShareUnit: true);
        IsCommon(ScalingFor(source, option)!).Should().Be(share);
        source.InputsShareUnit.Should().BeTrue();
        new ManifoldSource<double>(new CubeManifold(new SobolevNet.Rendering.CubeRenderer()), 0, 1, 1).InputsShareUnit.Should().BeTrue();
        new ManifoldSource<double>(DataManifold.Create([0], [1], 70, 1, (_, _, _) => { }, inputsShareUnit: false), 0, 1, 1).InputsShareUnit.Should().BeFalse();
        FluentActions.Invoking(() => new SobolevTrainingOptions { InputScaling = (InputScalingKind)3 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Apply_InputsOfOneUnitWithAnOffset_AreCentered()
    {
        const int Inputs = 40;
        var (near, far) = (Field(0), Field(300));
        near.Shift.ToArray().Should().OnlyContain(shift => shift == 0);
        far.Shift.ToArray().Should().OnlyContain(shift => Math.Abs(shift - 300.1) < 0.3);
        (far.Scale[0] / near.Scale[0]).Should().BeInRange(0.8, 1.001);

        static FeatureScaling<double> Field(double offset)
        {
            var (x, y) = (new double[100, Inputs], new double[100]);
            for (int s = 0; s < 100; s++)
            {
                for (int k = 0; k < Inputs; k++)
                {
                    x[s, k] = offset + 0.1 + Math.Sin((0.1 * s) + (0.2 * k));
                }
            }

            return ScalingFor(JetData.FromValues(x, y), InputScalingKind.Common)!;
        }
    }

    public static TheoryData<string> Derived => ["memory", "subset", "truncated", "displaced", "directions", "products", "noise", "robust", "adversarial", "trades"];

    [Theory]
    [MemberData(nameof(Derived))]
    public void Apply_InputsOfOneUnit_ShareAScaleWhateverTheirSourceIsMadeInto(string kind)
    {
        var waves = JetSource.Generate<double>(JetLayout.Full(2, 2), 5, 1, 40, generator: Wave);
        var features = LinearFrontEnd<double>.Fit(waves, 3).Project(waves);
        var source = Make();

        source.InputsShareUnit.Should().BeTrue();
        IsCommon(ScalingFor(source)!).Should().BeTrue();
        waves.InputsShareUnit.Should().BeFalse();

        IJetSource<double> Make() => kind switch
        {
            "memory" => features.Materialize(),
            "subset" => features.Split(0.25).Training,
            "truncated" => features.Truncate(1),
            "displaced" => features.Displaced(1),
            "directions" => features.AlongRandomDirections(1, 2),
            "products" => features.WithHessianVectorProducts(),
            "noise" => new GaussianNoiseSource<double>(features, 0.1),
            "robust" => new RobustSource<double>(features.Materialize()),
            "adversarial" => new AdversarialSource<double>(features, new AdversarialOptions(0.1)),
            "trades" => new TradesSource<double>(features.Truncate(0), 1, new AdversarialOptions(0.1)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    /// <summary>Inputs that are waves of two phases, and their product as the output.</summary>
    private static void Wave(long sample, ref RandomStream random, JetSpan<double> x, JetSpan<double> y)
    {
        var (a, b) = (3 * random.NextUniform(), 3 * random.NextUniform());
        for (int f = 0; f < x.Features; f++)
        {
            double size = 1.0 / (1 + f);
            var (s, c) = Math.SinCos((f * a) + ((5 - f) * b));
            double[] jet = [s, f * c, (5 - f) * c, -f * f * s, -f * (5 - f) * s, -(5 - f) * (5 - f) * s];
            for (int k = 0; k < jet.Length; k++)
            {
                x[k, 0, f] = size * jet[k];
            }
        }

        (y[0, 0, 0], y[1, 0, 0], y[2, 0, 0], y[4, 0, 0]) = (a * b, b, a, 1);
    }

    /// <summary>Values alone, the input k uniform in [0, size(k)], and their sum as the output.</summary>
    private static IJetSource<double> Columns(int inputs, Func<int, double> size)
    {
        var random = new RandomStream(3);
        var (x, y) = (new double[500, inputs], new double[500]);
        for (int s = 0; s < y.Length; s++)
        {
            for (int k = 0; k < inputs; k++)
            {
                double part = (s + random.NextUniform()) / y.Length;
                x[s, k] = size(k) * part;
                y[s] += part;
            }
        }

        return JetData.FromValues(x, y);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 5)]
    public void Apply_InputsThatShareAUnitAndNeverChange_HaveTheirSizeOrOneAsScale(double value, double expected)
    {
        var source = JetSource.Generate<double>(JetLayout.Value, 3, 1, 20, Constant, inputsShareUnit: true);
        var scaling = ScalingFor(source)!;
        scaling.Shift.ToArray().Should().Equal(0, 0, 0);
        scaling.Scale.ToArray().Should().Equal(expected, expected, expected);

        void Constant(long sample, ref RandomStream random, JetSpan<double> input, JetSpan<double> target)
        {
            input.Data.Fill(value);
            target[0, 0, 0] = sample % 3;
        }
    }

    private static FeatureScaling<double>? ScalingFor(IJetSource<double> source, InputScalingKind scaling = InputScalingKind.Auto)
    {
        var network = Mlp<double>.Create(source.InputFeatures, [4], source.OutputFeatures, Activation.Silu);
        new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 1, Threads = 1, InputScaling = scaling }).Fit(source);
        return network.InputScaling;
    }

    /// <summary>Whether there is no shift and one scale, if wanted a certain one to 2 %.</summary>
    private static bool IsCommon(FeatureScaling<double> scaling, double? largest = null) =>
        !scaling.Shift.ContainsAnyExcept(0) && !scaling.Scale.ContainsAnyExcept(scaling.Scale[0])
        && (largest is null || Math.Abs((scaling.Scale[0] / largest.Value) - 1) < 0.02);
}
