using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet;

/// <summary>A source that gives another one's samples, some of them or parts of them, and changes nothing itself.</summary>
internal interface IDerivedJetSource<T> : IJetSource<T>
    where T : unmanaged
{
    /// <summary>The source that samples come from.</summary>
    IJetSource<T> Source { get; }
}

/// <summary>Finds the source that has to be told how far training is.</summary>
internal static class AdaptiveSources
{
    /// <summary>The source itself or the one it is made of, whichever changes while training goes on; null if none does.</summary>
    /// <param name="source">Any source.</param>
    public static IAdaptiveJetSource<T>? Of<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        while (true)
        {
            switch (source)
            {
                case IAdaptiveJetSource<T> adaptive:
                    return adaptive;
                case IDerivedJetSource<T> derived:
                    source = derived.Source;
                    break;
                default:
                    return null;
            }
        }
    }

    /// <summary>Refuses a source that changes while training goes on where another kind is made of it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="reason">A sentence on what cannot be done with it, and what can.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">The source, or what it is made of, changes while training goes on.</exception>
    public static void Refuse<T>(IJetSource<T> source, string reason, [CallerArgumentExpression(nameof(source))] string? name = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Of(source) is not null)
        {
            throw new ArgumentException("The source's samples change while training goes on. " + reason, name);
        }
    }
}
