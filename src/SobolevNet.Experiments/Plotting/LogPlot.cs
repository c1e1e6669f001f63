using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace SobolevNet.Experiments.Plotting;

/// <summary>A plot with a logarithmic vertical axis and, unless said otherwise, a logarithmic horizontal one.</summary>
/// <remarks>Logarithms are plotted, and the ticks name the numbers themselves. Points that are not known or not positive are left out.</remarks>
internal sealed class LogPlot
{
    private static readonly double[] FewDigits = [1, 2, 5];
    private static readonly double[] ManyDigits = [1, 1.5, 2, 3, 4, 5, 7];

    private readonly bool _linearX;
    private (double Low, double High) _range = (double.PositiveInfinity, double.NegativeInfinity);

    public LogPlot(bool linearX = false)
        : this(new Plot(), linearX)
    {
    }

    private LogPlot(Plot plot, bool linearX)
    {
        EmbeddedFont.UseInPlots();
        (Plot, _linearX) = (plot, linearX);
    }

    /// <summary>The plot, for everything that is not done here.</summary>
    public Plot Plot { get; }

    /// <summary>Draws several plots side by side, with one legend.</summary>
    /// <param name="path">The PNG file.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="panels">Draw the plots from left to right.</param>
    /// <param name="legendPanel">The plot whose legend is shown.</param>
    /// <param name="legend">Where it is shown.</param>
    /// <param name="linearX">Whether the horizontal axes are linear.</param>
    public static void SaveRow(
        string path, int width, int height, IReadOnlyList<Action<LogPlot>> panels, int legendPanel, Edge legend, bool linearX = false)
    {
        EmbeddedFont.UseInPlots();
        var row = new Multiplot();
        row.AddPlots(panels.Count);
        row.Layout = new ScottPlot.MultiplotLayouts.Columns();
        for (int k = 0; k < panels.Count; k++)
        {
            panels[k](new LogPlot(row.GetPlot(k), linearX));
            row.GetPlot(k).HideLegend();
        }

        row.GetPlot(legendPanel).ShowLegend(legend);
        AtomicFile.WriteAllBytes(path, row.Render(width, height).GetImageBytes(ImageFormat.Png));
    }

    /// <summary>Draws a line through points.</summary>
    /// <returns>The line, for markers and the like; null if no point is left.</returns>
    public Scatter? Line(IEnumerable<(double X, double Y)> points, Color color, string label = "", LinePattern? pattern = null, float width = 2)
    {
        var (x, y) = Known(points);
        if (x.Length == 0)
        {
            return null;
        }

        var line = Plot.Add.ScatterLine(x, y);
        line.Color = color;
        line.LineWidth = width;
        line.LinePattern = pattern ?? LinePattern.Solid;
        line.LegendText = label;
        return line;
    }

    /// <summary>Draws dots.</summary>
    public void Dots(IEnumerable<(double X, double Y)> points, Color color, float size, string label = "", MarkerShape shape = MarkerShape.FilledCircle)
    {
        var (x, y) = Known(points);
        if (x.Length > 0)
        {
            var dots = Plot.Add.Markers(x, y);
            dots.Color = color;
            dots.MarkerSize = size;
            dots.MarkerShape = shape;
            dots.LegendText = label;
        }
    }

    /// <summary>Fills what lies between two lines.</summary>
    public void Band(IEnumerable<(double X, double Low, double High)> points, Color color)
    {
        var known = points.Where(point => point is { X: > 0, Low: > 0, High: > 0 }).ToList();
        if (known.Count > 1)
        {
            var band = Plot.Add.FillY(
                [.. known.Select(point => Math.Log10(point.X))], [.. known.Select(point => Math.Log10(point.Low))],
                [.. known.Select(point => Math.Log10(point.High))]);
            band.FillColor = color.WithAlpha(0.12);
            band.LineWidth = 0;
            band.LegendText = "";
        }
    }

    /// <summary>Labels the axes.</summary>
    /// <param name="x">Label of the horizontal axis; none if empty.</param>
    /// <param name="y">Label of the vertical axis.</param>
    /// <param name="dense">Whether there are more ticks than 1, 2 and 5 times powers of ten.</param>
    public void Label(string x, string y, bool dense = false)
    {
        Plot.YLabel(y);
        Plot.Axes.Left.TickGenerator = Ticks(dense);
        if (x.Length > 0)
        {
            Plot.XLabel(x);
        }

        if (!_linearX)
        {
            Plot.Axes.Bottom.TickGenerator = Ticks(dense);
        }
    }

    /// <summary>Gives the horizontal axis ticks at some numbers, instead of those of <see cref="Label"/>.</summary>
    public void TickHorizontally(IEnumerable<int> at)
    {
        var ticks = new NumericManual();
        foreach (int value in at)
        {
            ticks.AddMajor(_linearX ? value : Math.Log10(value), value.ToString(CultureInfo.InvariantCulture));
        }

        Plot.Axes.Bottom.TickGenerator = ticks;
    }

    /// <summary>Makes the vertical axis end close to the lowest and the highest point.</summary>
    public void FitVertically()
    {
        if (_range.Low < _range.High)
        {
            Plot.Axes.SetLimitsY(_range.Low - 0.05, _range.High + 0.05);
        }
    }

    /// <summary>Draws the plot with its legend and writes it as PNG.</summary>
    public void Save(string path, int width, int height, Edge legend)
    {
        Plot.ShowLegend(legend);
        AtomicFile.WriteAllBytes(path, Plot.GetImage(width, height).GetImageBytes(ImageFormat.Png));
    }

    private static NumericManual Ticks(bool dense)
    {
        var ticks = new NumericManual();
        for (int decade = -6; decade <= 4; decade++)
        {
            foreach (double digit in dense ? ManyDigits : FewDigits)
            {
                double value = digit * Math.Pow(10, decade);
                ticks.AddMajor(Math.Log10(value), value.ToString("G4", CultureInfo.InvariantCulture));
            }
        }

        return ticks;
    }

    private (double[] X, double[] Y) Known(IEnumerable<(double X, double Y)> points)
    {
        var known = points.Where(point => point.Y > 0 && double.IsFinite(point.Y) && (_linearX || point.X > 0)).ToList();
        double[] y = [.. known.Select(point => Math.Log10(point.Y))];
        if (y.Length > 0)
        {
            _range = (Math.Min(_range.Low, y.Min()), Math.Max(_range.High, y.Max()));
        }

        return ([.. known.Select(point => _linearX ? point.X : Math.Log10(point.X))], y);
    }
}
