using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>
/// Another source whose tangents are replaced by random directions, drawn anew for every number; see
/// <see cref="JetSource.AlongRandomDirections"/> and <see cref="JetSource.WithHessianVectorProducts"/>.
/// </summary>
/// <remarks>
/// Endless, so that the trainer asks for other numbers in every epoch: behind number k of a source of N samples is its sample k mod N.
/// Directions depend on the seed and the number alone, which makes training resumable and independent of threads.
/// </remarks>
internal sealed class DirectionalJetSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Keeps directions independent of samples that are made from the same seed.</summary>
    private const ulong Salt = 0x6A09E667F3BCC909;

    private readonly IJetSource<T> _source;
    private readonly int _directions;
    private readonly double[] _ranges;
    private readonly double[] _scales;
    private readonly ulong _seed;
    private readonly ScratchPool<Scratch> _scratches = new();

    /// <summary>Makes a source.</summary>
    /// <param name="source">Gives full jets.</param>
    /// <param name="layout">The components; every tangent has its first derivative.</param>
    /// <param name="directions">How many of the first tangents are random; the others complete the basis.</param>
    /// <param name="length">The length of a direction, the ranges of the source's tangents being the units.</param>
    /// <param name="scales">The weight of each tangent, see <see cref="IJetSource{T}.TangentScale"/>.</param>
    /// <param name="seed">Names the directions.</param>
    public DirectionalJetSource(IJetSource<T> source, JetLayout layout, int directions, double length, double[] scales, ulong seed)
    {
        (_source, Layout, _directions, _scales, _seed) = (source, layout, directions, scales, seed + Salt);
        _ranges = [.. TangentScales.Of(source).Select(range => range * length)];
        InputOrder = Math.Min(source.InputOrder, layout.Order);
    }

    public JetLayout Layout { get; }

    public int InputFeatures => _source.InputFeatures;

    public int OutputFeatures => _source.OutputFeatures;

    public int Count => _source.Count;

    public bool IsEndless => true;

    public int InputOrder { get; }

    public bool InputsShareUnit => _source.InputsShareUnit;

    public double TangentScale(int tangent) => TangentScales.Get(_scales, Layout, tangent);

    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        var scratch = _scratches.TryTake() ?? new Scratch(this);
        int order = Math.Max(input.Layout.Order, target.Layout.Order);
        int group = scratch.Jets.Size(order);
        for (int start = 0; start < samples.Length; start += group)
        {
            int count = Math.Min(group, samples.Length - start);
            scratch.Jets.Load(samples.Slice(start, count), order);
            for (int s = 0; s < count; s++)
            {
                var frame = scratch.Draw(samples[start + s]);
                var turned = input.Slice(start + s, 1);
                if (scratch.Jets.Coordinates is { } coordinates)
                {
                    scratch.Contraction.Place(scratch.Jets.Input(s).Row(0, 0), coordinates, frame, turned);
                }
                else
                {
                    scratch.Contraction.Apply(scratch.Jets.Input(s), InputOrder, frame, turned);
                }

                scratch.Contraction.Apply(scratch.Jets.Target(s), 2, frame, target.Slice(start + s, 1));
            }
        }

        _scratches.Return(scratch);
    }

    /// <summary>What one thread at a time works with.</summary>
    private sealed class Scratch
    {
        private readonly DirectionalJetSource<T> _owner;
        private readonly double[] _reflectors;
        private readonly double[] _basis;
        private readonly T[] _frame;

        public Scratch(DirectionalJetSource<T> owner)
        {
            _owner = owner;
            int p = owner._ranges.Length;
            Jets = new SourceJets<T>(owner._source, owner.Layout.Order);
            _reflectors = new double[owner._directions * p];
            _basis = new double[owner.Layout.Tangents * p];
            _frame = new T[_basis.Length];
            int features = Jets.Coordinates is null ? Math.Max(owner.InputFeatures, owner.OutputFeatures) : owner.OutputFeatures;
            Contraction = new JetContraction<T>(p, features, owner.Layout.Order);
        }

        public JetContraction<T> Contraction { get; }

        public SourceJets<T> Jets { get; }

        /// <summary>The directions of a number in the units of the source's tangents, shape (tangents, p).</summary>
        public ReadOnlySpan<T> Draw(long number)
        {
            var random = RandomStream.For(StreamPurpose.TangentDirections, _owner._seed, (ulong)number);
            int p = _owner._ranges.Length;
            RandomFrame.Draw(ref random, _owner._directions, p, _basis, _reflectors);
            for (int at = 0; at < _basis.Length; at += p)
            {
                TensorPrimitives.Multiply(_basis.AsSpan(at, p), _owner._ranges, _basis.AsSpan(at, p));
            }

            TensorPrimitives.ConvertTruncating<double, T>(_basis, _frame);
            return _frame;
        }
    }
}
