using System.Globalization;
using ScottPlot;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Robust;

namespace SobolevNet.Experiments.Pictures;

/// <summary>The plots of robustness experiments, on logarithmic scales.</summary>
internal static class RobustPlots
{
    private const int Width = 1700;
    private const int Height = 560;

    private static readonly Color[] Colors =
    [
        Color.FromHex("#7f7f7f"), Color.FromHex("#1f77b4"), Color.FromHex("#d62728"), Color.FromHex("#e377c2"), Color.FromHex("#ff7f0e"),
        Color.FromHex("#2ca02c"), Color.FromHex("#9467bd"), Color.FromHex("#8c564b"), Color.FromHex("#17becf"), Color.FromHex("#bcbd22"),
    ];

    /// <summary>Vulnerability against error: a point for each network, a line through the strengths of a method at one width.</summary>
    public static void SaveTradeOff(IReadOnlyList<RobustRun> runs, string path)
    {
        EmbeddedFont.UseInPlots();
        var plot = new Plot();
        int[] widths = [.. runs.Select(run => run.Width).Distinct().Order()];
        foreach (var line in runs.GroupBy(run => (run.Method, run.Width)))
        {
            var known = line.Where(run => run.TestErrorPercent > 0 && run.FirstOrderVulnerability > 0 && double.IsFinite(run.TestErrorPercent)).ToArray();
            var scatter = plot.Add.Scatter(
                known.Select(run => Math.Log10(run.TestErrorPercent)).ToArray(), known.Select(run => Math.Log10(run.FirstOrderVulnerability)).ToArray());
            int size = Array.IndexOf(widths, line.Key.Width);
            scatter.Color = ColorOf(line.Key.Method);
            scatter.LineWidth = 1.2f;
            scatter.LinePattern = size == widths.Length - 1 ? LinePattern.Solid : LinePattern.Dotted;
            scatter.MarkerSize = 8 + (5 * size);
            scatter.MarkerShape = line.First().Kind == "invariance" ? MarkerShape.FilledSquare : MarkerShape.FilledCircle;
            scatter.LegendText = string.Create(CultureInfo.InvariantCulture, $"{line.Key.Method}, width {line.Key.Width}");
        }

        LogAxis.Label(plot, "error on fresh clean images in per cent", "first-order vulnerability", dense: true);
        plot.ShowLegend(Edge.Right);
        Write(plot, path, 1100, 640);
    }

    /// <summary>Attacks over the size of perturbations: mean as a line, 10 to 90 per cent of the images as a band, the largest value dotted.</summary>
    public static void SaveAttacks(IReadOnlyList<(string Name, IReadOnlyList<AttackReport> Attack)> networks, string path)
    {
        (string Title, Func<AttackReport, AttackStatistics> Of)[] panels =
        [
            ("universal: error against the oracle", size => size.Universal), ("sensitivity: the network moves, the oracle stays", size => size.Sensitivity),
            ("invariance: the oracle moves, the network stays", size => size.Invariance),
        ];
        SavePanels(path, panels.Length, (plot, panel) =>
        {
            for (int k = 0; k < networks.Count; k++)
            {
                var sizes = networks[k].Attack.Select(attack => attack.Size).ToArray();
                var values = networks[k].Attack.Select(panels[panel].Of).ToArray();
                var color = ColorOf(networks[k].Name);
                AddBand(plot, sizes, [.. values.Select(value => value.Quantiles[0])], [.. values.Select(value => value.Quantiles[2])], color);
                AddLine(plot, sizes, [.. values.Select(value => value.Mean)], color, solid: true, networks[k].Name);
                AddLine(plot, sizes, [.. values.Select(value => value.Max)], color, solid: false, null);
            }

            plot.Title(panels[panel].Title, 15);
            LogAxis.Label(plot, "length of the perturbation", "distance of the outputs");
        });
    }

    /// <summary>Errors under noise.</summary>
    public static void SaveNoise(IReadOnlyList<(string Name, IReadOnlyList<NoiseReport> Noise)> networks, string path)
    {
        (string Title, Func<NoiseReport, double?> Of)[] panels =
        [
            ("against the target of the clean image", point => point.ErrorAgainstCleanPercent),
            ("against the oracle at the noisy image", point => point.ErrorAgainstOraclePercent),
        ];
        SavePanels(path, panels.Length, (plot, panel) =>
        {
            foreach (var (name, noise) in networks)
            {
                AddLine(plot, [.. noise.Select(point => point.Deviation)], [.. noise.Select(panels[panel].Of)], ColorOf(name), solid: true, name);
            }

            if (networks.Count > 0 && panel == 0)
            {
                var noise = networks[0].Noise;
                AddLine(
                    plot, [.. noise.Select(point => point.Deviation)], [.. noise.Select(point => point.OracleShiftPercent)], Color.FromHex("#000000"), solid: false,
                    "the oracle itself");
            }

            plot.Title(panels[panel].Title, 15);
            LogAxis.Label(plot, "deviation of the noise of a pixel", "error in per cent");
        });
    }

    private static void SavePanels(string path, int count, Action<Plot, int> draw)
    {
        EmbeddedFont.UseInPlots();
        var pages = new Multiplot();
        pages.AddPlots(count);
        pages.Layout = new ScottPlot.MultiplotLayouts.Columns();
        for (int k = 0; k < count; k++)
        {
            draw(pages.GetPlot(k), k);
            pages.GetPlot(k).HideLegend();
        }

        pages.GetPlot(0).ShowLegend(Edge.Left);

        AtomicFile.WriteAllBytes(path, pages.Render(Width, Height).GetImageBytes(ImageFormat.Png));
    }

    private static void AddLine(Plot plot, double[] x, double?[] y, Color color, bool solid, string? label)
    {
        int[] known = [.. Enumerable.Range(0, x.Length).Where(k => x[k] > 0 && y[k] is > 0)];
        if (known.Length == 0)
        {
            return;
        }

        var line = plot.Add.Scatter(known.Select(k => Math.Log10(x[k])).ToArray(), known.Select(k => Math.Log10(y[k]!.Value)).ToArray());
        line.Color = color;
        line.LineWidth = solid ? 2 : 1.2f;
        line.MarkerSize = solid ? 6 : 0;
        line.LinePattern = solid ? LinePattern.Solid : LinePattern.Dotted;
        line.LegendText = label ?? "";
    }

    private static void AddBand(Plot plot, double[] x, double?[] low, double?[] high, Color color)
    {
        int[] known = [.. Enumerable.Range(0, x.Length).Where(k => x[k] > 0 && low[k] is > 0 && high[k] is > 0)];
        if (known.Length < 2)
        {
            return;
        }

        var band = plot.Add.FillY(
            known.Select(k => Math.Log10(x[k])).ToArray(), known.Select(k => Math.Log10(low[k]!.Value)).ToArray(),
            known.Select(k => Math.Log10(high[k]!.Value)).ToArray());
        band.FillColor = color.WithAlpha(0.12);
        band.LineWidth = 0;
        band.LegendText = "";
    }

    /// <summary>The color of a method, by the first word of a name.</summary>
    private static Color ColorOf(string name)
    {
        int index = RobustMethod.Names.ToList().IndexOf(name.Split(' ')[0]);
        return Colors[Math.Max(0, index) % Colors.Length];
    }

    private static void Write(Plot plot, string path, int width, int height) =>
        AtomicFile.WriteAllBytes(path, plot.GetImageBytes(width, height, ImageFormat.Png));
}
