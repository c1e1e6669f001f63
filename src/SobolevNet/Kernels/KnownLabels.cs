using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>Labels that are missing, NaN, in the loss.</summary>
internal static class KnownLabels
{
    /// <summary>
    /// Replaces labels that are missing by what the network gives, so that their errors and adjoints are exactly 0 in any loss that is 0 where both agree. Other labels
    /// keep their bits.
    /// </summary>
    /// <param name="targets">Labels, NaN where missing.</param>
    /// <param name="outputs">What the network gives for them, as many.</param>
    public static void Complete<T>(Span<T> targets, ReadOnlySpan<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        outputs = outputs[..targets.Length];
        int k = 0;
        for (; k <= targets.Length - Vector<T>.Count; k += Vector<T>.Count)
        {
            var target = new Vector<T>(targets[k..]);
            Vector.ConditionalSelect(Vector.Equals(target, target), target, new Vector<T>(outputs[k..])).CopyTo(targets[k..]);
        }

        for (; k < targets.Length; k++)
        {
            targets[k] = T.IsNaN(targets[k]) ? outputs[k] : targets[k];
        }
    }
}
