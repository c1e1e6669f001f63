using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace SobolevNet.Experiments.Pictures;

/// <summary>Logarithmic axes: data are plotted as logarithms, ticks say what they stand for.</summary>
internal static class LogAxis
{
    private static readonly double[] Few = [1, 2, 5];
    private static readonly double[] Many = [1, 1.5, 2, 3, 4, 5, 7];

    /// <summary>Ticks at 1, 2 and 5 times powers of ten, or at more.</summary>
    public static NumericManual Ticks(bool dense = false)
    {
        var ticks = new NumericManual();
        for (int decade = -6; decade <= 4; decade++)
        {
            foreach (double digit in dense ? Many : Few)
            {
                double value = digit * Math.Pow(10, decade);
                ticks.AddMajor(Math.Log10(value), value.ToString("G4", CultureInfo.InvariantCulture));
            }
        }

        return ticks;
    }

    /// <summary>Labels both axes and gives them logarithmic ticks.</summary>
    public static void Label(Plot plot, string x, string y, bool dense = false)
    {
        plot.XLabel(x);
        plot.YLabel(y);
        plot.Axes.Left.TickGenerator = Ticks(dense);
        plot.Axes.Bottom.TickGenerator = Ticks(dense);
    }
}
