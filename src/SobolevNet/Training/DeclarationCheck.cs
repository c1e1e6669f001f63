using System.Numerics;

namespace SobolevNet;

/// <summary>Compares what a source, and every source that it is made of, declares of the derivatives of its inputs with its jets.</summary>
/// <remarks>
/// A transform that leaves out what the other source declares to be zero hides an untrue declaration of that source, so each is looked at. Statistics and
/// evaluations compare the samples that they see, too (<see cref="SourceCheck.AreSound"/>), but not those of inner sources, and of inputs that are tangents
/// values alone.
/// </remarks>
internal static class DeclarationCheck
{
    /// <summary>The most samples of a source, which may compute them slowly.</summary>
    private const int MaxSamples = 256;

    /// <summary>Elements of inputs that a check looks at: some milliseconds.</summary>
    private const long MaxElements = 10_000_000;

    /// <summary>Elements beyond which even one sample's inputs are not made.</summary>
    private const long MaxElementsOfSample = 1 << 26;

    /// <summary>Refuses a source that declares what its samples do not have. Looks at a random choice of samples.</summary>
    /// <param name="source">The source.</param>
    /// <param name="name">The argument's name.</param>
    /// <param name="time">Ends the look after the first sample of each source.</param>
    /// <exception cref="ArgumentException">A sample's inputs do not have the derivatives declared.</exception>
    /// <exception cref="OperationCanceledException">The check was canceled.</exception>
    public static void Run<T>(IJetSource<T> source, string name, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // What the library holds in memory declares what it found there.
        IJetSource<T>? next = source;
        int order = source.Layout.Order;
        while (next is not null && !StoredSources.Holds(next))
        {
            Look(next, next.Layout.Truncate(order), name, time);

            // A transform may need more of the other source than it gives itself; these two do not.
            order = next is TruncatedJetSource<T> or SubsetJetSource<T> ? Math.Min(order, next.Layout.Order) : 2;
            next = (next as JetSourceTransform<T>)?.Source;
        }
    }

    private static void Look<T>(IJetSource<T> source, JetLayout layout, string name, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        while (layout.Order > 0 && Elements(layout) > MaxElementsOfSample)
        {
            layout = layout.Truncate(layout.Order - 1);
        }

        if (layout.Order == 0 || (source.TangentInputs.IsEmpty && source.InputOrder >= layout.Order))
        {
            return;
        }

        int count = (int)Math.Clamp(MaxElements / Elements(layout), 1, Math.Min(MaxSamples, source.Count));
        foreach (var (sample, input) in SourceSurvey.OneByOne(source, layout, count, time))
        {
            InputDeclarations.Check<T>(source, [sample], input, name);
        }

        long Elements(JetLayout of) => (long)of.Count * source.InputFeatures;
    }
}
