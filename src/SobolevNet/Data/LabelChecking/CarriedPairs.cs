namespace SobolevNet.LabelChecking;

/// <summary>Differences of first derivatives between samples whose tangents differ, as on a manifold.</summary>
/// <remarks>
/// The tangent k of s is carried along its own coordinates to where t lies, e = xₖ + Σₗ aₗ xₖₗ = Σᵢ βᵢ xᵢ(t), and dy(e) is read off the first
/// derivatives at t, whatever coordinates t uses. Its rate of change is Σₗ aₗ yₖₗ at s, and at t, with b for the difference there,
/// Σᵢₗ βᵢ bₗ (yᵢₗ − dy(xᵢₗ)) + Σₗ aₗ dy(xₖₗ(s)); the mean of both times one is the difference of dy(e).
/// </remarks>
internal static class CarriedPairs
{
    /// <summary>Pairs, and for each of them the difference that second derivatives must explain.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="frames">Their tangents.</param>
    /// <param name="near">Neighbors.</param>
    /// <param name="tangent">k, the first derivative whose differences are taken.</param>
    /// <param name="output">The output feature.</param>
    /// <param name="firsts">First derivatives with known mistakes of scale corrected: factor for each tangent.</param>
    public static (SamplePairs Pairs, double[] Differences) Of(
        LabelSamples data, NeighborFrames frames, SamplePairs near, int tangent, int output, Func<int, double> firsts)
    {
        // The rule is not symmetric in s and t; taking every pair from both sides cancels part of its error.
        var pairs = new SamplePairs(
            [.. near.From, .. near.To],
            [.. near.To, .. near.From],
            [.. near.FromFactor, .. near.ToFactor.Select(factor => -factor)],
            [.. near.ToFactor, .. near.FromFactor.Select(factor => -factor)],
            [.. near.Distance, .. near.Distance]);
        int p = data.Tangents;
        int n = data.Input.Features;
        double[] differences = new double[pairs.Count];
        double[] bend = new double[n];
        double[] carried = new double[n];
        double[] beta = new double[p];
        double[] correction = new double[p];
        for (int pair = 0; pair < pairs.Count; pair++)
        {
            // Factors hold half the coordinates, as the trapezoidal rule wants them.
            int s = pairs.From[pair];
            int t = pairs.To[pair];
            var a = pairs.FromFactor.AsSpan(pair * p, p);
            var b = pairs.ToFactor.AsSpan(pair * p, p);
            for (int f = 0; f < n; f++)
            {
                bend[f] = 0;
                for (int l = 0; l < p; l++)
                {
                    bend[f] += 2 * a[l] * data.Input[data.Second(tangent, l), s, f];
                }

                carried[f] = (data.Input[1 + tangent, s, f] + bend[f]) * frames.FeatureScale[f];
            }

            frames.Project(t, carried, beta);
            for (int f = 0; f < n; f++)
            {
                double rest = 0.5 * bend[f];
                for (int i = 0; i < p; i++)
                {
                    for (int l = 0; l < p; l++)
                    {
                        rest -= beta[i] * b[l] * data.Input[data.Second(i, l), t, f];
                    }
                }

                bend[f] = rest * frames.FeatureScale[f];
            }

            frames.Project(t, bend, correction);
            double difference = -firsts(tangent) * data.Target[1 + tangent, s, output];
            for (int i = 0; i < p; i++)
            {
                difference += (beta[i] - correction[i]) * firsts(i) * data.Target[1 + i, t, output];
                for (int l = 0; i != tangent && l < p; l++)
                {
                    difference -= beta[i] * b[l] * data.Target[data.Second(i, l), t, output];
                }
            }

            differences[pair] = difference;
            for (int l = 0; l < p; l++)
            {
                b[l] *= beta[tangent];
            }
        }

        return (pairs, differences);
    }
}
