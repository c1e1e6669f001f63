using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Chooses samples by the labels that they know, for checks that compare labels with each other.</summary>
internal static class CompleteSamples
{
    /// <summary>Samples with all labels that are enough, however many others know some.</summary>
    public const int Enough = 64;

    /// <summary>The most samples looked at of a source that computes them.</summary>
    private const int MaxComputed = 1 << 16;

    /// <summary>The numbers of the chosen samples, in ascending order; see <see cref="SampleSubset"/>.</summary>
    /// <remarks>They know all labels. Where fewer than <see cref="Enough"/> do, they know the value and a first derivative of some output, if more do.</remarks>
    /// <param name="source">The source.</param>
    /// <param name="most">The most that are chosen, at least 1.</param>
    /// <param name="cancellationToken">Stops the look within a few samples.</param>
    /// <exception cref="ArgumentException">No sample knows a value and a first derivative of the same output.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static long[] Choose<T>(IJetSource<T> source, int most, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!source.HasMissingLabels)
        {
            return SampleSubset.Of(source.Count, most);
        }

        var (complete, useful) = (new List<long>(), new List<long>());
        int order = source.Layout.Order;
        var jets = new SourceJets<T>(source, order);
        foreach (long[] numbers in SampleSubset.Of(source.Count, StoredSources.Holds(source) ? source.Count : MaxComputed).Chunk(jets.Size(order)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            jets.Load(source, numbers, order);
            for (int s = 0; s < numbers.Length; s++)
            {
                if (IsUseful(jets.Target(s)))
                {
                    useful.Add(numbers[s]);
                }

                if (IsComplete(jets.Target(s)))
                {
                    complete.Add(numbers[s]);
                }
            }
        }

        var chosen = complete.Count < Enough && complete.Count < useful.Count ? useful : complete;
        return chosen.Count > 0
            ? [.. SampleSubset.Of(chosen.Count, most).Select(k => chosen[(int)k])]
            : throw new ArgumentException("No sample knows both a value and a first derivative of the same output. Give sources that know them together.", nameof(source));
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

    private static bool IsUseful<T>(JetSpan<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isUseful = false;
        for (int f = 0; f < target.Features; f++)
        {
            for (int k = 0; k < target.Layout.Firsts.Length && !isUseful; k++)
            {
                isUseful = !T.IsNaN(target[0, 0, f]) && !T.IsNaN(target[1 + k, 0, f]);
            }
        }

        return isUseful;
    }
}
