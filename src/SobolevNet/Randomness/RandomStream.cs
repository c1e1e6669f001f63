namespace SobolevNet;

/// <summary>
/// A reproducible stream of random numbers that is named by a seed and an index, so that sample number k of a source is
/// the same whoever draws it, whenever, on whichever thread. A value type: no allocation, no shared state.
/// </summary>
/// <remarks>
/// The generator is SplitMix64 (Steele, Lea and Flood, 2014): a Weyl sequence through a 64-bit mixing function, period
/// 2⁶⁴. Streams of different (seed, index) start at points of that sequence chosen by mixing both. The streams that the library
/// draws by itself (poses, noise, orders, …) are named by their purpose as well, so they are independent of each other and of
/// yours where seeds and indices are equal; initial weights alone are drawn by the plain stream of the network's seed and the
/// layer's index. Not for cryptography.
/// </remarks>
public struct RandomStream
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>Keeps the seeds of purposes apart from those that a program may make of small numbers in the same way.</summary>
    private const ulong PurposeBase = 0x6A09E667F3BCC908;

    private ulong _state;

    /// <summary>Starts the stream of a seed and an index.</summary>
    /// <param name="seed">Names the family of streams.</param>
    /// <param name="index">Names the stream within the family, for instance a sample's number.</param>
    public RandomStream(ulong seed, ulong index = 0) => _state = Mix(Mix(seed + Increment) + (index * 0xD1342543DE82EF95) + Increment);

    /// <summary>The stream that the library draws by for a purpose.</summary>
    /// <param name="purpose">What for.</param>
    /// <param name="seed">Names the family of streams.</param>
    /// <param name="index">Names the stream within the family.</param>
    internal static RandomStream For(StreamPurpose purpose, ulong seed, ulong index = 0) =>
        new(purpose == StreamPurpose.InitialWeights ? seed : new RandomStream(seed, PurposeBase + (ulong)purpose).NextBits(), index);

    /// <summary>The stream of a purpose that two indices name.</summary>
    /// <param name="purpose">What for.</param>
    /// <param name="seed">Names the family of streams.</param>
    /// <param name="index">Names the stream within the family.</param>
    /// <param name="part">Names a part of it, for instance one of several directions of a sample.</param>
    internal static RandomStream For(StreamPurpose purpose, ulong seed, ulong index, ulong part) =>
        new(For(purpose, seed, part).NextBits(), index);

    /// <summary>The next 64 random bits.</summary>
    /// <returns>A uniformly distributed integer.</returns>
    public ulong NextBits() => Mix(_state += Increment);

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    /// <returns>The number.</returns>
    public double NextUniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform number in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <param name="low">Lower end, finite.</param>
    /// <param name="high">Upper end, finite, at least <paramref name="low"/>; if equal, so is the number.</param>
    /// <returns>The number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An end is not finite, they are out of order, or their distance is not a double.</exception>
    public double NextUniform(double low, double high)
    {
        double length = high - low;
        if (!(length >= 0 && double.IsFinite(length)))
        {
            throw new ArgumentOutOfRangeException(
                double.IsFinite(low) ? nameof(high) : nameof(low),
                double.IsFinite(low) ? high : low,
                $"The ends of the interval [{low}, {high}) must be finite, in order and less than {double.MaxValue} apart.");
        }

        // Rounding up to the end itself happens where the interval is narrow.
        double number = low + (length * NextUniform());
        return number < high || length == 0 ? number : Math.BitDecrement(high);
    }

    /// <summary>A uniform integer in [0, <paramref name="bound"/>).</summary>
    /// <param name="bound">At least 1.</param>
    /// <returns>The integer; its bias is below bound/2⁶⁴.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is below 1.</exception>
    public int NextInteger(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Math.BigMul(NextBits(), (ulong)bound, out _);
    }

    /// <summary>A standard normal number, by the Box–Muller transform (two uniforms a number).</summary>
    /// <returns>The number.</returns>
    public double NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform()));
        return radius * Math.Cos(Math.Tau * NextUniform());
    }

    /// <summary>Fills a span with a vector that is uniform on the unit sphere.</summary>
    /// <param name="direction">At least one element; afterwards of Euclidean length 1.</param>
    /// <exception cref="ArgumentException">The span is empty.</exception>
    public void NextUnitVector(Span<double> direction)
    {
        if (direction.IsEmpty)
        {
            throw new ArgumentException("A unit vector needs at least one element.", nameof(direction));
        }

        double squared = 0;
        while (squared < 1e-20)
        {
            squared = 0;
            foreach (ref double element in direction)
            {
                element = NextNormal();
                squared += element * element;
            }
        }

        double scale = 1 / Math.Sqrt(squared);
        foreach (ref double element in direction)
        {
            element *= scale;
        }
    }

    /// <summary>Puts the elements of a span in random order (Fisher–Yates).</summary>
    /// <typeparam name="TElement">Any type.</typeparam>
    /// <param name="elements">The elements.</param>
    public void Shuffle<TElement>(Span<TElement> elements)
    {
        for (int i = elements.Length - 1; i > 0; i--)
        {
            int j = NextInteger(i + 1);
            (elements[i], elements[j]) = (elements[j], elements[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
