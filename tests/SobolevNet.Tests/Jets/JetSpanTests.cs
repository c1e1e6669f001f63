namespace SobolevNet.Tests.Jets;

/// <summary>Where a view finds its elements, and what it refuses.</summary>
public class JetSpanTests
{
    private static readonly JetLayout Layout = JetLayout.Full(2, 2);

    [Theory]
    [InlineData(3, 4, 0)]
    [InlineData(3, 4, 12)]
    [InlineData(3, 4, 17)]
    [InlineData(1, 1, 2)]
    public void Elements_AreAtComponentTimesStridePlusSampleTimesFeatures(int samples, int features, int stride)
    {
        int step = stride == 0 ? samples * features : stride;
        double[] data = [.. Enumerable.Range(0, (5 * step) + (samples * features)).Select(k => (double)k)];
        var view = new JetSpan<double>(data, Layout, samples, features, stride);
        (view.Samples, view.Features, view.ComponentStride).Should().Be((samples, features, step));
        for (int c = 0; c < 6; c++)
        {
            view.Component(c).ToArray().Should().Equal(Enumerable.Range(0, samples * features).Select(k => (double)((c * step) + k)));
            for (int s = 0; s < samples; s++)
            {
                view.Row(c, s).ToArray().Should().Equal(Enumerable.Range(0, features).Select(f => (double)((c * step) + (s * features) + f)));
                view.Slice(s, samples - s)[c, 0, features - 1].Should().Be(view[c, s, features - 1]);
            }
        }

        var values = view.Truncate(0);
        (values.Layout, values.Samples).Should().Be((JetLayout.Value, samples));
        values[0, samples - 1, 0].Should().Be((samples - 1) * features);
    }

    [Fact]
    public void Clear_AndCopyTo_ChangeTheirElementsAndNoOthers()
    {
        double[] from = [.. Enumerable.Range(1, 42).Select(k => (double)k)];
        double[] to = [.. Enumerable.Repeat(-1.0, 47)];
        var source = new JetSpan<double>(from, Layout, 3, 2, 7);
        var target = new JetSpan<double>(to, Layout, 3, 2, 8);
        source.CopyTo(target);
        to.Should().Equal(Enumerable.Range(0, 47).Select(k => k % 8 < 6 ? from[(k / 8 * 7) + (k % 8)] : -1.0));
        target.Clear();
        to.Should().Equal(Enumerable.Range(0, 47).Select(k => k % 8 < 6 ? 0.0 : -1.0));
    }

    [Fact]
    public void WrongIndicesAndShapes_AreRefusedByName()
    {
        Refused("component", view => view.Row(6, 0));
        Refused("component", view => view.Row(-1, 0));
        Refused("component", view => view.Component(6));
        Refused("component", view => view.Component(-1));
        Refused("sample", view => view.Row(0, 3));
        Refused("sample", view => view.Row(0, -1));
        Refused("feature", view => _ = view[0, 0, 2]);
        Refused("feature", view => _ = view[0, 0, -1]);
        Refused("start", view => view.Slice(-1, 1));
        Refused("count", view => view.Slice(0, -1));
        Refused("count", view => view.Slice(2, 2));
        Refused("destination", view => view.CopyTo(new JetBatch<double>(Layout, 2, 2)));
        Refused("destination", view => view.CopyTo(new JetBatch<double>(Layout, 3, 1)));
        Refused("destination", view => view.CopyTo(new JetBatch<double>(JetLayout.Full(2, 1), 3, 2)));
        Refused("componentStride", _ => _ = new JetSpan<double>(new double[36], Layout, 3, 2, 5));
        Refused("componentStride", _ => _ = new JetSpan<double>(new double[36], Layout, 3, 2, -6));
        Refused("features", _ => _ = new JetSpan<double>(new double[36], Layout, 3, 0));
        Refused("samples", _ => _ = new JetSpan<double>(new double[36], Layout, -1, 2));
        Refused("data", _ => _ = new JetSpan<double>(new double[35], Layout, 3, 2));
        Refused("data", _ => _ = new JetSpan<double>(new double[40], Layout, 3, 2, 7));
        Refused("data", _ => _ = new JetBatch<double>(Layout, 3, 2, new double[37]));
        Refused("samples", _ => _ = new JetBatch<double>(Layout, int.MaxValue, 1));
        Refused("samples", _ => _ = new JetBatch<double>(Layout, int.MaxValue, int.MaxValue));
        Refused("samples", _ => _ = new JetBatch<double>(Layout, -1, 1));
        Refused("features", _ => _ = new JetBatch<double>(Layout, 1, 0));
        new JetSpan<double>(new double[41], Layout, 3, 2, 7).Samples.Should().Be(3, "the last component needs no whole stride");
        new JetBatch<double>(Layout, 0, 2).Data.Length.Should().Be(0);
    }

    private static void Refused(string argument, Look look)
    {
        var refused = FluentActions.Invoking(() => look(new JetSpan<double>(new double[36], Layout, 3, 2)));
        refused.Should().Throw<ArgumentException>().WithParameterName(argument);
    }

    private delegate void Look(JetSpan<double> view);
}
