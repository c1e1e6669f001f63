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
    /// <summary>Samples whose nearest neighbors are used, at most.</summary>
    private const int MaxCenters = 512;

    /// <summary>The largest number of random partners of which the nearest one is taken.</summary>
    private const int MaxCandidates = 256;

    public int Count => From.Length;

    /// <summary>Each of up to 512 samples with its nearest neighbors.</summary>
    /// <returns>The pairs; null if too few neighbors lie along the tangents.</returns>
    public static SamplePairs? Nearest(LabelSamples data, NeighborFrames frames, CancellationToken cancellationToken)
    {
        int p = data.Tangents;
        int neighbors = Math.Clamp(2 * p, 6, 24);
        int stride = ((data.Count - 1) / MaxCenters) + 1;
        var builder = new Builder(frames, p);
        for (int s = 0; s < data.Count; s += stride)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int last = builder.Count + neighbors;
            foreach (int t in frames.Nearest(s, 3 * neighbors))
            {
                if (builder.Count == last)
                {
                    break;
                }

                builder.Add(s, t);
            }
        }

        return builder.Count >= 4 * p && builder.Count >= builder.Tried / 5 ? builder.Build() : null;
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

    /// <summary>The pairs that are no farther apart than the median.</summary>
    public bool[] NearHalf()
    {
        double median = MathNet.Numerics.Statistics.Statistics.Median(Distance);
        return [.. Distance.Select(distance => distance <= median)];
    }

    private sealed class Builder(NeighborFrames frames, int tangents)
    {
        private readonly List<int> _from = [];
        private readonly List<int> _to = [];
        private readonly List<double> _fromFactor = [];
        private readonly List<double> _toFactor = [];
        private readonly List<double> _distance = [];
        private readonly double[] _a = new double[tangents];
        private readonly double[] _b = new double[tangents];

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
