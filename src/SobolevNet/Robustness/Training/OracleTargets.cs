using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>The oracle's derivatives along directions at one clean sample, as targets of a jet. One thread at a time.</summary>
/// <param name="tangents">p, degrees of freedom of the manifold.</param>
/// <param name="inputs">n.</param>
/// <param name="outputs">m.</param>
/// <param name="isCurved">Whether second derivatives are wanted.</param>
internal sealed class OracleTargets<T>(int tangents, int inputs, int outputs, bool isCurved)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TangentFrame?[] _frames = new TangentFrame?[3];
    private readonly double[] _shift = new double[tangents];
    private readonly double[] _bends = isCurved ? new double[UpperTriangle.Count(tangents)] : [];
    private readonly double[] _result = new double[outputs];
    private TangentFrame? _frame;
    private OracleCurvature? _curvature;

    /// <summary>Takes a clean sample.</summary>
    /// <param name="input">C with its derivatives, a full jet of order 1 or 2.</param>
    /// <param name="target">y with its derivatives.</param>
    /// <param name="maxConditionNumber">Tangents with a larger condition number count as dependent.</param>
    /// <param name="sample">The sample's number, for the error.</param>
    /// <returns>The tangents there.</returns>
    /// <exception cref="DegenerateTangentsException">They are dependent.</exception>
    public TangentFrame Begin(JetSpan<T> input, JetSpan<T> target, double maxConditionNumber, long sample)
    {
        int order = input.Layout.Order;
        _frame = _frames[order] ??= new TangentFrame(tangents, inputs, outputs, order);
        _frame.Load(input, target);
        if (!_frame.IsIndependent(maxConditionNumber))
        {
            OracleExpansion.CheckCondition(_frame, maxConditionNumber, $"clean sample {sample}");
        }

        if (order == 2 && isCurved)
        {
            _curvature ??= new OracleCurvature(_frame);
            _curvature.Prepare();
        }

        return _frame;
    }

    /// <summary>Writes all derivatives with respect to one direction.</summary>
    /// <param name="direction">ε, n elements.</param>
    /// <param name="tangent">The direction's tangent in the layout; those before the first direction are degrees of freedom.</param>
    /// <param name="target">Receives ∂_εO, and of the second derivatives ∂ᵢ∂_εO and ∂_ε∂_εO those that its layout has.</param>
    public void Write(ReadOnlySpan<double> direction, int tangent, JetSpan<T> target)
    {
        var layout = target.Layout;
        _frame!.First(direction, _shift, _result);
        Store(1 + tangent, target);
        if (layout.Order < 2 || _curvature is null)
        {
            return;
        }

        _curvature.Bends(direction, _shift, _bends);
        for (int k = 0; k < layout.Seconds.Length; k++)
        {
            var second = layout.Seconds[k];
            if (second.J != tangent)
            {
                continue;
            }

            if (second.I == tangent)
            {
                _curvature.Second(_shift, _bends, _result);
            }
            else
            {
                _curvature.Mixed(second.I, _shift, _bends, _result);
            }

            Store(1 + layout.Firsts.Length + k, target);
        }
    }

    private void Store(int component, JetSpan<T> target) => TensorPrimitives.ConvertTruncating<double, T>(_result, target.Row(component, 0));
}
