using System.Numerics;

namespace SobolevNet;

/// <summary>Notes of which samples, outputs and components labels are known, where some are missing, over samples that come in pieces.</summary>
/// <param name="layout">The components.</param>
/// <param name="outputs">The number of outputs.</param>
/// <param name="name">The argument's name, for errors.</param>
internal sealed class KnownLabelTally(JetLayout layout, int outputs, string name)
{
    private readonly bool[] _outputs = new bool[outputs];
    private readonly bool[] _components = new bool[layout.Count];

    /// <summary>Whether a label was missing.</summary>
    public bool HasMissing { get; private set; }

    /// <summary>Looks at labels, NaN where missing.</summary>
    /// <param name="target">The labels of some samples.</param>
    /// <param name="first">The number of the first of them.</param>
    /// <exception cref="ArgumentException">Nothing is known of a sample.</exception>
    public void Add<T>(JetSpan<T> target, long first)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int s = 0; s < target.Samples; s++)
        {
            bool isKnown = false;
            for (int c = 0; c < _components.Length; c++)
            {
                var labels = target.Row(c, s);
                for (int f = 0; f < labels.Length; f++)
                {
                    if (T.IsNaN(labels[f]))
                    {
                        HasMissing = true;
                    }
                    else
                    {
                        isKnown = _outputs[f] = _components[c] = true;
                    }
                }
            }

            if (!isKnown)
            {
                throw new ArgumentException($"All labels of sample {first + s} are missing (NaN). Leave the sample out.", name);
            }
        }
    }

    /// <summary>Refuses labels of which an output or a component has none.</summary>
    /// <exception cref="ArgumentException">Nothing is known of one.</exception>
    public void Check()
    {
        if (_outputs.AsSpan().IndexOf(false) is >= 0 and var output)
        {
            throw new ArgumentException($"All labels of output {output} are missing (NaN), in every sample. Leave the output out.", name);
        }

        if (_components.AsSpan().IndexOf(false) is >= 0 and var component)
        {
            throw new ArgumentException(
                $"All labels of {layout.NameOf(component)} are missing (NaN), in every sample and output. {(component == 0 ? "Give zeros and the order weight 0" : "Give labels without it")}.", name);
        }
    }
}
