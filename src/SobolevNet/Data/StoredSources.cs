using System.Numerics;

namespace SobolevNet;

/// <summary>Knows which sources hold their samples in memory, where reading all of them is cheap.</summary>
internal static class StoredSources
{
    /// <summary>Whether all samples lie in memory: labels, or parts of labels.</summary>
    /// <param name="source">Any source.</param>
    public static bool Holds<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => source switch
        {
            MemoryJetSource<T> or JacobianJetSource<T> => true,
            ConcatenatedJetSource<T> all => all.Sources.All(Holds),
            SubsetJetSource<T> or TruncatedJetSource<T> => Holds(((JetSourceTransform<T>)source).Source),
            _ => false,
        };

    /// <summary>Whether all samples lie in memory or in files that are read block by block, so that a statistic can look at all of them in order.</summary>
    /// <param name="source">Any source.</param>
    public static bool CanBeWalked<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => source switch
        {
            FileJetSource<T> => true,
            ConcatenatedJetSource<T> all => all.Sources.All(CanBeWalked),
            SubsetJetSource<T> or TruncatedJetSource<T> => CanBeWalked(((JetSourceTransform<T>)source).Source),
            _ => Holds(source),
        };
}
