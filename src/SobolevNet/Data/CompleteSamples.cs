using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Chooses samples whose labels are all known, for measurements that cannot do without one.</summary>
internal static class CompleteSamples
{
    /// <summary>The most samples looked at of a source that computes them.</summary>
    private const int MaxComputed = 1 << 16;

    /// <summary>The numbers of the chosen samples, in ascending order; see <see cref="SampleSubset"/>.</summary>
    /// <param name="source">The source.</param>
    /// <param name="most">The most that are chosen, at least 1.</param>
    /// <param name="cancellationToken">Stops the look within a few samples.</param>
    /// <exception cref="ArgumentException">No sample has all labels.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static long[] Choose<T>(IJetSource<T> source, int most, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!source.HasMissingLabels)
        {
            return SampleSubset.Of(source.Count, most);
        }

        var complete = new List<long>();
        int order = source.Layout.Order;
        var jets = new SourceJets<T>(source, order);
        foreach (long[] numbers in SampleSubset.Of(source.Count, StoredSources.Holds(source) ? source.Count : MaxComputed).Chunk(jets.Size(order)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            jets.Load(source, numbers, order);
            for (int s = 0; s < numbers.Length; s++)
            {
                if (IsComplete(jets.Target(s)))
                {
                    complete.Add(numbers[s]);
                }
            }
        }

        return complete.Count > 0
            ? [.. SampleSubset.Of(complete.Count, most).Select(k => complete[(int)k])]
            : throw new ArgumentException(
                "In every sample a label is missing, but samples with all labels are needed. Give sources of components and outputs that are known together.", nameof(source));
    }

    private static bool IsComplete<T>(JetSpan<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < target.Layout.Count; c++)
        {
            if (TensorPrimitives.IsNaNAny<T>(target.Row(c, 0)))
            {
                return false;
            }
        }

        return true;
    }
}
