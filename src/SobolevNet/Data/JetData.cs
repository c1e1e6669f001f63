using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Makes sources of jets from labels in the shape that users have them, and reads and writes them as files.</summary>
/// <remarks>
/// <para>
/// S samples, n input features, m outputs. Arrays are row-major with the sample first. Each builder takes multi-dimensional arrays or tensors; a flat array or
/// span with its shape is a tensor: <c>new ReadOnlyTensorSpan&lt;double&gt;(x, [samples, inputs])</c>. The axis of a single output may be left out
/// (y of shape (S), dydx of shape (S, n), and so on).
/// </para>
/// <para>
/// All derivatives are plain partial derivatives, never divided by a factorial. Derivatives by an angle are per radian if inputs are in radians, per degree if they
/// are in degrees. <see cref="LabelChecking.LabelCheck"/> finds the usual mistakes.
/// </para>
/// <para>
/// Everything is copied; the arrays may be reused afterwards. NaN and infinity are refused with their place. With <c>allowMissing</c>, NaN in y or a derivative
/// of it stands for a label that is missing: the loss, statistics and errors leave it out. At least one label of each sample, output and component is needed.
/// </para>
/// </remarks>
public static partial class JetData
{
    /// <summary>Values only: y at x, order 0.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">Outputs, shape (S, m) or, for one output, (S).</param>
    /// <param name="allowMissing">Whether NaN in y stands for a label that is missing; else it is refused.</param>
    /// <param name="weights">The weight of each sample, see <see cref="IJetSource{T}.SampleWeight"/>; none if left out.</param>
    /// <returns>A source of order 0.</returns>
    /// <exception cref="ArgumentException">The set is empty, a shape or the weights do not fit, or an element is not finite.</exception>
    public static IJetSource<T> FromValues<T>(
        in ReadOnlyTensorSpan<T> x, in ReadOnlyTensorSpan<T> y, bool allowMissing = false, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildValues(LabelArray<T>.OfTensor(nameof(x), x), LabelArray<T>.OfTensor(nameof(y), y), allowMissing, weights);

    /// <inheritdoc cref="FromValues{T}(in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, bool, ReadOnlySpan{double})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">Outputs, shape (S, m).</param>
    /// <param name="allowMissing">Whether NaN in y stands for a label that is missing.</param>
    /// <param name="weights">The weight of each sample, shape (S); none if left out.</param>
    public static IJetSource<T> FromValues<T>(T[,] x, T[,] y, bool allowMissing = false, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildValues(LabelArray<T>.OfArray(nameof(x), x), LabelArray<T>.OfArray(nameof(y), y), allowMissing, weights);

    /// <inheritdoc cref="FromValues{T}(in ReadOnlyTensorSpan{T}, in ReadOnlyTensorSpan{T}, bool, ReadOnlySpan{double})"/>
    /// <param name="x">Inputs, shape (S, n).</param>
    /// <param name="y">One output, shape (S).</param>
    /// <param name="allowMissing">Whether NaN in y stands for a label that is missing.</param>
    /// <param name="weights">The weight of each sample, shape (S); none if left out.</param>
    public static IJetSource<T> FromValues<T>(T[,] x, T[] y, bool allowMissing = false, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BuildValues(LabelArray<T>.OfArray(nameof(x), x), LabelArray<T>.OfArray(nameof(y), y), allowMissing, weights);

    private static MemoryJetSource<T> BuildValues<T>(LabelArray<T> x, LabelArray<T> y, bool allowMissing, ReadOnlySpan<double> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (samples, inputs, outputs) = CheckValues(x, y, allowMissing);
        return InMemory(
            new JetBatch<T>(JetLayout.Value, samples.Length, inputs.Length, x.Data.ToArray()),
            new JetBatch<T>(JetLayout.Value, samples.Length, outputs.Length, y.Data.ToArray()),
            [], allowMissing, weights);
    }

    private static MemoryJetSource<T> InMemory<T>(
        JetBatch<T> input, JetBatch<T> target, ReadOnlySpan<double> tangentScales, bool allowMissing, ReadOnlySpan<double> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (allowMissing)
        {
            MissingLabels.CheckKnown(target, "y");
        }

        return new MemoryJetSource<T>(input, target, tangentScales, allowMissing, weights);
    }

    /// <summary>Takes S, n and m from x and y and checks both; a y of one dimension stands for one output.</summary>
    private static (LabelAxis Samples, LabelAxis Inputs, LabelAxis Outputs) CheckValues<T>(LabelArray<T> x, LabelArray<T> y, bool allowMissing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x.ExpectRank(2, "samples, inputs");
        var samples = new LabelAxis("samples", x.Shape[0]);
        if (y.Shape.Length == 1)
        {
            y.Expect(samples);
        }
        else
        {
            y.ExpectRank(2, "samples, outputs");
            y.Expect(samples, new LabelAxis("outputs", y.Shape[1]));
        }

        x.ExpectFinite();
        y.ExpectLabels(allowMissing);
        return (samples, new LabelAxis("inputs", x.Shape[1]), new LabelAxis("outputs", y.Shape.Length == 1 ? 1 : y.Shape[1]));
    }

    /// <summary>Checks the shape of derivatives of y, which have no axis of outputs if y has none.</summary>
    private static void ExpectOutputs<T>(
        LabelArray<T> array, LabelArray<T> y, ReadOnlySpan<LabelAxis> before, LabelAxis outputs, ReadOnlySpan<LabelAxis> after, bool allowMissing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool hasAxis = y.Shape.Length > 1;
        array.Expect(hasAxis ? [.. before, outputs, .. after] : [.. before, .. after]);
        array.ExpectLabels(allowMissing);
    }
}
