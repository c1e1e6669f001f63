namespace SobolevNet;

/// <summary>Pairs of samples at several distances, from the nearest to any two; both samples of a pair are in the same half.</summary>
internal sealed class SlopePairs
{
    /// <summary>Of so many random partners the nearest one is taken, at most.</summary>
    private const int MaxCandidates = 256;

    private SlopePairs(List<Level> levels) => Levels = levels;

    /// <summary>From near to far.</summary>
    public IReadOnlyList<Level> Levels { get; }

    /// <summary>Chooses pairs.</summary>
    /// <param name="data">Normalized samples, whose order is random.</param>
    /// <param name="frames">Their tangents.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static SlopePairs Of(LabelSamples data, NeighborFrames frames, CancellationToken cancellationToken)
    {
        int most = Math.Min(MaxCandidates, ((data.Count / 2) - 1) / 2);
        if (most < 1)
        {
            return new SlopePairs([]);
        }

        // Where tangents turn from sample to sample, only near samples have differences along them.
        var sizes = new List<int> { most };
        for (int size = 64; size >= (frames.IsFlat ? 1 : 64); size /= 4)
        {
            if (size < most)
            {
                sizes.Add(size);
            }
        }

        var builders = sizes.Select(size => new Builder(size, groups: Math.Min(2, most / size))).ToList();
        double[] distances = new double[most];
        double[] a = new double[data.Tangents];
        double[] b = new double[data.Tangents];
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

            foreach (var builder in builders)
            {
                for (int group = 0; group < builder.Groups; group++)
                {
                    int nearest = -1;
                    for (int j = group * builder.Size; j < (group + 1) * builder.Size; j++)
                    {
                        if (distances[j] > 0 && (nearest < 0 || distances[j] < distances[nearest]))
                        {
                            nearest = j;
                        }
                    }

                    if (nearest >= 0)
                    {
                        int t = Partner(nearest);
                        builder.Tried++;
                        if (frames.TryCoordinates(s, s, t, a) && (frames.IsFlat || frames.TryCoordinates(t, s, t, b)))
                        {
                            builder.Add(s, t, a, frames.IsFlat ? a : b);
                        }
                    }
                }
            }
        }

        return new SlopePairs([.. builders.Where(builder => 2 * builder.Count > builder.Tried && builder.Count > 1).Select(builder => builder.Build())]);
    }

    /// <summary>Pairs of about one distance; the factors of the derivatives at both ends are half the coordinates of the difference there.</summary>
    public sealed record Level(int[] From, int[] To, double[] FromFactor, double[] ToFactor);

    private sealed class Builder(int size, int groups)
    {
        private readonly List<int> _from = [];
        private readonly List<int> _to = [];
        private readonly List<double> _fromFactor = [];
        private readonly List<double> _toFactor = [];

        public int Size => size;

        public int Groups => groups;

        public int Tried { get; set; }

        public int Count => _from.Count;

        public void Add(int from, int to, double[] a, double[] b)
        {
            _from.Add(from);
            _to.Add(to);
            for (int k = 0; k < a.Length; k++)
            {
                _fromFactor.Add(a[k] / 2);
                _toFactor.Add(b[k] / 2);
            }
        }

        public Level Build() => new([.. _from], [.. _to], [.. _fromFactor], [.. _toFactor]);
    }
}
