using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet;

/// <summary>A source that gives another one's samples, some of them or parts of them, and changes nothing itself.</summary>
internal interface IDerivedJetSource<T> : IJetSource<T>
    where T : unmanaged
{
    /// <summary>The source that samples come from.</summary>
    IJetSource<T> Source { get; }

    /// <summary>The same made of another source of the same shape.</summary>
    IJetSource<T> Of(IJetSource<T> source);
}

/// <summary>Finds the source that changes while training goes on, in what is made of it.</summary>
internal static class AdaptiveSources
{
    /// <summary>Begins a run on a source of any kind.</summary>
    /// <param name="source">The source; it may be made of an adaptive one.</param>
    /// <returns>The source as the run sees it, and the part of it that follows the run's steps; the source itself and null if none does.</returns>
    /// <exception cref="ArgumentException">The source is itself a run.</exception>
    /// <exception cref="InvalidOperationException">An adaptive source gave a run of another shape.</exception>
    public static (IJetSource<T> View, IJetSourceRun<T>? Run) BeginRun<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (source)
        {
            case IAdaptiveJetSource<T> adaptive:
                var begun = adaptive.BeginRun();
                CheckShape(begun, adaptive);
                return (begun, begun);
            case IDerivedJetSource<T> derived:
                var (view, run) = BeginRun(derived.Source);
                return run is null ? (source, null) : (derived.Of(view), run);
            case IJetSourceRun<T>:
                throw new ArgumentException("The source belongs to one run of a training; give the source that began it.", nameof(source));
            default:
                return (source, null);
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
        var inner = source;
        while (inner is IDerivedJetSource<T> derived)
        {
            inner = derived.Source;
        }

        if (inner is IAdaptiveJetSource<T> or IJetSourceRun<T>)
        {
            throw new ArgumentException("The source's samples change while training goes on. " + reason, name);
        }
    }

    private static void CheckShape<T>(IJetSourceRun<T>? run, IAdaptiveJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (run is null || !source.Layout.Equals(run.Layout) || run.InputFeatures != source.InputFeatures || run.OutputFeatures != source.OutputFeatures
            || run.Count != source.Count || run.IsEndless != source.IsEndless)
        {
            throw new InvalidOperationException(
                $"{source.GetType().Name}.BeginRun gave {(run is null ? "null" : "a source of another shape")}; a run has the layout, the features " +
                "and the count of its source.");
        }
    }
}
