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
    /// lies, e = xₖ + Σₗ aₗ xₖₗ = Σᵢ βᵢ xᵢ(t), and dy(e) is read off the first derivatives at t, whatever coordinates t uses. Its
    /// rate of change is Σₗ aₗ yₖₗ at s, and at t, with b for the difference there,
    /// Σᵢₗ βᵢ bₗ (yᵢₗ − dy(xᵢₗ)) + Σₗ aₗ dy(xₖₗ(s)); the mean of both times one is the difference of dy(e).
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

        // The rule is not symmetric in s and t; taking every pair from both sides cancels part of its error.
        double[] from = [.. FromFactor, .. ToFactor.Select(factor => -factor)];
        double[] to = [.. ToFactor, .. FromFactor.Select(factor => -factor)];
        var both = new PairEquations(Data, [.. From, .. To], [.. To, .. From], from, to, [.. Distance, .. Distance]);
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
        double[] bend = new double[n];
        double[] carried = new double[n];
        double[] beta = new double[p];
        double[] correction = new double[p];
        for (int pair = 0; pair < From.Length; pair++)
        {
            // Factors hold half the coordinates, as the trapezoidal rule wants them.
            int s = From[pair];
            int t = To[pair];
            var a = FromFactor.AsSpan(pair * p, p);
            var b = ToFactor.AsSpan(pair * p, p);
            for (int f = 0; f < n; f++)
            {
                bend[f] = 0;
                for (int l = 0; l < p; l++)
                {
                    bend[f] += 2 * a[l] * Data.Input[Data.Second(tangent, l), s, f];
                }

                carried[f] = (Data.Input[1 + tangent, s, f] + bend[f]) * frames.FeatureScale[f];
            }

            frames.Project(t, carried, beta);
            for (int f = 0; f < n; f++)
            {
                double rest = 0.5 * bend[f];
                for (int i = 0; i < p; i++)
                {
                    for (int l = 0; l < p; l++)
                    {
                        rest -= beta[i] * b[l] * Data.Input[Data.Second(i, l), t, f];
                    }
                }

                bend[f] = rest * frames.FeatureScale[f];
            }

            frames.Project(t, bend, correction);
            for (int o = 0; o < m; o++)
            {
                double difference = -firsts(tangent, o) * Data.Target[1 + tangent, s, o];
                for (int i = 0; i < p; i++)
                {
                    difference += (beta[i] - correction[i]) * firsts(i, o) * Data.Target[1 + i, t, o];
                    for (int l = 0; i != tangent && l < p; l++)
                    {
                        difference -= beta[i] * b[l] * Data.Target[Data.Second(i, l), t, o];
                    }
                }

                Response[(pair * m) + o] = difference;
            }

            for (int l = 0; l < p; l++)
            {
                b[l] *= beta[tangent];
            }
        }
    }
}
