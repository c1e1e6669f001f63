using SobolevNet.Rendering;

namespace SobolevNet.Tests.Rendering;

public sealed class CubeSourceTests
{
    private static readonly CubeRenderer Renderer = new(new CubeRendererOptions { Rows = 13, Columns = 15 });

    [Fact]
    public void CubeSource_Defaults_AreTheCubeProblem()
    {
        var source = new CubeSource(new CubeRenderer(), order: 2, count: 20_000, seed: 1);
        source.Layout.Should().Be(JetLayout.Full(6, 2));
        source.InputFeatures.Should().Be(1681);
        source.OutputFeatures.Should().Be(9);
        source.Count.Should().Be(20_000);
        source.IsEndless.Should().BeFalse();
        source.InputOrder.Should().Be(2);
        source.TargetVertices.ToArray().Should().Equal(3, 5, 6);
        source.Range.Should().BeEquivalentTo(new PoseRange(Math.PI / 8, 0.52));
    }

    [Fact]
    public void Fill_SamplesInAnyGrouping_GivesTheSameBits()
    {
        var source = new CubeSource(Renderer, 2, 10, 7);
        var (input, target) = Filled(source, [0, 3, 9, 4], source.Layout);
        foreach (var (sample, place) in new[] { (9L, 2), (0L, 0), (4L, 3) })
        {
            var (one, oneTarget) = Filled(source, [sample], source.Layout);
            for (int c = 0; c < 28; c++)
            {
                one.Row(c, 0).ToArray().Should().Equal(input.Row(c, place).ToArray());
                oneTarget.Row(c, 0).ToArray().Should().Equal(target.Row(c, place).ToArray());
            }
        }
    }

    [Fact]
    public void Fill_Sample_IsTheRenderingOfItsPose()
    {
        var source = new CubeSource<double>(Renderer, 2, 10, 7, vertices: [1, 6]);
        var (input, target) = Filled(source, [5, 2], source.Layout);
        var image = new JetBatch<double>(source.Layout, 1, Renderer.Pixels);
        var vertices = new JetBatch<double>(source.Layout, 1, 24);
        Renderer.Render<double>(source.PoseOf(2), image, vertices);
        for (int c = 0; c < 28; c++)
        {
            input.Row(c, 1).ToArray().Should().Equal(image.Row(c, 0).ToArray());
            target.Row(c, 1).ToArray().Should().Equal([.. vertices.Row(c, 0)[3..6], .. vertices.Row(c, 0)[18..21]]);
        }
    }

    [Fact]
    public void Fill_LowerOrder_IsThePrefix()
    {
        var source = new CubeSource<double>(Renderer, 2, 10, 7);
        var (full, fullTarget) = Filled(source, [5, 2], source.Layout);
        for (int order = 0; order < 2; order++)
        {
            var (input, target) = Filled(source, [5, 2], source.Layout.Truncate(order));
            for (int k = 0; k < input.Data.Length; k++)
            {
                input.Data[k].Should().BeApproximately(full.Data[k], 1e-12);
            }

            target.Data.ToArray().Should().Equal(fullTarget.Data[..target.Data.Length].ToArray());
        }
    }

    [Fact]
    public void Fill_ViewsOfALowerOrder_HaveTheValuesOfTheFullOnes()
    {
        var source = new CubeSource<double>(Renderer, 2, 10, 7);
        var (full, fullTarget) = Filled(source, [5], source.Layout);
        var input = new JetBatch<double>(source.Layout.Truncate(0), 1, source.InputFeatures);
        var target = new JetBatch<double>(input.Layout, 1, source.OutputFeatures);
        source.Fill([5], input, target);
        target.Data.ToArray().Should().Equal(fullTarget.Row(0, 0).ToArray());
        for (int k = 0; k < input.Data.Length; k++)
        {
            input.Data[k].Should().BeApproximately(full.Data[k], 1e-13);
        }
    }

    [Fact]
    public void Fill_AfterTheFirstBatches_AllocatesNothing()
    {
        var source = new CubeSource(Renderer, 2, 100, 7);
        var input = new JetBatch<float>(source.Layout.Truncate(1), 4, source.InputFeatures);
        var target = new JetBatch<float>(input.Layout, 4, 9);
        long[] samples = [1, 2, 3, 4];
        for (int k = 0; k < 30; k++)
        {
            source.Fill(samples, input, target);
        }

        Allocations.Least(() => source.Fill(samples, input, target)).Should().Be(0);
    }

    [Fact]
    public void PoseOf_SeedAndNumber_NameThePose()
    {
        var small = new CubeSource(Renderer, 0, 10, 7);
        var large = new CubeSource(Renderer, 2, 1000, 7, isEndless: true);
        small.PoseOf(9).Should().Be(large.PoseOf(9));
        large.PoseOf(123_456_789_012).Should().NotBe(large.PoseOf(12));
        new CubeSource(Renderer, 0, 10, 8).PoseOf(9).Should().NotBe(small.PoseOf(9));
    }

    [Fact]
    public void Fresh_OtherSeed_IsAFiniteSourceOfTheSameKind()
    {
        var source = new CubeSource(Renderer, 1, 10, 7, isEndless: true, new PoseRange(0.2, 0.1), [4]);
        var fresh = source.Fresh(5, seed: 8);
        fresh.Layout.Should().Be(source.Layout);
        fresh.IsEndless.Should().BeFalse();
        fresh.Count.Should().Be(5);
        fresh.Range.Should().Be(source.Range);
        fresh.TargetVertices.ToArray().Should().Equal(4);
        fresh.PoseOf(0).Should().NotBe(source.PoseOf(0));
    }

    [Fact]
    public void TangentScale_MatchesTheSpreadOfPoses()
    {
        var source = new CubeSource(Renderer, 1, 4000, 7);
        var squares = new double[6];
        for (int k = 0; k < source.Count; k++)
        {
            var pose = source.PoseOf(k);
            for (int axis = 0; axis < 3; axis++)
            {
                squares[axis] += pose.Translation[axis] * pose.Translation[axis];
                squares[3 + axis] += pose.Angle * pose.Axis[axis] * pose.Angle * pose.Axis[axis];
            }
        }

        for (int tangent = 0; tangent < 6; tangent++)
        {
            double spread = Math.Sqrt(squares[tangent] / source.Count);
            (source.TangentScale(tangent) / spread).Should().BeApproximately(1, 0.05);
        }

        new CubeSource(Renderer, 1, 1, 1, range: new PoseRange(0, 0)).TangentScale(4).Should().Be(1);
    }

    [Fact]
    public void CubeSource_BadInput_IsRefusedWithTheReason()
    {
        var source = new CubeSource(Renderer, 1, 10, 7);
        var input = new JetBatch<float>(source.Layout, 2, source.InputFeatures);
        var target = new JetBatch<float>(source.Layout, 2, 9);
        Refused(() => new CubeSource(Renderer, 3, 10, 7), "*order of a jet is 0, 1 or 2*");
        Refused(() => new CubeSource(Renderer, 1, 0, 7), "*count*");
        Refused(() => new CubeSource(Renderer, 1, 10, 7, vertices: []), "*At least one vertex*");
        Refused(() => new CubeSource(Renderer, 1, 10, 7, vertices: [3, -1]), "*Vertex -1 does not exist*");
        Refused(() => new CubeSource(Renderer, 1, 10, 7, range: new PoseRange(0.1, 4.7)), "*at or behind the camera*");
        Refused(() => source.Fresh(10, 7), "*source's own*");
        Refused(() => source.PoseOf(10), "*samples 0 to 9*");
        Refused(() => source.PoseOf(-1), "*samples 0 to 9*");
        Refused(() => source.Fill([1], input, target), "*2 samples of 195 features; 1 samples of 195*");
        Refused(() => source.Fill([1, 2], target, target), "*2 samples of 9 features; 2 samples of 195*");
        Refused(() => source.Fill([1, 2], input, input), "*2 samples of 195 features; 2 samples of 9*");
        Refused(() => source.Fill([1, 10], input, target), "*samples 0 to 9*");
        Refused(
            () => source.Fill([1, 2], new JetBatch<float>(JetLayout.Full(6, 2), 2, 195), target),
            "*not the source's*");
    }

    private static void Refused(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);

    private static (JetBatch<T> Input, JetBatch<T> Target) Filled<T>(CubeSource<T> source, long[] samples, JetLayout layout)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var input = new JetBatch<T>(layout, samples.Length, source.InputFeatures);
        var target = new JetBatch<T>(layout, samples.Length, source.OutputFeatures);
        source.Fill(samples, input, target);
        return (input, target);
    }
}
