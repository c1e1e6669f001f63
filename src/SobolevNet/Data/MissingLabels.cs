using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>What labels that may be missing, NaN in targets, have to fulfill.</summary>
internal static class MissingLabels
{
    /// <summary>Says in an error about NaN how missing labels are announced; empty for other numbers.</summary>
    public static string Advice<T>(T number)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        T.IsNaN(number)
            ? " If NaN stands for a label that is missing, announce it: allowMissing in a builder, HasMissingLabels in a source of your own."
            : string.Empty;

    /// <summary>Replaces labels that are missing by what a network gives, see <see cref="KnownLabels"/>.</summary>
    public static void Complete<T>(JetSpan<T> target, JetSpan<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < target.Layout.Count; c++)
        {
            KnownLabels.Complete<T>(target.Component(c), output.Component(c));
        }
    }

    /// <summary>Refuses a source whose labels may be missing, where all are needed.</summary>
    /// <param name="source">The source.</param>
    /// <param name="use">What needs them, the beginning of a sentence.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">Labels may be missing.</exception>
    public static void Refuse<T>(IJetSource<T> source, string use, string name)
        where T : unmanaged
    {
        if (source.HasMissingLabels)
        {
            throw new ArgumentException(
                $"{use} all labels, but some may be missing (the source's HasMissingLabels is true). Give samples whose labels are all known; " +
                "a copy of them (Materialize) says so.",
                name);
        }
    }

    /// <summary>Refuses labels of which a sample, an output or a component has none.</summary>
    /// <param name="target">Labels, NaN where missing.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">Nothing is known of a sample, an output or a component.</exception>
    public static void CheckKnown<T>(JetBatch<T> target, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool[] samples = new bool[target.Samples];
        bool[] outputs = new bool[target.Features];
        bool[] components = new bool[target.Layout.Count];
        for (int c = 0; c < components.Length; c++)
        {
            ReadOnlySpan<T> labels = target.Component(c);
            for (int k = 0; k < labels.Length; k++)
            {
                if (!T.IsNaN(labels[k]))
                {
                    samples[k / outputs.Length] = outputs[k % outputs.Length] = components[c] = true;
                }
            }
        }

        if (samples.AsSpan().IndexOf(false) is >= 0 and var sample)
        {
            throw new ArgumentException($"All labels of sample {sample} are missing (NaN). Leave the sample out.", name);
        }

        if (outputs.AsSpan().IndexOf(false) is >= 0 and var output)
        {
            throw new ArgumentException($"All labels of output {output} are missing (NaN), in every sample. Leave the output out.", name);
        }

        if (components.AsSpan().IndexOf(false) is >= 0 and var component)
        {
            throw new ArgumentException(
                $"All labels of {target.Layout.NameOf(component)} are missing (NaN), in every sample and output. {(component == 0 ? "Give zeros and the order weight 0" : "Give labels without it")}.", name);
        }
    }
}
