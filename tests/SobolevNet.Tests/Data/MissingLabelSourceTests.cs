using SobolevNet.Robustness;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Data;

/// <summary>Missing labels and weights through builders, transforms, copies and files.</summary>
public class MissingLabelSourceTests
{
    private const double NaN = double.NaN;

    /// <summary>Every transform of the library. Output 0 of <see cref="Marked"/> says which sample it was.</summary>
    private static readonly Dictionary<string, Func<IJetSource<double>, IJetSource<double>>> Transforms = new()
    {
        ["itself"] = source => source,
        ["subset"] = source => source.Subset([7, 3, 3, 0, 9]),
        ["part of a split"] = source => source.Split(0.4, seed: 2).Validation,
        ["truncation"] = source => source.Truncate(1),
        ["values"] = source => source.Truncate(0),
        ["copy"] = source => source.Materialize(count: 8, first: 2),
        ["random directions"] = source => source.AlongRandomDirections(1, order: 2, seed: 3),
        ["Hessian-vector products"] = source => source.WithHessianVectorProducts(seed: 3),
        ["displacements"] = source => source.Displaced(order: 1, radius: 0.5, seed: 3),
        ["displacements in training"] = source => AdaptiveSources.BeginRun(source.Displaced(order: 1, radius: 0.5, seed: 3)).View,
        ["front end"] = source => LinearFrontEnd<double>.Fit(source, 2).Project(source),
        ["noise"] = source => source.WithGaussianNoise(0.1, seed: 3),
        ["concatenation"] = source => JetSource.Concat(source, source.Truncate(2)),
        ["transform of one's own"] = source => new Doubled(source),
        ["file"] = Reloaded,
    };

    public static TheoryData<string> Kinds => [.. Transforms.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Transform_OfMissingLabelsAndWeights_PassesThemOn(string kind)
    {
        var source = Transforms[kind](Marked());
        source.HasMissingLabels.Should().BeTrue();
        source.HasSampleWeights.Should().BeTrue();
        for (long number = 0; number < source.Count * (source.IsEndless ? 2 : 1); number++)
        {
            var target = source.Sample(number).Target;
            double sample = target[0, 0, 0];
            source.SampleWeight(number).Should().Be(1 + sample);
            for (int c = 0; c < source.Layout.Count; c++)
            {
                double.IsNaN(target[c, 0, 1]).Should().Be(sample % 3 == 1, "the labels of output 1 of sample {0} are missing or known", sample);
                double.IsNaN(target[c, 0, 0]).Should().BeFalse();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Transform_OfKnownLabelsWithoutWeights_HasNeither(string kind)
    {
        var source = Transforms[kind](Marked(hasMissing: false));
        source.HasMissingLabels.Should().BeFalse();
        source.HasSampleWeights.Should().BeFalse();
        source.SampleWeight(0).Should().Be(1);
    }

    [Fact]
    public void Trades_HasTheWeightsOfItsPairs()
    {
        var known = JetData.FromValues(new double[,] { { 1 }, { 2 } }, [1.0, 2.0], weights: [3, 5]);
        var trades = known.Trades(1, new AdversarialOptions(0.1) { Shuffle = false });
        Enumerable.Range(0, 4).Select(k => trades.SampleWeight(k)).Should().Equal(3, 3, 5, 5);
        trades.Invoking(one => one.SampleWeight(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("sample");
        known.Subset([1]).Invoking(one => one.SampleWeight(1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("sample");
        known.Adversarial(new AdversarialOptions(0.1) { Shuffle = false }).SampleWeight(1).Should().Be(5);
    }

    [Fact]
    public void SourcesThatComputeWithLabels_RefuseMissingOnes()
    {
        var source = Marked();
        foreach (Action make in (Action[])[
            () => source.Robust(), () => source.Adversarial(new AdversarialOptions(0.1)), () => source.Trades(1, new AdversarialOptions(0.1)),
            () => OracleExpansion.At(source, 0)])
        {
            make.Should().Throw<ArgumentException>().WithMessage("*HasMissingLabels*");
        }

        source.Subset([0, 2, 3]).Materialize().Adversarial(new AdversarialOptions(0.1)).Count.Should().Be(3, "all labels of these samples are known");
    }

    [Fact]
    public void Contraction_LeavesOutLabelsOfCoefficientZero()
    {
        var layout = JetLayout.Full(2, 2);
        double[] components = [1, 2, NaN, 3, NaN, NaN];
        var full = new JetBatch<double>(layout, 1, 1, components);
        var result = new JetBatch<double>(JetLayout.Full(2, 2), 1, 1);
        new JetContraction<double>(2, 1, 2).Apply(full, 2, [5, 0, 1, 1], result);
        result.Data.ToArray().Should().Equal(1, 10, NaN, 75, NaN, NaN);
    }

    [Fact]
    public void Displacement_OfZero_NeedsNoDerivatives()
    {
        var x = new JetBatch<double>(JetLayout.Full(1, 2), 2, 1, [1, 2, 1, 1, 0, 0]);
        var y = new JetBatch<double>(JetLayout.Full(1, 2), 2, 1, [1, 4, NaN, 4, 2, NaN]);
        var displaced = new MemoryJetSource<double>(x, y, allowMissing: true).Displaced(order: 1);
        displaced.Sample(0).Target.Data.ToArray().Should().Equal(1, NaN);
        displaced.Sample(1).Target.Data.ToArray().Should().Equal(4, 4);
    }

    [Fact]
    public void Builders_NaNThatIsNotAllowed_SayHowToAllowIt()
    {
        FluentActions.Invoking(() => JetData.FromJacobian(new double[,] { { 1 } }, [1.0], new double[,] { { NaN } }))
            .Should().Throw<ArgumentException>().WithMessage("dydx*0, 0*allowMissing*");
        FluentActions.Invoking(() => JetData.FromValues(new double[,] { { NaN } }, [1.0], allowMissing: true))
            .Should().Throw<ArgumentException>().Where(error => !error.Message.Contains("allowMissing"), "an input must be known");
        FluentActions.Invoking(() => JetData.FromValues(new double[,] { { 1 } }, [double.PositiveInfinity], allowMissing: true))
            .Should().Throw<ArgumentException>().Where(error => !error.Message.Contains("allowMissing"));
    }

    [Fact]
    public void Builders_OfAll_TakeMissingLabelsAndWeights()
    {
        double[,] x = { { 1 }, { 2 } };
        IJetSource<double>[] sources =
        [
            JetData.FromValues(x, new double[,] { { 1, NaN }, { NaN, 2 } }, allowMissing: true, weights: [1, 2]),
            JetData.FromJacobian(x, [1, NaN], new double[,] { { NaN }, { 2 } }, allowMissing: true, weights: [1, 2]),
            JetData.FromDirections(x, new double[,,] { { { 1 } }, { { 1 } } }, [1, NaN], new double[,] { { NaN }, { 2 } }, allowMissing: true, weights: [1, 2]),
            JetData.FromManifold(
                x, new double[,,] { { { 1 } }, { { 1 } } }, new double[,] { { 1 }, { NaN } }, new double[,,] { { { NaN } }, { { 2 } } }, allowMissing: true, weights: [1, 2]),
        ];
        foreach (var source in sources)
        {
            (source.HasMissingLabels, source.HasSampleWeights, source.SampleWeight(1)).Should().Be((true, true, 2));
            source.Invoking(one => one.SampleWeight(2)).Should().Throw<ArgumentOutOfRangeException>();
            source.Sample(0).Target.Data.ToArray().Should().Equal(1, NaN);
            source.Sample(1).Target.Data.ToArray().Should().Equal(NaN, 2);
        }
    }

    [Fact]
    public void FromJacobian_HalfOfAHessianMissing_TakesTheOtherHalf()
    {
        var source = JetData.FromJacobian(
            new double[,] { { 1, 2 }, { 2, 1 } }, [1.0, 2], new double[,] { { 1, 1 }, { 1, 1 } }, new double[,,] { { { 1, NaN }, { 3, NaN } }, { { 2, 5 }, { 5, 4 } } }, allowMissing: true);
        source.Sample(0).Target.Data.ToArray()[3..].Should().Equal(1, 3, NaN);
        FluentActions.Invoking(() => JetData.FromJacobian(
            new double[,] { { 1, 2 }, { 2, 1 } }, [1.0, 2], new double[,] { { 1, 1 }, { 1, 1 } }, new double[,,] { { { 1, NaN }, { 3, NaN } }, { { 2, 5 }, { 6, 4 } } }, allowMissing: true))
            .Should().Throw<ArgumentException>().WithMessage("*sample 1*not symmetric*");
    }

    [Theory]
    [InlineData(new[] { 1, NaN, NaN, NaN }, "sample 1 are missing")]
    [InlineData(new[] { 1, NaN, 2, NaN }, "output 1 are missing")]
    public void FromValues_NothingKnownOfASampleOrOutput_IsRefused(double[] y, string message)
    {
        FluentActions.Invoking(() => JetData.FromValues(new double[,] { { 1 }, { 2 } }, new double[,] { { y[0], y[1] }, { y[2], y[3] } }, allowMissing: true))
            .Should().Throw<ArgumentException>().WithMessage($"*{message}*").WithParameterName("y");
    }

    [Fact]
    public void FromJacobian_NothingKnownOfADerivative_IsRefused()
    {
        FluentActions.Invoking(() => JetData.FromJacobian(new double[,] { { 1, 2 }, { 2, 1 } }, [1.0, 2], new double[,] { { 1, NaN }, { 1, NaN } }, allowMissing: true))
            .Should().Throw<ArgumentException>().WithMessage("*∂1 are missing*");
    }

    [Theory]
    [InlineData(new double[] { 1 }, "1 weights*2 samples")]
    [InlineData(new double[] { 1, -1 }, "sample 1 is ?1")]
    [InlineData(new double[] { NaN, 1 }, "sample 0 is NaN")]
    [InlineData(new double[] { 0, 0 }, "all 2 samples are 0")]
    public void Builders_WeightsThatAreNone_AreRefused(double[] weights, string message)
    {
        double[,] x = { { 1 }, { 2 } };
        foreach (Action make in (Action[])[() => JetData.FromValues(x, [1, 2], weights: weights), () => JetData.FromJacobian(x, [1, 2], new double[,] { { 1 }, { 1 } }, weights: weights)])
        {
            make.Should().Throw<ArgumentException>().WithMessage($"*{message}*").WithParameterName("weights");
        }
    }

    [Fact]
    public void Generate_AllowMissing_PassesNaNOn()
    {
        IJetSource<double> Make(bool allowMissing) => JetSource.Generate(
            JetLayout.Value, 1, 1, 4, (long sample, ref RandomStream _, JetSpan<double> x, JetSpan<double> y) => y[0, 0, 0] = sample == 2 ? NaN : 1, allowMissing: allowMissing);
        Make(true).Sample(2).Target.Data.ToArray().Should().Equal(NaN);
        Make(false).Invoking(one => one.Sample(2)).Should().Throw<InvalidOperationException>().WithMessage("*set allowMissing*");
    }

    [Fact]
    public void Concat_OfDifferentComponents_HasTheirUnion()
    {
        var prices = JetData.FromValues(new double[,] { { 1, 2 }, { 3, 4 } }, [10.0, 20], weights: [1, 3]);
        var deltas = JetData.FromJacobian(new double[,] { { 5, 6 }, { 7, 9 } }, [30.0, 40], new double[,] { { 1, 2 }, { 3, 4 } });
        var gammas = JetData.FromJacobian(
            new double[,] { { 8, 1 }, { 9, 2 } }, [50.0, 60], new double[,] { { 5, 6 }, { 7, 8 } }, new double[,,] { { { 1, 2 }, { 2, 3 } }, { { 4, 5 }, { 5, 6 } } });
        var all = JetSource.Concat(prices, deltas, gammas);
        all.Layout.Should().Be(JetLayout.Full(2, 2));
        (all.Count, all.HasMissingLabels, all.HasSampleWeights, all.InputOrder, all.IsEndless).Should().Be((6, true, true, 1, false));
        all.TangentInputs.ToArray().Should().Equal(0, 1);
        Enumerable.Range(0, 6).Select(s => all.SampleWeight(s)).Should().Equal(1, 3, 1, 1, 1, 1);
        var (input, target) = all.Batch(all.Layout, 5, 0, 1, 2);
        target.Component(0).ToArray().Should().Equal(60, 10, 20, 30);
        target.Component(2).ToArray().Should().Equal(8, NaN, NaN, 2);
        target.Component(4).ToArray().Should().Equal(5, NaN, NaN, NaN);
        input.Component(0).ToArray().Should().Equal(9, 2, 1, 2, 3, 4, 5, 6);
        input.Component(1).ToArray().Should().Equal(1, 0, 1, 0, 1, 0, 1, 0);
        input.Component(2).ToArray().Should().Equal(0, 1, 0, 1, 0, 1, 0, 1);
        input.Component(5).ToArray().Should().OnlyContain(x => x == 0);
        all.Batch(JetLayout.Value, 3, 4).Target.Data.ToArray().Should().Equal(40, 50);
        all.TangentScale(0).Should().BeApproximately(Math.Sqrt((1 + 0.25) / 2), 1e-14, "the deviations are 1 and 1/2");
        StoredSources.Holds(all).Should().BeTrue();
        all.Materialize().All().Should().Equal(all.All());
    }

    [Fact]
    public void Concat_OfChosenComponents_MapsEachToItsPlace()
    {
        var one = Components(JetLayout.Create(2, [0], [(0, 0)]), [1, 2, 3]);
        var two = Components(JetLayout.Create(2, [1]), [4, 5]);
        var all = JetSource.Concat(one, two);
        all.Layout.Should().Be(JetLayout.Create(2, [0, 1], [(0, 0)]));
        all.Sample(0).Target.Data.ToArray().Should().Equal(1, 2, NaN, 3);
        all.Sample(1).Target.Data.ToArray().Should().Equal(4, NaN, 5, NaN);
        all.Sample(1).Input.Data.ToArray().Should().Equal(4, 0, 5, 0);
        all.TangentInputs.IsEmpty.Should().BeTrue();

        static MemoryJetSource<double> Components(JetLayout layout, double[] numbers) => new(new JetBatch<double>(layout, 1, 1, numbers), new JetBatch<double>(layout, 1, 1, numbers));
    }

    [Fact]
    public void Concat_OfASourceThatHidesItsWeights_AsksForNone()
    {
        var weighted = JetData.FromValues(new double[,] { { 0 }, { 1 } }, [1.0, 2], weights: [3, 5]);
        var all = JetSource.Concat(new Unweighted(weighted), weighted);
        all.HasSampleWeights.Should().BeTrue();
        Enumerable.Range(0, 4).Select(s => all.SampleWeight(s)).Should().Equal(1, 1, 3, 5);
    }

    [Fact]
    public void Concat_OfParts_IsTheWhole()
    {
        var source = new FunctionSource<double>(2, 40, 1);
        long[] numbers = [.. Enumerable.Range(0, 40).Select(k => (long)k)];
        var parts = JetSource.Concat(source.Subset(numbers.AsSpan(0, 13)), source.Subset(numbers.AsSpan(13, 1)), source.Subset(numbers.AsSpan(14)));
        parts.HasMissingLabels.Should().BeFalse();
        parts.All().Should().Equal(source.Subset(numbers).All());
    }

    [Fact]
    public void Concat_OfSourcesThatDoNotFit_IsRefused()
    {
        var plane = JetData.FromJacobian(new double[,] { { 1, 2 } }, [1.0], new double[,] { { 1, 2 } });
        Refused("*No source*");
        Refused("*Source 1 has 1 inputs*source 0 has 2*", plane, JetData.FromValues(new double[,] { { 1 } }, [1.0]));
        Refused("*Source 1*tangents of the inputs 1*of the inputs 0, 1*", plane, JetData.FromJacobian(new double[,] { { 1, 2 } }, [1.0], new double[,] { { 1 } }, inputs: [1]));
        Refused("*Source 1 is endless*", plane, plane.WithGaussianNoise(0.1));
        Refused("*change during training*", plane, JetSource.Displaced(new FunctionSource<double>(2, 3, 1), 1));

        static void Refused(string message, params IJetSource<double>[] sources) =>
            FluentActions.Invoking(() => JetSource.Concat<double>(sources)).Should().Throw<ArgumentException>().WithMessage(message).WithParameterName(nameof(sources));
    }

    [Fact]
    public void Load_OfMissingLabels_NeedsTheirAnnouncement()
    {
        string path = Path.Combine(Path.GetTempPath(), $"missing-{Guid.NewGuid():N}.npz");
        Write([NaN, 2], null);
        FluentActions.Invoking(() => JetData.Load<double>(path)).Should().Throw<InvalidDataException>();
        Write([NaN, 2], 1);
        FluentActions.Invoking(() => JetData.Load<double>(path)).Should().Throw<InvalidDataException>().WithMessage("*sample 0*missing*");
        Write([1, 2], 0);
        JetData.Load<double>(path).HasMissingLabels.Should().BeFalse();
        File.Delete(path);

        void Write(double[] y, int? flag)
        {
            using var file = SobolevNet.Files.NpzWriter.Create(path);
            file.Add<double>("x", [1, 2], 2, 1);
            file.Add<double>("y", y, 2);
            if (flag is { } one)
            {
                file.Add<int>("missing_labels", [one]);
            }

            file.Commit();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LabelCheck_WithMissingDerivatives_ChecksTheSamplesThatHaveAll(bool isWrong)
    {
        var source = new FunctionSource<double>(1, 3000, 4);
        var wrong = new Scaled(source, isWrong ? -1 : 1);
        var masked = new MaskedSource<double>(wrong, (s, c, _) => c > 0 && new RandomStream(9, (ulong)((2 * s) + c)).NextUniform() < 0.2);
        LabelCheck.Run(masked).HasProblems.Should().Be(isWrong);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LabelCheck_WhereEverySampleMissesADerivative_ChecksEachColumnWithTheSamplesThatKnowIt(bool isWrong)
    {
        var source = new FunctionSource<double>(1, 3000, 4);
        var masked = new MaskedSource<double>(new Scaled(source, isWrong ? -1 : 1), (s, c, _) => c == 1 + (s % 2));
        var report = LabelCheck.Run(masked);
        report.HasProblems.Should().Be(isWrong);
        report.IsConclusive.Should().BeTrue(report.ToString());
        report.Components.Select(component => component.Component).Should().Equal(1, 2);
        report.Components[0].Scale.Should().BeApproximately(isWrong ? -1 : 1, 0.1);
        report.Components[1].Scale.Should().BeApproximately(1, 0.1);
    }

    [Fact]
    public void LabelCheck_OutputsKnownInDifferentSamples_AreCheckedByThemselves()
    {
        // Output 1 has the wrong sign of ∂1; each sample knows one output.
        var random = new RandomStream(3);
        var (x, y, dydx) = (new double[1200, 2], new double[1200, 2], new double[1200, 2, 2]);
        for (int s = 0; s < 1200; s++)
        {
            var (a, b) = (x[s, 0], x[s, 1]) = (random.NextUniform(-1, 1), random.NextUniform(-1, 1));
            (y[s, 0], dydx[s, 0, 0], dydx[s, 0, 1]) = (a * b, b, a);
            (y[s, 1], dydx[s, 1, 0], dydx[s, 1, 1]) = (Math.Sin(a) + (2 * b), Math.Cos(a), -2);
            int unknown = s % 2;
            (y[s, unknown], dydx[s, unknown, 0], dydx[s, unknown, 1]) = (NaN, NaN, NaN);
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, dydx, allowMissing: true));
        report.IsConclusive.Should().BeTrue(report.ToString());
        var finding = report.Findings.Should().ContainSingle(report.ToString()).Subject;
        (finding.Problem, finding.Component).Should().Be((LabelProblem.WrongSign, 2));
        finding.Outputs.Should().Equal(1);
    }

    [Fact]
    public void LabelCheck_AgainstAFunction_LeavesMissingLabelsOut()
    {
        var random = new RandomStream(5);
        var (x, y, dydx) = (new double[200, 2], new double[200], new double[200, 2]);
        for (int s = 0; s < 200; s++)
        {
            var (a, b) = (x[s, 0], x[s, 1]) = (random.NextUniform(-1, 1), random.NextUniform(-1, 1));
            (y[s], dydx[s, 0], dydx[s, 1]) = (a * b, s % 2 == 0 ? b : NaN, s % 2 == 1 ? -a : NaN);
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, dydx, allowMissing: true), (input, target) => target[0] = input[0] * input[1]);
        report.Findings.Should().ContainSingle(report.ToString()).Which.Should().Match<LabelFinding>(one => one.Problem == LabelProblem.WrongSign && one.Component == 2);
    }

    [Fact]
    public void LabelCheck_DerivativesWithoutValues_AreRefused() =>
        FluentActions.Invoking(() => LabelCheck.Run(new MaskedSource<double>(new FunctionSource<double>(1, 40, 4), (s, c, _) => c == 0 == (s % 2 == 0))))
            .Should().Throw<ArgumentException>().WithMessage("No sample knows both a value and a first derivative*");

    /// <summary>Twelve samples of two inputs and outputs: output 0 is the number of the sample, output 1 is missing in every third one.</summary>
    private static IJetSource<double> Marked(bool hasMissing = true)
    {
        const int Samples = 12;
        var layout = JetLayout.Full(2, 2);
        var input = new JetBatch<double>(layout.Truncate(1), Samples, 2);
        var target = new JetBatch<double>(layout, Samples, 2);
        for (int s = 0; s < Samples; s++)
        {
            (input[0, s, 0], input[0, s, 1], input[1, s, 0], input[2, s, 1]) = (s, s * s, 1, 1);
            target[0, s, 0] = s;
            for (int c = 0; c < layout.Count; c++)
            {
                target[c, s, 1] = hasMissing && s % 3 == 1 ? NaN : 1 + c + s;
            }
        }

        double[] weights = hasMissing ? [.. Enumerable.Range(1, Samples).Select(k => (double)k)] : [];
        return new MemoryJetSource<double>(input, target, allowMissing: hasMissing, weights: weights);
    }

    private static IJetSource<double> Reloaded(IJetSource<double> source)
    {
        string path = Path.Combine(Path.GetTempPath(), $"missing-{Guid.NewGuid():N}.npz");
        JetData.Save(path, source);
        var loaded = JetData.Load<double>(path);
        File.Delete(path);
        return loaded;
    }

    private sealed class Doubled(IJetSource<double> source) : JetSourceTransform<double>(source)
    {
        protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            source.Fill(samples, input, target);
            for (int c = 0; c < target.Layout.Count; c++)
            {
                for (int s = 0; s < samples.Length; s++)
                {
                    target[c, s, 1] *= 2;
                }
            }
        }
    }

    /// <summary>Derivatives by the first tangent times a factor.</summary>
    private sealed class Scaled(IJetSource<double> source, double factor) : JetSourceTransform<double>(source)
    {
        protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            source.Fill(samples, input, target);
            for (int s = 0; s < samples.Length && target.Layout.Order > 0; s++)
            {
                target[1, s, 0] *= factor;
            }
        }
    }

    private sealed class Unweighted(IJetSource<double> source) : JetSourceTransform<double>(source)
    {
        public override bool HasSampleWeights => false;

        protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) =>
            source.Fill(samples, input, target);
    }
}
