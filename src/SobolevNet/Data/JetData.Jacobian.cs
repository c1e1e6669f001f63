using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <content>Labels with derivatives by the inputs themselves.</content>
public static partial class JetData
{
    /// <summary>How unequal H[i,j] and H[j,i] may be, relative to the largest element of that output's Hessians, all in the spreads of the inputs.</summary>
    private const double SymmetryTolerance = 1e-3;

    /// <summary>
    /// Values with the full Jacobian ∂y/∂x and, if given, the Hessian ∂²y/∂x²: labels as in differential machine learning.
    /// </summary>
    /// <remarks>
    /// The tangents are the input coordinates: tangent i of the jets is input i, or <paramref name="directions"/>[i]. The
    /// input's own first derivatives are constant unit rows and take no memory. A tangent's scale
    /// (<see cref="IJetSource{T}.TangentScale"/>) is the standard deviation of its input coordinate over the samples.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="samples">S, at least 1.</param>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">Outputs, shape (S, m).</param>
    /// <param name="dydx">∂y/∂x, shape (S, m, n): row o, column i holds ∂y_o/∂x_i. With directions given, (S, m, k).</param>
    /// <param name="d2ydx2">
    /// ∂²y/∂x², shape (S, m, n, n), symmetric; with directions given, (S, m, k, k). Left out: a source of order 1.
    /// </param>
    /// <param name="directions">
    /// The k input coordinates that derivatives are given for, each once; column c of <paramref name="dydx"/> belongs to
    /// coordinate directions[c]. Left out: all n in order.
    /// </param>
    /// <returns>A source of order 1 or 2.</returns>
    /// <exception cref="ArgumentException">
    /// The set is empty, a length does not fit, an element is not finite, a Hessian is not symmetric to a thousandth of the
    /// largest element (both in units of the inputs' standard deviations), or a direction is out of range or repeated.
    /// </exception>
    public static IJetSource<T> FromJacobian<T>(
        int samples,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> y,
        ReadOnlySpan<T> dydx,
        ReadOnlySpan<T> d2ydx2 = default,
        ReadOnlySpan<int> directions = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var s = SamplesAxis(samples);
        var xs = LabelArray<T>.Flat(nameof(x), x, false, s);
        var ys = LabelArray<T>.Flat(nameof(y), y, false, s);
        var m = new LabelAxis("outputs", ys.Shape[1]);
        var k = new LabelAxis("directions", directions.IsEmpty ? xs.Shape[1] : directions.Length);
        return BuildJacobian(
            xs,
            ys,
            LabelArray<T>.Flat(nameof(dydx), dydx, false, s, m),
            LabelArray<T>.Flat(nameof(d2ydx2), d2ydx2, true, s, m, k),
            directions);
    }

    /// <inheritdoc cref="FromJacobian{T}(int, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{int})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">Outputs, shape (S, m).</param>
    /// <param name="dydx">∂y/∂x, shape (S, m, n). With directions given, (S, m, k).</param>
    /// <param name="d2ydx2">∂²y/∂x², shape (S, m, n, n), symmetric; with directions given, (S, m, k, k). Left out: a source of order 1.</param>
    /// <param name="directions">The k input coordinates that derivatives are given for, each once. Left out: all n in order.</param>
    public static IJetSource<T> FromJacobian<T>(
        T[,] x, T[,] y, T[,,] dydx, T[,,,]? d2ydx2 = null, ReadOnlySpan<int> directions = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildJacobian(
            LabelArray<T>.OfArray(nameof(x), x),
            LabelArray<T>.OfArray(nameof(y), y),
            LabelArray<T>.OfArray(nameof(dydx), dydx),
            LabelArray<T>.OfArray(nameof(d2ydx2), d2ydx2, optional: true),
            directions);

    /// <inheritdoc cref="FromJacobian{T}(int, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{int})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">One output, shape (S).</param>
    /// <param name="dydx">Its gradient, shape (S, n). With directions given, (S, k).</param>
    /// <param name="d2ydx2">Its Hessian, shape (S, n, n), symmetric; with directions given, (S, k, k). Left out: a source of order 1.</param>
    /// <param name="directions">The k input coordinates that derivatives are given for, each once. Left out: all n in order.</param>
    public static IJetSource<T> FromJacobian<T>(
        T[,] x, T[] y, T[,] dydx, T[,,]? d2ydx2 = null, ReadOnlySpan<int> directions = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildJacobian(
            LabelArray<T>.OfArray(nameof(x), x),
            LabelArray<T>.OfArray(nameof(y), y),
            LabelArray<T>.OfArray(nameof(dydx), dydx),
            LabelArray<T>.OfArray(nameof(d2ydx2), d2ydx2, optional: true),
            directions);

    /// <inheritdoc cref="FromJacobian{T}(int, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{int})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">Outputs, shape (S, m) or, for one output, (S).</param>
    /// <param name="dydx">∂y/∂x, shape (S, m, n) or, for one output, (S, n). With directions given, k for n.</param>
    /// <param name="d2ydx2">
    /// ∂²y/∂x², shape (S, m, n, n) or, for one output, (S, n, n); with directions given, k for n. Empty: a source of order 1.
    /// </param>
    /// <param name="directions">The k input coordinates that derivatives are given for, each once. Left out: all n in order.</param>
    public static IJetSource<T> FromJacobian<T>(
        in ReadOnlyTensorSpan<T> x,
        in ReadOnlyTensorSpan<T> y,
        in ReadOnlyTensorSpan<T> dydx,
        in ReadOnlyTensorSpan<T> d2ydx2 = default,
        ReadOnlySpan<int> directions = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildJacobian(
            LabelArray<T>.OfTensor(nameof(x), x),
            LabelArray<T>.OfTensor(nameof(y), y),
            LabelArray<T>.OfTensor(nameof(dydx), dydx),
            LabelArray<T>.OfTensor(nameof(d2ydx2), d2ydx2, optional: true),
            directions);

    private static JacobianJetSource<T> BuildJacobian<T>(
        LabelArray<T> x, LabelArray<T> y, LabelArray<T> dydx, LabelArray<T> d2ydx2, ReadOnlySpan<int> directions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (samples, inputs, outputs) = CheckValues(x, y);
        int[] chosen = CheckDirections(directions, inputs.Length);
        var tangents = directions.IsEmpty ? inputs : new LabelAxis("directions", chosen.Length);
        ExpectOutputs(dydx, y, [samples], outputs, [tangents]);
        if (d2ydx2.IsGiven)
        {
            ExpectOutputs(d2ydx2, y, [samples], outputs, [tangents, tangents]);
        }

        var input = new JetBatch<T>(JetLayout.Value, samples.Length, inputs.Length, x.Data.ToArray());
        double[] scales = [.. chosen.Select(direction => JacobianJetSource<T>.StandardDeviation(input, direction))];
        if (d2ydx2.IsGiven)
        {
            CheckSymmetry(d2ydx2, outputs.Length, scales);
        }

        var layout = JetLayout.Full(chosen.Length, d2ydx2.IsGiven ? 2 : 1);
        var target = new JetBatch<T>(layout, samples.Length, outputs.Length);
        y.Data.CopyTo(target.Component(0));
        int rows = samples.Length * outputs.Length;
        int p = chosen.Length;
        for (int i = 0; i < p; i++)
        {
            var component = target.Component(1 + i);
            for (int row = 0; row < rows; row++)
            {
                component[row] = dydx.Data[(row * p) + i];
            }
        }

        if (d2ydx2.IsGiven)
        {
            T half = T.CreateChecked(0.5);
            foreach (var second in layout.Seconds)
            {
                var component = target.Component(1 + p + UpperTriangle.Index(second.I, second.J, p));
                for (int row = 0; row < rows; row++)
                {
                    var hessian = d2ydx2.Data.Slice(row * p * p, p * p);
                    component[row] = (half * hessian[(second.I * p) + second.J]) + (half * hessian[(second.J * p) + second.I]);
                }
            }
        }

        return new JacobianJetSource<T>(input, target, chosen, scales);
    }

    private static int[] CheckDirections(ReadOnlySpan<int> directions, int inputs)
    {
        if (directions.IsEmpty)
        {
            return [.. Enumerable.Range(0, inputs)];
        }

        var seen = new HashSet<int>();
        foreach (int direction in directions)
        {
            if (direction < 0 || direction >= inputs)
            {
                throw new ArgumentOutOfRangeException(nameof(directions), direction, $"The input coordinates are 0 to {inputs - 1}.");
            }

            if (!seen.Add(direction))
            {
                throw new ArgumentException($"The input coordinate {direction} is given twice.", nameof(directions));
            }
        }

        return directions.ToArray();
    }

    /// <summary>Refuses Hessians that cannot be Hessians; small differences of numerical labels are averaged away.</summary>
    /// <remarks>Elements are compared in units of the inputs' spreads: one by inputs of a small unit is huge and means nothing to the others.</remarks>
    private static void CheckSymmetry<T>(LabelArray<T> hessians, int outputs, double[] scales)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int p = scales.Length;
        double[] largest = new double[outputs];
        int rows = hessians.Data.Length / (p * p);
        for (int row = 0; row < rows; row++)
        {
            var hessian = hessians.Data.Slice(row * p * p, p * p);
            for (int i = 0; i < p; i++)
            {
                for (int j = 0; j < p; j++)
                {
                    largest[row % outputs] = Math.Max(largest[row % outputs], Math.Abs(Element(hessian, i, j)));
                }
            }
        }

        for (int row = 0; row < rows; row++)
        {
            var hessian = hessians.Data.Slice(row * p * p, p * p);
            for (int i = 0; i < p; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    if (Math.Abs(Element(hessian, i, j) - Element(hessian, j, i)) > SymmetryTolerance * largest[row % outputs])
                    {
                        throw new ArgumentException(
                            $"The Hessian of sample {row / outputs}, output {row % outputs} is not symmetric: " +
                            $"element ({i}, {j}) is {hessian[(i * p) + j]}, element ({j}, {i}) is {hessian[(j * p) + i]}.",
                            hessians.Name);
                    }
                }
            }
        }

        double Element(ReadOnlySpan<T> hessian, int i, int j) => double.CreateTruncating(hessian[(i * p) + j]) * scales[i] * scales[j];
    }
}
