using System.Runtime.CompilerServices;

namespace SobolevNet;

/// <summary>The check of a source that a caller gives, which may be of a type of their own, before any of its samples is asked for.</summary>
internal static class SourceArgument
{
    /// <summary>Refuses a source that contradicts <see cref="IJetSource{T}"/>.</summary>
    /// <param name="source">The source.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentNullException">There is none.</exception>
    /// <exception cref="ArgumentException">It has no layout, samples, inputs or outputs, or an impossible order of inputs.</exception>
    public static void Check<T>(IJetSource<T> source, [CallerArgumentExpression(nameof(source))] string? name = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source, name);
        if (source.Layout is null)
        {
            throw new ArgumentException($"The source ({source.GetType().Name}) has no layout: Layout is null.", name);
        }

        if (source.Count < 1)
        {
            throw new ArgumentException($"The source has {source.Count} samples; at least one is needed.", name);
        }

        if (source.InputFeatures < 1 || source.OutputFeatures < 1)
        {
            throw new ArgumentException(
                $"The source has {source.InputFeatures} inputs and {source.OutputFeatures} outputs; at least one of each is needed.", name);
        }

        if (source.InputOrder is < 0 or > 2)
        {
            throw new ArgumentException($"The source's InputOrder is {source.InputOrder}; an order is 0, 1 or 2.", name);
        }

        CheckTangentInputs(source, name);
    }

    private static void CheckTangentInputs<T>(IJetSource<T> source, string? name)
        where T : unmanaged
    {
        var inputs = source.TangentInputs;
        if (inputs.IsEmpty)
        {
            return;
        }

        int tangents = source.Layout.Tangents;
        if (inputs.Length != tangents)
        {
            throw new ArgumentException(
                $"The source's TangentInputs has {inputs.Length} elements; expected one for each of its {tangents} tangents, or none.", name);
        }

        var seen = new HashSet<int>();
        foreach (int input in inputs)
        {
            if (input < 0 || input >= source.InputFeatures || !seen.Add(input))
            {
                throw new ArgumentException(
                    $"The source's TangentInputs has the element {input}; expected different inputs in [0, {source.InputFeatures}).", name);
            }
        }
    }
}
