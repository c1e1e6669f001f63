using System.Numerics;

namespace SobolevNet;

/// <summary>Compares what a source declares of the derivatives of its inputs with what it fills.</summary>
internal static class InputDeclarations
{
    /// <summary>
    /// Refuses samples whose inputs do not have the derivatives that <see cref="IJetSource{T}.TangentInputs"/> and
    /// <see cref="IJetSource{T}.InputOrder"/> declare. Training leaves out what is declared to be zero, and would train something else.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="samples">The numbers of the samples.</param>
    /// <param name="input">Their inputs, as the source filled them; of order 0 there is nothing to compare.</param>
    /// <param name="name">The argument that the source is.</param>
    /// <exception cref="ArgumentException">A first derivative is not the unit vector declared, or a component declared to be zero is not.</exception>
    public static void Check<T>(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (input.Layout.Order == 0)
        {
            return;
        }

        var inputs = source.TangentInputs;
        for (int s = 0; s < input.Samples; s++)
        {
            if (!UnitTangents.Are(input, s, inputs))
            {
                throw new ArgumentException(
                    $"The source's TangentInputs says that its tangents are inputs, but the first derivatives of the inputs of sample {SampleNumbers.ForCaller(source, samples[s])} are not their unit vectors.",
                    name);
            }
        }

        int order = inputs.IsEmpty ? source.InputOrder : Math.Min(source.InputOrder, 1);
        for (int c = input.Layout.Truncate(order).Count; c < input.Layout.Count; c++)
        {
            int at = input.Component(c).IndexOfAnyExcept(T.Zero);
            if (at >= 0)
            {
                string declared = order == source.InputOrder ? $"InputOrder is {order}" : "TangentInputs says that its tangents are inputs";
                throw new ArgumentException(
                    $"The source's {declared}, so that derivatives of inputs above order {order} are zero, but it fills {input.Component(c)[at]} in component " +
                    $"{input.Layout.NameOf(c)}, feature {at % input.Features} of the input of sample {SampleNumbers.ForCaller(source, samples[at / input.Features])}. " +
                    "Expected zero there, or an InputOrder of the highest order that is filled.",
                    name);
            }
        }
    }
}
