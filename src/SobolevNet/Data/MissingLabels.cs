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
        var tally = new KnownLabelTally(target.Layout, target.Features, name);
        tally.Add(target.AsSpan(), 0);
        tally.Check();
    }
}
