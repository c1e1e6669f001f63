namespace SobolevNet;

/// <summary>
/// What the derivatives must explain: differences between neighboring samples, each a linear combination of the supplied
/// derivatives at both ends.
/// </summary>
/// <remarks>
/// For a pair (s, t) whose difference in x has the coordinates a in the tangents at s and b in those at t, the trapezoidal rule gives
/// y(t) − y(s) = Σₖ ½(aₖ ∂ₖy(s) + bₖ ∂ₖy(t)) up to third order in the distance. It holds whatever coordinates the two
/// samples use, since each end is taken in its own.
/// </remarks>
internal sealed class PairEquations
{
    /// <summary>Samples whose neighbors are used, at most.</summary>
    private const int MaxCenters = 512;

    private PairEquations(LabelSamples data, int[] from, int[] to, double[] fromFactor, double[] toFactor, double[] distance)
    {
        Data = data;
        From = from;
        To = to;
        FromFactor = fromFactor;
        ToFactor = toFactor;
        Distance = distance;
        Response = new double[from.Length * data.Outputs];
    }

    public LabelSamples Data { get; }

    public int[] From { get; }

    public int[] To { get; }

    /// <summary>Shape (pairs, tangents): the factor of the derivative at the first sample.</summary>
    public double[] FromFactor { get; }

    /// <summary>Shape (pairs, tangents): the factor of the derivative at the second sample.</summary>
    public double[] ToFactor { get; }

    /// <summary>Distance of each pair in scaled features.</summary>
    public double[] Distance { get; }

    /// <summary>Shape (pairs, outputs): the difference to be explained.</summary>
    public double[] Response { get; }

    /// <summary>Differences of the values, to be explained by first derivatives.</summary>
    /// <returns>The equations; null if too few differences lie along the tangents.</returns>
    public static PairEquations? OfValues(LabelSamples data, NeighborFrames frames, CancellationToken cancellationToken)
    {
        int p = data.Tangents;
        int neighbors = Math.Clamp(2 * p, 6, 24);
        int stride = ((data.Count - 1) / MaxCenters) + 1;
        var from = new List<int>();
        var to = new List<int>();
        var fromFactor = new List<double>();
        var toFactor = new List<double>();
        var distance = new List<double>();
        long tried = 0;
        double[] a = new double[p];
        double[] b = new double[p];
        for (int s = 0; s < data.Count; s += stride)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int taken = 0;
            foreach (int t in frames.Nearest(s, 3 * neighbors))
            {
                if (taken == neighbors)
                {
                    break;
                }

                tried++;
                if (!frames.TryCoordinates(s, s, t, a) || !frames.TryCoordinates(t, s, t, b))
                {
                    continue;
                }

                taken++;
                from.Add(s);
                to.Add(t);
                distance.Add(frames.Distance(s, t));
                foreach (double coordinate in a)
                {
                    fromFactor.Add(coordinate / 2);
                }

                foreach (double coordinate in b)
                {
                    toFactor.Add(coordinate / 2);
                }
            }
        }

        if (from.Count < 4 * p || from.Count < tried / 5)
        {
            return null;
        }

        var equations = new PairEquations(data, [.. from], [.. to], [.. fromFactor], [.. toFactor], [.. distance]);
        equations.SetDifferences(component: 0);
        return equations;
    }

    /// <summary>Differences of one first derivative, to be explained by second derivatives.</summary>
    /// <remarks>
    /// With straight tangents the same rule applies. Otherwise the tangent k of s is carried along its own coordinates to where t
    /// lies, xₖ + Σₗ aₗ xₖₗ, and ∂ₖy there is read off the first derivatives at t; this works whatever coordinates t uses.
    /// </remarks>
    /// <param name="frames">The tangents.</param>
    /// <param name="tangent">k, the first derivative whose differences are taken.</param>
    /// <param name="firsts">First derivatives with known mistakes of scale corrected: factor for (tangent, output).</param>
    public PairEquations OfFirsts(NeighborFrames frames, int tangent, Func<int, int, double> firsts)
    {
        if (frames.IsFlat)
        {
            var same = new PairEquations(Data, From, To, FromFactor, ToFactor, Distance);
            same.SetDifferences(1 + tangent);
            for (int row = 0; row < same.Response.Length; row++)
            {
                same.Response[row] *= firsts(tangent, row % Data.Outputs);
            }

            return same;
        }

        // The rule looks from s only; taking every pair from both sides cancels its error of even order.
        int p = Data.Tangents;
        double[] factor = new double[2 * From.Length * p];
        for (int k = 0; k < From.Length * p; k++)
        {
            factor[k] = 2 * FromFactor[k];
            factor[(From.Length * p) + k] = -2 * ToFactor[k];
        }

        var both = new PairEquations(
            Data, [.. From, .. To], [.. To, .. From], factor, new double[factor.Length], [.. Distance, .. Distance]);
        both.SetCarriedDifferences(frames, tangent, firsts);
        return both;
    }

    private void SetDifferences(int component)
    {
        int m = Data.Outputs;
        for (int pair = 0; pair < From.Length; pair++)
        {
            for (int o = 0; o < m; o++)
            {
                Response[(pair * m) + o] = Data.Target[component, To[pair], o] - Data.Target[component, From[pair], o];
            }
        }
    }

    private void SetCarriedDifferences(NeighborFrames frames, int tangent, Func<int, int, double> firsts)
    {
        int p = Data.Tangents;
        int m = Data.Outputs;
        int n = Data.Input.Features;
        double[] carried = new double[n];
        double[] coordinates = new double[p];
        for (int pair = 0; pair < From.Length; pair++)
        {
            for (int f = 0; f < n; f++)
            {
                double value = Data.Input[1 + tangent, From[pair], f];
                for (int l = 0; l < p; l++)
                {
                    value += FromFactor[(pair * p) + l] * Data.Input[Data.Second(tangent, l), From[pair], f];
                }

                carried[f] = value * frames.FeatureScale[f];
            }

            frames.Project(To[pair], carried, coordinates);
            for (int o = 0; o < m; o++)
            {
                double difference = -firsts(tangent, o) * Data.Target[1 + tangent, From[pair], o];
                for (int k = 0; k < p; k++)
                {
                    difference += coordinates[k] * firsts(k, o) * Data.Target[1 + k, To[pair], o];
                }

                Response[(pair * m) + o] = difference;
            }
        }
    }
}
