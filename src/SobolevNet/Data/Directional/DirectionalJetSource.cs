using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>
/// Another source whose tangents are replaced by random directions, drawn anew for every number; see
/// <see cref="JetSource.AlongRandomDirections"/> and <see cref="JetSource.WithHessianVectorProducts"/>.
/// </summary>
/// <param name="source">Gives full jets.</param>
/// <param name="layout">The components; every tangent has its first derivative.</param>
/// <param name="directions">How many of the first tangents are random; the others complete the basis.</param>
/// <param name="length">The length of a direction, in units of the source's tangent scales.</param>
/// <param name="scales">The weight of each tangent, see <see cref="IJetSource{T}.TangentScale"/>.</param>
/// <param name="seed">Names the directions.</param>
internal sealed class DirectionalJetSource<T>(IJetSource<T> source, JetLayout layout, int directions, double length, double[] scales, ulong seed)
    : ResampledJetSource<T, DirectionalJetSource<T>.Scratch>(source, neededOrder: 0)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Keeps directions independent of samples that are made from the same seed.</summary>
    private const ulong Salt = 0x6A09E667F3BCC909;

    private readonly double[] _units = [.. TangentScales.Of(source).Select(scale => scale * length)];

    public override JetLayout Layout => layout;

    public override double TangentScale(int tangent) => TangentScales.Get(scales, layout, tangent);

    protected override Scratch NewScratch()
    {
        int features = Source.TangentInputs.IsEmpty ? Math.Max(InputFeatures, OutputFeatures) : OutputFeatures;
        return new Scratch(_units.Length, directions, layout, features);
    }

    protected override void Transform(
        long number, JetSpan<T> fullInput, JetSpan<T> fullTarget, JetSpan<T> input, JetSpan<T> target, Scratch scratch)
    {
        var random = RandomStream.For(StreamPurpose.TangentDirections, seed + Salt, (ulong)number);
        var frame = scratch.Draw(ref random, directions, _units);
        if (Source.TangentInputs is { IsEmpty: false } inputs)
        {
            scratch.Contraction.Place(fullInput.Row(0, 0), inputs, frame, input);
        }
        else
        {
            scratch.Contraction.Apply(fullInput, InputOrder, frame, input);
        }

        scratch.Contraction.Apply(fullTarget, 2, frame, target);
    }

    internal sealed class Scratch(int tangents, int directions, JetLayout layout, int features)
    {
        private readonly double[] _reflectors = new double[directions * tangents];
        private readonly double[] _basis = new double[layout.Tangents * tangents];
        private readonly T[] _frame = new T[layout.Tangents * tangents];

        public JetContraction<T> Contraction { get; } = new(tangents, features, layout.Order);

        /// <summary>Directions in the units of the source's tangents, shape (layout's tangents, source's tangents).</summary>
        public ReadOnlySpan<T> Draw(ref RandomStream random, int count, double[] units)
        {
            int p = units.Length;
            RandomFrame.Draw(ref random, count, p, _basis, _reflectors);
            for (int at = 0; at < _basis.Length; at += p)
            {
                TensorPrimitives.Multiply(_basis.AsSpan(at, p), units, _basis.AsSpan(at, p));
            }

            TensorPrimitives.ConvertTruncating<double, T>(_basis, _frame);
            return _frame;
        }
    }
}
