namespace SobolevNet.Tests.Data;

public sealed class JetSourceTests
{
    private static readonly JetGenerator<double> Sine = (long sample, ref RandomStream random, JetSpan<double> x, JetSpan<double> y) =>
    {
        double a = x[0, 0, 0] = random.NextUniform();
        x[1, 0, 0] = 2;
        y[0, 0, 1] = sample;
        y[0, 0, 0] = Math.Sin(a);
        y[1, 0, 0] = 2 * Math.Cos(a);
        y[2, 0, 0] = -4 * Math.Sin(a);
    };

    public static TheoryData<string> Kinds => ["memory", "jacobian", "generated", "subset", "truncated", "projected"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_InAnyGroupingOrOrder_GivesTheSameBits(string kind)
    {
        var source = Make(kind);
        var layout = source.Layout;
        var (allInput, allTarget) = source.Batch(layout, [.. Enumerable.Range(0, source.Count).Select(k => (long)k)]);
        long[] some = [5, 0, 5, 2];
        var (input, target) = source.Batch(layout, some);
        for (int c = 0; c < layout.Count; c++)
        {
            for (int s = 0; s < some.Length; s++)
            {
                input.Row(c, s).ToArray().Should().Equal(allInput.Row(c, (int)some[s]).ToArray());
                target.Row(c, s).ToArray().Should().Equal(allTarget.Row(c, (int)some[s]).ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_OfALowerOrder_GivesThePrefix(string kind)
    {
        var source = Make(kind);
        var (fullInput, fullTarget) = source.Batch(source.Layout, 1, 4);
        for (int order = 0; order < source.Layout.Order; order++)
        {
            var (input, target) = source.Batch(source.Layout.Truncate(order), 1, 4);
            input.Data.ToArray().Should().Equal(fullInput.Data[..input.Data.Length].ToArray());
            target.Data.ToArray().Should().Equal(fullTarget.Data[..target.Data.Length].ToArray());

            // Where the derivatives of inputs are known, they may be left out.
            if (order == 0 && !source.TangentInputs.IsEmpty)
            {
                var mixed = new JetBatch<double>(source.Layout, 2, source.OutputFeatures);
                source.Fill([1, 4], input, mixed);
                mixed.Data.ToArray().Should().Equal(fullTarget.Data.ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_OfStridedViews_LeavesTheGapsAlone(string kind)
    {
        var source = Make(kind);
        var (tightInput, tightTarget) = source.Batch(source.Layout, 3);
        var (input, target) = source.Batch(source.Layout, 0, 1, 2);
        double[] before = [.. input.Row(0, 0), .. target.Row(0, 0), .. input.Row(1, 2), .. target.Row(1, 2)];
        source.Fill([3], input.AsSpan().Slice(1, 1), target.AsSpan().Slice(1, 1));

        double[] after = [.. input.Row(0, 0), .. target.Row(0, 0), .. input.Row(1, 2), .. target.Row(1, 2)];
        after.Should().Equal(before);
        for (int c = 0; c < source.Layout.Count; c++)
        {
            input.Row(c, 1).ToArray().Should().Equal(tightInput.Row(c, 0).ToArray());
            target.Row(c, 1).ToArray().Should().Equal(tightTarget.Row(c, 0).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_AfterWarmUp_DoesNotAllocate(string kind)
    {
        var source = Make(kind);
        var (input, target) = source.Batch(source.Layout, 1, 2);
        var lowerInput = new JetBatch<double>(source.Layout.Truncate(source.Layout.Order - 1), 2, source.InputFeatures);
        var lowerTarget = new JetBatch<double>(lowerInput.Layout, 2, source.OutputFeatures);
        long[] samples = [1, 2];
        for (int k = 0; k < 3; k++)
        {
            source.Fill(samples, input, target);
            source.Fill(samples, lowerInput, lowerTarget);
        }

        Allocations.Least(() =>
        {
            source.Fill(samples, input, target);
            source.Fill(samples, lowerInput, lowerTarget);
        }).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_OfWrongViewsOrSamples_IsRefused(string kind)
    {
        var source = Make(kind);
        var layout = source.Layout;
        Action fill(long[] samples, JetLayout inputLayout, int inputs, int count) => () => source.Fill(
            samples,
            new JetBatch<double>(inputLayout, count, inputs),
            new JetBatch<double>(layout, samples.Length, source.OutputFeatures));

        fill([0], layout, source.InputFeatures, 1).Should().NotThrow();
        fill([0], layout, source.InputFeatures + 1, 1).Should().Throw<ArgumentException>().WithParameterName("input");
        fill([0, 1], layout, source.InputFeatures, 1).Should().Throw<ArgumentException>().WithMessage("*1 samples*2 samples*");
        fill([0], layout.Truncate(layout.Order - 1), source.InputFeatures, 1).Should().Throw<ArgumentException>().WithMessage("*both views have one layout*");
        fill([0], JetLayout.Full(9, 1), source.InputFeatures, 1).Should().Throw<ArgumentException>().WithMessage("*9 tangents*");
        fill([source.Count], layout, source.InputFeatures, 1).Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*0 to {source.Count - 1}*");
        fill([-1], layout, source.InputFeatures, 1).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Generate_FillsWithZerosWhatIsNotWritten()
    {
        var (input, target) = Generated().Sample(3);

        input.Data.ToArray()[2..].Should().Equal(2, 0, 0, 0);
        target[0, 0, 1].Should().Be(3);
        target[1, 0, 1].Should().Be(0);
        target[2, 0, 0].Should().Be(-4 * Math.Sin(input[0, 0, 0]));
    }

    [Fact]
    public void Generate_WithAnotherSeed_GivesOtherSamples()
    {
        Generated(seed: 1).Sample(3).Input[0, 0, 0].Should().NotBe(Generated(seed: 2).Sample(3).Input[0, 0, 0]);
        Generated(seed: 1).Sample(3).Input[0, 0, 0].Should().Be(Generated(seed: 1).Sample(3).Input[0, 0, 0]);
    }

    [Fact]
    public void Generate_ThatTruncatesItself_SeesTheOrderAskedFor()
    {
        var orders = new List<int>();
        var source = JetSource.Generate<double>(
            JetLayout.Full(1, 2), 2, 2, 10, generatesLowerOrders: true, generator: (long _, ref RandomStream _, JetSpan<double> x, JetSpan<double> y) => orders.Add(y.Layout.Order));
        for (int order = 0; order <= 2; order++)
        {
            source.Batch(source.Layout.Truncate(order), 0);
        }

        orders.Should().Equal(0, 1, 2);
    }

    [Fact]
    public void Generate_OfANonFiniteNumber_StopsAndNamesIt()
    {
        var source = JetSource.Generate<float>(
            JetLayout.Full(1, 1), 1, 3, 10, (long k, ref RandomStream _, JetSpan<float> x, JetSpan<float> y) => y[1, 0, 2] = 1f / (k - 4));

        source.Sample(3);
        FluentActions.Invoking(() => source.Batch(source.Layout, 3, 4))
            .Should().Throw<InvalidOperationException>().WithMessage("*target of sample 4, component 1 (∂0), feature 2*");
        FluentActions.Invoking(() => source.Materialize())
            .Should().Throw<InvalidOperationException>().WithMessage("*sample 4*");
    }

    [Fact]
    public void Generate_Endless_GoesBeyondItsCount()
    {
        var source = Generated(endless: true);

        source.Sample(1_000_000_000_000).Target[0, 0, 1].Should().Be(1e12);
        FluentActions.Invoking(() => source.Sample(-1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Generate_OfAbsurdOptions_IsRefused()
    {
        FluentActions.Invoking(() => JetSource.Generate(JetLayout.Full(1, 2), 0, 1, 1, Sine)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => JetSource.Generate(JetLayout.Full(1, 2), 1, 1, 0, Sine)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => JetSource.Generate(JetLayout.Full(1, 2), 1, 1, 1, Sine, inputOrder: 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => JetSource.Generate(JetLayout.Full(1, 2), 1, 1, 1, Sine, tangentScales: [1, 2])).Should().Throw<ArgumentException>().WithMessage("2 scales*1 tangents*");
        FluentActions.Invoking(() => JetSource.Generate(JetLayout.Full(1, 2), 1, 1, 1, Sine, tangentScales: [0])).Should().Throw<ArgumentException>().WithMessage("*tangent 0 is 0*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Materialize_WithAnyThreads_EqualsTheSource(int threads)
    {
        var source = JetSource.Generate(JetLayout.Full(1, 2), 2, 2, 100, Sine, seed: 5, inputOrder: 1, tangentScales: [7.0]);
        var memory = source.Materialize(threads: threads);

        memory.All().Should().Equal(source.All());
        memory.Input.Layout.Order.Should().Be(1, "second input components are zero and need no memory");
        (memory.InputOrder, memory.Count, memory.TangentScale(0)).Should().Be((1, 100, 7.0));
    }

    [Fact]
    public void Materialize_OfPartOfAnEndlessSource_NumbersFromZero()
    {
        var memory = Generated(endless: true).Materialize(count: 70, first: 1000);

        memory.Count.Should().Be(70);
        memory.Sample(69).Target[0, 0, 1].Should().Be(1069);
        FluentActions.Invoking(() => Generated().Materialize(count: 5, first: 8))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*From sample 8 on, the source has 2*");
    }

    [Fact]
    public void Materialize_WhenCanceled_Stops() =>
        FluentActions.Invoking(() => Generated().Materialize(cancellationToken: new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();

    [Fact]
    public void Split_GivesEverySampleOnceAndTheSameForASeed()
    {
        var source = Generated();
        var (training, validation) = source.Split(0.3, seed: 4);

        (training.Count, validation.Count).Should().Be((7, 3));
        double[] numbers(IJetSource<double> part) => [.. Enumerable.Range(0, part.Count).Select(k => part.Sample(k).Target[0, 0, 1])];
        numbers(training).Concat(numbers(validation)).Order().Should().Equal(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        numbers(training).Should().BeInAscendingOrder("samples of a part lie together in memory");
        numbers(validation).Should().BeInAscendingOrder();
        numbers(source.Split(0.3, seed: 4).Validation).Should().Equal(numbers(validation));
        Enumerable.Range(0, 20).Select(seed => string.Join(",", numbers(source.Split(0.3, (ulong)seed).Validation))).Distinct()
            .Should().HaveCountGreaterThan(10);
    }

    [Fact]
    public void Split_OfTinyShares_GivesEachPartASample()
    {
        Generated().Split(1e-9).Validation.Count.Should().Be(1);
        Generated().Split(1 - 1e-9).Training.Count.Should().Be(1);
    }

    [Fact]
    public void Split_OfWhatCannotBeSplit_IsRefused()
    {
        FluentActions.Invoking(() => Generated(endless: true).Split(0.1)).Should().Throw<ArgumentException>().WithMessage("*endless*");
        FluentActions.Invoking(() => Generated().Subset([1]).Split(0.1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Generated().Split(1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Generated().Split(double.NaN)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Generated().Subset([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Generated().Subset([10])).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Subset_OfMoreThanAChunk_TranslatesEveryNumber()
    {
        var subset = Generated(endless: true).Subset([.. Enumerable.Range(0, 600).Select(k => 7L * k)]);
        var (_, target) = subset.Batch(subset.Layout, [.. Enumerable.Range(0, 600).Select(k => 599L - k)]);

        Enumerable.Range(0, 600).Select(k => target[0, k, 1]).Should().Equal(Enumerable.Range(0, 600).Select(k => 7.0 * (599 - k)));
    }

    [Fact]
    public void Truncate_LowersOrderAndInputOrder()
    {
        var source = Make("memory");
        source.Truncate(2).Should().BeSameAs(source);
        (source.Truncate(0).Layout.Order, source.Truncate(0).InputOrder).Should().Be((0, 0));
        FluentActions.Invoking(() => source.Truncate(3)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void MemoryJetSource_OfBatchesThatDoNotFit_IsRefused()
    {
        var full = JetLayout.Full(2, 2);
        Action make(JetBatch<double> input, JetBatch<double> target) => () => _ = new MemoryJetSource<double>(input, target);

        make(new(full, 0, 1), new(full, 0, 1)).Should().Throw<ArgumentException>().WithMessage("*no samples*");
        make(new(full, 2, 1), new(full, 3, 1)).Should().Throw<ArgumentException>().WithMessage("*2 samples*3*");
        make(new(JetLayout.Full(3, 1), 2, 1), new(full, 2, 1)).Should().Throw<ArgumentException>().WithMessage("*3 tangents*");
        make(new(full.Truncate(0), 2, 1), new(full, 2, 1)).Should().Throw<ArgumentException>();
        var bad = new JetBatch<double>(full, 3, 2);
        bad[4, 1, 1] = double.NaN;
        make(new(full, 3, 1), bad).Should().Throw<ArgumentException>().WithMessage("The target holds NaN in component 4 (∂0∂1), sample 1, feature 1*");
    }

    private static IJetSource<double> Generated(ulong seed = 0, bool endless = false) =>
        JetSource.Generate(JetLayout.Full(1, 2), 2, 2, 10, Sine, seed, endless);

    private static IJetSource<double> Make(string kind)
    {
        var (x, y, gradient, hessian) = SmoothFunction.Trigonometric.Labels(12, seed: 3);
        var jacobian = JetData.FromJacobian(x, y, gradient, hessian);
        return kind switch
        {
            "memory" => jacobian.Materialize(),
            "jacobian" => jacobian,
            "generated" => Generated(),
            "subset" => jacobian.Subset([7, 3, 3, 11, 0, 2]),
            "truncated" => Generated().Truncate(1),
            "projected" => LinearFrontEnd<double>.Fit(jacobian, 2).Project(jacobian),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }
}
