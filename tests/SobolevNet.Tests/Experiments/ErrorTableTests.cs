using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using SobolevNet.Tests.Networks;

namespace SobolevNet.Tests.Experiments;

public class ErrorTableTests
{
    private static readonly JetLayout Layout = JetLayout.Full(2, 1);

    private static readonly Evaluation Errors = Evaluation.Of(
        JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 5, 3], 4),
        new MemoryJetSource<double>(JetPassTests.RandomJets<double>(Layout, 30, 2, 1), JetPassTests.RandomJets<double>(Layout, 30, 3, 2)), order: 1);

    [Fact]
    public void Rows_OfAnEvaluation_AreThoseOfTheValues()
    {
        var rows = ErrorTable.Of(Errors);
        rows.Select(row => row.Output).Should().Equal(0, 1, 2);
        foreach (var (row, errors) in rows.Zip(Errors.Components))
        {
            (row.PercentOfSize, row.Rms, row.Mean, row.Median, row.Quantile90, row.Quantile99, row.Max, row.WorstSample).Should().Be((
                100 * errors.Relative, errors.Rms, errors.Mean, errors.Median, errors.Quantile90, errors.Quantile99, errors.Max, errors.WorstSamples[0]));
        }
    }

    [Fact]
    public void Table_OfRuns_IsTheSameOnTheTerminalAndThePage()
    {
        var rows = ErrorTable.Of(Errors);
        var text = new StringWriter();
        var page = new MarkdownPage("Title");
        ErrorTable.Show(new ConsoleOutput(text, text), [("order 0", rows), ("order 1", [])]);
        ErrorTable.Add(page, "Errors", [("order 0", rows), ("order 1", [])]);
        string worst = FormattableString.Invariant($"{rows[2].Max:G3}");
        text.ToString().Split('\n').Where(line => line.Contains("order 0")).Should().HaveCount(3).And.Subject.Last().Should().Contain(worst);
        page.ToString().Should().Contain("## Errors").And.Contain(FormattableString.Invariant($" | {worst} | {rows[2].WorstSample} |"));

        // Reports of earlier versions have no rows.
        var before = new StringWriter();
        ErrorTable.Show(new ConsoleOutput(before, before), [("order 0", [])]);
        before.ToString().Should().BeEmpty();
    }
}
