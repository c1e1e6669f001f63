using System.Numerics;

namespace SobolevNet;

/// <summary>Jets near those of another source; see <see cref="JetSource.Displaced"/>.</summary>
/// <remarks>Displacements depend on the seed, the number and the progress of the training. Outside of a run samples are where they are.</remarks>
/// <param name="source">Gives full jets of order 2.</param>
/// <param name="order">The order of the jets made of them, 0 or 1.</param>
/// <param name="deviations">Of the displacement along each tangent when training begins.</param>
/// <param name="seed">Names the displacements.</param>
internal sealed class DisplacedJetSource<T>(IJetSource<T> source, int order, double[] deviations, ulong seed)
    : DisplacedJets<T>(source, order, deviations, seed), IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public IJetSourceRun<T> BeginRun() => new Run(Source, Layout.Order, Deviations, Seed);

    /// <summary>Displacements shrink during a run, from its first step.</summary>
    private sealed class Run(IJetSource<T> source, int order, double[] deviations, ulong seed) : DisplacedJets<T>(source, order, deviations, seed), IJetSourceRun<T>
    {
        public void BeginStep(Mlp<T> network, long step, double progress) => Part = 1 - progress;
    }
}

/// <summary>Full jets moved along their tangents by random displacements.</summary>
internal abstract class DisplacedJets<T>(IJetSource<T> source, int order, double[] deviations, ulong seed)
    : ResampledJetSource<T, DisplacedJets<T>.Scratch>(source, neededOrder: 2)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Keeps displacements independent of samples that are made from the same seed.</summary>
    private const ulong Salt = 0xBB67AE8584CAA73B;

    public override JetLayout Layout { get; } = source.Layout.Truncate(order);

    /// <summary>How much of the displacements is left.</summary>
    protected double Part { get; set; }

    protected double[] Deviations => deviations;

    protected ulong Seed => seed;

    protected override Scratch NewScratch() => new(Source.Layout.Tangents);

    protected override void Transform(
        long number, JetSpan<T> fullInput, JetSpan<T> fullTarget, JetSpan<T> input, JetSpan<T> target, Scratch scratch)
    {
        double[] displacement = scratch.Displacement;
        var random = RandomStream.For(StreamPurpose.Displacements, seed + Salt, (ulong)number);
        for (int i = 0; i < displacement.Length; i++)
        {
            displacement[i] = Part * deviations[i] * random.NextNormal();
        }

        if (Source.TangentInputs is { IsEmpty: false } inputs)
        {
            TaylorExpansion<T>.Place(fullInput.Row(0, 0), inputs, displacement, input);
        }
        else
        {
            scratch.Expansion.Apply(fullInput, Source.InputOrder, displacement, input);
        }

        scratch.Expansion.Apply(fullTarget, 2, displacement, target);
    }

    internal sealed class Scratch(int tangents)
    {
        public TaylorExpansion<T> Expansion { get; } = new(tangents);

        public double[] Displacement { get; } = new double[tangents];
    }
}
