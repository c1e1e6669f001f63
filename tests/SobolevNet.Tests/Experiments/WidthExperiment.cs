using System.Numerics.Tensors;
using System.Text.Json.Serialization;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Plotting;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using static System.FormattableString;

namespace SobolevNet.Tests.Experiments;

// The experiment of docs/contributing.md, which shows the text of every region.

#region settings
/// <summary>Settings of the width experiment.</summary>
internal sealed record WidthSettings : ExperimentSettings
{
    public static Presets<WidthSettings> Presets { get; } = new(
        "seconds, or a minute",
        new WidthSettings { Preset = "quick", Widths = [4, 16], Epochs = 20 },
        new WidthSettings { Preset = "full", Widths = [8, 32, 128], Epochs = 500 });

    /// <summary>Widths of the hidden layer, rising.</summary>
    public required int[] Widths { get; init; }

    public required int Epochs { get; init; }

    public double LearningRate { get; init; } = 1e-2;

    public static SettingsOptions<WidthSettings> Options() => new()
    {
        { "--widths", "Widths of the hidden layer.", Values.Integers(1, 1024), s => s.Widths, (s, widths) => s with { Widths = [.. widths.Order()] } },
        { "--epochs", "Passes over the samples.", Values.Count(1), s => s.Epochs, (s, epochs) => s with { Epochs = epochs } },
        { "--rate", "Highest learning rate.", Values.Real("NUMBER", 0), s => s.LearningRate, (s, rate) => s with { LearningRate = rate } },
    };
}
#endregion

#region report
/// <summary>report.json of the width experiment, with a run for each width.</summary>
internal sealed record WidthReport : ExperimentReport<WidthSettings, WidthRun>;

/// <summary>One training.</summary>
internal sealed record WidthRun : TrainingRow
{
    public required int Width { get; init; }

    /// <summary>Error of the values at the samples in per cent.</summary>
    public double ErrorPercent { get; init; } = double.NaN;

    public override string Title() => Invariant($"width {Width}");
}
#endregion

#region experiment
/// <summary>width: how the error of a fit falls with the width of the network.</summary>
internal sealed class WidthExperiment() : Experiment<WidthSettings, WidthReport>(
    "width", "Fits a sine with networks of several widths and compares their errors.",
    WidthSettings.Presets, WidthSettings.Options(), ThreadUse.OneTraining, ReportJson.Default.WidthReport)
{
    protected override WidthReport CreateReport(WidthSettings settings) => new() { Settings = settings };

    protected override string Announce(WidthReport report) => $"{report.Settings.Widths.Length} widths, {report.Runs.Count} of them done.";

    protected override void Train(ExperimentRun<WidthReport> run)
    {
        var settings = run.Report.Settings;
        float[] x = [.. Enumerable.Range(-20, 41).Select(k => k / 10f)];
        var samples = JetData.FromJacobian(
            new ReadOnlyTensorSpan<float>(x, [x.Length, 1]), new ReadOnlyTensorSpan<float>([.. x.Select(MathF.Sin)]),
            new ReadOnlyTensorSpan<float>([.. x.Select(MathF.Cos)], [x.Length, 1]));
        foreach (int width in settings.Widths.Except(run.Report.Runs.Select(done => done.Width)))
        {
            var planned = new WidthRun { Width = width };
            var trained = run.Train(planned, part =>
            {
                var network = Mlp<float>.Create(1, [width], 1, Activation.Tanh, seed: 1);
                var options = new SobolevTrainingOptions
                {
                    Epochs = settings.Epochs, Optimizer = Optimizer.Adam(learningRate: settings.LearningRate), Threads = settings.Threads,
                };
                double error = 100 * new SobolevTrainer<float>(network, options).Fit(samples, null, part, run.CancellationToken).Training.NormalizedRmse;
                return (planned with { ErrorPercent = error }, Invariant($"{error:0.00} %"));
            });
            run.Update(report => report with { Runs = [.. report.Runs, trained] });
        }
    }

    protected override void Draw(WidthReport report, ReportFolder<WidthReport> folder, CancellationToken cancellationToken)
    {
        var plot = new LogPlot();
        plot.Line(report.Runs.Select(run => ((double)run.Width, run.ErrorPercent)), ScottPlot.Colors.Blue);
        plot.Label("width", "error in per cent");
        plot.Save(folder.File("width.png"), 800, 500, ScottPlot.Edge.Right);
    }

    protected override MarkdownPage Describe(WidthReport report)
    {
        var page = new MarkdownPage("Error against width");
        page.Paragraph("Root mean square error of the values at the samples in per cent of their standard deviation.");
        page.Table(["width", "error"], report.Runs.Select(Cells));
        page.Picture("Error against width", "width.png");
        return page;
    }

    protected override void Show(WidthReport report, ConsoleOutput terminal) => terminal.Table(["width", "error"], report.Runs.Select(Cells));

    private static string[] Cells(WidthRun run) => [Invariant($"{run.Width}"), FigureText.Of(run.ErrorPercent, "0.00 '%'")];
}
#endregion

/// <summary>Stands for the program's context of the same name.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(FigureConverter)])]
[JsonSerializable(typeof(WidthReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
