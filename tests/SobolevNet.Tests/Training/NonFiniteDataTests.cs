using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>Numbers that are not finite are refused by place in all data that errors are measured on; the network's own are not.</summary>
public class NonFiniteDataTests
{
    private static readonly SobolevTrainingOptions Short = new() { Epochs = 3, BatchSize = 16, Threads = 2, EarlyStopping = new() };

    public static TheoryData<bool, int, int, double, string> Places => new()
    {
        { true, 0, 1, double.NaN, "*input is NaN in component value, feature 1 of sample 301;*" },
        { true, 2, 0, double.NegativeInfinity, "*input is * in component ∂1, feature 0 of sample 301;*" },
        { false, 0, 0, double.PositiveInfinity, "*target is * in component value, feature 0 of sample 301;*" },
        { false, 1, 0, double.NaN, "*target is NaN in component ∂0, feature 0 of sample 301;*" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void Evaluation_OfDataThatAreNotFinite_NamesThePlace(bool isInput, int component, int feature, double bad, string message)
    {
        var computed = new BrokenSource(isInput, component, feature, bad);
        foreach (int threads in new[] { 1, 2 })
        {
            // A source in memory whose tangents are inputs is not asked for the derivatives of its inputs.
            IJetSource<double>[] sources = isInput && component > 0 ? [computed] : [computed, Stored(computed)];
            foreach (var source in sources)
            {
                FluentActions.Invoking(() => Evaluation.Of(Network(), source, order: 1, threads: threads))
                    .Should().Throw<ArgumentException>().WithMessage(message).And.ParamName.Should().Be("source");
                double.IsFinite(Evaluation.Of(Network(), source, order: 1, maxSamples: 301, threads: threads).NormalizedRmse).Should().BeTrue();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Fit_StoredValidationThatIsNotFinite_IsRefusedBeforeTheFirstStep(bool isInput, int component, int feature, double bad, string message)
    {
        if (isInput && component > 0)
        {
            // These are unit vectors, which are not read.
            return;
        }

        var network = Network();
        double[] before = network.Parameters.ToArray();
        var stored = Stored(new BrokenSource(isInput, component, feature, bad));
        FluentActions.Invoking(() => new SobolevTrainer<double>(network, Short).Fit(new FunctionSource<double>(1, 40, 1), stored))
            .Should().Throw<ArgumentException>().WithMessage(message).And.ParamName.Should().Be("validation");
        network.Parameters.ToArray().Should().Equal(before);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Fit_ComputedValidationThatIsNotFinite_IsRefusedWhenItIsEvaluated(bool isInput, int component, int feature, double bad, string message)
    {
        int epochs = 0;
        var progress = new SynchronousProgress(report => epochs += report.IsEndOfEpoch ? 1 : 0);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network(), Short).Fit(
                new FunctionSource<double>(1, 40, 1), new BrokenSource(isInput, component, feature, bad), progress))
            .Should().Throw<ArgumentException>().WithMessage(message).And.ParamName.Should().Be("validation");
        epochs.Should().Be(component == 0 ? 0 : 3, "values are looked at after every epoch, derivatives at the end");
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Fit_ComputedDataOfWhichAPartValidates_NamesTheSampleOfTheSource(bool isInput, int component, int feature, double bad, string message)
    {
        var parts = new HashSet<bool>();
        for (ulong seed = 0; parts.Count < 2; seed++)
        {
            var source = new BrokenSource(isInput, component, feature, bad);
            bool validates = Enumerable.Range(0, 120).Select(s => ((RenumberedJetSource<double>)source.Split(0.3, seed).Validation).NumberInSource(s)).Contains(BrokenSource.Sample);
            if (parts.Add(validates))
            {
                var options = Short with { ValidationPart = 0.3, Seed = seed };
                FluentActions.Invoking(() => new SobolevTrainer<double>(Network(), options).Fit(source)).Should().Throw<ArgumentException>()
                    .WithMessage(message, "validates: {0}", validates).And.ParamName.Should().Be("source");
            }
        }
    }

    [Fact]
    public void Fit_DerivativesOfValidationThatAreNotUsed_AreNotLookedAt()
    {
        var stored = Stored(new BrokenSource(isInput: false, 1, 0, double.NaN));
        var result = new SobolevTrainer<double>(Network(), Short with { Order = 0 }).Fit(new FunctionSource<double>(1, 40, 1), stored);
        double.IsFinite(result.Validation!.NormalizedRmse).Should().BeTrue();
    }

    [Fact]
    public void Evaluation_OfANetworkWhoseOutputsOverflow_IsNotFinite()
    {
        var network = Network();
        network.Parameters.Fill(1e300);
        double.IsFinite(Evaluation.Of(network, new FunctionSource<double>(0, 40, 1)).NormalizedRmse).Should().BeFalse();
    }

    private static Mlp<double> Network() => Mlp<double>.Create(2, [8], 1, seed: 3);

    /// <summary>The same samples in memory. The constructor refuses them, so the one number is set afterwards.</summary>
    private static MemoryJetSource<double> Stored(BrokenSource source)
    {
        var stored = source.Sound.Materialize();
        (source.IsInput ? stored.Input : stored.Target)[source.Component, BrokenSource.Sample, source.Feature] = source.Bad;
        return stored;
    }

    private sealed class BrokenSource(bool isInput, int component, int feature, double bad) : IJetSource<double>
    {
        public const int Sample = 301;

        public IJetSource<double> Sound { get; } = new FunctionSource<double>(1, 400, 2);

        public bool IsInput => isInput;

        public int Component => component;

        public int Feature => feature;

        public double Bad => bad;

        public JetLayout Layout => Sound.Layout;

        public int InputFeatures => 2;

        public int OutputFeatures => 1;

        public int Count => Sound.Count;

        public int InputOrder => 1;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            Sound.Fill(samples, input, target);
            var jets = isInput ? input : target;
            int s = samples.IndexOf(Sample);
            if (s >= 0 && component < jets.Layout.Count)
            {
                jets[component, s, feature] = bad;
            }
        }
    }
}
