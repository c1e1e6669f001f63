using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>The second derivatives of the oracle at one point. One thread at a time, except for the methods that only read.</summary>
/// <remarks>Method, section 6. All need r' = A⁻¹Jᵀε of the direction, which <see cref="TangentFrame.First"/> gives.</remarks>
/// <param name="frame">The jets at the point, of order 2.</param>
internal sealed class OracleCurvature(TangentFrame frame)
{
    private const int StackLength = 600;

    private readonly int _p = frame.Lengths.Length;
    private readonly int _pairs = (int)UpperTriangle.Count(frame.Lengths.Length);
    private readonly double[] _curvature = new double[UpperTriangle.Count(frame.Lengths.Length) * frame.Lengths.Length];

    /// <summary>⟨∂ᵢⱼC, ∂ₗC⟩ for all i ≤ j and l, once for each point.</summary>
    public void Prepare()
    {
        for (int pair = 0; pair < _pairs; pair++)
        {
            for (int l = 0; l < _p; l++)
            {
                _curvature[(pair * _p) + l] = TensorPrimitives.Dot<double>(frame.Second(pair), frame.Tangent(l));
            }
        }
    }

    /// <summary>O'' = Y r'' + r'ᵀ(∂²y) r' with r'' = A⁻¹[2(Hr')ᵀε⊥ − Jᵀ(r'ᵀHr')].</summary>
    /// <param name="shift">r' of the direction.</param>
    /// <param name="bends">What <see cref="Bends"/> gave for the direction and its r'.</param>
    /// <param name="result">Receives O'', m elements.</param>
    public void Second(ReadOnlySpan<double> shift, ReadOnlySpan<double> bends, Span<double> result)
    {
        Span<double> right = _p <= StackLength ? stackalloc double[_p] : new double[_p];
        right.Clear();
        result.Clear();
        for (int i = 0, pair = 0; i < _p; i++)
        {
            for (int j = i; j < _p; j++, pair++)
            {
                // The pair (i, j) stands for (j, i) too.
                double product = (i == j ? 1 : 2) * shift[i] * shift[j];
                right[i] += 2 * shift[j] * bends[pair];
                right[j] += i == j ? 0 : 2 * shift[i] * bends[pair];
                TensorPrimitives.MultiplyAdd(Curvature(pair), -product, right, right);
                TensorPrimitives.MultiplyAdd(frame.TargetSecond(pair), product, result, result);
            }
        }

        frame.Solve(right);
        frame.AddTarget(right, result);
    }

    /// <summary>∂ᵢ∂_εO = Yᵢ r' + Y A⁻¹[Hᵢᵀε⊥ − Jᵀ Hᵢ r'], (Yᵢ)ₖ = ∂ᵢₖy.</summary>
    /// <param name="tangent">i.</param>
    /// <param name="shift">r' of the direction.</param>
    /// <param name="bends">What <see cref="Bends"/> gave for the direction and its r'.</param>
    /// <param name="result">Receives m elements.</param>
    public void Mixed(int tangent, ReadOnlySpan<double> shift, ReadOnlySpan<double> bends, Span<double> result)
    {
        Span<double> right = _p <= StackLength ? stackalloc double[_p] : new double[_p];
        right.Clear();
        result.Clear();
        for (int k = 0; k < _p; k++)
        {
            int pair = UpperTriangle.Index(tangent, k, _p);
            right[k] += bends[pair];
            TensorPrimitives.MultiplyAdd(Curvature(pair), -shift[k], right, right);
            TensorPrimitives.MultiplyAdd(frame.TargetSecond(pair), shift[k], result, result);
        }

        frame.Solve(right);
        frame.AddTarget(right, result);
    }

    /// <summary>⟨∂ᵢⱼC, ε⊥⟩ for all i ≤ j, with ε⊥ = ε − J r'.</summary>
    public void Bends(ReadOnlySpan<double> direction, ReadOnlySpan<double> shift, Span<double> bends)
    {
        for (int pair = 0; pair < _pairs; pair++)
        {
            bends[pair] = TensorPrimitives.Dot(frame.Second(pair), direction) - TensorPrimitives.Dot(Curvature(pair), shift);
        }
    }

    private ReadOnlySpan<double> Curvature(int pair) => _curvature.AsSpan(pair * _p, _p);
}
