using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace SobolevNet.Experiments.Pictures;

/// <summary>Logarithmic axes: data are plotted as logarithms, ticks say what they stand for.</summary>
internal static class LogAxis
{
    /// <summary>Ticks at 1, 2 and 5 times powers of ten.</summary>
    public static NumericManual Ticks()
    {
        var ticks = new NumericManual();
        for (int decade = -6; decade <= 4; decade++)
        {
            foreach (int digit in new[] { 1, 2, 5 })
            {
                double value = digit * Math.Pow(10, decade);
                ticks.AddMajor(Math.Log10(value), value.ToString("G4", CultureInfo.InvariantCulture));
            }
        }

        return ticks;
    }

    /// <summary>Labels both axes and gives them logarithmic ticks.</summary>
    public static void Label(Plot plot, string x, string y, bool logarithmicX = true)
    {
        plot.XLabel(x);
        plot.YLabel(y);
        plot.Axes.Left.TickGenerator = Ticks();
        if (logarithmicX)
        {
            plot.Axes.Bottom.TickGenerator = Ticks();
        }
    }
}
