using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using SobolevNet.Rendering;
using Vector = MathNet.Numerics.LinearAlgebra.Vector<double>;

namespace SobolevNet.Tests.Data;

public sealed class LinearFrontEndTests
{
    [Fact]
    public void Fit_OfValues_GivesThePrincipalComponents()
    {
        var source = Waves<double>(order: 0, inputs: 12, count: 60);
        var frontEnd = LinearFrontEnd<double>.Fit(source, 4);

        var covariance = Covariance(source, 0, _ => 1);
        var evd = covariance.Evd(Symmetricity.Symmetric);
        for (int k = 0; k < 4; k++)
        {
            double variance = evd.EigenValues[11 - k].Real;
            var axis = evd.EigenVectors.Column(11 - k);
            axis = axis[axis.AbsoluteMaximumIndex()] < 0 ? -axis : axis;
            frontEnd.Strengths[k].Should().BeApproximately(variance, 1e-12 * evd.EigenValues[11].Real);
            double first = evd.EigenValues[11].Real;
            var expected = axis * Math.Pow(variance / first, -0.25) / Math.Sqrt(first);
            (Row(frontEnd, k) - expected).L2Norm().Should().BeLessThan(1e-7 * expected.L2Norm());
        }
    }

    [Fact]
    public void Fit_DerivativesWithoutWeight_AreNotLookedAt()
    {
        foreach (int order in (int[])[1, 2])
        {
            var source = Waves<double>(order, inputs: 12, count: 60);
            var options = new LinearFrontEndOptions { FirstOrderWeight = 0, SecondOrderWeight = 0 };
            var (frontEnd, plain) = (LinearFrontEnd<double>.Fit(source, 4, options), LinearFrontEnd<double>.Fit(source.Truncate(0), 4, options));
            frontEnd.Weights.ToArray().Should().Equal(plain.Weights.ToArray());
            frontEnd.Strengths.ToArray().Should().Equal(plain.Strengths.ToArray());
        }
    }

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(0.3, 0.05)]
    [InlineData(1, 0)]
    public void Fit_OfDerivatives_SolvesTheEigenproblemOfTheWeighedCovariances(double first, double second)
    {
        var source = Waves<double>(order: 2, inputs: 8, count: 80);
        var frontEnd = LinearFrontEnd<double>.Fit(
            source, 8, new LinearFrontEndOptions { FirstOrderWeight = first, SecondOrderWeight = second, Whitening = 0.5 });

        var variance = Covariance(source, 0, _ => 1);
        var total = variance + (first * Covariance(source, 1, c => RangeOf(source, c))) + (second * Covariance(source, 2, c => RangeOf(source, c)));
        frontEnd.Strengths.ToArray().Should().BeInDescendingOrder();
        for (int k = 0; k < 8; k++)
        {
            // With q = 1/2 every feature has variance 1.
            var w = Row(frontEnd, k);
            (w * variance * w).Should().BeApproximately(1, 1e-6);
            var residue = (variance * w) - (frontEnd.Strengths[k] * (total * w));
            residue.L2Norm().Should().BeLessThan(1e-6 * (variance * w).L2Norm());
            for (int j = 0; j < k; j++)
            {
                (Row(frontEnd, j) * variance * w).Should().BeApproximately(0, 1e-6, "features are uncorrelated");
            }
        }
    }

    [Fact]
    public void Fit_MoreInputsThanSamples_GivesThePrincipalComponentsToo()
    {
        var source = Waves<double>(order: 0, inputs: 90, count: 20);
        var frontEnd = LinearFrontEnd<double>.Fit(source, 5);

        var evd = Covariance(source, 0, _ => 1).Evd(Symmetricity.Symmetric);
        for (int k = 0; k < 5; k++)
        {
            frontEnd.Strengths[k].Should().BeApproximately(evd.EigenValues[89 - k].Real, 1e-11);
            var axis = Row(frontEnd, k).Normalize(2);
            Math.Abs(axis * evd.EigenVectors.Column(89 - k)).Should().BeApproximately(1, 1e-9);
        }
    }

    [Theory]
    [InlineData(450, 500)]
    [InlineData(500, 450)]
    public void Fit_ManySamplesAndInputs_AgreesWithTheWholeDecomposition(int inputs, int count)
    {
        // So large that the axes are iterated for: 40 candidates of 450.
        var source = Waves<double>(order: 0, inputs, count);
        var frontEnd = LinearFrontEnd<double>.Fit(source, 10, new LinearFrontEndOptions { Candidates = 40 });

        var covariance = Covariance(source, 0, _ => 1);
        for (int k = 0; k < 10; k++)
        {
            var axis = Row(frontEnd, k).Normalize(2);
            double variance = axis * covariance * axis;
            frontEnd.Strengths[k].Should().BeApproximately(variance, 1e-9 * frontEnd.Strengths[0]);
            ((covariance * axis) - (variance * axis)).L2Norm().Should().BeLessThan(1e-6 * frontEnd.Strengths[0]);
        }

        // No direction that is orthogonal to the ten has more variance than the last of them: the largest by power iteration.
        var rest = Vector.Build.Dense(inputs, i => Math.Cos(i * i));
        double largest = 0;
        for (int pass = 0; pass < 60; pass++)
        {
            for (int k = 0; k < 10; k++)
            {
                var axis = Row(frontEnd, k).Normalize(2);
                rest -= (axis * rest) * axis;
            }

            rest = rest.Normalize(2);
            var image = covariance * rest;
            largest = image * rest;
            rest = image;
        }

        largest.Should().BeLessThanOrEqualTo(frontEnd.Strengths[9] * (1 + 1e-9));
    }

    [Fact]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits()
    {
        var source = new CubeSource<float>(new CubeRenderer(), order: 2, count: 40, seed: 3);
        float[] Weights(int threads) =>
            LinearFrontEnd<float>.Fit(source, 16, new LinearFrontEndOptions { Candidates = 24, Threads = threads }).Weights.ToArray();

        var alone = Weights(1);
        Weights(3).Should().Equal(alone);
        Weights(4).Should().Equal(alone);
        alone.Count(w => w != 0).Should().BeGreaterThan(16 * 100);
    }

    [Fact]
    public void Fit_OfImages_ChoosesFeaturesOfLessCurvatureThanPrincipalComponents()
    {
        var source = new CubeSource<float>(new CubeRenderer(), order: 2, count: 100, seed: 4).Materialize();
        double Curvature(double weight)
        {
            var frontEnd = LinearFrontEnd<float>.Fit(source, 8, new LinearFrontEndOptions { Candidates = 60, SecondOrderWeight = weight });
            var projected = frontEnd.Project(source);
            var variance = Covariance(projected, 0, _ => 1).Diagonal().Sum();
            return Covariance(projected, 2, c => RangeOf(projected, c)).Diagonal().Sum() / variance;
        }

        Curvature(0.1).Should().BeLessThan(0.8 * Curvature(0));
    }

    [Fact]
    public void Project_Jets_AreTheMapAppliedToEveryComponent()
    {
        // Dense inputs, and images, whose zeros are left out of the product.
        Check(Waves<double>(order: 2, inputs: 9, count: 30), 4);
        Check(new CubeSource<double>(new CubeRenderer(), order: 2, count: 30, seed: 1), 6);
        Check(Waves<double>(order: 1, inputs: 9, count: 30), 4);

        static void Check(IJetSource<double> source, int features)
        {
            var frontEnd = LinearFrontEnd<double>.Fit(source, features, new LinearFrontEndOptions { Candidates = 20 });
            var projected = frontEnd.Project(source);
            long[] samples = [.. Enumerable.Range(0, 13).Select(k => (k * 7L) % 30)];
            var (raw, target) = source.Batch(source.Layout, samples);
            var (input, same) = projected.Batch(source.Layout, samples);
            same.Data.ToArray().Should().Equal(target.Data.ToArray());
            var weights = Matrix<double>.Build.DenseOfRowMajor(features, frontEnd.Inputs, frontEnd.Weights.ToArray());
            var mean = Vector.Build.DenseOfArray(frontEnd.Mean.ToArray());
            for (int c = 0; c < source.Layout.Count; c++)
            {
                for (int s = 0; s < samples.Length; s++)
                {
                    var x = Vector.Build.DenseOfArray(raw.Row(c, s).ToArray());
                    var expected = weights * (c == 0 ? x - mean : x);
                    var found = Vector.Build.DenseOfArray(input.Row(c, s).ToArray());
                    (found - expected).L2Norm().Should().BeLessThan(1e-12 * (1 + x.L2Norm()) * weights.L2Norm());
                }
            }
        }
    }

    [Fact]
    public void Project_KeepsWhatTheSourceSays()
    {
        var source = JetSource.Generate<float>(
            JetLayout.Full(2, 2), 3, 1, 50, Straight, seed: 1, isEndless: true, inputOrder: 1, tangentScales: [0.5, 3]);
        var projected = LinearFrontEnd<float>.Fit(source, 2).Project(source);
        projected.Layout.Should().Be(source.Layout);
        projected.InputFeatures.Should().Be(2);
        projected.OutputFeatures.Should().Be(1);
        projected.Count.Should().Be(50);
        projected.IsEndless.Should().BeTrue();
        projected.InputOrder.Should().Be(1);
        projected.TangentScale(0).Should().Be(0.5);
        projected.TangentScale(1).Should().Be(3);
        projected.Batch(projected.Layout, 1000, 1001).Input.Data[(3 * 2 * 2)..].ToArray().Should().OnlyContain(x => x == 0, "straight paths stay straight");

        static void Straight(long sample, ref RandomStream random, JetSpan<float> x, JetSpan<float> y)
        {
            (x[0, 0, 0], x[0, 0, 1], x[0, 0, 2]) = ((float)random.NextNormal(), (float)random.NextNormal(), (float)random.NextNormal());
            x[1, 0, 0] = x[2, 0, 1] = 1;
        }
    }

    [Fact]
    public void Fold_Core_ActsOnRawJetsAsTheCoreOnProjectedOnes()
    {
        Check<double>(1e-11);
        Check<float>(2e-4);

        static void Check<T>(double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var source = new CubeSource<T>(new CubeRenderer(), order: 2, count: 40, seed: 1).Materialize();
            var frontEnd = LinearFrontEnd<T>.Fit(source, 6, new LinearFrontEndOptions { Candidates = 20 });
            foreach (int[] hidden in new int[][] { [], [10, 7] })
            {
                var core = Mlp<T>.Create(6, hidden, 9, Activation.Tanh, seed: 2);
                core.Layer(0).Bias.Fill(T.CreateChecked(0.3));
                core.InputScaling = new FeatureScaling<T>(Numbers<T>(6, -0.2), Numbers<T>(6, 0.7));
                core.OutputScaling = new FeatureScaling<T>(Numbers<T>(9, 0.1), Numbers<T>(9, 0.4));
                var network = frontEnd.Fold(core);
                network.Architecture.Sizes.ToArray().Should().Equal([1681, .. hidden, 9]);
                network.InputScaling.Should().BeNull();

                var (raw, _) = source.Batch(source.Layout, 0, 5, 11);
                var (projected, _) = frontEnd.Project(source).Batch(source.Layout, 0, 5, 11);
                var expected = new JetBatch<T>(source.Layout, 3, 9);
                var found = new JetBatch<T>(source.Layout, 3, 9);
                new JetPass<T>(core, source.Layout, 3).Forward(projected, expected);
                new JetPass<T>(network, source.Layout, 3).Forward(raw, found);
                for (int c = 0; c < source.Layout.Count; c++)
                {
                    var a = Vector.Build.Dense(27, k => double.CreateChecked(found.Component(c)[k]));
                    var b = Vector.Build.Dense(27, k => double.CreateChecked(expected.Component(c)[k]));
                    (a - b).L2Norm().Should().BeLessThan(tolerance * b.L2Norm(), source.Layout.NameOf(c));
                }
            }
        }
    }

    [Fact]
    public void Train_BehindAFrontEnd_GivesANetworkOfRawInputs()
    {
        var source = new CubeSource<float>(new CubeRenderer(), order: 1, count: 200, seed: 1).Materialize();
        var frontEnd = LinearFrontEnd<float>.Fit(source, 24);
        var core = Mlp<float>.Create(24, [24], 9, Activation.Silu);
        var projected = frontEnd.Project(source).Materialize();
        var result = new SobolevTrainer<float>(core, new SobolevTrainingOptions { Epochs = 60, BatchSize = 20, Optimizer = Optimizer.Adam(learningRate: 0.01) })
            .Fit(projected);

        result.Training.NormalizedRmse.Should().BeLessThan(0.5);
        Evaluation.Of(frontEnd.Fold(core), source, order: 1).OrderErrors.Zip(Evaluation.Of(core, projected, order: 1).OrderErrors)
            .Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4 * pair.Second);
    }

    [Fact]
    public void Fit_WhatCannotBeFitted_IsRefused()
    {
        var source = Waves<double>(order: 2, inputs: 12, count: 30);
        Fitting(source, 0).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*1 to 12*");
        Fitting(source, 13).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*1 to 12*");
        Fitting(source, 5, new LinearFrontEndOptions { Candidates = 4 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*4 candidates*1 to 4*");
        Fitting(source.Subset([3]), 2).Should().Throw<ArgumentException>().WithMessage("*1 samples*at least 2*");
        Fitting(source.Subset([3, 4, 5, 6]), 4).Should().Throw<ArgumentException>().WithMessage("*vary in 3 independent ways; 4 features*");
        Fitting(source.Subset([3, 3, 3]), 1).Should().Throw<ArgumentException>().WithMessage("*vary in 0 independent ways*");
        Fitting(new BrokenSource(0), 2).Should().Throw<ArgumentException>().WithMessage("*NaN in component 0*sample 7, feature 1*").WithParameterName("source");
        Fitting(new BrokenSource(1), 2).Should().Throw<ArgumentException>().WithMessage("*NaN in component 1*");
        Fitting(new AdaptiveSource(), 1).Should().Throw<ArgumentException>().WithMessage("*change during training*");

        var frontEnd = LinearFrontEnd<double>.Fit(source, 3);
        frontEnd.Invoking(f => f.Project(Waves<double>(0, 11, 3))).Should().Throw<ArgumentException>().WithMessage("*11 inputs*takes 12*");
        frontEnd.Invoking(f => f.Project(new AdaptiveSource())).Should().Throw<ArgumentException>().WithMessage("*change during training*");
        frontEnd.Invoking(f => f.Fold(Mlp<double>.Create(4, [3], 1))).Should().Throw<ArgumentException>().WithMessage("*4 inputs*3 features*");
        using var canceled = new CancellationTokenSource();
        canceled.Cancel();
        ((Action)(() => LinearFrontEnd<double>.Fit(source, 3, null, canceled.Token))).Should().Throw<OperationCanceledException>();

        static Action Fitting(IJetSource<double> source, int features, LinearFrontEndOptions? options = null) =>
            () => LinearFrontEnd<double>.Fit(source, features, options ?? new LinearFrontEndOptions { FirstOrderWeight = 1 });
    }

    [Fact]
    public void Options_OutOfRange_AreRefusedByName()
    {
        Refused(() => _ = new LinearFrontEndOptions { Samples = 1 }, "Samples");
        Refused(() => _ = new LinearFrontEndOptions { Candidates = 0 }, "Candidates");
        Refused(() => _ = new LinearFrontEndOptions { FirstOrderWeight = -1 }, "FirstOrderWeight");
        Refused(() => _ = new LinearFrontEndOptions { SecondOrderWeight = double.NaN }, "SecondOrderWeight");
        Refused(() => _ = new LinearFrontEndOptions { Whitening = 0.6 }, "Whitening");
        Refused(() => _ = new LinearFrontEndOptions { Threads = -1 }, "Threads");

        static void Refused(Action action, string name) => action.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);
    }

    private static T[] Numbers<T>(int count, double start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, count).Select(k => T.CreateChecked(start + (0.1 * k)))];

    private static Vector Row(LinearFrontEnd<double> frontEnd, int feature) =>
        Vector.Build.DenseOfArray(frontEnd.Weights.Slice(feature * frontEnd.Inputs, frontEnd.Inputs).ToArray());

    private static double RangeOf<T>(IJetSource<T> source, int component)
        where T : unmanaged
    {
        var layout = source.Layout;
        if (layout.OrderOf(component) == 1)
        {
            return source.TangentScale(layout.Firsts[component - 1]);
        }

        var second = layout.Seconds[component - 1 - layout.Firsts.Length];
        return source.TangentScale(second.I) * source.TangentScale(second.J);
    }

    /// <summary>Mean of x xᵀ over the samples and the components of an order, values centered: plain sums.</summary>
    private static Matrix<double> Covariance<T>(IJetSource<T> source, int order, Func<int, double> scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = source.InputFeatures;
        var (input, _) = source.Batch(source.Layout, [.. Enumerable.Range(0, source.Count).Select(k => (long)k)]);
        var sum = Matrix<double>.Build.Dense(n, n);
        for (int c = 0; c < source.Layout.Count; c++)
        {
            if (source.Layout.OrderOf(c) != order)
            {
                continue;
            }

            double weight = scale(c);
            var x = Matrix<double>.Build.Dense(source.Count, n, (s, i) => weight * double.CreateChecked(input[c, s, i]));
            if (order == 0)
            {
                var mean = x.ColumnSums() / source.Count;
                x = Matrix<double>.Build.Dense(source.Count, n, (s, i) => x[s, i] - mean[i]);
            }

            sum += x.TransposeThisAndMultiply(x) / source.Count;
        }

        return sum;
    }

    /// <summary>Inputs that are waves of many lengths in two coordinates r, with tangents of different ranges.</summary>
    private static IJetSource<T> Waves<T>(int order, int inputs, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        JetSource.Generate<T>(
            JetLayout.Full(2, order),
            inputs,
            1,
            count,
            (long sample, ref RandomStream random, JetSpan<T> x, JetSpan<T> y) =>
            {
                double r = random.NextUniform(-1, 1);
                double t = random.NextUniform(-2, 2);
                y[0, 0, 0] = T.CreateChecked(r * t);
                for (int i = 0; i < inputs; i++)
                {
                    var own = new RandomStream(99, (ulong)i);
                    double size = Math.Exp(-0.05 * i);
                    double a = own.NextUniform(0.3, 3);
                    double b = own.NextUniform(-2, 2);
                    var (sin, cos) = Math.SinCos((a * r) + (b * t) + i);
                    double[] jet = [sin, a * cos, b * cos, -a * a * sin, -a * b * sin, -b * b * sin];
                    for (int c = 0; c < x.Layout.Count; c++)
                    {
                        x[c, 0, i] = T.CreateChecked(size * jet[c]);
                    }
                }
            },
            seed: 8,
            tangentScales: order == 0 ? default : [0.5, 1.2]);

    private sealed class BrokenSource(int component) : IJetSource<double>
    {
        public JetLayout Layout { get; } = JetLayout.Full(1, 1);

        public int InputFeatures => 2;

        public int OutputFeatures => 1;

        public int Count => 10;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            target.Clear();
            for (int s = 0; s < samples.Length; s++)
            {
                for (int c = 0; c < input.Layout.Count; c++)
                {
                    input[c, s, 0] = Math.Cos(samples[s]);
                    input[c, s, 1] = samples[s] == 7 && c == component ? double.NaN : Math.Sin(samples[s]);
                }
            }
        }
    }

    private sealed class AdaptiveSource : IAdaptiveJetSource<double>
    {
        public JetLayout Layout => JetLayout.Value;

        public int InputFeatures => 12;

        public int OutputFeatures => 1;

        public int Count => 10;

        public IJetSourceRun<double> BeginRun() => throw new NotSupportedException();

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) => throw new NotSupportedException();
    }
}
