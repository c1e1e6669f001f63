using System.Numerics;

namespace SobolevNet;

/// <summary>Sees whether tangents are inputs themselves: whether the first derivatives of x are unit vectors.</summary>
internal static class UnitTangents
{
    /// <summary>The input that each tangent is, the same one in all samples; empty if tangents are anything else, or have no first derivative.</summary>
    /// <param name="input">Inputs.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    public static int[] Find<T>(JetBatch<T> input, int inputOrder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int firsts = input.Layout.Firsts.Length;
        if (inputOrder > 1 || firsts == 0 || firsts != input.Layout.Tangents || firsts > input.Features)
        {
            return [];
        }

        int[] inputs = new int[firsts];
        for (int k = 0; k < firsts; k++)
        {
            inputs[k] = Math.Max(0, input.Row(1 + k, 0).IndexOf(T.One));
        }

        if (inputs.Distinct().Count() < firsts)
        {
            return [];
        }

        for (int s = 0; s < input.Samples; s++)
        {
            if (!Are<T>(input, s, inputs))
            {
                return [];
            }
        }

        return inputs;
    }

    /// <summary>Writes the unit vectors to first derivatives that are zero.</summary>
    /// <param name="input">Inputs; nothing is written if they are values alone.</param>
    /// <param name="inputs">The input that each tangent is; empty if tangents are anything else.</param>
    public static void Write<T>(JetSpan<T> input, ReadOnlySpan<int> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var firsts = input.Layout.Firsts;
        for (int k = 0; k < firsts.Length && !inputs.IsEmpty; k++)
        {
            for (int s = 0; s < input.Samples; s++)
            {
                input[1 + k, s, inputs[firsts[k]]] = T.One;
            }
        }
    }

    /// <summary>Whether the first derivatives of a sample are the unit vectors of some inputs.</summary>
    /// <param name="input">Inputs with first derivatives.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="inputs">The input that each tangent should be; empty if any derivatives are right.</param>
    public static bool Are<T>(JetSpan<T> input, int sample, ReadOnlySpan<int> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var firsts = input.Layout.Firsts;
        for (int k = 0; k < firsts.Length && !inputs.IsEmpty; k++)
        {
            var row = input.Row(1 + k, sample);
            int at = inputs[firsts[k]];
            if (row[at] != T.One || row[..at].ContainsAnyExcept(T.Zero) || row[(at + 1)..].ContainsAnyExcept(T.Zero))
            {
                return false;
            }
        }

        return true;
    }
}
