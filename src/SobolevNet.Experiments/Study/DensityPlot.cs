using ScottPlot;
using SobolevNet.Experiments.CubeImages;
using SobolevNet.Experiments.Plotting;
using SobolevNet.Rendering;
using static System.FormattableString;

namespace SobolevNet.Experiments.Study;

/// <summary>What derivatives are worth against the distance between neighboring images: errors, and how many times lower they are than order 0.</summary>
internal static class DensityPlot
{
    private const int Width = 1500;
    private const int Height = 560;

    /// <summary>Images and factors of the paper (arXiv 2310.14045).</summary>
    private const int PaperImages = 117_180;
    private static readonly double[] PaperFactors = [1, 5.5, 25];

    private static readonly Color[] Colors = [Color.FromHex("#7f7f7f"), Color.FromHex("#1f77b4"), Color.FromHex("#d62728")];
    private static readonly LinePattern[] Patterns = [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted];

    public static void Save(StudyReport report, string path) => LogPlot.SaveRow(
        path, Width, Height, [plot => DrawErrors(plot, report), plot => DrawFactors(plot, report)], legendPanel: 1, Edge.Right);

    private static void DrawErrors(LogPlot plot, StudyReport report)
    {
        DrawLines(plot, report, [0, 1, 2], one => Errors(report, one).Values);
        plot.Label("distance of neighboring images in widths of an edge", "error on fresh images in per cent", dense: true);
    }

    private static void DrawFactors(LogPlot plot, StudyReport report)
    {
        DrawLines(plot, report, [1, 2], one => Factors(report, one));
        double paper = CubePoses.Spacing(PoseRange.Default, new CubeRendererOptions(), PaperImages);
        foreach (int order in new[] { 1, 2 })
        {
            int components = JetLayout.Full(6, order).Count;
            plot.Dots([(paper, PaperFactors[order])], Colors[order], 12, $"order {order}, the paper", MarkerShape.FilledDiamond);
            var line = plot.Plot.Add.HorizontalLine(Math.Log10(components), 1, Colors[order], LinePattern.DenselyDashed);
            line.LegendText = $"{components} components, each worth an image";
        }

        plot.Label("distance of neighboring images in widths of an edge", "times lower than order 0 (mean of the seeds' factors)", dense: true);
    }

    /// <summary>
    /// A line for each order and range through the means of the seeds, with a dot for each number of images, and a band from the lowest to the
    /// highest seed.
    /// </summary>
    private static void DrawLines(LogPlot plot, StudyReport report, int[] orders, Func<StudyCase, IEnumerable<double>> ordinates)
    {
        var cases = report.Cases.Where(one => one.Group == StudyPlan.Density).ToList();
        double[] ranges = [.. cases.Select(one => one.Range).Distinct()];
        foreach (int order in orders)
        {
            foreach (double range in ranges)
            {
                var points = cases.Where(one => one.Order == order && one.Range == range).OrderBy(one => one.Images)
                    .Select(one => (X: CubePoses.Spacing(CubePoses.Part(range), new CubeRendererOptions(), one.Images), Y: ordinates(one).DefaultIfEmpty(double.NaN).ToArray())).ToList();
                plot.Band(points.Select(point => (point.X, point.Y.Min(), point.Y.Max())), Colors[order]);
                var means = points.Select(point => (point.X, point.Y.Average())).ToList();
                plot.Line(means, Colors[order], Invariant($"order {order}, {range} of the range"), Patterns[Array.IndexOf(ranges, range) % Patterns.Length]);
                plot.Dots(means, Colors[order], 6);
            }
        }
    }

    /// <summary>How many times lower than that of order 0 on the same images the error of each seed is.</summary>
    private static IEnumerable<double> Factors(StudyReport report, StudyCase one)
    {
        var plain = report.Cases.First(other => other.Group == StudyPlan.Density && other.Setting == one.Setting && other.Order == 0);
        return Errors(report, plain).Join(Errors(report, one), first => first.Key, second => second.Key, (first, second) => first.Value / second.Value);
    }

    /// <summary>The errors in per cent by seed.</summary>
    private static Dictionary<int, double> Errors(StudyReport report, StudyCase one) =>
        report.Of(one).Where(run => run.Note is null).ToDictionary(run => run.Seed, run => run.TestErrorPercent);
}
