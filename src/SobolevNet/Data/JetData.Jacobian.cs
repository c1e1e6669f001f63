using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <content>Labels with derivatives by the inputs themselves.</content>
public static partial class JetData
{
    /// <summary>
    /// Values with the full Jacobian ∂y/∂x and, if given, the Hessian ∂²y/∂x²: labels as in differential machine learning.
    /// </summary>
    /// <remarks>
    /// The tangents are inputs: tangent i of the jets is input i, or <paramref name="inputs"/>[i]
    /// (<see cref="IJetSource{T}.TangentInputs"/>). The input's own first derivatives are constant unit vectors and take no memory. A tangent's scale
    /// (<see cref="IJetSource{T}.TangentScale"/>) is the standard deviation of its input over the samples, with their weights.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">Outputs, shape (S, m) or, for one output, (S).</param>
    /// <param name="dydx">
    /// ∂y/∂x, shape (S, m, n) or, for one output, (S, n): row o, column i holds ∂y_o/∂x_i. With <paramref name="inputs"/> given, k columns instead of n.
    /// </param>
    /// <param name="d2ydx2">
    /// ∂²y/∂x², symmetric, shape (S, m, n, n) or, for one output, (S, n, n); with <paramref name="inputs"/> given, (k, k) instead of (n, n). Left out: a source
    /// of order 1.
    /// </param>
    /// <param name="inputs">
    /// The numbers of the k inputs that derivatives are given for, each once; column c of <paramref name="dydx"/> belongs to
    /// input inputs[c]. Left out: all n in order.
    /// </param>
    /// <param name="allowMissing">Whether NaN in y, dydx or d2ydx2 stands for a label that is missing; else it is refused.</param>
    /// <param name="weights">The weight of each sample, see <see cref="IJetSource{T}.SampleWeight"/>; none if left out.</param>
    /// <returns>A source of order 1 or 2.</returns>
    /// <exception cref="ArgumentException">
    /// The set is empty, a shape or the weights do not fit, an element is not finite, a Hessian is not symmetric to a thousandth of the
    /// largest element (both in units of the inputs' standard deviations), or an input's number is out of range or repeated.
    /// </exception>
    public static IJetSource<T> FromJacobian<T>(
        in ReadOnlyTensorSpan<T> x,
        in ReadOnlyTensorSpan<T> y,
        in ReadOnlyTensorSpan<T> dydx,
        in ReadOnlyTensorSpan<T> d2ydx2 = default,
        ReadOnlySpan<int> inputs = default,
        bool allowMissing = false,
        ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildJacobian(
            LabelArray<T>.OfTensor(nameof(x), x),
            LabelArray<T>.OfTensor(nameof(y), y),
            LabelArray<T>.OfTensor(nameof(dydx), dydx),
            LabelArray<T>.OfTensor(nameof(d2ydx2), d2ydx2, optional: true),
            inputs,
            allowMissing,
            weights);

    /// <inheritdoc cref="FromJacobian{T}(in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, ReadOnlySpan{int}, bool, ReadOnlySpan{double})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">Outputs, shape (S, m).</param>
    /// <param name="dydx">∂y/∂x, shape (S, m, n). With <paramref name="inputs"/> given, (S, m, k).</param>
    /// <param name="d2ydx2">∂²y/∂x², shape (S, m, n, n), symmetric; with <paramref name="inputs"/> given, (S, m, k, k). Left out: a source of order 1.</param>
    /// <param name="inputs">The numbers of the k inputs that derivatives are given for, each once. Left out: all n in order.</param>
    /// <param name="allowMissing">Whether NaN in y, dydx or d2ydx2 stands for a label that is missing.</param>
    /// <param name="weights">The weight of each sample, shape (S); none if left out.</param>
    public static IJetSource<T> FromJacobian<T>(
        T[,] x, T[,] y, T[,,] dydx, T[,,,]? d2ydx2 = null, ReadOnlySpan<int> inputs = default, bool allowMissing = false,
        ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildJacobian(
            LabelArray<T>.OfArray(nameof(x), x),
            LabelArray<T>.OfArray(nameof(y), y),
            LabelArray<T>.OfArray(nameof(dydx), dydx),
            LabelArray<T>.OfArray(nameof(d2ydx2), d2ydx2, optional: true),
            inputs,
            allowMissing,
            weights);

    /// <inheritdoc cref="FromJacobian{T}(in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, ReadOnlySpan{int}, bool, ReadOnlySpan{double})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">One output, shape (S).</param>
    /// <param name="dydx">Its gradient, shape (S, n). With <paramref name="inputs"/> given, (S, k).</param>
    /// <param name="d2ydx2">Its Hessian, shape (S, n, n), symmetric; with <paramref name="inputs"/> given, (S, k, k). Left out: a source of order 1.</param>
    /// <param name="inputs">The numbers of the k inputs that derivatives are given for, each once. Left out: all n in order.</param>
    /// <param name="allowMissing">Whether NaN in y, dydx or d2ydx2 stands for a label that is missing.</param>
    /// <param name="weights">The weight of each sample, shape (S); none if left out.</param>
    public static IJetSource<T> FromJacobian<T>(
        T[,] x, T[] y, T[,] dydx, T[,,]? d2ydx2 = null, ReadOnlySpan<int> inputs = default, bool allowMissing = false,
        ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildJacobian(
            LabelArray<T>.OfArray(nameof(x), x),
            LabelArray<T>.OfArray(nameof(y), y),
            LabelArray<T>.OfArray(nameof(dydx), dydx),
            LabelArray<T>.OfArray(nameof(d2ydx2), d2ydx2, optional: true),
            inputs,
            allowMissing,
            weights);

    private static JacobianJetSource<T> BuildJacobian<T>(
        LabelArray<T> x, LabelArray<T> y, LabelArray<T> dydx, LabelArray<T> d2ydx2, ReadOnlySpan<int> inputs, bool allowMissing,
        ReadOnlySpan<double> weights, ReadOnlySpan<double> tangentScales = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (samples, all, outputs, chosen) = CheckJacobian(x, y, dydx, d2ydx2, inputs, allowMissing);
        var input = new JetBatch<T>(JetLayout.Value, samples.Length, all.Length, x.Data.ToArray());
        double[]? checkedWeights = SampleWeights.Check(weights, samples.Length, nameof(weights));
        double[] spreads = InputSpreads.Of(input, chosen, checkedWeights);
        double[] scales = TangentScales.Check(tangentScales, chosen.Length, "tangent_scales") ?? spreads;
        if (d2ydx2.IsGiven)
        {
            var symmetry = new HessianSymmetry(outputs.Length, spreads, d2ydx2.Name);
            symmetry.Add(d2ydx2.Data, 0);
            symmetry.Check();
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
            foreach (var second in layout.Seconds)
            {
                var component = target.Component(1 + p + UpperTriangle.Index(second.I, second.J, p));
                for (int row = 0; row < rows; row++)
                {
                    var hessian = d2ydx2.Data.Slice(row * p * p, p * p);
                    component[row] = HessianSymmetry.Mean(hessian[(second.I * p) + second.J], hessian[(second.J * p) + second.I]);
                }
            }
        }

        if (allowMissing)
        {
            MissingLabels.CheckKnown(target, y.Name);
        }

        return new JacobianJetSource<T>(input, target, chosen, scales, checkedWeights);
    }

    /// <summary>Checks the shapes of the arrays, and the elements that are given.</summary>
    private static (LabelAxis Samples, LabelAxis Inputs, LabelAxis Outputs, int[] Chosen) CheckJacobian<T>(
        LabelArray<T> x, LabelArray<T> y, LabelArray<T> dydx, LabelArray<T> d2ydx2, ReadOnlySpan<int> inputs, bool allowMissing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (samples, all, outputs) = CheckValues(x, y, allowMissing);
        int[] chosen = CheckInputs(inputs, all.Length);
        var tangents = inputs.IsEmpty ? all : new LabelAxis("chosen inputs", chosen.Length);
        ExpectOutputs(dydx, y, [samples], outputs, [tangents], allowMissing);
        if (d2ydx2.IsGiven)
        {
            ExpectOutputs(d2ydx2, y, [samples], outputs, [tangents, tangents], allowMissing);
        }

        return (samples, all, outputs, chosen);
    }

    private static int[] CheckInputs(ReadOnlySpan<int> inputs, int count)
    {
        if (inputs.IsEmpty)
        {
            return [.. Enumerable.Range(0, count)];
        }

        var seen = new HashSet<int>();
        foreach (int input in inputs)
        {
            if (input < 0 || input >= count)
            {
                throw new ArgumentOutOfRangeException(nameof(inputs), input, $"The inputs are 0 to {count - 1}.");
            }

            if (!seen.Add(input))
            {
                throw new ArgumentException($"The input {input} is given twice.", nameof(inputs));
            }
        }

        return inputs.ToArray();
    }
}
