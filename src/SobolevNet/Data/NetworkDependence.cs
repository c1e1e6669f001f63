using System.Numerics;
using System.Runtime.CompilerServices;

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

    /// <summary>Refuses a source that depends on the network where another kind is made of it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="reason">A sentence on what cannot be done with it, and what can.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">The source, or what it is made of, depends on the network.</exception>
    public static void Refuse<T>(IJetSource<T> source, string reason, [CallerArgumentExpression(nameof(source))] string? name = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Of(source) is not null)
        {
            throw new ArgumentException("The source's samples depend on the network that trains. " + reason, name);
        }
    }
}
