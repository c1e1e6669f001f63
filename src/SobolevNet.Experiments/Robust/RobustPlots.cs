using System.Globalization;
using ScottPlot;
using SobolevNet.Experiments.Plotting;

namespace SobolevNet.Experiments.Robust;

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
        var plot = new LogPlot();
        int[] widths = [.. runs.Select(run => run.Width).Distinct().Order()];
        foreach (var method in runs.GroupBy(run => (run.Method, run.Width)))
        {
            int size = Array.IndexOf(widths, method.Key.Width);
            var line = plot.Line(
                method.Select(run => (run.TestErrorPercent, run.FirstOrderVulnerability)), ColorOf(method.Key.Method),
                string.Create(CultureInfo.InvariantCulture, $"{method.Key.Method}, width {method.Key.Width}"),
                size == widths.Length - 1 ? LinePattern.Solid : LinePattern.Dotted, 1.2f);
            if (line is not null)
            {
                line.MarkerSize = 8 + (5 * size);
                line.MarkerShape = method.First().Kind == "invariance" ? MarkerShape.FilledSquare : MarkerShape.FilledCircle;
            }
        }

        plot.Label("error on fresh clean images in per cent", "first-order vulnerability", dense: true);
        plot.Save(path, 1100, 640, Edge.Right);
    }

    /// <summary>Error and vulnerability against the width: a line for each method, through its networks with the lowest product of both.</summary>
    public static void SaveCapacity(IReadOnlyList<RobustRun> runs, string path)
    {
        Save(path, [Panel("error on fresh clean images in per cent", run => run.TestErrorPercent), Panel("first-order vulnerability", run => run.FirstOrderVulnerability)]);

        Action<LogPlot> Panel(string label, Func<RobustRun, double> figure) => plot =>
        {
            foreach (var method in runs.GroupBy(run => run.Method))
            {
                Solid(plot, RobustClaims.BestByWidth(method).Select(run => ((double)run.Width, figure(run))), ColorOf(method.Key), method.Key);
            }

            plot.Label("width of the first hidden layer", label, dense: true);
            plot.TickHorizontally(runs.Select(run => run.Width).Distinct());
        };
    }

    /// <summary>Attacks over the size of perturbations: mean as a line, 10 to 90 per cent of the images as a band, the largest value dotted.</summary>
    public static void SaveAttacks(IReadOnlyList<(string Name, IReadOnlyList<AttackFigures> Attack)> networks, string path)
    {
        (string Title, Func<AttackFigures, AttackStatistics> Of)[] panels =
        [
            ("universal: error against the oracle", size => size.Universal), ("sensitivity: the network moves, the oracle stays", size => size.Sensitivity),
            ("invariance: the oracle moves, the network stays", size => size.Invariance),
        ];
        Save(path, [.. panels.Select(panel => (Action<LogPlot>)(plot =>
        {
            foreach (var (name, attack) in networks)
            {
                var color = ColorOf(name);
                var sizes = attack.Select(one => (one.Size, Of: panel.Of(one))).ToList();
                plot.Band(sizes.Select(one => (one.Size, one.Of.Quantiles[0], one.Of.Quantiles[2])), color);
                Solid(plot, sizes.Select(one => (one.Size, one.Of.Mean)), color, name);
                Dotted(plot, sizes.Select(one => (one.Size, one.Of.Max)), color);
            }

            plot.Plot.Title(panel.Title, 15);
            plot.Label("length of the perturbation", "distance of the outputs");
        }))]);
    }

    /// <summary>Errors under noise.</summary>
    public static void SaveNoise(IReadOnlyList<(string Name, IReadOnlyList<NoiseFigures> Noise)> networks, string path)
    {
        Save(path,
        [
            plot => Draw(plot, "against the target of the clean image", point => point.ErrorAgainstCleanPercent, withOracle: true),
            plot => Draw(plot, "against the oracle at the noisy image", point => point.ErrorAgainstOraclePercent, withOracle: false),
        ]);

        void Draw(LogPlot plot, string title, Func<NoiseFigures, double> error, bool withOracle)
        {
            foreach (var (name, noise) in networks)
            {
                Solid(plot, noise.Select(point => (point.Deviation, error(point))), ColorOf(name), name);
            }

            if (withOracle)
            {
                Dotted(plot, networks[0].Noise.Select(point => (point.Deviation, point.OracleShiftPercent)), Color.FromHex("#000000"), "the oracle itself");
            }

            plot.Plot.Title(title, 15);
            plot.Label("standard deviation of the noise of a pixel", "error in per cent");
        }
    }

    private static void Save(string path, IReadOnlyList<Action<LogPlot>> panels) => LogPlot.SaveRow(path, Width, Height, panels, legendPanel: 0, Edge.Left);

    private static void Solid(LogPlot plot, IEnumerable<(double X, double Y)> points, Color color, string label)
    {
        if (plot.Line(points, color, label) is { } line)
        {
            line.MarkerSize = 6;
        }
    }

    private static void Dotted(LogPlot plot, IEnumerable<(double X, double Y)> points, Color color, string label = "") =>
        plot.Line(points, color, label, LinePattern.Dotted, 1.2f);

    /// <summary>The color of a method, which is the first word of a network's name.</summary>
    private static Color ColorOf(string name)
    {
        int index = RobustMethod.Names.ToList().IndexOf(name.Split(' ')[0]);
        return Colors[Math.Max(0, index) % Colors.Length];
    }
}
