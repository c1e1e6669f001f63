using SobolevNet.Rendering;
using SobolevNet.Tests.Training;

namespace SobolevNet.Tests.Data;

public sealed class DisplacedJetSourceTests
{
    private const int P = 3;
    private const int Inputs = 5;
    private const int Outputs = 2;

    /// <summary>
    /// Ten samples whose inputs and targets are quadratic in the tangents r, so that the expansion is exact. The first inputs are r itself, which says where a
    /// sample was moved to.
    /// </summary>
    private static readonly IJetSource<double> Quadratic = JetSource.Generate<double>(
        JetLayout.Full(P, 2), Inputs, Outputs, 10, (long sample, ref RandomStream _, JetSpan<double> x, JetSpan<double> y) =>
        {
            for (int c = 0; c < x.Layout.Count; c++)
            {
                for (int f = 0; f < Inputs; f++)
                {
                    x[c, 0, f] = Coefficient(sample, c, f);
                }

                for (int f = 0; f < Outputs; f++)
                {
                    y[c, 0, f] = Coefficient(sample, c, Inputs + f);
                }
            }
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Fill_OfQuadraticJets_IsExactAtTheDisplacement(int order)
    {
        var source = Moving(Quadratic.Displaced(order, 0.3, seed: 9), progress: 0);
        for (long number = 0; number < 30; number++)
        {
            var (input, target) = source.Sample(number);
            double[] u = input.Row(0, 0)[..P].ToArray();
            u.Should().OnlyContain(x => Math.Abs(x) > 1e-6);
            for (int c = 0; c < source.Layout.Count; c++)
            {
                for (int f = 0; f < Inputs + Outputs; f++)
                {
                    double found = f < Inputs ? input[c, 0, f] : target[c, 0, f - Inputs];
                    found.Should().BeApproximately(Plain(number % 10, c, f, u), 1e-12);
                }
            }
        }
    }

    [Fact]
    public void Fill_OnAverage_DisplacementsHaveTheDeviationsThatAreSaid()
    {
        // Input i is rᵢ + cᵢrᵢ²/2, so that a tangent reaches 1/cᵢ; target i is rᵢ.
        double[] curvatures = [4, 10, 0.001];
        var straight = JetSource.Generate<double>(
            JetLayout.Full(P, 2), P, P, 10, (long _, ref RandomStream _, JetSpan<double> x, JetSpan<double> y) =>
            {
                for (int i = 0; i < P; i++)
                {
                    x[1 + i, 0, i] = y[1 + i, 0, i] = 1;
                    x[x.Layout.Second(i, i), 0, i] = curvatures[i];
                }
            },
            tangentScales: [1.5, 1.5, 1.5]);
        var source = Moving(straight.Displaced(order: 0, radius: 0.2), progress: 0.25);
        const int count = 20_000;
        double[] squares = new double[3];
        double[] means = new double[3];
        for (long number = 0; number < count; number++)
        {
            var (_, target) = source.Sample(number);
            for (int i = 0; i < 3; i++)
            {
                squares[i] += target[0, 0, i] * target[0, 0, i] / count;
                means[i] += target[0, 0, i] / count;
            }
        }

        for (int i = 0; i < 3; i++)
        {
            double expected = 0.75 * 0.2 * Math.Min(1.5, 1 / curvatures[i]);
            Math.Sqrt(squares[i]).Should().BeApproximately(expected, 0.02 * expected);
            means[i].Should().BeApproximately(0, 0.03 * expected);
        }
    }

    [Fact]
    public void Fill_BeforeAndAfterTraining_IsWhereTheSamplesAre()
    {
        foreach (var source in new[] { Quadratic.Displaced(1), Moving(Quadratic.Displaced(1), progress: 1) })
        {
            for (long number = 0; number < 20; number += 7)
            {
                var (input, target) = source.Sample(number);
                var (cleanInput, cleanTarget) = Quadratic.Batch(source.Layout, number % 10);
                input.Data.ToArray().Should().Equal(cleanInput.Data.ToArray());
                target.Data.ToArray().Should().Equal(cleanTarget.Data.ToArray());
            }
        }
    }

    [Fact]
    public void Fill_InAnyGrouping_SameBitsAndOtherDisplacementsEveryEpoch()
    {
        var source = Moving(Quadratic.Displaced(1), progress: 0.5);
        long[] numbers = [.. Enumerable.Range(0, 45).Select(k => (long)k)];
        var (input, target) = source.Batch(source.Layout, numbers);
        for (int s = 0; s < numbers.Length; s++)
        {
            var (one, other) = source.Sample(numbers[s]);
            for (int c = 0; c < source.Layout.Count; c++)
            {
                input.Row(c, s).ToArray().Should().Equal(one.Row(c, 0).ToArray());
                target.Row(c, s).ToArray().Should().Equal(other.Row(c, 0).ToArray());
            }
        }

        source.Sample(3).Input.Data.ToArray().Should().NotEqual(source.Sample(13).Input.Data.ToArray());
        var truncated = source.Batch(source.Layout.Truncate(0), numbers);
        truncated.Input.Component(0).ToArray().Should().Equal(input.Component(0).ToArray());
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(1, 4)]
    public void Expansion_OfCubes_AgreesWithTheRenderedOnesUpToTheNextOrder(int order, double ratio)
    {
        // Half the displacement: an eighth of the error of values, a quarter of that of slopes.
        var renderer = new CubeRenderer();
        var pose = new Pose(new Vector3D(0.6, 0, 0.8), 0.2, new Vector3D(0.1, -0.2, 0.3));
        var jet = new JetBatch<double>(JetLayout.Full(6, 2), 1, renderer.Pixels);
        renderer.Render(pose, jet.AsSpan());
        double Error(double size)
        {
            double[] u = [0.7 * size, -size, 0.9 * size, 0.8 * size, size, -0.5 * size];
            var moved = new JetBatch<double>(JetLayout.Full(6, order), 1, renderer.Pixels);
            new TaylorExpansion<double>(6).Apply(jet.AsSpan(), 2, u, moved.AsSpan());
            var rendered = new JetBatch<double>(JetLayout.Full(6, order), 1, renderer.Pixels);
            renderer.Render(pose.Retract(u), rendered.AsSpan());
            return Math.Sqrt(moved.Component(order).ToArray().Zip(rendered.Component(order).ToArray(), (a, b) => (a - b) * (a - b)).Sum());
        }

        (Error(2e-3) / Error(1e-3)).Should().BeApproximately(ratio, 0.1 * ratio);
    }

    [Fact]
    public void Train_OnDisplacedValues_LearnsWhatDerivativesSay()
    {
        var (x, y, gradients, hessians) = SmoothFunction.Trigonometric.Labels(60, seed: 5);
        var labels = JetData.FromJacobian(x, y, gradients, hessians);
        var (testX, testY, _, _) = SmoothFunction.Trigonometric.Labels(500, seed: 6);
        var test = JetData.FromValues(testX, testY);
        double Error(IJetSource<double> source)
        {
            var network = Mlp<double>.Create(2, [32, 32], 1, Activation.Tanh, seed: 7);
            new SobolevTrainer<double>(network, new SobolevTrainingOptions { Order = 0, Epochs = 1000, BatchSize = 20 }).Fit(source);
            return Evaluation.Of(network, test, 0).NormalizedRmse;
        }

        Error(labels.Displaced(0)).Should().BeLessThan(0.4 * Error(labels));
    }

    [Fact]
    public void Train_AnyThreadsAndResumed_SameBits()
    {
        var cubes = new CubeSource<float>(new CubeRenderer(), 2, 24, seed: 2);
        SameBits.Check(() => Mlp<float>.Create(cubes.InputFeatures, [8], 9, Activation.Tanh, seed: 3), () => cubes.Displaced(1), batchSize: 8);
    }

    [Fact]
    public void Displaced_BadArguments_Throw()
    {
        ((Action)(() => Quadratic.Displaced(2))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("order");
        ((Action)(() => Quadratic.Displaced(0, 0))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("radius");
        ((Action)(() => Quadratic.Displaced(0, double.NaN))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("radius");
        ((Action)(() => Quadratic.Truncate(1).Displaced(0))).Should().Throw<ArgumentException>().WithMessage("*order 2 need all derivatives*");
        ((Action)(() => Quadratic.Displaced(1).Displaced(0))).Should().Throw<ArgumentException>();
    }

    private static IJetSource<double> Moving(IJetSource<double> source, double progress)
    {
        var network = Mlp<double>.Create(source.InputFeatures, [2], source.OutputFeatures, Activation.Tanh, seed: 1);
        var run = ((IAdaptiveJetSource<double>)source).BeginRun();
        run.BeginStep(network, 0, progress);
        return run;
    }

    /// <summary>a, bᵢ or cᵢⱼ of one feature of a sample, a + b·r + r·C r/2.</summary>
    private static double Coefficient(long sample, int component, int feature) =>
        feature < P ? (component == 1 + feature ? 1 : 0) : new RandomStream((ulong)((100 * component) + feature), (ulong)sample).NextUniform(-1, 1);

    /// <summary>The value or a slope of one feature of a sample at u.</summary>
    private static double Plain(long sample, int component, int feature, double[] u)
    {
        var layout = JetLayout.Full(P, 2);
        double Slope(int i, double part) =>
            Coefficient(sample, 1 + i, feature) + (part * Enumerable.Range(0, P).Sum(j => u[j] * Coefficient(sample, layout.Second(i, j), feature)));
        return component > 0
            ? Slope(component - 1, 1)
            : Coefficient(sample, 0, feature) + Enumerable.Range(0, P).Sum(i => u[i] * Slope(i, 0.5));
    }
}
