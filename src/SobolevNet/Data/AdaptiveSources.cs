using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet;

/// <summary>Finds the sources that change during training, also behind transforms.</summary>
internal static class AdaptiveSources
{
    /// <summary>Begins a run of training on a source of any kind.</summary>
    /// <param name="source">The source; it may be a transform of an adaptive one.</param>
    /// <returns>The source as the run sees it, and the part of it that follows the run's steps; the source itself and null if there is no such part.</returns>
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
            case IJetSourceRun<T>:
                throw new ArgumentException("The source belongs to one run of a training; give the source that began it.", nameof(source));
            case JetSourceTransform<T> transform:
                var (view, run) = BeginRun(transform.Source);
                return run is null ? (source, null) : (transform.Over(view), run);
            default:
                return (source, null);
        }
    }

    /// <summary>Refuses a source that changes during training.</summary>
    /// <param name="source">The source.</param>
    /// <param name="advice">A sentence that says what to do instead.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">The source, or what it is made of, changes during training.</exception>
    public static void Refuse<T>(IJetSource<T> source, string advice, [CallerArgumentExpression(nameof(source))] string? name = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var inner = source;
        while (inner is not (IAdaptiveJetSource<T> or IJetSourceRun<T>))
        {
            if (inner is not JetSourceTransform<T> transform)
            {
                return;
            }

            inner = transform.Source;
        }

        throw new ArgumentException("The source's samples change during training. " + advice, name);
    }

    private static void CheckShape<T>(IJetSourceRun<T>? run, IAdaptiveJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (run is null || !source.Layout.Equals(run.Layout) || run.InputFeatures != source.InputFeatures || run.OutputFeatures != source.OutputFeatures
            || run.Count != source.Count || run.IsEndless != source.IsEndless || run.HasMissingLabels != source.HasMissingLabels
            || run.HasSampleWeights != source.HasSampleWeights)
        {
            throw new InvalidOperationException(
                $"{source.GetType().Name}.BeginRun gave {(run is null ? "null" : "a source of another shape")}; a run has the layout, the features, " +
                "the count, the missing labels and the weights of its source.");
        }
    }
}
