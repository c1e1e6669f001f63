namespace SobolevNet.Robustness;

/// <summary>
/// The oracle near a clean input C(r): along a direction ε of input space O(C + sε) = y + s·O' + ½s²·O'' + …, and how O' changes
/// along the manifold.
/// </summary>
/// <remarks>
/// With J = ∂C, H = ∂²C, Y = ∂y, A = JᵀJ: O' = Y A⁻¹Jᵀε, and so on as method, section 6, derives them. Made by
/// <see cref="NearestPointOracle.Expand"/> or from a jet source's sample. Immutable and thread-safe.
/// </remarks>
public sealed class OracleExpansion
{
    private readonly TangentFrame _frame;
    private readonly OracleCurvature? _curvature;

    internal OracleExpansion(TangentFrame frame, double maxConditionNumber)
    {
        frame.Prepare();
        CheckCondition(frame, maxConditionNumber, "the point");
        _frame = frame;
        if (frame.Order == 2)
        {
            _curvature = new OracleCurvature(frame);
            _curvature.Prepare();
        }
    }

    /// <summary>What the expansion is computed from; only read.</summary>
    internal TangentFrame Frame => _frame;

    /// <summary>p.</summary>
    internal int DegreesOfFreedom => _frame.Lengths.Length;

    /// <summary>n.</summary>
    internal int InputFeatures => _frame.Input.Features;

    /// <summary>m.</summary>
    internal int OutputFeatures => _frame.Target.Features;

    /// <summary>C, the clean input, n elements.</summary>
    public ReadOnlySpan<double> Input => _frame.Input.Row(0, 0);

    /// <summary>y, the oracle's value at the clean input, m elements.</summary>
    public ReadOnlySpan<double> Output => _frame.Target.Row(0, 0);

    /// <summary>∂C, shape (p, n), row-major.</summary>
    public ReadOnlySpan<double> Tangents => _frame.Tangents;

    /// <summary>An upper bound, at most p times too large, of the condition number of the unit tangents.</summary>
    public double ConditionNumber => _frame.ConditionNumber;

    /// <summary>Expands the oracle at a sample of a jet source, which needs no manifold.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">A source whose layout is full, of order 1 or 2, and gives C and y with their derivatives.</param>
    /// <param name="sample">The sample's number.</param>
    /// <param name="maxConditionNumber">Tangents with a larger condition number count as dependent.</param>
    /// <returns>The expansion, of the source's order.</returns>
    /// <exception cref="ArgumentException">The source's layout is not full, or of order 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample, or the condition number is not above 1.</exception>
    /// <exception cref="DegenerateTangentsException">The tangents are dependent.</exception>
    public static OracleExpansion At<T>(IJetSource<T> source, long sample, double maxConditionNumber = 1e4)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        SourceArgument.Check(source);
        CheckSource(source, 1, nameof(source));
        MissingLabels.Refuse(source, "The oracle needs", nameof(source));
        TangentFrame.CheckedLimit(maxConditionNumber, nameof(maxConditionNumber));
        var frame = new TangentFrame(source.Layout.Tangents, source.InputFeatures, source.OutputFeatures, source.Layout.Order);
        var input = new JetBatch<T>(source.Layout, 1, source.InputFeatures);
        var target = new JetBatch<T>(source.Layout, 1, source.OutputFeatures);
        source.Fill([sample], input, target);
        frame.Load<T>(input, target);
        return new OracleExpansion(frame, maxConditionNumber);
    }

    /// <summary>O', the oracle's derivative along a direction.</summary>
    /// <param name="direction">ε, n elements.</param>
    /// <param name="result">Receives Y A⁻¹Jᵀε, m elements.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a number is not finite.</exception>
    public void First(ReadOnlySpan<double> direction, Span<double> result)
    {
        Check(direction, result);
        Span<double> shift = DegreesOfFreedom <= 256 ? stackalloc double[DegreesOfFreedom] : new double[DegreesOfFreedom];
        _frame.First(direction, shift, result);
    }

    /// <summary>O'', the oracle's second derivative along a direction.</summary>
    /// <param name="direction">ε, n elements.</param>
    /// <param name="result">Receives d²/ds² O(C + sε) at s = 0, m elements.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a number is not finite.</exception>
    /// <exception cref="InvalidOperationException">The expansion is of first order.</exception>
    public void Second(ReadOnlySpan<double> direction, Span<double> result)
    {
        var curvature = CheckOrder();
        Check(direction, result);
        var (shift, bends) = Prepare(curvature, direction, result);
        curvature.Second(shift, bends, result);
    }

    /// <summary>∂ᵢ∂_εO, the derivative of O' along a fixed direction by a degree of freedom.</summary>
    /// <param name="direction">ε, n elements.</param>
    /// <param name="tangent">i, 0 to p − 1.</param>
    /// <param name="result">Receives ∂²/∂rᵢ∂s O(C(r) + sε), m elements.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a number is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such degree of freedom.</exception>
    /// <exception cref="InvalidOperationException">The expansion is of first order.</exception>
    public void Mixed(ReadOnlySpan<double> direction, int tangent, Span<double> result)
    {
        var curvature = CheckOrder();
        Check(direction, result);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tangent, (uint)DegreesOfFreedom, nameof(tangent));
        var (shift, bends) = Prepare(curvature, direction, result);
        curvature.Mixed(tangent, shift, bends, result);
    }

    /// <summary>∂O/∂I = Y A⁻¹Jᵀ.</summary>
    /// <param name="jacobian">Receives shape (m, n), row-major.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public void Jacobian(Span<double> jacobian)
    {
        if (jacobian.Length != OutputFeatures * InputFeatures)
        {
            throw new ArgumentException(
                $"The Jacobian has {jacobian.Length} elements; expected {OutputFeatures} · {InputFeatures}.", nameof(jacobian));
        }

        _frame.OracleJacobian(jacobian);
    }

    /// <summary>Removes the part of a vector that lies along the manifold: v − J A⁻¹Jᵀv.</summary>
    /// <param name="vector">v, n elements; replaced.</param>
    /// <exception cref="ArgumentException">The length does not fit, or a number is not finite.</exception>
    public void RemoveTangent(Span<double> vector)
    {
        DataManifold.CheckVector(vector, InputFeatures, "vector", nameof(vector));
        _frame.RemoveTangent(vector);
    }

    /// <summary>Refuses a frame whose tangents are dependent.</summary>
    internal static void CheckCondition(TangentFrame frame, double limit, string where)
    {
        if (!frame.IsIndependent(limit))
        {
            throw new DegenerateTangentsException(
                $"The tangents at {where} are linearly dependent or nearly so: the condition number of the unit tangents is up to " +
                $"{frame.ConditionNumber:G4}; at most {limit:G4} is allowed. The nearest clean input is not determined there.",
                frame.ConditionNumber);
        }
    }

    /// <summary>Refuses a source that lacks the derivatives an oracle needs.</summary>
    internal static void CheckSource<T>(IJetSource<T> source, int order, string name)
        where T : unmanaged
    {
        var layout = source.Layout;
        if (layout.Order < order || layout.Tangents == 0 || !UpperTriangle.IsFull(layout, layout.Order))
        {
            throw new ArgumentException(
                $"The source has {layout}; an oracle needs all derivatives up to order {order} with respect to all its tangents.", name);
        }

        if (source.InputFeatures < layout.Tangents)
        {
            throw new ArgumentException(
                $"The source has {layout.Tangents} tangents in inputs of {source.InputFeatures} features; they cannot be independent.", name);
        }
    }

    private (double[] Shift, double[] Bends) Prepare(OracleCurvature curvature, ReadOnlySpan<double> direction, Span<double> result)
    {
        double[] shift = new double[DegreesOfFreedom];
        double[] bends = new double[UpperTriangle.Count(DegreesOfFreedom)];
        _frame.First(direction, shift, result);
        curvature.Bends(direction, shift, bends);
        return (shift, bends);
    }

    private void Check(ReadOnlySpan<double> direction, Span<double> result)
    {
        DataManifold.CheckVector(direction, InputFeatures, "direction", nameof(direction));
        if (result.Length != OutputFeatures)
        {
            throw new ArgumentException($"The result has {result.Length} elements; expected {OutputFeatures}.", nameof(result));
        }
    }

    private OracleCurvature CheckOrder() =>
        _curvature ?? throw new InvalidOperationException("The expansion is of first order; expand the oracle to order 2 for second derivatives.");
}
