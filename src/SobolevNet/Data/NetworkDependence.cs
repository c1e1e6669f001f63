using System.Numerics;

namespace SobolevNet;

/// <summary>A source that gives another one's samples, some of them or parts of them, and depends on no network itself.</summary>
internal interface IDerivedJetSource<T> : IJetSource<T>
    where T : unmanaged
{
    /// <summary>The source that samples come from.</summary>
    IJetSource<T> Source { get; }
}

/// <summary>Finds the source that has to be told of the network.</summary>
internal static class NetworkDependence
{
    /// <summary>The source itself or the one it is made of, whichever depends on the network; null if none does.</summary>
    /// <param name="source">Any source.</param>
    public static INetworkDependentSource<T>? Of<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        while (true)
        {
            switch (source)
            {
                case INetworkDependentSource<T> dependent:
                    return dependent;
                case IDerivedJetSource<T> derived:
                    source = derived.Source;
                    break;
                default:
                    return null;
            }
        }
    }
}
