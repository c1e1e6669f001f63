using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet;

/// <summary>Finds the sources that change during training, also behind transforms and behind each other.</summary>
internal static class AdaptiveSources
{
    /// <summary>Begins a run of training on a source of any kind.</summary>
    /// <param name="source">The source; it may be made of any number of adaptive ones.</param>
    /// <returns>
    /// The source as the run sees it, and its parts that follow the run's steps, inner ones first; the source itself and nothing if there are none.
    /// </returns>
    /// <exception cref="ArgumentException">The source is itself a run.</exception>
    /// <exception cref="InvalidOperationException">
    /// An adaptive source gave a run of another shape, or one that cannot be filled from the run of the adaptive source that it is made of.
    /// </exception>
    public static (IJetSource<T> View, IJetSourceRun<T>[] Runs) BeginRun<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var runs = new List<IJetSourceRun<T>>();
        return (View(source, null, runs), [.. runs]);
    }

    /// <summary>Begins a step of the parts of a source that follow a run.</summary>
    /// <param name="runs">What <see cref="BeginRun"/> gave.</param>
    /// <param name="network">The network as it is now.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="progress">The part of the training that is done.</param>
    public static void BeginStep<T>(IJetSourceRun<T>[] runs, Mlp<T> network, long step, double progress)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var run in runs)
        {
            run.BeginStep(network, step, progress);
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
        if (Changes(source))
        {
            throw new ArgumentException("The source's samples change during training. " + advice, name);
        }
    }

    /// <summary>A source as a run of training sees it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="begun">The adaptive source whose run is made of this one; null if there is none.</param>
    /// <param name="runs">Receives the parts that follow steps.</param>
    private static IJetSource<T> View<T>(IJetSource<T> source, IAdaptiveJetSource<T>? begun, List<IJetSourceRun<T>> runs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (source)
        {
            case IAdaptiveJetSource<T> adaptive when !ReferenceEquals(adaptive, begun):
                var run = adaptive.BeginRun();
                CheckShape(run, adaptive);
                CheckChain(run, adaptive);
                var view = run is JetSourceTransform<T> made ? View(made, adaptive, runs) : run;
                runs.Add(run);
                return view;
            case IJetSourceRun<T>:
                // An adaptive source may begin the run of another one and pass the steps on itself.
                return begun is not null
                    ? source
                    : throw new ArgumentException("The source belongs to one run of a training; give the source that began it.", nameof(source));
            case JetSourceTransform<T> transform:
                return View(transform, begun, runs);
            default:
                return source;
        }
    }

    private static IJetSource<T> View<T>(JetSourceTransform<T> transform, IAdaptiveJetSource<T>? begun, List<IJetSourceRun<T>> runs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var inner = View(transform.Source, begun, runs);
        return ReferenceEquals(inner, transform.Source) ? transform : transform.Over(inner);
    }

    private static bool Changes<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var inner = source; ; inner = ((JetSourceTransform<T>)inner).Source)
        {
            if (inner is IAdaptiveJetSource<T> or IJetSourceRun<T>)
            {
                return true;
            }

            if (inner is not JetSourceTransform<T>)
            {
                return false;
            }
        }
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

        // The source's declarations are compared with samples, those of the run are not. A run that declares less is right.
        int order = source.Layout.Order;
        if (Math.Min(run.InputOrder, order) < Math.Min(source.InputOrder, order) || !(run.TangentInputs.IsEmpty || run.TangentInputs.SequenceEqual(source.TangentInputs)))
        {
            throw new InvalidOperationException(
                $"{source.GetType().Name}.BeginRun gave a run whose {nameof(run.InputOrder)} is {run.InputOrder} and whose {nameof(run.TangentInputs)} are " +
                $"[{string.Join(", ", run.TangentInputs.ToArray())}]; expected those of its source, {source.InputOrder} and [{string.Join(", ", source.TangentInputs.ToArray())}].");
        }
    }

    /// <summary>Refuses a run that cannot be filled from the run of the adaptive source that its own source is made of, and so would not see it change.</summary>
    private static void CheckChain<T>(IJetSourceRun<T> run, IAdaptiveJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (source is JetSourceTransform<T> owner && Changes(owner.Source) && !(run is JetSourceTransform<T> made && Changes(made.Source)))
        {
            throw new InvalidOperationException(
                $"{source.GetType().Name}.BeginRun gave a {run.GetType().Name} that is not made of the source's own source ({owner.Source.GetType().Name}), which changes " +
                $"during training. Derive the run from {nameof(JetSourceTransform<T>)} and give the source to its constructor.");
        }
    }
}
