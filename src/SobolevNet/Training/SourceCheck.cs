using System.Numerics;

namespace SobolevNet;

/// <summary>Refuses sources that cannot be used, before any work is done.</summary>
internal static class SourceCheck
{
    /// <summary>Samples of a term that are looked at: most of the time the first one moves.</summary>
    private const int MostSamples = 64;

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

        SampleWeights.Mean(source, name);
    }

    /// <summary>
    /// Checks data that are not measured: what is declared of inputs' derivatives, and all samples that lie in memory. Those that are computed are checked when they are used.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="order">The highest order that is used.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it.</param>
    /// <param name="name">The argument that the source is.</param>
    /// <exception cref="ArgumentException">A number is not finite, or a declaration is not true.</exception>
    /// <exception cref="OperationCanceledException">The check was canceled.</exception>
    public static void Whole<T>(IJetSource<T> source, int order, WorkerTeam team, MeasuringTime time, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DeclarationCheck.Run(source.Truncate(order), name, time);
        if (StoredSources.Holds(source))
        {
            SourceSurvey.Run(source, source.Layout.Truncate(order), team, time, (_, samples, input, target) => AreSound(source, samples, input, target, name));
        }
    }

    /// <summary>Refuses validation data of early stopping in which no value that counts is known.</summary>
    /// <param name="source">The validation data.</param>
    /// <param name="outputWeights">How much each output counts; all the same if null.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it.</param>
    /// <param name="name">The argument that the data are, or are a part of.</param>
    /// <exception cref="ArgumentException">The value of every output is missing in every sample looked at that has a weight.</exception>
    /// <exception cref="OperationCanceledException">The check was canceled.</exception>
    public static void HasValues<T>(IJetSource<T> source, double[]? outputWeights, WorkerTeam team, MeasuringTime time, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool[] areKnown = new bool[SourceSurvey.Lanes];
        if (!source.HasMissingLabels && !source.HasSampleWeights)
        {
            return;
        }

        SourceSurvey.Run(source, JetLayout.Value, team, time, (lane, samples, _, target) =>
        {
            for (int s = 0; s < samples.Length && !areKnown[lane]; s++)
            {
                for (int f = 0; f < target.Features; f++)
                {
                    areKnown[lane] |= !T.IsNaN(target[0, s, f]) && outputWeights?[f] is not 0 && SampleWeights.Of(source, samples[s]) > 0;
                }
            }
        });
        if (!areKnown.Contains(true))
        {
            throw new ArgumentException("Early stopping compares values, but those of the validation data are all missing or of weight 0.", name);
        }
    }

    /// <summary>
    /// Refuses points of a loss of the user's own whose inputs do not move along any tangent: the network's derivatives are zero there, whatever its parameters.
    /// </summary>
    /// <param name="term">The term.</param>
    /// <param name="time">Ends the look after the first sample.</param>
    /// <exception cref="ArgumentException">All first derivatives of the inputs are zero in all samples looked at.</exception>
    /// <exception cref="OperationCanceledException">The check was canceled.</exception>
    public static void Moves<T>(OwnTerm<T> term, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var source = term.Source;
        var layout = source.Layout.Truncate(1);
        if (layout.Order == 0 || !source.TangentInputs.IsEmpty)
        {
            return;
        }

        foreach (var (_, input) in SourceSurvey.OneByOne(source, layout, MostSamples, time))
        {
            if (input.Data[source.InputFeatures..].ContainsAnyExcept(T.Zero))
            {
                return;
            }
        }

        throw new ArgumentException(
            $"The source of {term.Name} has derivatives, but the first derivatives of its inputs are zero in all samples looked at. Expected how the inputs change along " +
            $"each tangent in the first-order components of the input, or the inputs that tangents are ({nameof(source.TangentInputs)}).",
            term.Argument);
    }

    /// <summary>Checks what a source gave. NaN in a target is a label that is missing, where the source says that labels may be.</summary>
    /// <param name="source">The source.</param>
    /// <param name="samples">The numbers of the samples.</param>
    /// <param name="input">Their inputs.</param>
    /// <param name="target">Their targets.</param>
    /// <param name="name">The argument that the source is.</param>
    /// <exception cref="ArgumentException">A number is not finite, or the inputs do not have the derivatives that the source declares.</exception>
    public static void AreSound<T>(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AreFinite(source, samples, input, allowNaN: false, "input", name);
        AreFinite(source, samples, target, source.HasMissingLabels, "target", name);
        InputDeclarations.Check(source, samples, input, name);
    }

    private static void AreFinite<T>(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> jets, bool allowNaN, string what, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (NotFinite.In(jets, allowNaN) is var (component, sample, feature))
        {
            T number = jets[component, sample, feature];
            throw new ArgumentException(
                $"The source's {what} is {number} in component {jets.Layout.NameOf(component)}, feature {feature} of sample {SampleNumbers.ForCaller(source, samples[sample])}; all data must be " +
                $"finite.{(what == "target" ? MissingLabels.Advice(number) : string.Empty)}",
                name);
        }
    }
}
