using System.Numerics;

namespace SobolevNet;

/// <content>Several sources in a row.</content>
public static partial class JetSource
{
    /// <summary>
    /// The samples of several sources, one source after the other. The sources may know different derivatives, such as prices at many points and Greeks at few: the result has
    /// the components that any of them has, and labels that a source lacks are missing (<see cref="IJetSource{T}.HasMissingLabels"/>).
    /// </summary>
    /// <remarks>
    /// Sources with derivatives have the same tangents. Derivatives of inputs that a source lacks are unit vectors where tangents are inputs
    /// (<see cref="IJetSource{T}.TangentInputs"/>), and else 0; no label belongs to them. A tangent's scale is the root mean square of the scales of the sources that
    /// differentiate by it, each counted by its samples.
    /// </remarks>
    /// <example>
    /// <code>
    /// // 100,000 prices, and 1,000 with their Greeks
    /// var labels = JetSource.Concat(JetData.FromValues(x, price), JetData.FromJacobian(xFew, priceFew, greeks));
    /// </code>
    /// </example>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="sources">Finite sources with the same inputs and outputs; at least one.</param>
    /// <returns>A finite source; nothing is copied.</returns>
    /// <exception cref="ArgumentException">
    /// There is no source, or one is endless, changes during training, or has other inputs, outputs or tangents than the first; or they have more samples than an int holds.
    /// </exception>
    public static IJetSource<T> Concat<T>(params ReadOnlySpan<IJetSource<T>> sources)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (sources.IsEmpty)
        {
            throw new ArgumentException("No source is given; expected at least one.", nameof(sources));
        }

        long count = 0;
        IJetSource<T>? differentiated = null;
        for (int k = 0; k < sources.Length; k++)
        {
            var source = sources[k];
            SourceArgument.Check(source, nameof(sources));
            AdaptiveSources.Refuse(source, "Take the samples of sources that do not change.", nameof(sources));
            if (source.IsEndless)
            {
                throw new ArgumentException($"Source {k} is endless; expected finite ones. Materialize some of its samples.", nameof(sources));
            }

            if (source.InputFeatures != sources[0].InputFeatures || source.OutputFeatures != sources[0].OutputFeatures)
            {
                throw new ArgumentException(
                    $"Source {k} has {source.InputFeatures} inputs and {source.OutputFeatures} outputs, source 0 has {sources[0].InputFeatures} and " +
                    $"{sources[0].OutputFeatures}; expected the same.",
                    nameof(sources));
            }

            count += source.Count;
            if (source.Layout.Order == 0)
            {
                continue;
            }

            differentiated ??= source;
            if (source.Layout.Tangents != differentiated.Layout.Tangents || !source.TangentInputs.SequenceEqual(differentiated.TangentInputs))
            {
                throw new ArgumentException(
                    $"Source {k} has the tangents {Tangents(source)}, another one {Tangents(differentiated)}; expected the same tangents in all sources with derivatives.",
                    nameof(sources));
            }
        }

        return count <= int.MaxValue
            ? new ConcatenatedJetSource<T>(sources.ToArray(), (differentiated ?? sources[0]).TangentInputs.ToArray())
            : throw new ArgumentException($"The sources have {count} samples; expected at most {int.MaxValue}.", nameof(sources));

        static string Tangents(IJetSource<T> source) =>
            source.TangentInputs.IsEmpty ? $"0 to {source.Layout.Tangents - 1}" : $"of the inputs {string.Join(", ", source.TangentInputs.ToArray())}";
    }
}
