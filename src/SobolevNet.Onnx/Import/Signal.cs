namespace SobolevNet.Onnx;

/// <summary>A function of a step of the chain, by its values at <see cref="KnownActivations.Probes"/>.</summary>
internal readonly record struct View(Stage Stage, double[] Samples);

/// <summary>
/// What flows through a model: an elementwise function of a step of the chain. A signal may be several such functions at once: 30 z is 30 times z, and it is also a step of
/// its own, of which sin(30 z) is the sine. All views of a signal are equal.
/// </summary>
/// <param name="views">The views, the oldest step first; at least one.</param>
/// <param name="isFlat">Whether the signal has the shape (samples, features), as dense layers need.</param>
internal sealed class Signal(IReadOnlyList<View> views, bool isFlat)
{
    /// <summary>The most views that are kept. Formulas of activations need two.</summary>
    private const int MaxViews = 4;

    public IReadOnlyList<View> Views { get; } = views.Count <= MaxViews ? views : [.. views.Take(MaxViews / 2), .. views.TakeLast(MaxViews / 2)];

    public bool IsFlat => isFlat;

    public int Features => Views[^1].Stage.Features;

    /// <summary>The output of a step.</summary>
    public static Signal Of(Stage stage, bool isFlat = true) => new([new View(stage, KnownActivations.Probes)], isFlat);

    /// <summary>The step that the signal is, or the one of which it is an activation; null if it is neither.</summary>
    /// <remarks>The newest step that fits, because a change of unit that hardly changes numbers is part of the network too.</remarks>
    public (Stage Stage, Activation? Activation)? Resolve(double tolerance)
    {
        foreach (var view in Views.Reverse())
        {
            if (view.Samples.AsSpan().SequenceEqual(KnownActivations.Probes))
            {
                return (view.Stage, null);
            }
        }

        foreach (var view in Views.Reverse())
        {
            if (KnownActivations.Find(view.Samples, tolerance) is { } activation)
            {
                return (view.Stage, activation);
            }
        }

        return null;
    }
}
