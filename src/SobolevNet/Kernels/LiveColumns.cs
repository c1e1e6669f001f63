using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SobolevNet.Kernels;

/// <summary>For each sample of a batch of jets, the columns in which any of its components differs from zero.</summary>
/// <remarks>
/// <para>
/// All components of an image's jet are zero away from the thing seen, and at the same pixels. A product with such rows may
/// leave those columns out: a fused multiply-add with a zero changes no sum.
/// </para>
/// <para>
/// Columns are kept as runs. Gaps of up to three are closed, since a run is packed four columns at a time. Different
/// samples may be looked at by different threads.
/// </para>
/// </remarks>
internal sealed class LiveColumns
{
    /// <summary>Leaving columns out pays if no more than this share of them is live.</summary>
    public const double MaxShare = 0.6;

    /// <summary>It also needs this many rows a sample, to hide the latency of additions.</summary>
    public const int MinComponents = 4;

    private const int MaxGap = 3;

    private readonly int _columns;
    private readonly int _maxRuns;
    private readonly ColumnRun[] _runs;
    private readonly int[] _runCounts;
    private readonly int[] _counts;

    /// <summary>Reserves memory.</summary>
    /// <param name="columns">Columns of the rows.</param>
    /// <param name="samples">Most samples.</param>
    public LiveColumns(int columns, int samples)
    {
        _columns = columns;
        _maxRuns = (columns / (MaxGap + 2)) + 1;
        _runs = new ColumnRun[_maxRuns * samples];
        _runCounts = new int[samples];
        _counts = new int[samples];
    }

    /// <summary>Whether few enough columns of a sample are live.</summary>
    public bool AreFew(int sample) => _counts[sample] <= MaxShare * _columns;

    /// <summary>How many columns the runs of a sample have.</summary>
    public int CountOf(int sample) => _counts[sample];

    /// <summary>The live columns of a sample, rising.</summary>
    public ReadOnlySpan<ColumnRun> Of(int sample) => _runs.AsSpan(sample * _maxRuns, _runCounts[sample]);

    /// <summary>Looks at a sample. Its component c starts at <paramref name="rows"/>[c·stride].</summary>
    /// <returns>Whether few enough columns are live; if not, the runs are not complete.</returns>
    public bool Find<T>(int sample, ReadOnlySpan<T> rows, int stride, int components, Workspace<T> workspace)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Bits rather than numbers: a negative zero counts as live, which is merely a column too many.
        var mask = workspace.Panel(_columns);
        rows[.._columns].CopyTo(mask);
        if (mask.Count(T.Zero) < (1 - MaxShare) * _columns)
        {
            _counts[sample] = _columns;
            return false;
        }

        var bits = MemoryMarshal.AsBytes(mask);
        for (int c = 1; c < components; c++)
        {
            TensorPrimitives.BitwiseOr(bits, MemoryMarshal.AsBytes(rows.Slice(c * stride, _columns)), bits);
        }

        if (typeof(T) == typeof(double))
        {
            FindRuns(sample, MemoryMarshal.Cast<T, long>(mask));
        }
        else
        {
            FindRuns(sample, MemoryMarshal.Cast<T, int>(mask));
        }

        return AreFew(sample);
    }

    private void FindRuns<TBits>(int sample, ReadOnlySpan<TBits> mask)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        var runs = _runs.AsSpan(sample * _maxRuns, _maxRuns);
        int count = 0;
        int live = 0;
        int end = 0;
        while (end < mask.Length && mask[end..].IndexOfAnyExcept(TBits.Zero) is var skip && skip >= 0)
        {
            int start = end + skip;
            int length = mask[start..].IndexOf(TBits.Zero);
            length = length < 0 ? mask.Length - start : length;
            if (count > 0 && skip <= MaxGap)
            {
                runs[count - 1] = runs[count - 1] with { Length = start + length - runs[count - 1].Start };
                live += skip + length;
            }
            else
            {
                runs[count++] = new ColumnRun(start, length);
                live += length;
            }

            end = start + length;
        }

        _runCounts[sample] = count;
        _counts[sample] = live;
    }
}

/// <summary>Neighboring columns.</summary>
internal readonly record struct ColumnRun(int Start, int Length);
