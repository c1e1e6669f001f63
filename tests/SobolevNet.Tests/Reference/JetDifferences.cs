namespace SobolevNet.Tests.Reference;

/// <summary>
/// All first and second derivatives of a function of several variables by central differences of the eighth order along the
/// coordinate axes and their diagonals.
/// </summary>
public static class JetDifferences
{
    /// <summary>Weights of f(±k h) for the first derivative, times h.</summary>
    private static readonly double[] First = [4 / 5.0, -1 / 5.0, 4 / 105.0, -1 / 280.0];

    /// <summary>Weights of f(±k h) for the second derivative, times h²; the middle one makes the sum zero.</summary>
    private static readonly double[] Second = [8 / 5.0, -1 / 5.0, 8 / 315.0, -1 / 560.0];

    /// <summary>Value, first derivatives, second derivatives (i ≤ j, row by row) at the origin.</summary>
    /// <param name="function">The function.</param>
    /// <param name="variables">Number of variables.</param>
    /// <param name="step">h: a small part of the length on which the function varies.</param>
    /// <returns>1 + p + p(p+1)/2 numbers.</returns>
    public static double[] Jet(Func<double[], double> function, int variables, double step)
    {
        double value = function(new double[variables]);
        var first = new double[variables];
        var pure = new double[variables];
        for (int i = 0; i < variables; i++)
        {
            (first[i], pure[i]) = Along(function, variables, step, value, i, i);
        }

        var jet = new List<double> { value };
        jet.AddRange(first);
        for (int i = 0; i < variables; i++)
        {
            jet.Add(pure[i]);
            for (int j = i + 1; j < variables; j++)
            {
                jet.Add(0.5 * (Along(function, variables, step, value, i, j).Second - pure[i] - pure[j]));
            }
        }

        return [.. jet];
    }

    /// <summary>Derivatives along eᵢ + eⱼ, or along eᵢ if i = j.</summary>
    private static (double First, double Second) Along(
        Func<double[], double> function, int variables, double step, double value, int i, int j)
    {
        double first = 0;
        double second = 0;
        for (int k = 1; k <= First.Length; k++)
        {
            var point = new double[variables];
            (point[i], point[j]) = (k * step, k * step);
            double above = function(point);
            (point[i], point[j]) = (-k * step, -k * step);
            double below = function(point);
            first += First[k - 1] * (above - below);
            second += Second[k - 1] * (above + below - (2 * value));
        }

        return (first / step, second / (step * step));
    }
}
