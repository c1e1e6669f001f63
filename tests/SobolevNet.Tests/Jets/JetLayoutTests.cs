namespace SobolevNet.Tests.Jets;

public class JetLayoutTests
{
    [Fact]
    public void Span_PartOfABatch_KeepsTheStrideOfItsComponents()
    {
        var batch = new JetBatch<double>(JetLayout.Full(1, 1), 4, 3);
        var part = batch.AsSpan().Slice(1, 2);
        (batch.AsSpan().ComponentStride, part.ComponentStride).Should().Be((12, 12));
        part.Row(1, 1)[2] = 7;
        batch[1, 2, 2].Should().Be(7);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(6, 0, 1)]
    [InlineData(6, 1, 7)]
    [InlineData(6, 2, 28)]
    [InlineData(1, 2, 3)]
    public void Full_HasEveryComponentOnce(int tangents, int order, int count)
    {
        var layout = JetLayout.Full(tangents, order);
        layout.Count.Should().Be(count);
        layout.Order.Should().Be(order);
        var seen = new HashSet<int> { 0 };
        for (int i = 0; i < tangents && order >= 1; i++)
        {
            layout.OrderOf(layout.First(i)).Should().Be(1);
            seen.Add(layout.First(i)).Should().BeTrue();
            for (int j = i; j < tangents && order >= 2; j++)
            {
                layout.Second(i, j).Should().Be(layout.Second(j, i));
                layout.OrderOf(layout.Second(i, j)).Should().Be(2);
                seen.Add(layout.Second(i, j)).Should().BeTrue();
            }
        }

        seen.Should().HaveCount(count);
    }

    [Fact]
    public void Full_SecondDerivatives_AreRowByRow()
    {
        var layout = JetLayout.Full(3, 2);
        layout.Seconds.ToArray().Select(pair => (pair.I, pair.J)).Should().Equal((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2));
        layout.Seconds[4].FirstI.Should().Be(layout.First(1));
        layout.Seconds[4].FirstJ.Should().Be(layout.First(2));
        layout.NameOf(0).Should().Be("value");
        layout.NameOf(layout.Second(1, 2)).Should().Be("∂1∂2");
    }

    [Fact]
    public void Create_AnyOrderOfArguments_GivesTheSameLayout()
    {
        var layout = JetLayout.Create(5, [4, 1, 3], [(4, 1), (3, 3)]);
        layout.Should().Be(JetLayout.Create(5, [1, 3, 4], [(3, 3), (1, 4)]));
        layout.Firsts.ToArray().Should().Equal(1, 3, 4);
        layout.First(0).Should().Be(-1);
        layout.Second(1, 3).Should().Be(-1);
        layout.Second(4, 1).Should().Be(4);
        layout.Second(3, 3).Should().Be(5);
    }

    [Fact]
    public void Components_OfAnyChoice_AreFoundByTheirTangentsAndNothingElseIs()
    {
        var random = new RandomStream(3);
        for (int round = 0; round < 40; round++)
        {
            int tangents = 1 + random.NextInteger(6);
            int[] firsts = [.. Enumerable.Range(0, tangents).Where(_ => random.NextUniform() < 0.7)];
            (int I, int J)[] seconds = [.. firsts.SelectMany(i => firsts.Where(j => j >= i).Select(j => (i, j))).Where(_ => random.NextUniform() < 0.5)];
            var layout = JetLayout.Create(tangents, firsts.Reverse(), seconds.Select(pair => (pair.J, pair.I)).Reverse());
            (layout.Count, layout.CountOf(0), layout.CountOf(1), layout.CountOf(2)).Should().Be((1 + firsts.Length + seconds.Length, 1, firsts.Length, seconds.Length));
            layout.Order.Should().Be(seconds.Length > 0 ? 2 : firsts.Length > 0 ? 1 : 0);
            int named = firsts.Length > 0 ? tangents : 0;
            layout.Tangents.Should().Be(named, "a layout of values alone has no tangents");
            for (int i = 0; i < named; i++)
            {
                int first = Array.IndexOf(firsts, i);
                layout.First(i).Should().Be(first < 0 ? -1 : 1 + first);
                for (int j = 0; j < named; j++)
                {
                    int second = Array.IndexOf(seconds, (Math.Min(i, j), Math.Max(i, j)));
                    int expected = second < 0 ? -1 : 1 + firsts.Length + second;
                    layout.Second(i, j).Should().Be(expected);
                    if (second >= 0)
                    {
                        layout.Seconds[second].Should().Be(new SecondDerivative(Math.Min(i, j), Math.Max(i, j), layout.First(Math.Min(i, j)), layout.First(Math.Max(i, j))));
                        (layout.OrderOf(expected), layout.NameOf(expected)).Should().Be((2, $"∂{Math.Min(i, j)}∂{Math.Max(i, j)}"));
                    }
                }
            }
        }
    }

    [Fact]
    public void Truncate_IsAPrefix()
    {
        var layout = JetLayout.Full(4, 2);
        layout.Truncate(1).Should().Be(JetLayout.Full(4, 1));
        layout.Truncate(2).Should().BeSameAs(layout);
        layout.StartsWith(layout.Truncate(1)).Should().BeTrue();
        layout.StartsWith(JetLayout.Full(3, 1)).Should().BeFalse();
        layout.Truncate(1).StartsWith(layout).Should().BeFalse();
    }

    [Fact]
    public void Construction_OfImpossibleLayouts_IsRefused()
    {
        Refused(() => JetLayout.Full(0, 1), "tangents");
        Refused(() => JetLayout.Full(2, 3), "order");
        Refused(() => JetLayout.Create(2, [0, 2]), "firsts");
        Refused(() => JetLayout.Create(2, [0, 0]), "firsts");
        Refused(() => JetLayout.Create(3, [0, 1], [(0, 2)]), "seconds");
        Refused(() => JetLayout.Create(3, [0, 1], [(0, 1), (1, 0)]), "seconds");
        Refused(() => JetLayout.Full(2, 1).First(2), "tangent");
        Refused(() => JetLayout.Full(2, 1).OrderOf(3), "component");
        Refused(() => JetLayout.Full(2, 1).OrderOf(-1), "component");
        Refused(() => JetLayout.Full(2, 1).Second(2, 0), "i");
        Refused(() => JetLayout.Full(2, 1).Second(0, -1), "j");
        Refused(() => JetLayout.Full(2, 1).CountOf(3), "order");
        Refused(() => JetLayout.Full(2, 2).Truncate(3), "order");
        Refused(() => JetLayout.Full(2, 2).Truncate(-1), "order");
        Refused(() => JetLayout.Full(-1, 0), "tangents");
        Refused(() => JetLayout.Create(2, [-1]), "firsts");
        JetLayout.Full(0, 0).Should().BeSameAs(JetLayout.Value);
        JetLayout.Directional(1).Count.Should().Be(3);

        static void Refused(Action action, string parameter) => action.Should().Throw<ArgumentException>().WithParameterName(parameter);
    }

    [Fact]
    public void Batch_Views_ShareMemoryAndCheckShapes()
    {
        var batch = new JetBatch<double>(JetLayout.Full(2, 2), 3, 4);
        batch[5, 2, 3] = 7;
        batch.Data[^1].Should().Be(7);
        batch.AsSpan().Slice(2, 1)[5, 0, 3].Should().Be(7);
        batch.AsSpan().Truncate(1).Layout.Count.Should().Be(3);
        batch.AsSpan().Slice(1, 2).CopyTo(new JetBatch<double>(batch.Layout, 2, 4));
        ((Action)(() => batch.AsSpan().Slice(1, 3))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => batch.AsSpan().Row(6, 0))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => batch.AsSpan().CopyTo(new JetBatch<double>(batch.Layout, 2, 4)))).Should().Throw<ArgumentException>();
        ((Action)(() => new JetBatch<double>(batch.Layout, 3, 4, new double[71]))).Should().Throw<ArgumentException>().WithMessage("*72*");
        ((Action)(() => new JetSpan<double>(new double[71], batch.Layout, 3, 4))).Should().Throw<ArgumentException>().WithMessage("*72*");
    }
}
