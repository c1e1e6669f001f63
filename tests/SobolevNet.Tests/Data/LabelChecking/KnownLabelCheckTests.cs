namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>Which samples are enough where labels are missing: y = a² + ab, and a second output that no sample knows, so that none knows all labels.</summary>
public class KnownLabelCheckTests
{
    [Theory]
    [InlineData(60, 30, false)] // half of those that know less
    [InlineData(60, 29, true)]
    [InlineData(400, 64, false)] // 64 are enough beside any number
    [InlineData(400, 63, true)]
    [InlineData(4, 2, false)]
    [InlineData(2, 1, true)] // one alone cannot be compared
    public void Run_OfSecondDerivativesKnownInFewSamples_LeavesThemOpen(int samples, int complete, bool isOpen)
    {
        var (_, seconds) = Run(JetLayout.Full(2, 2), samples, (s, component) => component > 2 && s >= complete);
        bool isSaid = seconds.Findings().Any(finding => finding.Message.Contains(LabelMessages.TooFewKnown, StringComparison.Ordinal));
        isSaid.Should().Be(isOpen);
        seconds.Components().Select(component => component.Component).Should().Equal(3, 4, 5);
    }

    [Fact]
    public void Run_WithoutSecondDerivatives_SaysNothingOfThem()
    {
        var (firsts, seconds) = Run(JetLayout.Full(2, 1), 200, (_, _) => false);
        firsts.Findings().Should().BeEmpty();
        seconds.Findings().Should().BeEmpty();
        seconds.Components().Should().BeEmpty();
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(0, true)]
    public void Run_OfAColumnKnownInFewSamples_ChecksTheOtherAlone(int known, bool isOpen)
    {
        var (firsts, _) = Run(JetLayout.Full(2, 1), 300, (s, component) => component == 2 && s >= known);
        firsts.Findings().Should().ContainSingle().Which.Message.Should().Be(
            $"∂1 could not be checked: {(isOpen ? LabelMessages.TooFewKnown : LabelMessages.TooFew)}.");

        (firsts, _) = Run(JetLayout.Full(2, 1), 300, (s, component) => component == 2 && s >= known, factor: -1);
        firsts.Findings().Select(finding => (finding.Problem, finding.Component)).Should().Equal((LabelProblem.WrongSign, 1), (LabelProblem.Inconclusive, -1));
    }

    private static (LabelVerdicts Firsts, LabelVerdicts Seconds) Run(JetLayout layout, int samples, Func<long, int, bool> isMissing, double factor = 1)
    {
        var source = JetSource.Generate<double>(layout, 2, 2, samples, Generate, inputOrder: 1, tangentInputs: [0, 1], allowMissing: true);
        var data = LabelSamples.Load(source, samples, default);
        data.Count.Should().Be(samples);
        var (firsts, seconds) = (new LabelVerdicts(data, samples), new LabelVerdicts(data, samples));
        new KnownLabelCheck(data, firsts, seconds, default).Run([0]);
        return (firsts, seconds);

        void Generate(long sample, ref RandomStream random, JetSpan<double> input, JetSpan<double> target)
        {
            var (a, b) = (random.NextUniform(-1, 1), random.NextUniform(-1, 1));
            (input[0, 0, 0], input[0, 0, 1]) = (a, b);
            double[] labels = [(a * a) + (a * b), factor * ((2 * a) + b), a, 2, 1, 0];
            for (int c = 0; c < layout.Count; c++)
            {
                target[c, 0, 0] = isMissing(sample, c) ? double.NaN : labels[c];
                target[c, 0, 1] = double.NaN;
            }
        }
    }
}
