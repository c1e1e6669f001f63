using System.Numerics;

namespace SobolevNet;

/// <summary>Knows which sources hold their samples in memory, where reading all of them is cheap.</summary>
internal static class StoredSources
{
    /// <summary>Whether all samples lie in memory: labels, or parts of labels.</summary>
    /// <param name="source">Any source.</param>
    public static bool Holds<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        AreAll(source, static labels => labels is MemoryJetSource<T> or JacobianJetSource<T>);

    /// <summary>Whether all samples lie in memory or in files that are read block by block, so that a statistic can look at all of them in order.</summary>
    /// <param name="source">Any source.</param>
    public static bool CanBeWalked<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        AreAll(source, static labels => labels is MemoryJetSource<T> or JacobianJetSource<T> or FileJetSource<T>);

    /// <summary>Whether all sources that a source takes its samples from as they are, or as far as it takes them, are of some kind.</summary>
    private static bool AreAll<T>(IJetSource<T> source, Func<IJetSource<T>, bool> isOfKind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => source switch
        {
            ConcatenatedJetSource<T> all => all.Sources.All(part => AreAll(part, isOfKind)),
            SubsetJetSource<T> or TruncatedJetSource<T> => AreAll(((JetSourceTransform<T>)source).Source, isOfKind),
            _ => isOfKind(source),
        };
}
