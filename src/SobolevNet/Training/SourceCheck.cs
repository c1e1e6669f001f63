using System.Numerics;

namespace SobolevNet;

/// <summary>Refuses sources that cannot be used, before any work is done.</summary>
internal static class SourceCheck
{
    /// <summary>Checks that a source makes sense and has the network's shape.</summary>
    public static void Fits<T>(Mlp<T> network, IJetSource<T> source, string name = "source")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SourceArgument.Check(source, name);
        if (source.InputFeatures != network.Architecture.Inputs || source.OutputFeatures != network.Architecture.Outputs)
        {
            throw new ArgumentException(
                $"The source has {source.InputFeatures} inputs and {source.OutputFeatures} outputs; the network ({network.Architecture}) has " +
                $"{network.Architecture.Inputs} and {network.Architecture.Outputs}.",
                name);
        }
    }

    /// <summary>
    /// Checks validation data: what is declared of inputs' derivatives, and all samples that lie in memory. Those that are computed are checked when they are used.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="order">The highest order that is used.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it.</param>
    /// <param name="name">The argument that the source is.</param>
    /// <exception cref="ArgumentException">A number is not finite, or a declaration is not true.</exception>
    /// <exception cref="OperationCanceledException">The check was canceled.</exception>
    public static void Validation<T>(IJetSource<T> source, int order, WorkerTeam team, MeasuringTime time, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DeclarationCheck.Run(source.Truncate(order), name, time);
        if (StoredSources.Holds(source))
        {
            SourceSurvey.Run(source, source.Layout.Truncate(order), team, time, (_, samples, input, target) => AreSound(source, samples, input, target, name));
        }
    }

    /// <summary>Checks what a source gave.</summary>
    /// <param name="source">The source.</param>
    /// <param name="samples">The numbers of the samples.</param>
    /// <param name="input">Their inputs.</param>
    /// <param name="target">Their targets.</param>
    /// <param name="name">The argument that the source is.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the inputs do not have the derivatives that the source declares.</exception>
    public static void AreSound<T>(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AreFinite(samples, input, "input", name);
        AreFinite(samples, target, "target", name);
        InputDeclarations.Check(source, samples, input, name);
    }

    private static void AreFinite<T>(ReadOnlySpan<long> samples, JetSpan<T> jets, string what, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (NotFinite.In(jets) is var (component, sample, feature))
        {
            throw new ArgumentException(
                $"The source's {what} is {jets[component, sample, feature]} in component {jets.Layout.NameOf(component)}, feature {feature} of " +
                $"sample {samples[sample]}; all data must be finite.",
                name);
        }
    }
}
