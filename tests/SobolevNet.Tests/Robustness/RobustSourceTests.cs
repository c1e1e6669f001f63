using SobolevNet.Robustness;
using SobolevNet.Tests.Data;
using static SobolevNet.Tests.Robustness.NearestPointOracleTests;

namespace SobolevNet.Tests.Robustness;

public class RobustSourceTests
{
    private const int Pixels = TestManifolds.BlobSide * TestManifolds.BlobSide;

    private static readonly RobustSourceOptions Everything = new()
    {
        Directions = DirectionGroup.Bands(TestManifolds.BlobSide, TestManifolds.BlobSide),
        ManifoldOrder = 2,
        SecondDerivatives = true,
        MixedDerivatives = true,
        Seed = 4,
    };

    [Fact]
    public void Fill_Targets_AgreeWithDifferencesOfTheExactOracle()
    {
        var manifold = TestManifolds.Blobs();
        var clean = new ManifoldSource<double>(manifold, 2, 6, seed: 9);
        var source = new RobustSource<double>(clean, Everything);
        var oracle = new NearestPointOracle(manifold, new NearestPointOptions { Tolerance = 1e-14 });
        const long Number = 14;
        double[] point = manifold.DrawPoints(6, 9)[source.CleanSample(Number)];
        var (input, target) = source.Sample(Number);
        input.Row(0, 0).ToArray().Should().Equal(Clean(manifold, point).Input);
        for (int k = 0; k < 3; k++)
        {
            double[] direction = input.Row(source.Layout.First(4 + k), 0).ToArray();
            Norm(direction).Should().BeApproximately(1, 1e-12);
            Func<double, double[], double[]> at = (s, delta) =>
            {
                double[] moved = new double[4];
                manifold.Retract(point, delta, moved);
                double[] image = Clean(manifold, moved).Input;
                for (int f = 0; f < image.Length; f++)
                {
                    image[f] += s * direction[f];
                }

                var result = oracle.Project(moved, image);
                result.Converged.Should().BeTrue();
                return result.Output;
            };
            const double Step = 0.02;
            double[] none = new double[4];
            Compare(target.Row(source.Layout.First(4 + k), 0), Extrapolate(h => Difference(at(h, none), at(-h, none), 2 * h), Step), 1e-6);
            Compare(
                target.Row(source.Layout.Second(4 + k, 4 + k), 0),
                Extrapolate(h => Difference(Sum(at(h, none), at(-h, none)), Sum(at(0, none), at(0, none)), h * h), Step),
                1e-5);
            for (int i = 0; i < 4; i++)
            {
                int tangent = i;
                double[] Delta(double h) => [.. Enumerable.Range(0, 4).Select(j => j == tangent ? h : 0)];
                Compare(
                    target.Row(source.Layout.Second(i, 4 + k), 0),
                    Extrapolate(
                        h => Difference(
                            Difference(at(h, Delta(h)), at(-h, Delta(h)), 2 * h), Difference(at(h, Delta(-h)), at(-h, Delta(-h)), 2 * h), 2 * h),
                        Step),
                    1e-5);
                input.Row(source.Layout.Second(i, 4 + k), 0).ToArray().Should().OnlyContain(x => x == 0);
            }

            input.Row(source.Layout.Second(4 + k, 4 + k), 0).ToArray().Should().OnlyContain(x => x == 0);
        }

        static void Compare(ReadOnlySpan<double> actual, double[] expected, double tolerance) =>
            Distance(actual, expected).Should().BeLessThan(tolerance * Math.Max(Norm(expected), 0.05));
    }

    [Fact]
    public void Fill_ManifoldComponents_AreTheCleanSources()
    {
        var clean = new ManifoldSource<float>(TestManifolds.Blobs(), 2, 5, seed: 9);
        var source = new RobustSource<float>(clean, Everything);
        source.InputOrder.Should().Be(2);
        var (input, target) = source.Sample(7);
        var (cleanInput, cleanTarget) = clean.Sample(source.CleanSample(7));
        for (int c = 0; c < clean.Layout.Count; c++)
        {
            int component = c <= 4 ? c : source.Layout.Second(clean.Layout.Seconds[c - 5].I, clean.Layout.Seconds[c - 5].J);
            input.Row(component, 0).ToArray().Should().Equal(cleanInput.Row(c, 0).ToArray());
            target.Row(component, 0).ToArray().Should().Equal(cleanTarget.Row(c, 0).ToArray());
        }
    }

    [Fact]
    public void Fill_LowerOrdersAnyGroupingAnyThread_SameBits()
    {
        var clean = new ManifoldSource<float>(TestManifolds.Blobs(), 2, 7, seed: 1);
        var source = new RobustSource<float>(clean, Everything);
        long[] numbers = [.. Enumerable.Range(0, 21).Select(k => (long)k)];
        var (input, target) = source.Batch(source.Layout, numbers);
        for (int order = 0; order < 2; order++)
        {
            var layout = source.Layout.Truncate(order);
            Parallel.For(0, 21, k =>
            {
                var (oneInput, oneTarget) = source.Batch(layout, k);
                for (int c = 0; c < layout.Count; c++)
                {
                    oneInput.Row(c, 0).ToArray().Should().Equal(input.Row(c, k).ToArray());
                    oneTarget.Row(c, 0).ToArray().Should().Equal(target.Row(c, k).ToArray());
                }
            });
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(37)]
    [InlineData(64)]
    [InlineData(65)]
    public void CleanSample_EveryEpoch_IsEverySampleOnceInAnotherOrder(int count)
    {
        var source = new RobustSource<double>(
            new ManifoldSource<double>(TestManifolds.Circle(), 1, count, seed: 1), new RobustSourceOptions { Seed = 3 });
        long[] first = [.. Enumerable.Range(0, count).Select(k => source.CleanSample(k))];
        long[] second = [.. Enumerable.Range(0, count).Select(k => source.CleanSample(count + k))];
        first.Order().Should().Equal(Enumerable.Range(0, count).Select(k => (long)k));
        second.Order().Should().Equal(Enumerable.Range(0, count).Select(k => (long)k));
        if (count > 30)
        {
            first.Should().NotEqual(second).And.NotBeInAscendingOrder();
        }
    }

    [Fact]
    public void Fill_AnotherEpoch_HasTheSameImageAndOtherDirections()
    {
        var source = new RobustSource<double>(new ManifoldSource<double>(TestManifolds.Blobs(), 1, 1, seed: 1));
        source.IsEndless.Should().BeTrue();
        var (a, _) = source.Sample(0);
        var (b, _) = source.Sample(1);
        b.Row(0, 0).ToArray().Should().Equal(a.Row(0, 0).ToArray());
        b.Row(5, 0).ToArray().Should().NotEqual(a.Row(5, 0).ToArray());
    }

    [Fact]
    public void TangentScale_OfDirections_MakesTheLossThatOfWhiteNoise()
    {
        var clean = new ManifoldSource<double>(TestManifolds.Blobs(), 1, 2, seed: 1);
        var groups = DirectionGroup.Bands(TestManifolds.BlobSide, TestManifolds.BlobSide, count: 2);
        groups[1] = new DirectionGroup(groups[1].Sampler, groups[1].Count, weight: 9);
        var source = new RobustSource<double>(clean, new RobustSourceOptions { Directions = groups, PerturbationScale = 0.1 });
        source.TangentScale(2).Should().Be(clean.TangentScale(2));
        groups.Sum(group => group.Sampler.Dimensions).Should().Be(Pixels, "the three bands hold all modes");
        double[] squares = [.. Enumerable.Range(4, 6).Select(t => Math.Pow(source.TangentScale(t), 2))];
        (squares[0] + squares[1]).Should().BeApproximately(0.01 * groups[0].Sampler.Dimensions, 1e-12);
        (squares[2] + squares[3]).Should().BeApproximately(0.09 * groups[1].Sampler.Dimensions, 1e-12);
        squares[5].Should().BeApproximately(0.005 * groups[2].Sampler.Dimensions, 1e-12);
    }

    [Fact]
    public void Fill_ZeroTarget_NeedsNoDerivativesOfTheCleanSource()
    {
        var clean = new ManifoldSource<double>(TestManifolds.Blobs(), 0, 3, seed: 1);
        var source = new RobustSource<double>(
            clean, new RobustSourceOptions { Target = DirectionTarget.Zero, ManifoldOrder = 0, SecondDerivatives = true });
        source.Layout.Count.Should().Be(3);
        var (input, target) = source.Sample(2);
        Norm(input.Row(1, 0)).Should().BeApproximately(1, 1e-12);
        target.Row(1, 0).ToArray().Should().OnlyContain(x => x == 0);
        target.Row(2, 0).ToArray().Should().OnlyContain(x => x == 0);
        target.Row(0, 0).ToArray().Should().Equal(clean.Sample(source.CleanSample(2)).Target.Row(0, 0).ToArray());
    }

    [Fact]
    public void Fill_AfterWarmUp_DoesNotAllocate()
    {
        var clean = new ManifoldSource<float>(TestManifolds.Blobs(), 2, 8, seed: 1).Materialize();
        var source = new RobustSource<float>(clean, Everything with
        {
            Directions = [.. Everything.Directions, new DirectionGroup(DirectionSampler.AlongManifold(Pixels, 4)),
                new DirectionGroup(DirectionSampler.OrthogonalToManifold(DirectionSampler.White(Pixels), 4))],
        });
        var input = new JetBatch<float>(source.Layout, 4, Pixels);
        var target = new JetBatch<float>(source.Layout, 4, 3);
        long[] numbers = [3, 4, 5, 6];
        void Fill(int times)
        {
            for (int k = 0; k < times; k++)
            {
                numbers[0]++;
                source.Fill(numbers, input, target);
            }
        }

        Fill(2);
        Allocations.Least(() => Fill(5)).Should().Be(0);
    }

    [Fact]
    public void Fill_DependentTangents_NamesTheSample()
    {
        var source = new RobustSource<double>(new ManifoldSource<double>(TestManifolds.Degenerate(), 1, 3, seed: 1));
        ((Action)(() => source.Sample(1))).Should().Throw<DegenerateTangentsException>().WithMessage($"*clean sample {source.CleanSample(1)}*");
    }

    [Fact]
    public void Constructor_WhatDoesNotFit_Throws()
    {
        var blobs = TestManifolds.Blobs();
        var first = new ManifoldSource<double>(blobs, 1, 3, seed: 1);
        ((Action)(() => _ = new RobustSource<double>(new ManifoldSource<double>(blobs, 0, 3, seed: 1)))).Should().Throw<ArgumentException>().WithMessage("*up to order 1*");
        ((Action)(() => _ = new RobustSource<double>(first, new RobustSourceOptions { SecondDerivatives = true }))).Should().Throw<ArgumentException>().WithMessage("*up to order 2*");
        ((Action)(() => _ = new RobustSource<double>(first, new RobustSourceOptions { Directions = [new(DirectionSampler.White(9))] })))
            .Should().Throw<ArgumentException>().WithMessage("*9 features*256*");
        ((Action)(() => _ = new RobustSource<double>(
            new ManifoldSource<double>(blobs, 2, 3, seed: 1), new RobustSourceOptions { MixedDerivatives = true, ManifoldOrder = 0 })))
            .Should().Throw<ArgumentException>().WithMessage("*Mixed derivatives need*");
        ((Action)(() => _ = new RobustSourceOptions { PerturbationScale = -1 })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new RobustSourceOptions { ManifoldOrder = 3 })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new DirectionGroup(DirectionSampler.White(3), 0))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new DirectionGroup(DirectionSampler.White(3), 1, 0))).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double[] Difference(double[] a, double[] b, double step) => [.. a.Zip(b, (x, y) => (x - y) / step)];

    private static double[] Extrapolate(Func<double, double[]> difference, double step)
    {
        double[] coarse = difference(step);
        double[] fine = difference(step / 2);
        return [.. coarse.Zip(fine, (c, f) => f + ((f - c) / 3))];
    }
}
