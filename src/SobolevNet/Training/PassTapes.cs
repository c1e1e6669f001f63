using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>Chooses how derivatives are propagated.</summary>
internal static class PassTapes
{
    /// <summary>Samples whose inputs are looked at for zeros.</summary>
    private const int SamplesOfChoice = 4;

    /// <summary>A tape for a source's jets, the memory for a batch reserved.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="source">The data.</param>
    /// <param name="layout">The source's layout, perhaps truncated.</param>
    /// <param name="propagation">The way.</param>
    /// <param name="batch">Most samples of a batch, which may be taken through the tape in chunks.</param>
    /// <param name="workers">Threads that share the groups of a chunk; gradients do not depend on it.</param>
    public static IPassTape<T> Create<T>(
        MlpArchitecture architecture, IJetSource<T> source, JetLayout layout, DerivativePropagation propagation, int batch, int workers = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Choose(architecture, source, layout, propagation) == DerivativePropagation.Adjoint)
        {
            return new AdjointJetTape<T>(architecture, layout, source.TangentInputs, source.InputOrder, batch, workers);
        }

        return JetTape<T>.Shared(architecture, layout, source.InputOrder, batch, workers);
    }

    /// <summary>The way that is taken, <see cref="DerivativePropagation.Forward"/> where there are no derivatives.</summary>
    public static DerivativePropagation Choose<T>(
        MlpArchitecture architecture, IJetSource<T> source, JetLayout layout, DerivativePropagation propagation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (layout.Order == 0 || propagation != DerivativePropagation.Auto)
        {
            return layout.Order == 0 ? DerivativePropagation.Forward : propagation;
        }

        bool alongInputs = !source.TangentInputs.IsEmpty;
        return Prefers(liveInputs: 1) && (alongInputs || !JetTape<T>.MayHaveZeros(architecture) || Prefers(LiveInputs(source, layout)))
            ? DerivativePropagation.Adjoint
            : DerivativePropagation.Forward;

        bool Prefers(double liveInputs) => PropagationCost.PrefersAdjoint(architecture, layout, source.InputOrder, alongInputs, liveInputs);
    }

    /// <summary>The part of the inputs that forward jets take through the first layer, seen on a few samples.</summary>
    private static double LiveInputs<T>(IJetSource<T> source, JetLayout layout)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int components = layout.Truncate(source.InputOrder).Count;
        if (components < LiveColumns.MinComponents)
        {
            return 1;
        }

        int inputs = source.InputFeatures;
        var (live, workspace) = (new LiveColumns(inputs, 1), new Workspace<T>());
        return SourceSurvey.OneByOne(source, layout, SamplesOfChoice, new MeasuringTime(null, CancellationToken.None))
            .Average(one => live.Find<T>(0, one.Input.Data, inputs, components, workspace) ? live.CountOf(0) : inputs) / inputs;
    }
}
