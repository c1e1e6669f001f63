using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>The objective of an attack and its gradient at perturbations of one clean input, with the exact oracle. One thread at a time.</summary>
/// <remarks>The gradient of the oracle at the perturbed input is exact: ∂O = Y M⁻¹Jᵀ at the nearest clean point, M = A + Σₖ(C − I)ₖ∂²Cₖ.</remarks>
internal sealed class AttackEvaluation<T>(CleanInput<T> clean)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[] _input = new double[clean.Inputs];
    private readonly double[] _change = new double[clean.Outputs];
    private readonly double[] _scratch = new double[clean.Outputs];
    private AttackObjective _objective;
    private double _stayTolerance;

    /// <summary>Perturbations evaluated.</summary>
    public int Evaluations { get; private set; }

    /// <summary>Those for which the oracle did not converge.</summary>
    public int Failures { get; private set; }

    /// <summary>Sets the objective and the counts to 0.</summary>
    public void Begin(AttackOptions options) => (_objective, _stayTolerance, Evaluations, Failures) = (options.Objective, options.StayTolerance, 0, 0);

    /// <summary>The objective and its gradient at the trials of some paths.</summary>
    /// <param name="paths">The paths, whose trials are evaluated.</param>
    /// <param name="cancellationToken">Stops before the next perturbation.</param>
    public void Evaluate(ReadOnlySpan<AttackPath> paths, CancellationToken cancellationToken)
    {
        int outputs = clean.Outputs;
        var rows = clean.Forward(paths);
        Evaluations += paths.Length;
        for (int k = 0; k < paths.Length; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = paths[k];
            var row = rows.Slice(k * outputs, outputs);
            TensorPrimitives.ConvertTruncating<T, double>(row, path.TrialNetworkOutput);
            row.Clear();
            path.TrialGradient.AsSpan().Clear();
            path.TrialValue = double.NaN;
            TensorPrimitives.Add<double>(clean.Input, path.Trial, _input);
            if (clean.Search.Run(_input, cancellationToken) != OracleStatus.Converged)
            {
                Failures++;
                continue;
            }

            clean.Search.Output.CopyTo(path.TrialOracleOutput);
            double value = Objective(path, _change);
            path.TrialValue = double.IsFinite(value) ? value : double.NaN;
            if (!(path.TrialValue > 0))
            {
                continue;
            }

            VectorLength.TryNormalize<double>(_change);
            if (_objective != AttackObjective.Invariance)
            {
                TensorPrimitives.ConvertTruncating<double, T>(_change, row);
            }

            if (_objective != AttackObjective.Sensitivity)
            {
                double sign = _objective == AttackObjective.Invariance ? 1 : -1;
                clean.Search.AddPullBack(_change, sign, path.TrialGradient);
            }
        }

        if (_objective != AttackObjective.Invariance)
        {
            clean.PullBack(paths);
        }
    }

    /// <summary>The objective at a path's trial, the length of a vector that is written too; NaN if the trial is not allowed.</summary>
    private double Objective(AttackPath path, Span<double> vector)
    {
        switch (_objective)
        {
            case AttackObjective.Sensitivity:
                TensorPrimitives.Subtract<double>(path.TrialNetworkOutput, clean.NetworkOutput, vector);
                break;
            case AttackObjective.Invariance:
                TensorPrimitives.Subtract(path.TrialOracleOutput, clean.Target, vector);
                double moved = VectorLength.Of<double>(vector);
                double stayed = VectorLength.Between(path.TrialNetworkOutput, clean.NetworkOutput, _scratch);
                return stayed <= _stayTolerance * moved ? moved : double.NaN;
            default:
                TensorPrimitives.Subtract<double>(path.TrialNetworkOutput, path.TrialOracleOutput, vector);
                if (_objective == AttackObjective.UniversalGrowth)
                {
                    TensorPrimitives.Subtract(vector, clean.Error, vector);
                }

                break;
        }

        return VectorLength.Of<double>(vector);
    }
}
