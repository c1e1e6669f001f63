using System.Numerics;

namespace SobolevNet;

/// <summary>Chooses how derivatives are propagated.</summary>
internal static class PassTapes
{
    /// <summary>A tape for a source's jets, the memory for a batch reserved.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="source">The data.</param>
    /// <param name="layout">The source's layout, perhaps truncated.</param>
    /// <param name="propagation">The way.</param>
    /// <param name="batch">Most samples of a batch, which may be taken through the tape in chunks.</param>
    public static IPassTape<T> Create<T>(
        MlpArchitecture architecture, IJetSource<T> source, JetLayout layout, DerivativePropagation propagation, int batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsAdjoint(architecture, source, layout, propagation))
        {
            return new AdjointJetTape<T>(architecture, layout, source.TangentInputs, batch);
        }

        int chunk = JetTape<T>.ChooseChunk(layout.Count, batch);
        return new JetTape<T>(architecture, layout, source.InputOrder, chunk, JetTape<T>.SharedGroup(layout.Count, chunk));
    }

    /// <summary>Whether a layout can be had by adjoints: second derivatives of the network need straight paths.</summary>
    public static bool AllowsAdjoint<T>(IJetSource<T> source, JetLayout layout)
        where T : unmanaged => layout.Order < 2 || source.InputOrder < 2 || !source.TangentInputs.IsEmpty;

    private static bool IsAdjoint<T>(MlpArchitecture architecture, IJetSource<T> source, JetLayout layout, DerivativePropagation propagation)
        where T : unmanaged
    {
        bool alongInputs = !source.TangentInputs.IsEmpty;
        return layout.Order > 0 && AllowsAdjoint(source, layout) && propagation switch
        {
            DerivativePropagation.Adjoint => true,
            DerivativePropagation.Forward => false,
            _ => PropagationCost.PrefersAdjoint(architecture, layout, source.InputOrder, alongInputs),
        };
    }
}
