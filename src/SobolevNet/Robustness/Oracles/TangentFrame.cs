using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>
/// The jets of a manifold at one point in double, with the normal matrix A = JᵀJ factored: projections onto the tangent space, and the oracle to first
/// order. Its memory is reused from point to point; one thread at a time, except for the methods that only read.
/// </summary>
internal sealed class TangentFrame
{
    private const int StackLength = 600;

    private readonly int _p;
    private readonly double[] _gram;
    private readonly double[] _scale;
    private readonly double[] _factor;

    /// <summary>Reserves memory.</summary>
    /// <param name="tangents">p, at least 1.</param>
    /// <param name="inputs">n.</param>
    /// <param name="outputs">m.</param>
    /// <param name="order">1, or 2 for second-order Taylor forms.</param>
    public TangentFrame(int tangents, int inputs, int outputs, int order)
    {
        _p = tangents;
        Order = order;
        var layout = JetLayout.Full(tangents, order);
        Input = new JetBatch<double>(layout, 1, inputs);
        Target = new JetBatch<double>(layout, 1, outputs);
        _gram = new double[_p * _p];
        _scale = new double[_p];
        _factor = new double[_p * _p];
    }

    /// <summary>1 or 2.</summary>
    public int Order { get; }

    /// <summary>C, ∂C and perhaps ∂²C.</summary>
    public JetBatch<double> Input { get; }

    /// <summary>y, ∂y and perhaps ∂²y.</summary>
    public JetBatch<double> Target { get; }

    /// <summary>
    /// An upper bound of the condition number of J with its columns scaled to unit length, at most p times too large; infinite
    /// where the tangents are dependent to rounding.
    /// </summary>
    public double ConditionNumber { get; private set; }

    /// <summary>Whether the tangents are independent: their condition number is finite and no larger than a limit, which may be infinite.</summary>
    public bool IsIndependent(double limit) => double.IsFinite(ConditionNumber) && ConditionNumber <= limit;

    /// <summary>Refuses a limit of <see cref="ConditionNumber"/> that is not above 1.</summary>
    public static double CheckedLimit(double limit, string name) =>
        limit > 1 ? limit : throw new ArgumentOutOfRangeException(name, limit, "A condition number to accept is above 1.");

    /// <summary>A = JᵀJ, shape (p, p).</summary>
    public ReadOnlySpan<double> Gram => _gram;

    /// <summary>The lengths of the tangents in input space; 1 for one that vanishes.</summary>
    public ReadOnlySpan<double> Lengths => _scale;

    /// <summary>The rows of Jᵀ, shape (p, n).</summary>
    public ReadOnlySpan<double> Tangents => Input.Data.Slice(Input.Features, _p * Input.Features);

    /// <summary>Copies jets of another precision and factors A.</summary>
    public void Load<T>(JetSpan<T> input, JetSpan<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < Input.Layout.Count; c++)
        {
            TensorPrimitives.ConvertTruncating<T, double>(input.Row(c, 0), Input.Row(c, 0));
            TensorPrimitives.ConvertTruncating<T, double>(target.Row(c, 0), Target.Row(c, 0));
        }

        Prepare();
    }

    /// <summary>Forms and factors A once the jets are written.</summary>
    public void Prepare()
    {
        bool vanishing = false;
        for (int i = 0; i < _p; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                _gram[(i * _p) + j] = _gram[(j * _p) + i] = TensorPrimitives.Dot<double>(Tangent(i), Tangent(j));
            }

            double length = Math.Sqrt(_gram[(i * _p) + i]);
            vanishing |= !(length > 0);
            _scale[i] = length > 0 ? length : 1;
        }

        ConditionNumber = !vanishing && ScaledCholesky.TryFactor(_gram, _scale, 0, _factor)
            ? ScaledCholesky.ConditionBound(_factor, _p)
            : double.PositiveInfinity;
    }

    /// <summary>Jᵀv.</summary>
    public void PullBack(ReadOnlySpan<double> vector, Span<double> result)
    {
        for (int i = 0; i < _p; i++)
        {
            result[i] = TensorPrimitives.Dot(Tangent(i), vector);
        }
    }

    /// <summary>J r, added to a vector with a factor.</summary>
    public void AddPush(ReadOnlySpan<double> r, double factor, Span<double> vector)
    {
        for (int i = 0; i < _p; i++)
        {
            TensorPrimitives.MultiplyAdd(Tangent(i), factor * r[i], vector, vector);
        }
    }

    /// <summary>Replaces b by A⁻¹b.</summary>
    public void Solve(Span<double> b) => ScaledCholesky.Solve(_factor, _scale, b);

    /// <summary>Replaces p independent normal numbers by coordinates of a normal vector of the tangent space.</summary>
    public void SolveTransposed(Span<double> b) => ScaledCholesky.SolveTransposed(_factor, _scale, b);

    /// <summary>Σₖ ρₖ ∂ᵢⱼCₖ added to A: the Hessian of ½‖C − I‖² for the residual ρ = C − I, shape (p, p).</summary>
    public void NormalWithCurvature(ReadOnlySpan<double> residual, Span<double> hessian)
    {
        for (int i = 0, pair = 0; i < _p; i++)
        {
            for (int j = i; j < _p; j++, pair++)
            {
                hessian[(i * _p) + j] = hessian[(j * _p) + i] = _gram[(i * _p) + j] + TensorPrimitives.Dot(Second(pair), residual);
            }
        }
    }

    /// <summary>O' = Y r' with r' = A⁻¹Jᵀε.</summary>
    /// <param name="direction">ε, n elements.</param>
    /// <param name="shift">Receives r', p elements.</param>
    /// <param name="result">Receives O', m elements.</param>
    public void First(ReadOnlySpan<double> direction, Span<double> shift, Span<double> result)
    {
        PullBack(direction, shift);
        Solve(shift);
        result.Clear();
        AddTarget(shift, result);
    }

    /// <summary>Y r added to a vector of m elements.</summary>
    public void AddTarget(ReadOnlySpan<double> r, Span<double> result)
    {
        for (int i = 0; i < _p; i++)
        {
            TensorPrimitives.MultiplyAdd(Target.Row(1 + i, 0), r[i], result, result);
        }
    }

    /// <summary>Yᵀw.</summary>
    public void PullBackTarget(ReadOnlySpan<double> adjoint, Span<double> result)
    {
        for (int i = 0; i < _p; i++)
        {
            result[i] = TensorPrimitives.Dot(Target.Row(1 + i, 0), adjoint);
        }
    }

    /// <summary>Y A⁻¹Jᵀ, shape (m, n), row-major.</summary>
    public void OracleJacobian(Span<double> jacobian)
    {
        int outputs = Target.Features;
        int inputs = Input.Features;
        Span<double> shift = _p <= StackLength ? stackalloc double[_p] : new double[_p];
        jacobian.Clear();
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < _p; i++)
            {
                shift[i] = Target[1 + i, 0, o];
            }

            Solve(shift);
            AddPush(shift, 1, jacobian.Slice(o * inputs, inputs));
        }
    }

    /// <summary>Removes the part of a vector along the manifold: v − J A⁻¹Jᵀ v.</summary>
    public void RemoveTangent(Span<double> vector)
    {
        Span<double> shift = _p <= StackLength ? stackalloc double[_p] : new double[_p];

        // Project twice: one pass leaves a tangential error of the order of rounding times the removed part.
        for (int pass = 0; pass < 2; pass++)
        {
            PullBack(vector, shift);
            Solve(shift);
            AddPush(shift, -1, vector);
        }
    }

    /// <summary>∂ᵢⱼC.</summary>
    /// <param name="pair">The place of (i, j) in <see cref="UpperTriangle"/>.</param>
    public ReadOnlySpan<double> Second(int pair) => Input.Row(1 + _p + pair, 0);

    /// <summary>∂ᵢⱼy.</summary>
    /// <param name="pair">The place of (i, j) in <see cref="UpperTriangle"/>.</param>
    public ReadOnlySpan<double> TargetSecond(int pair) => Target.Row(1 + _p + pair, 0);

    /// <summary>∂ᵢC.</summary>
    public ReadOnlySpan<double> Tangent(int i) => Input.Row(1 + i, 0);
}
