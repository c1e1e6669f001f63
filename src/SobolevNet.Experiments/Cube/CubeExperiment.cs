using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using SobolevNet.Rendering;
using static System.FormattableString;

namespace SobolevNet.Experiments.Cube;

/// <summary>cube: trains orders 0, 1 and 2 on the same images and compares them.</summary>
internal sealed class CubeExperiment() : Experiment<CubeSettings, CubeReport>(
    Command, "Trains the same network on the same cube images with values alone, first and second derivatives, and compares them. What is not given comes from the preset.",
    CubePresets.All, CubeOptions.Create(), ThreadUse.OneTraining, ReportJson.Default.CubeReport)
{
    public const string Command = "cube";

    protected override CubeReport CreateReport(CubeSettings settings)
    {
        new MlpArchitecture(settings.ImageSize * settings.ImageSize, settings.Hidden, 9, settings.ActivationKind()).CheckOrder(settings.HighestOrder());
        CubeData<float>.TestSource(settings, settings.HighestOrder());
        return new CubeReport { Settings = settings };
    }

    protected override string Announce(CubeReport report)
    {
        var settings = report.Settings;
        return
            $"{settings.TrainingImages}{(settings.FreshImages ? " new images an epoch" : " images")}, {settings.Epochs} epochs, orders {string.Join(", ", settings.Orders)}, " +
            $"network {settings.ImageSize * settings.ImageSize}-{string.Join('-', settings.Hidden)}-9 {settings.Activation}.";
    }

    protected override void Train(ExperimentRun<CubeReport> run)
    {
        if (run.Report.Settings.Precision == "double")
        {
            new CubeTraining<double>(run).Train();
        }
        else
        {
            new CubeTraining<float>(run).Train();
        }
    }

    protected override void Draw(CubeReport report, ReportFolder<CubeReport> folder, CancellationToken cancellationToken)
    {
        LearningCurves.Save(report, folder.File(CubeFiles.Curves));
        if (report.Settings.Precision == "double")
        {
            CubeGrid.Save<double>(report, folder);
        }
        else
        {
            CubeGrid.Save<float>(report, folder);
        }
    }

    protected override MarkdownPage Describe(CubeReport report)
    {
        var settings = report.Settings;
        var page = new MarkdownPage("Cubes: training with and without derivatives");
        page.Paragraph(
            Invariant($"The same network ({report.Sound[0].Architecture}) was trained from the same start on the same {settings.TrainingImages} images{(settings.FreshImages ? ", new ones in every epoch," : "")}"),
            Invariant($"for {settings.Epochs} epochs: on the positions of three vertices alone (order 0), on these with their first derivatives by the cube's six"),
            "degrees of freedom (order 1), and with the second derivatives too (order 2).",
            Poses(settings),
            Invariant($"Errors are root mean square over {settings.TestImages} fresh images, in per cent of the standard deviation of the targets."));
        page.Table(
            ["order", "test error", "times lower than order 0", "training error", "seconds", "distance of a vertex, in edges", "test errors of derivatives", "loss weights"],
            report.Runs.Select(run => (string[])
            [
                .. Cells(run), FigureText.Of(run.TestVertexErrorInEdges, "0.0000"),
                string.Join(", ", run.TestDerivativeErrorsPercent.Select(error => Invariant($"{error:0.0} %"))), run.OrderWeights,
            ]));
        ErrorTable.Add(page, "Errors by output", Errors(report));
        AddPlaces(page, report);
        page.Picture("Learning curves", CubeFiles.Curves);
        page.Picture("Images, derivatives and predictions", CubeFiles.Grid);
        page.Paragraph($"The networks are {string.Join(", ", report.Sound.Select(run => $"[{run.Network}]({run.Network})"))}.");
        return page;
    }

    protected override void Show(CubeReport report, ConsoleOutput terminal)
    {
        terminal.Table(["order", "test error", "times lower", "training error", "seconds"], report.Runs.Select(Cells));
        terminal.Line(Poses(report.Settings));
        ErrorTable.Show(terminal, Errors(report));
    }

    /// <summary>How densely the training images lie, on which the worth of derivatives depends.</summary>
    private static string Poses(CubeSettings settings)
    {
        string range = Invariant($"Cubes are rotated by up to {settings.MaximalAngle * 180 / Math.PI:0.0}° and moved by up to {settings.MaximalTranslation:0.###} along each axis");
        double images = settings.ImagesOverPapersRange();
        return settings.FreshImages || !double.IsFinite(images)
            ? range + "."
            : Invariant($"{range}; {settings.TrainingImages} images there lie as densely as {images:N0} over the paper's range ({PoseRange.Default.MaximalAngle * 180 / Math.PI:0.0}°, {PoseRange.Default.MaximalTranslation:0.###}).");
    }

    private static IEnumerable<(string Run, IReadOnlyList<ErrorRow> Rows)> Errors(CubeReport report) =>
        report.Runs.Select(run => (Invariant($"order {run.Order}"), run.TestErrors));

    /// <summary>A row for each part of the test images, a column for each order.</summary>
    private static void AddPlaces(MarkdownPage page, CubeReport report)
    {
        CubeRun[] runs = [.. report.Sound.Where(run => run.TestErrorsByPlace.Count > 0)];
        if (runs.Length == 0)
        {
            return;
        }

        page.Section("Errors by place");
        page.Paragraph(
            $"The first row is of all test images, each other row of a quarter of them, chosen by a distance. To the {TestPlaces.Edge}: 1 less the largest of the angle and the three",
            $"translations, each over its bound. To the {TestPlaces.Neighbor}: root mean square over the cube's eight vertices, in widths of an edge (σ).",
            runs[0].Order == 0
                ? "Cells are the root mean square error and the median over the images, and how many times lower than those of order 0 they are."
                : "Cells are the root mean square error and the median over the images.");
        page.Table(
            ["distance to", "from", "to", "images", .. runs.Select(run => Invariant($"order {run.Order}"))],
            runs[0].TestErrorsByPlace.Select((place, k) => (string[])
            [
                place.Distance, Invariant($"{place.From:0.00}"), Invariant($"{place.To:0.00}"), Invariant($"{place.Images}"), .. runs.Select(run => Cell(run.TestErrorsByPlace[k], k)),
            ]));

        string Cell(PlaceRow place, int row)
        {
            var plain = runs[0].TestErrorsByPlace[row];
            return runs[0].Order > 0 || place == plain
                ? Invariant($"{place.ErrorPercent:0.000} %, median {place.MedianPercent:0.000} %")
                : Invariant($"{place.ErrorPercent:0.000} % ×{plain.ErrorPercent / place.ErrorPercent:0.0}, median {place.MedianPercent:0.000} % ×{plain.MedianPercent / place.MedianPercent:0.0}");
        }
    }

    private static string[] Cells(CubeRun run) =>
    [
        Invariant($"{run.Order}"),
        FigureText.Of(run.TestErrorPercent, "0.00 '%'"),
        run.TimesBetterThanOrder0 is { } times ? Invariant($"{times:0.0}") : "–",
        FigureText.Of(run.TrainErrorPercent, "0.00 '%'"),
        FigureText.Of(run.Seconds, "0.0"),
    ];
}
