namespace SobolevNet.LabelChecking;

/// <summary>
/// Pairs of samples (s, t) with the difference x(t) − x(s) in coordinates of the tangents: a at s, b at t. The trapezoidal rule
/// y(t) − y(s) = Σₖ ½(aₖ ∂ₖy(s) + bₖ ∂ₖy(t)) holds up to the third order in the distance, whatever coordinates the two samples use.
/// </summary>
/// <param name="From">s of each pair.</param>
/// <param name="To">t of each pair.</param>
/// <param name="FromFactor">½a, shape (pairs, tangents).</param>
/// <param name="ToFactor">½b, shape (pairs, tangents).</param>
/// <param name="Distance">Distance of each pair in scaled features.</param>
internal sealed record SamplePairs(int[] From, int[] To, double[] FromFactor, double[] ToFactor, double[] Distance)
{
    /// <summary>The largest number of random partners of which the nearest one is taken.</summary>
    private const int MaxCandidates = 256;

    public int Count => From.Length;

    /// <summary>The weight of each pair in a regression: that of pairs farther apart than the median falls with the distance, so that no few pairs decide.</summary>
    public double[] Weights()
    {
        double median = MathNet.Numerics.Statistics.Statistics.Median(Distance);
        return [.. Distance.Select(distance => Math.Min(1, median / distance))];
    }

    /// <summary>
    /// All samples in pairs at several distances, from near to far: each sample with the nearest of 256, 64, 16, 4, and 1 random partners. Both samples of a
    /// pair are in the same half.
    /// </summary>
    /// <param name="data">Normalized samples, whose order is random; the halves are those of even and odd number.</param>
    /// <param name="frames">Their tangents.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static List<SamplePairs> Levels(LabelSamples data, NeighborFrames frames, CancellationToken cancellationToken)
    {
        int most = Math.Min(MaxCandidates, ((data.Count / 2) - 1) / 2);
        if (most < 1)
        {
            return [];
        }

        // Where tangents vary from sample to sample, only near samples have differences along them.
        var sizes = new List<int> { most };
        for (int size = 64; size >= (frames.IsFlat ? 1 : 64); size /= 4)
        {
            if (size < most)
            {
                sizes.Add(size);
            }
        }

        Builder[] builders = [.. sizes.Select(_ => new Builder(frames, data.Tangents))];
        double[] distances = new double[most];
        for (int s = 0; s < data.Count; s++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int half = s % 2;
            int ofHalf = (data.Count - half + 1) / 2;
            int Partner(int j) => (2 * (((s / 2) + 1 + j) % ofHalf)) + half;
            for (int j = 0; j < most; j++)
            {
                distances[j] = frames.Distance(s, Partner(j));
            }

            for (int level = 0; level < sizes.Count; level++)
            {
                int size = sizes[level];
                for (int group = 0; group < Math.Min(2, most / size); group++)
                {
                    int nearest = -1;
                    for (int j = group * size; j < (group + 1) * size; j++)
                    {
                        if (distances[j] > 0 && (nearest < 0 || distances[j] < distances[nearest]))
                        {
                            nearest = j;
                        }
                    }

                    if (nearest >= 0)
                    {
                        builders[level].Add(s, Partner(nearest));
                    }
                }
            }
        }

        return [.. builders.Where(builder => 2 * builder.Count > builder.Tried && builder.Count > 1).Select(builder => builder.Build())];
    }

    private sealed class Builder(NeighborFrames frames, int tangents)
    {
        private readonly List<int> _from = [];
        private readonly List<int> _to = [];
        private readonly List<double> _fromFactor = [];
        private readonly List<double> _toFactor = [];
        private readonly double[] _a = new double[tangents];
        private readonly double[] _b = new double[tangents];
        private readonly List<double> _distance = [];

        public int Count => _from.Count;

        public int Tried { get; private set; }

        /// <summary>Adds a pair if its difference lies along the tangents of both samples.</summary>
        public void Add(int from, int to)
        {
            Tried++;
            if (!frames.TryCoordinates(from, from, to, _a) || !frames.TryCoordinates(to, from, to, _b))
            {
                return;
            }

            _from.Add(from);
            _to.Add(to);
            _fromFactor.AddRange(_a.Select(coordinate => coordinate / 2));
            _toFactor.AddRange(_b.Select(coordinate => coordinate / 2));
            _distance.Add(frames.Distance(from, to));
        }

        public SamplePairs Build() => new([.. _from], [.. _to], [.. _fromFactor], [.. _toFactor], [.. _distance]);
    }
}

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
