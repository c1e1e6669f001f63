using System.Globalization;
using ScottPlot.TickGenerators;

namespace SobolevNet.Experiments.Pictures;

/// <summary>Ticks at 1, 2 and 5 times powers of ten, for data given as logarithms.</summary>
internal static class LogarithmicTicks
{
    public static NumericManual Create(int firstDecade, int lastDecade)
    {
        var ticks = new NumericManual();
        for (int decade = firstDecade; decade <= lastDecade; decade++)
        {
            foreach (int digit in new[] { 1, 2, 5 })
            {
                double value = digit * Math.Pow(10, decade);
                ticks.AddMajor(Math.Log10(value), value.ToString("G4", CultureInfo.InvariantCulture));
            }
        }

        return ticks;
    }
}
