namespace SobolevNet.LabelChecking;

/// <summary>
/// Looks for first derivatives whose axes of outputs and tangents were exchanged in memory: an array of shape (S, n, m) read
/// as (S, m, n), or one of shape (S, m, p) read as (S, p, m).
/// </summary>
internal static class AxisOrder
{
    private const string Message =
        "The first derivatives fit with their axes of outputs and tangents exchanged: is the array transposed?";

    /// <summary>Tries both on differences of neighbors.</summary>
    /// <returns>Whether one of them explains what the labels as supplied do not.</returns>
    public static bool CheckNear(NearTest[] tests, LabelSamples data, LabelVerdicts verdicts)
    {
        int m = data.Outputs;
        int p = data.Tangents;
        if (tests.Length != m || tests.Average(test => test.ResidualAsSupplied) is var asSupplied && asSupplied <= NearTest.GoodResidual)
        {
            return false;
        }

        double[] ones = [.. Enumerable.Repeat(1.0, p)];
        return Check(m, p, verdicts, Math.Min(NearTest.GoodResidual, 0.3 * asSupplied), (o, components, outputs) => tests[o].Residual(ones, components, outputs) / m);
    }

    /// <summary>Tries both on finite differences.</summary>
    /// <returns>Whether one of them explains what the labels as supplied do not.</returns>
    public static bool CheckEstimates(JetBatch<double> supplied, JetBatch<double> estimated, int p, LabelVerdicts verdicts)
    {
        int m = supplied.Features;
        int[] asSupplied = [.. Enumerable.Range(1, p)];
        double error = Enumerable.Range(0, m).Sum(o => Error(o, asSupplied, [.. Enumerable.Repeat(o, p)]));
        return Check(m, p, verdicts, 1e-3 * error, Error);

        double Error(int output, int[] components, int[] outputs) => Enumerable.Range(0, p).Sum(k => Enumerable.Range(0, supplied.Samples).Sum(
            s => Math.Pow(supplied[components[k], s, outputs[k]] - estimated[1 + k, s, output], 2)));
    }

    private static bool Check(int m, int p, LabelVerdicts verdicts, double limit, Func<int, int[], int[], double> error)
    {
        if (m < 2 || p < 2)
        {
            return false;
        }

        foreach (bool isInput in new[] { false, true })
        {
            double sum = 0;
            for (int o = 0; o < m; o++)
            {
                // Where the derivative of an output along each tangent stands: meant (n, m), read (m, n); or meant (m, p), read (p, m).
                int[] place = [.. Enumerable.Range(0, p).Select(k => isInput ? (o * p) + k : (k * m) + o)];
                sum += error(o, [.. place.Select(i => 1 + (isInput ? i / m : i % p))], [.. place.Select(i => isInput ? i % m : i / p)]);
            }

            if (sum <= limit)
            {
                verdicts.AddWhole(LabelProblem.SwappedAxes, Message);
                return true;
            }
        }

        return false;
    }
}
