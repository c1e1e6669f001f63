using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>What <see cref="Soap"/> keeps for one layer, and the parts of its step, by blocks of rows.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SoapLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _inputs;
    private readonly T[] _first;
    private readonly T[] _second;
    private readonly T[] _biasFirst;
    private readonly T[] _biasSecond;
    private readonly T[] _rotated;
    private readonly T[] _step;
    private readonly T[] _square;
    private readonly PackedMatrix<T> _packedRotated;
    private readonly PackedMatrix<T>? _packedGradient;

    public SoapLayer(int outputs, int inputs, int maxSide)
    {
        (Outputs, _inputs) = (outputs, inputs);
        Left = outputs <= maxSide ? new Eigenbasis<T>(outputs) : null;
        Right = inputs <= maxSide ? new Eigenbasis<T>(inputs) : null;
        _first = new T[outputs * inputs];
        _second = new T[outputs * inputs];
        _rotated = new T[outputs * inputs];
        _step = new T[outputs * inputs];
        _biasFirst = new T[outputs];
        _biasSecond = new T[outputs];
        _packedRotated = new PackedMatrix<T>(outputs, inputs);
        _packedGradient = Left is null ? null : new PackedMatrix<T>(inputs, outputs);
        _square = Left is null ? [] : new T[outputs * outputs];
    }

    public int Outputs { get; }

    /// <summary>The basis of the output side; null if that is too long.</summary>
    public Eigenbasis<T>? Left { get; }

    /// <summary>The basis of the input side; null if that is too long.</summary>
    public Eigenbasis<T>? Right { get; }

    public IEnumerable<(string Name, T[] Values)> Tensors
    {
        get
        {
            yield return ("first", _first);
            yield return ("second", _second);
            yield return ("bias.first", _biasFirst);
            yield return ("bias.second", _biasSecond);
            if (Left is not null)
            {
                yield return ("left.covariance", Left.Covariance);
                yield return ("left.vectors", Left.Transposed);
            }

            if (Right is not null)
            {
                yield return ("right.covariance", Right.Covariance);
                yield return ("right.vectors", Right.Transposed);
            }
        }
    }

    /// <summary>Packs Gᵀ for <see cref="AddLeft"/>.</summary>
    public void PackGradient(ReadOnlySpan<T> gradient) => _packedGradient?.PackTransposed(gradient);

    /// <summary>L ← βL + G Gᵀ, some rows.</summary>
    public void AddLeft(ReadOnlySpan<T> gradient, int first, int count, T beta, Workspace<T> workspace)
    {
        if (Left is null)
        {
            return;
        }

        var rows = _square.AsSpan(first * Outputs, count * Outputs);
        Gemm.Multiply(gradient[(first * _inputs)..], _inputs, count, _packedGradient!, rows, Outputs, workspace);
        var covariance = Left.Covariance.AsSpan(first * Outputs, count * Outputs);
        TensorPrimitives.MultiplyAdd(covariance, beta, rows, covariance);
    }

    /// <summary>R ← βR + GᵀG, some rows.</summary>
    public void AddRight(ReadOnlySpan<T> gradient, int first, int count, T beta, Workspace<T> workspace)
    {
        var covariance = Right!.Covariance.AsSpan(first * _inputs, count * _inputs);
        TensorPrimitives.Multiply(covariance, beta, covariance);
        Gemm.MultiplyTransposed(
            gradient, _inputs, gradient, _inputs, Outputs, _inputs, first, count, Right.Covariance, _inputs, accumulate: true, workspace);
    }

    /// <summary>Follows the covariances with both bases, and takes the mean of the gradient over from the old bases to the new.</summary>
    public void Refresh(Workspace<T> workspace)
    {
        Rotate(_first, Right?.PackedTransposed, Left?.Vectors, workspace);
        Left?.Refresh(workspace);
        Right?.Refresh(workspace);
        Rotate(_first, Right?.PackedVectors, Left?.Transposed, workspace);
    }

    /// <summary>G Q_R, some rows.</summary>
    public void RotateRight(ReadOnlySpan<T> gradient, int first, int count, Workspace<T> workspace)
    {
        var rows = gradient.Slice(first * _inputs, count * _inputs);
        Multiply(rows, count, Right?.PackedVectors, _rotated.AsSpan(first * _inputs, count * _inputs), workspace);
    }

    /// <summary>Packs what <see cref="RotateRight"/> or <see cref="StepInBasis"/> left, as the right factor of the next product.</summary>
    public void PackRotated()
    {
        if (Left is not null)
        {
            _packedRotated.Pack(_rotated);
        }
    }

    /// <summary>Some rows of G' = Q_Lᵀ (G Q_R), their Adam step N', and N' Q_Rᵀ.</summary>
    public void StepInBasis(AdamCoefficients<T> adam, int first, int count, Workspace<T> workspace)
    {
        int start = first * _inputs;
        int length = count * _inputs;
        var gradient = _step.AsSpan(start, length);
        MultiplyLeft(Left?.Transposed, first, count, gradient, workspace);

        // The kernel subtracts the step from zeros.
        var step = _rotated.AsSpan(start, length);
        step.Clear();
        OptimizerKernel<T>.Current.Adam(
            step, gradient, _first.AsSpan(start, length), _second.AsSpan(start, length), adam.Beta1, adam.Beta2, adam.Rate, adam.Correction,
            adam.Epsilon, T.One);
        if (Left is null && Right is null)
        {
            step.CopyTo(gradient);
        }
        else
        {
            TensorPrimitives.Clamp(step, -adam.Longest, adam.Longest, gradient);
        }

        Multiply(gradient, count, Right?.PackedTransposed, step, workspace);
    }

    /// <summary>W ← decay·W + Q_L (N' Q_Rᵀ), some rows.</summary>
    public void ChangeWeights(Span<T> weights, T decay, int first, int count, Workspace<T> workspace)
    {
        var change = _step.AsSpan(first * _inputs, count * _inputs);
        MultiplyLeft(Left?.Vectors, first, count, change, workspace);
        var rows = weights.Slice(first * _inputs, count * _inputs);
        TensorPrimitives.MultiplyAdd(rows, decay, change, rows);
    }

    /// <summary>Adam's step of some biases.</summary>
    public void StepBias(AdamCoefficients<T> adam, Span<T> bias, ReadOnlySpan<T> gradient, int first) =>
        OptimizerKernel<T>.Current.Adam(
            bias, gradient, _biasFirst.AsSpan(first, bias.Length), _biasSecond.AsSpan(first, bias.Length), adam.Beta1, adam.Beta2, adam.Rate,
            adam.Correction, adam.Epsilon, T.One);

    private void Rotate(T[] matrix, PackedMatrix<T>? right, T[]? left, Workspace<T> workspace)
    {
        Multiply(matrix, Outputs, right, _rotated, workspace);
        PackRotated();
        MultiplyLeft(left, 0, Outputs, matrix, workspace);
    }

    private void Multiply(ReadOnlySpan<T> rows, int count, PackedMatrix<T>? right, Span<T> result, Workspace<T> workspace)
    {
        if (right is null)
        {
            rows.CopyTo(result);
            return;
        }

        Gemm.Multiply(rows, _inputs, count, right, result, _inputs, workspace);
    }

    private void MultiplyLeft(T[]? left, int first, int count, Span<T> result, Workspace<T> workspace)
    {
        if (left is null)
        {
            _rotated.AsSpan(first * _inputs, count * _inputs).CopyTo(result);
            return;
        }

        Gemm.Multiply(left.AsSpan(first * Outputs, count * Outputs), Outputs, count, _packedRotated, result, _inputs, workspace);
    }
}
