using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>
/// The perturbations that an attack may use: of size ρ in its norm, and within the constraint of its objective. One thread at a
/// time.
/// </summary>
/// <remarks>
/// A sensitivity attack is orthogonal to the manifold: then Jᵀ(C − I) = −Jᵀε = 0, so the clean point stays the nearest one and the
/// oracle does not move at all. An invariance attack keeps the network where it is, which takes Newton steps because the network is
/// curved.
/// </remarks>
internal sealed class AttackBall<T>(CleanInput<T> clean)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Restorations = 6;

    private readonly WideMatrix _jacobian = new(clean.Outputs, clean.Inputs);
    private readonly double[] _input = new double[clean.Inputs];
    private readonly double[] _output = new double[clean.Outputs];
    private readonly double[] _change = new double[clean.Outputs];
    private AttackObjective _objective;
    private PerturbationNorm _norm;
    private double _radius;

    /// <summary>Sets the size and the constraint.</summary>
    public void Begin(double radius, AttackOptions options) => (_radius, _objective, _norm) = (radius, options.Objective, options.Norm);

    /// <summary>The perturbation that is worst for an objective with a gradient: ρ∇/‖∇‖ in L2, ρ·sign ∇ in L∞.</summary>
    public void WriteWorst(ReadOnlySpan<double> gradient, Span<double> result)
    {
        if (_norm == PerturbationNorm.L2)
        {
            gradient.CopyTo(result);
            VectorLength.TryNormalize(result);
            TensorPrimitives.Multiply(result, _radius, result);
            return;
        }

        for (int f = 0; f < gradient.Length; f++)
        {
            result[f] = gradient[f] == 0 ? 0 : _radius * Math.Sign(gradient[f]);
        }
    }

    /// <summary>Removes from a direction what the objective does not allow, to first order at the clean input.</summary>
    public void Constrain(Span<double> direction)
    {
        switch (_objective)
        {
            case AttackObjective.Sensitivity:
                clean.Search.Start.RemoveTangent(direction);
                break;
            case AttackObjective.Invariance:
                clean.NetworkJacobian.RemoveRows(direction);
                break;
        }
    }

    /// <summary>Brings a perturbation to the size and constraint of the attack; false if nothing is left of it.</summary>
    /// <param name="perturbation">ε; replaced.</param>
    /// <param name="toBorder">Whether a perturbation smaller than ρ is made longer too.</param>
    public bool TryShape(Span<double> perturbation, bool toBorder)
    {
        double before = VectorLength.Of<double>(perturbation);
        Constrain(perturbation);
        bool isConstrained = _objective is AttackObjective.Sensitivity or AttackObjective.Invariance;
        if (!(VectorLength.Of<double>(perturbation) > 1e-9 * before) || !TryScale(perturbation, toBorder || isConstrained))
        {
            return false;
        }

        return _objective != AttackObjective.Invariance || TryRestore(perturbation);
    }

    private bool TryScale(Span<double> perturbation, bool toBorder)
    {
        double size = _norm == PerturbationNorm.L2
            ? VectorLength.Of<double>(perturbation)
            : Math.Abs(TensorPrimitives.MaxMagnitude<double>(perturbation));
        if (!(size > 0) || !double.IsFinite(size))
        {
            return false;
        }

        if (toBorder || size > _radius)
        {
            TensorPrimitives.Divide(perturbation, size, perturbation);
            TensorPrimitives.Multiply(perturbation, _radius, perturbation);
        }

        return true;
    }

    /// <summary>
    /// Newton steps onto the perturbations of size ρ for which the network stays: ε ← ε − ∂N⁺(N(C + ε) − N(C)), scaled back.
    /// </summary>
    private bool TryRestore(Span<double> perturbation)
    {
        double last = double.PositiveInfinity;
        for (int k = 0; k < Restorations; k++)
        {
            TensorPrimitives.Add<double>(clean.Input, perturbation, _input);
            clean.Jacobian(_input, _jacobian, _output);
            TensorPrimitives.Subtract<double>(_output, clean.NetworkOutput, _change);
            double change = VectorLength.Of<double>(_change);
            if (!double.IsFinite(change))
            {
                return false;
            }

            // As close as Newton steps or rounding allow; the objective checks whether that is close enough.
            if (change == 0 || change > 0.5 * last)
            {
                return true;
            }

            last = change;
            _jacobian.Decompose();
            _jacobian.SubtractPseudoInverse(_change, perturbation);
            if (!TryScale(perturbation, toBorder: true))
            {
                return false;
            }
        }

        return true;
    }
}
