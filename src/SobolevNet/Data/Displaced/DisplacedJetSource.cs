using System.Numerics;

namespace SobolevNet;

/// <summary>Jets near those of another source; see <see cref="JetSource.Displaced"/>.</summary>
/// <remarks>
/// Endless, so that the trainer asks for other numbers in every epoch. Displacements depend on the seed, the number and the part of the
/// training that is done.
/// </remarks>
internal sealed class DisplacedJetSource<T> : IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Keeps displacements independent of samples that are made from the same seed.</summary>
    private const ulong Salt = 0xBB67AE8584CAA73B;

    private readonly IJetSource<T> _source;
    private readonly double[] _deviations;
    private readonly ulong _seed;
    private readonly ScratchPool<Scratch> _scratches = new();

    /// <summary>Makes a source.</summary>
    /// <param name="source">Gives full jets of order 2.</param>
    /// <param name="order">The order of the jets made of them, 0 or 1.</param>
    /// <param name="deviations">Of the displacement along each tangent when training begins.</param>
    /// <param name="seed">Names the displacements.</param>
    public DisplacedJetSource(IJetSource<T> source, int order, double[] deviations, ulong seed)
    {
        (_source, _deviations, _seed) = (source, deviations, seed + Salt);
        Layout = source.Layout.Truncate(order);
        InputOrder = Math.Min(source.InputOrder, order);
    }

    public JetLayout Layout { get; }

    public int InputFeatures => _source.InputFeatures;

    public int OutputFeatures => _source.OutputFeatures;

    public int Count => _source.Count;

    public bool IsEndless => true;

    public int InputOrder { get; }

    public bool InputsShareUnit => _source.InputsShareUnit;

    public double TangentScale(int tangent) => _source.TangentScale(tangent);

    public IJetSourceRun<T> BeginRun() => new Run(this);

    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target) => Fill(0, samples, input, target);

    /// <summary>Writes jets at displacements of which a part is left.</summary>
    private void Fill(double part, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        var scratch = _scratches.TryTake() ?? new Scratch(_source);
        int group = scratch.Jets.Size(2);
        double[] displacement = scratch.Displacement;
        for (int start = 0; start < samples.Length; start += group)
        {
            int count = Math.Min(group, samples.Length - start);
            scratch.Jets.Load(samples.Slice(start, count), 2);
            for (int s = 0; s < count; s++)
            {
                var random = RandomStream.For(StreamPurpose.Displacements, _seed, (ulong)samples[start + s]);
                for (int i = 0; i < displacement.Length; i++)
                {
                    displacement[i] = part * _deviations[i] * random.NextNormal();
                }

                var moved = input.Slice(start + s, 1);
                if (scratch.Jets.Coordinates is { } coordinates)
                {
                    TaylorExpansion<T>.Place(scratch.Jets.Input(s).Row(0, 0), coordinates, displacement, moved);
                }
                else
                {
                    scratch.Expansion.Apply(scratch.Jets.Input(s), _source.InputOrder, displacement, moved);
                }

                scratch.Expansion.Apply(scratch.Jets.Target(s), 2, displacement, target.Slice(start + s, 1));
            }
        }

        _scratches.Return(scratch);
    }

    /// <summary>What one thread at a time works with.</summary>
    private sealed class Scratch(IJetSource<T> source)
    {
        public SourceJets<T> Jets { get; } = new(source, 2);

        public TaylorExpansion<T> Expansion { get; } = new(source.Layout.Tangents);

        public double[] Displacement { get; } = new double[source.Layout.Tangents];
    }

    /// <summary>Displacements shrink while a run goes on, from its first step; before, samples are where they are.</summary>
    private sealed class Run(DisplacedJetSource<T> source) : SourceRun<T>(source)
    {
        private double _part;

        public override void BeginStep(Mlp<T> network, long step, double progress) => _part = 1 - progress;

        public override void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target) => source.Fill(_part, samples, input, target);
    }
}
