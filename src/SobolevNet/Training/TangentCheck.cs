using System.Numerics;

namespace SobolevNet;

/// <summary>Compares what a source says of its tangents with its jets.</summary>
internal static class TangentCheck
{
    /// <summary>Elements of unit vectors that a check looks at: some milliseconds.</summary>
    private const long MostElements = 10_000_000;

    /// <summary>Elements beyond which the unit vectors of even one sample are not made.</summary>
    private const long MostElementsOfSample = 1 << 26;

    /// <summary>
    /// Refuses a source whose inputs are not differentiated by what its <see cref="IJetSource{T}.TangentInputs"/> says: the two ways of propagation would
    /// train different things. Looks at a random choice of samples, at all of them where that takes little.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="name">The argument's name.</param>
    /// <param name="time">Ends the look after the first sample.</param>
    /// <exception cref="ArgumentException">The first derivatives of a sample's inputs are not unit vectors.</exception>
    public static void Run<T>(IJetSource<T> source, string name, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout.Truncate(1);
        long elements = (long)layout.Count * source.InputFeatures;
        if (source.TangentInputs.IsEmpty || layout.Order == 0 || elements > MostElementsOfSample)
        {
            return;
        }

        int count = (int)Math.Clamp(MostElements / elements, 1, source.Count);
        var input = new JetBatch<T>(layout, 1, source.InputFeatures);
        var target = new JetBatch<T>(layout, 1, source.OutputFeatures);
        bool isFirst = true;
        foreach (long sample in SampleSubset.Of(source.Count, count))
        {
            time.ThrowIfCanceled();
            if (!isFirst && time.SecondsLeft <= 0)
            {
                return;
            }

            isFirst = false;
            source.Fill([sample], input, target);
            if (!UnitTangents.Are<T>(input, 0, source.TangentInputs))
            {
                throw new ArgumentException(
                    $"The source's TangentInputs says that its tangents are inputs, but the first derivatives of the inputs of sample {sample} are not their unit vectors.",
                    name);
            }
        }
    }
}
