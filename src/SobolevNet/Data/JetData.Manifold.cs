using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <content>Labels with derivatives along a manifold of inputs.</content>
public static partial class JetData
{
    /// <summary>
    /// Inputs and outputs that both depend on p coordinates r of a manifold, x(r) and y(r), with their derivatives by r.
    /// </summary>
    /// <remarks>
    /// Tangent i of the jets is coordinate rᵢ. Second derivatives are stored once for each pair i ≤ j in row-major
    /// upper-triangle order: (0,0), (0,1), … (0,p−1), (1,1), …; there are q = p(p+1)/2 of them.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="dxdr">∂x/∂r, shape (S, p, n).</param>
    /// <param name="y">Outputs, shape (S, m) or, for one output, (S).</param>
    /// <param name="dydr">∂y/∂r, shape (S, p, m) or, for one output, (S, p).</param>
    /// <param name="d2xdr2">∂²x/∂r², shape (S, q, n); given with <paramref name="d2ydr2"/> or not at all.</param>
    /// <param name="d2ydr2">∂²y/∂r², shape (S, q, m) or, for one output, (S, q). Left out: a source of order 1.</param>
    /// <param name="tangentScales">The scale of each rᵢ, see <see cref="IJetSource{T}.TangentScale"/>; all 1 if left out.</param>
    /// <param name="allowMissing">Whether NaN in y, dydr or d2ydr2 stands for a label that is missing; else it is refused.</param>
    /// <param name="weights">The weight of each sample, see <see cref="IJetSource{T}.SampleWeight"/>; none if left out.</param>
    /// <returns>A source of order 1 or 2.</returns>
    /// <exception cref="ArgumentException">
    /// The set is empty, p is 0, a shape or the weights do not fit, an element is not finite, or only one of the second derivatives is given.
    /// </exception>
    public static IJetSource<T> FromManifold<T>(
        in ReadOnlyTensorSpan<T> x,
        in ReadOnlyTensorSpan<T> dxdr,
        in ReadOnlyTensorSpan<T> y,
        in ReadOnlyTensorSpan<T> dydr,
        in ReadOnlyTensorSpan<T> d2xdr2 = default,
        in ReadOnlyTensorSpan<T> d2ydr2 = default,
        ReadOnlySpan<double> tangentScales = default,
        bool allowMissing = false,
        ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildManifold(
            LabelArray<T>.OfTensor(nameof(x), x),
            LabelArray<T>.OfTensor(nameof(dxdr), dxdr),
            LabelArray<T>.OfTensor(nameof(y), y),
            LabelArray<T>.OfTensor(nameof(dydr), dydr),
            LabelArray<T>.OfTensor(nameof(d2xdr2), d2xdr2, optional: true),
            LabelArray<T>.OfTensor(nameof(d2ydr2), d2ydr2, optional: true),
            tangentScales,
            allowMissing,
            weights);

    /// <inheritdoc cref="FromManifold{T}(in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, ReadOnlySpan{double}, bool, ReadOnlySpan{double})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="dxdr">∂x/∂r, shape (S, p, n).</param>
    /// <param name="y">Outputs, shape (S, m).</param>
    /// <param name="dydr">∂y/∂r, shape (S, p, m).</param>
    /// <param name="d2xdr2">∂²x/∂r², shape (S, q, n); given with <paramref name="d2ydr2"/> or not at all.</param>
    /// <param name="d2ydr2">∂²y/∂r², shape (S, q, m). Left out: a source of order 1.</param>
    /// <param name="tangentScales">The scale of each rᵢ; all 1 if left out.</param>
    /// <param name="allowMissing">Whether NaN in y, dydr or d2ydr2 stands for a label that is missing.</param>
    /// <param name="weights">The weight of each sample, shape (S); none if left out.</param>
    public static IJetSource<T> FromManifold<T>(
        T[,] x,
        T[,,] dxdr,
        T[,] y,
        T[,,] dydr,
        T[,,]? d2xdr2 = null,
        T[,,]? d2ydr2 = null,
        ReadOnlySpan<double> tangentScales = default,
        bool allowMissing = false,
        ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildManifold(
            LabelArray<T>.OfArray(nameof(x), x),
            LabelArray<T>.OfArray(nameof(dxdr), dxdr),
            LabelArray<T>.OfArray(nameof(y), y),
            LabelArray<T>.OfArray(nameof(dydr), dydr),
            LabelArray<T>.OfArray(nameof(d2xdr2), d2xdr2, optional: true),
            LabelArray<T>.OfArray(nameof(d2ydr2), d2ydr2, optional: true),
            tangentScales,
            allowMissing,
            weights);

    /// <inheritdoc cref="FromManifold{T}(in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, ReadOnlySpan{double}, bool, ReadOnlySpan{double})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="dxdr">∂x/∂r, shape (S, p, n).</param>
    /// <param name="y">One output, shape (S).</param>
    /// <param name="dydr">Its derivatives ∂y/∂r, shape (S, p).</param>
    /// <param name="d2xdr2">∂²x/∂r², shape (S, q, n); given with <paramref name="d2ydr2"/> or not at all.</param>
    /// <param name="d2ydr2">∂²y/∂r², shape (S, q). Left out: a source of order 1.</param>
    /// <param name="tangentScales">The scale of each rᵢ; all 1 if left out.</param>
    /// <param name="allowMissing">Whether NaN in y, dydr or d2ydr2 stands for a label that is missing.</param>
    /// <param name="weights">The weight of each sample, shape (S); none if left out.</param>
    public static IJetSource<T> FromManifold<T>(
        T[,] x,
        T[,,] dxdr,
        T[] y,
        T[,] dydr,
        T[,,]? d2xdr2 = null,
        T[,]? d2ydr2 = null,
        ReadOnlySpan<double> tangentScales = default,
        bool allowMissing = false,
        ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildManifold(
            LabelArray<T>.OfArray(nameof(x), x),
            LabelArray<T>.OfArray(nameof(dxdr), dxdr),
            LabelArray<T>.OfArray(nameof(y), y),
            LabelArray<T>.OfArray(nameof(dydr), dydr),
            LabelArray<T>.OfArray(nameof(d2xdr2), d2xdr2, optional: true),
            LabelArray<T>.OfArray(nameof(d2ydr2), d2ydr2, optional: true),
            tangentScales,
            allowMissing,
            weights);

    private static MemoryJetSource<T> BuildManifold<T>(
        LabelArray<T> x,
        LabelArray<T> dxdr,
        LabelArray<T> y,
        LabelArray<T> dydr,
        LabelArray<T> d2xdr2,
        LabelArray<T> d2ydr2,
        ReadOnlySpan<double> tangentScales,
        bool allowMissing,
        ReadOnlySpan<double> weights,
        JetLayout? layout = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (inputs, outputs, full) = CheckManifold(x, dxdr, y, dydr, d2xdr2, d2ydr2, allowMissing, layout);
        return InMemory(
            ComponentMajor(full, inputs.Length, x, dxdr, d2xdr2),
            ComponentMajor(full, outputs.Length, y, dydr, d2ydr2),
            tangentScales,
            allowMissing,
            weights);
    }

    /// <summary>Checks the shapes of the arrays, and the elements that are given; a layout of all components if none is given.</summary>
    private static (LabelAxis Inputs, LabelAxis Outputs, JetLayout Layout) CheckManifold<T>(
        LabelArray<T> x,
        LabelArray<T> dxdr,
        LabelArray<T> y,
        LabelArray<T> dydr,
        LabelArray<T> d2xdr2,
        LabelArray<T> d2ydr2,
        bool allowMissing,
        JetLayout? layout)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (samples, inputs, outputs) = CheckValues(x, y, allowMissing);
        dxdr.ExpectRank(3, "samples, tangents, inputs");
        var tangents = new LabelAxis("tangents", dxdr.Shape[1]);
        dxdr.Expect(samples, tangents, inputs);
        dxdr.ExpectFinite();
        ExpectOutputs(dydr, y, [samples, tangents], outputs, [], allowMissing);
        if (d2xdr2.IsGiven != d2ydr2.IsGiven)
        {
            string missing = d2xdr2.IsGiven ? "d2ydr2" : "d2xdr2";
            throw new ArgumentException(
                $"Second derivatives need both arrays, but {missing} is left out. If the path is straight, give zeros.", missing);
        }

        if (layout is not null && (layout.Order == 2) != d2ydr2.IsGiven)
        {
            throw new ArgumentException($"The layout ({layout}) and the presence of second derivatives contradict each other.", nameof(d2ydr2));
        }

        // Shapes first: a full layout grows with p², which the arrays may not.
        dxdr.Expect(samples, new LabelAxis("tangents", layout?.CountOf(1) ?? tangents.Length), inputs);
        if (d2ydr2.IsGiven)
        {
            long all = tangents.Length * (tangents.Length + 1L) / 2;
            var pairs = new LabelAxis("pairs of tangents", layout?.CountOf(2) ?? (int)Math.Min(all, int.MaxValue));
            d2xdr2.Expect(samples, pairs, inputs);
            d2xdr2.ExpectFinite();
            ExpectOutputs(d2ydr2, y, [samples, pairs], outputs, [], allowMissing);
        }

        return (inputs, outputs, layout ?? JetLayout.Full(tangents.Length, d2ydr2.IsGiven ? 2 : 1));
    }

    /// <summary>Gathers (S, f), (S, p, f) and (S, q, f) into (1 + p + q, S, f).</summary>
    private static JetBatch<T> ComponentMajor<T>(
        JetLayout layout, int features, LabelArray<T> value, LabelArray<T> firsts, LabelArray<T> seconds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int samples = value.Shape[0];
        var batch = new JetBatch<T>(layout, samples, features);
        value.Data.CopyTo(batch.Component(0));
        CopyOrder(firsts.Data, 1, layout.CountOf(1));
        CopyOrder(seconds.Data, 1 + layout.CountOf(1), layout.CountOf(2));
        return batch;

        void CopyOrder(ReadOnlySpan<T> data, int firstComponent, int count)
        {
            for (int c = 0; c < count; c++)
            {
                var component = batch.Component(firstComponent + c);
                for (int s = 0; s < samples; s++)
                {
                    data.Slice(((s * count) + c) * features, features).CopyTo(component[(s * features)..]);
                }
            }
        }
    }
}
