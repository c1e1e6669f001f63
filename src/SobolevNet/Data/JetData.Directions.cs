using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <content>Labels with derivatives along given directions.</content>
public static partial class JetData
{
    /// <summary>
    /// Values with derivatives along k given directions v of input space, each sample having its own: dy·v and, if given,
    /// the second derivatives along the same directions, vᵀ(d²y)v.
    /// </summary>
    /// <remarks>
    /// Tangent i of the jets is the direction vᵢ; the path x + r·v is straight. Directions need not have unit length, and
    /// derivatives are by r: doubling v doubles dy·v and makes vᵀ(d²y)v four times as large.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="v">Directions, shape (S, k, n).</param>
    /// <param name="y">Outputs, shape (S, m) or, for one output, (S).</param>
    /// <param name="dyv">First derivatives along them, shape (S, k, m) or, for one output, (S, k).</param>
    /// <param name="d2yv">Second derivatives along them, of the same shape. Left out: a source of order 1.</param>
    /// <param name="allowMissing">Whether NaN in y, dyv or d2yv stands for a label that is missing; else it is refused.</param>
    /// <param name="weights">The weight of each sample, see <see cref="IJetSource{T}.SampleWeight"/>; none if left out.</param>
    /// <returns>A source of order 1 with layout <see cref="JetLayout.Full"/>, or of order 2 with <see cref="JetLayout.Directional"/>.</returns>
    /// <exception cref="ArgumentException">The set is empty, k is 0, a shape or the weights do not fit, or an element is not finite.</exception>
    public static IJetSource<T> FromDirections<T>(
        in ReadOnlyTensorSpan<T> x,
        in ReadOnlyTensorSpan<T> v,
        in ReadOnlyTensorSpan<T> y,
        in ReadOnlyTensorSpan<T> dyv,
        in ReadOnlyTensorSpan<T> d2yv = default,
        bool allowMissing = false,
        ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildDirections(
            LabelArray<T>.OfTensor(nameof(x), x),
            LabelArray<T>.OfTensor(nameof(v), v),
            LabelArray<T>.OfTensor(nameof(y), y),
            LabelArray<T>.OfTensor(nameof(dyv), dyv),
            LabelArray<T>.OfTensor(nameof(d2yv), d2yv, optional: true),
            allowMissing,
            weights);

    /// <inheritdoc cref="FromDirections{T}(in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, bool, ReadOnlySpan{double})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="v">Directions, shape (S, k, n).</param>
    /// <param name="y">Outputs, shape (S, m).</param>
    /// <param name="dyv">First derivatives along them, shape (S, k, m).</param>
    /// <param name="d2yv">Second derivatives along them, shape (S, k, m). Left out: a source of order 1.</param>
    /// <param name="allowMissing">Whether NaN in y, dyv or d2yv stands for a label that is missing.</param>
    /// <param name="weights">The weight of each sample, shape (S); none if left out.</param>
    public static IJetSource<T> FromDirections<T>(
        T[,] x, T[,,] v, T[,] y, T[,,] dyv, T[,,]? d2yv = null, bool allowMissing = false, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildDirections(
            LabelArray<T>.OfArray(nameof(x), x),
            LabelArray<T>.OfArray(nameof(v), v),
            LabelArray<T>.OfArray(nameof(y), y),
            LabelArray<T>.OfArray(nameof(dyv), dyv),
            LabelArray<T>.OfArray(nameof(d2yv), d2yv, optional: true),
            allowMissing,
            weights);

    /// <inheritdoc cref="FromDirections{T}(in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, bool, ReadOnlySpan{double})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="v">Directions, shape (S, k, n).</param>
    /// <param name="y">One output, shape (S).</param>
    /// <param name="dyv">Its first derivatives along them, shape (S, k).</param>
    /// <param name="d2yv">Its second derivatives along them, shape (S, k). Left out: a source of order 1.</param>
    /// <param name="allowMissing">Whether NaN in y, dyv or d2yv stands for a label that is missing.</param>
    /// <param name="weights">The weight of each sample, shape (S); none if left out.</param>
    public static IJetSource<T> FromDirections<T>(
        T[,] x, T[,,] v, T[] y, T[,] dyv, T[,]? d2yv = null, bool allowMissing = false, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildDirections(
            LabelArray<T>.OfArray(nameof(x), x),
            LabelArray<T>.OfArray(nameof(v), v),
            LabelArray<T>.OfArray(nameof(y), y),
            LabelArray<T>.OfArray(nameof(dyv), dyv),
            LabelArray<T>.OfArray(nameof(d2yv), d2yv, optional: true),
            allowMissing,
            weights);

    private static MemoryJetSource<T> BuildDirections<T>(
        LabelArray<T> x, LabelArray<T> v, LabelArray<T> y, LabelArray<T> dyv, LabelArray<T> d2yv, bool allowMissing, ReadOnlySpan<double> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (inputs, outputs, layout) = CheckDirections(x, v, y, dyv, d2yv, allowMissing);
        return InMemory(
            ComponentMajor(layout.Truncate(1), inputs.Length, x, v, default), ComponentMajor(layout, outputs.Length, y, dyv, d2yv), [], allowMissing, weights);
    }

    /// <summary>Checks the shapes of the arrays, and the elements that are given.</summary>
    private static (LabelAxis Inputs, LabelAxis Outputs, JetLayout Layout) CheckDirections<T>(
        LabelArray<T> x, LabelArray<T> v, LabelArray<T> y, LabelArray<T> dyv, LabelArray<T> d2yv, bool allowMissing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (samples, inputs, outputs) = CheckValues(x, y, allowMissing);
        v.ExpectRank(3, "samples, directions, inputs");
        var directions = new LabelAxis("directions", v.Shape[1]);
        v.Expect(samples, directions, inputs);
        v.ExpectFinite();
        ExpectOutputs(dyv, y, [samples, directions], outputs, [], allowMissing);
        if (d2yv.IsGiven)
        {
            ExpectOutputs(d2yv, y, [samples, directions], outputs, [], allowMissing);
        }

        return (inputs, outputs, d2yv.IsGiven ? JetLayout.Directional(directions.Length) : JetLayout.Full(directions.Length, 1));
    }
}
