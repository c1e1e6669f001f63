namespace SobolevNet;

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
    public static bool CheckFits(PairFit[] fits, LabelSamples data, LabelVerdicts verdicts)
    {
        int m = data.Outputs;
        int p = data.Tangents;
        if (m < 2 || p < 2 || fits.Length != m)
        {
            return false;
        }

        double asSupplied = fits.Average(fit => fit.ResidualAsSupplied);
        for (int kind = 0; kind < 2; kind++)
        {
            double residual = 0;
            for (int o = 0; o < m; o++)
            {
                var (components, outputs) = Reread(kind, o, m, p);
                residual += fits[o].Residual(components, outputs) / m;
            }

            if (residual <= LabelDiagnosis.GoodResidual && residual <= 0.3 * asSupplied && asSupplied > LabelDiagnosis.GoodResidual)
            {
                verdicts.AddWhole(LabelProblem.SwappedAxes, Message);
                return true;
            }
        }

        return false;
    }

    /// <summary>Tries both on finite differences.</summary>
    /// <returns>Whether one of them explains what the labels as supplied do not.</returns>
    public static bool CheckEstimates(JetBatch<double> supplied, JetBatch<double> estimated, int p, LabelVerdicts verdicts)
    {
        int m = supplied.Features;
        if (m < 2 || p < 2)
        {
            return false;
        }

        double[] error = new double[3];
        for (int kind = 0; kind < 3; kind++)
        {
            for (int o = 0; o < m; o++)
            {
                var (components, outputs) = Reread(kind, o, m, p);
                for (int k = 0; k < p; k++)
                {
                    for (int s = 0; s < supplied.Samples; s++)
                    {
                        error[kind] += Math.Pow(supplied[components[k], s, outputs[k]] - estimated[1 + k, s, o], 2);
                    }
                }
            }
        }

        if (Math.Min(error[0], error[1]) <= 1e-3 * error[2])
        {
            verdicts.AddWhole(LabelProblem.SwappedAxes, Message);
            return true;
        }

        return false;
    }

    /// <summary>Where the derivative of an output along each tangent stands if the array was read with the wrong axis order.</summary>
    private static (int[] Components, int[] Outputs) Reread(int kind, int output, int m, int p)
    {
        int[] components = new int[p];
        int[] outputs = new int[p];
        for (int k = 0; k < p; k++)
        {
            // kind 0: meant (n, m), read (m, n); kind 1: meant (m, p), read (p, m); kind 2: as supplied.
            int place = kind == 0 ? (k * m) + output : (output * p) + k;
            (components[k], outputs[k]) = kind switch
            {
                0 => (1 + (place % p), place / p),
                1 => (1 + (place / m), place % m),
                _ => (1 + k, output),
            };
        }

        return (components, outputs);
    }
}
