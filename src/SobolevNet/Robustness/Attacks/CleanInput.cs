using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet.Robustness;

/// <summary>
/// A network and the oracle at one clean input: values, Jacobians and first-order vulnerability. Its memory is reused
/// from input to input; one thread at a time.
/// </summary>
internal sealed class CleanInput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PackedNetwork<T> _network;
    private readonly NearestPointOptions _options;
    private readonly double[] _scaled;
    private readonly T[] _inputAdjoints;
    private readonly AdjointTape<T> _adjoints;
    private readonly Workspace<T> _workspace = new();

    public CleanInput(MlpArchitecture architecture, PackedNetwork<T> network, IDataManifold manifold, NearestPointOptions options, int rows)
    {
        (_network, _options) = (network, options);
        (Inputs, Outputs) = (manifold.InputFeatures, manifold.OutputFeatures);
        Search = new NearestPointSearch(manifold, options);
        Pass = new ValuePass<T>(architecture, rows);
        _adjoints = new AdjointTape<T>(architecture, tangents: 0, samples: 1, groupSamples: 1);
        _adjoints.Begin(1);
        NetworkOutput = new double[Outputs];
        Error = new double[Outputs];
        NetworkJacobian = new WideMatrix(Outputs, Inputs);
        OracleJacobian = new WideMatrix(Outputs, Inputs);
        FirstOrder = new WideMatrix(Outputs, Inputs);
        _scaled = new double[Inputs];
        _inputAdjoints = new T[Pass.Capacity * Inputs];
    }

    /// <summary>n.</summary>
    public int Inputs { get; }

    /// <summary>m.</summary>
    public int Outputs { get; }

    /// <summary>The exact oracle, started from the clean point.</summary>
    public NearestPointSearch Search { get; }

    /// <summary>The network.</summary>
    public ValuePass<T> Pass { get; }

    /// <summary>C.</summary>
    public ReadOnlySpan<double> Input => Search.Start.Input.Row(0, 0);

    /// <summary>y = O(C).</summary>
    public ReadOnlySpan<double> Target => Search.Start.Target.Row(0, 0);

    /// <summary>N(C).</summary>
    public double[] NetworkOutput { get; }

    /// <summary>N(C) − y.</summary>
    public double[] Error { get; }

    /// <summary>∂N at the clean input.</summary>
    public WideMatrix NetworkJacobian { get; }

    /// <summary>∂O at the clean input.</summary>
    public WideMatrix OracleJacobian { get; }

    /// <summary>The matrix of <see cref="Linearize"/>.</summary>
    public WideMatrix FirstOrder { get; }

    /// <summary>Moves to a clean input.</summary>
    /// <returns>False where the tangents are dependent.</returns>
    public bool TryBegin(ReadOnlySpan<double> point)
    {
        Search.Begin(point);
        if (!Search.Start.IsIndependent(_options.MaxConditionNumber))
        {
            return false;
        }

        Jacobian(Input, NetworkJacobian, NetworkOutput);
        NetworkJacobian.Decompose();
        Search.Start.OracleJacobian(OracleJacobian.Elements);
        TensorPrimitives.Subtract(NetworkOutput, Target, Error);
        return true;
    }

    /// <summary>N and ∂N at an input.</summary>
    public void Jacobian(ReadOnlySpan<double> input, WideMatrix jacobian, Span<double> output)
    {
        TensorPrimitives.ConvertTruncating(input, _adjoints.Input(0).Data);
        _adjoints.Forward(0, _network, _workspace);
        TensorPrimitives.ConvertTruncating<T, double>(_adjoints.Output(0), output);
        TensorPrimitives.ConvertTruncating<T, double>(_adjoints.Derivatives(0).Data, jacobian.Elements);
    }

    /// <summary>
    /// The matrix whose largest singular value is the growth of an objective to first order: ∂N − ∂O; ∂N without its part along the
    /// manifold; ∂O without its part in the rows of ∂N.
    /// </summary>
    public void Linearize(AttackObjective objective)
    {
        for (int o = 0; o < Outputs; o++)
        {
            var row = FirstOrder.Row(o);
            switch (objective)
            {
                case AttackObjective.Sensitivity:
                    NetworkJacobian.Row(o).CopyTo(row);
                    Search.Start.RemoveTangent(row);
                    break;
                case AttackObjective.Invariance:
                    OracleJacobian.Row(o).CopyTo(row);
                    NetworkJacobian.RemoveRows(row);
                    break;
                default:
                    TensorPrimitives.Subtract(NetworkJacobian.Row(o), OracleJacobian.Row(o), row);
                    break;
            }
        }
    }

    /// <summary>Everything that the first order says.</summary>
    public FirstOrderVulnerability Describe()
    {
        double[] left = new double[Outputs];
        double[] right = new double[Inputs];
        Linearize(AttackObjective.Sensitivity);
        double sensitivity = FirstOrder.LargestSingular(left, right);
        Linearize(AttackObjective.Invariance);
        double invariance = FirstOrder.LargestSingular(left, right);
        Linearize(AttackObjective.UniversalGrowth);
        double universal = FirstOrder.LargestSingular(left, right);
        double[] outputs = new double[Outputs];
        for (int o = 0; o < Outputs; o++)
        {
            outputs[o] = VectorLength.Of<double>(FirstOrder.Row(o));
        }

        return new FirstOrderVulnerability
        {
            Universal = universal,
            WorstDirection = right,
            WorstError = left,
            Outputs = outputs,
            Sensitivity = sensitivity,
            Invariance = invariance,
            CleanError = VectorLength.Of<double>(Error),
        };
    }

    /// <summary>N at some perturbed inputs; the outputs stay in the pass for <see cref="PullBack"/>.</summary>
    /// <param name="perturbations">ε of each.</param>
    /// <returns>Shape (count, m), to be replaced by adjoints.</returns>
    public Span<T> Forward(ReadOnlySpan<AttackPath> perturbations)
    {
        var rows = Pass.Begin(perturbations.Length);
        for (int k = 0; k < perturbations.Length; k++)
        {
            TensorPrimitives.Add<double>(Input, perturbations[k].Trial, _scaled);
            TensorPrimitives.ConvertTruncating<double, T>(_scaled, rows.Slice(k * Inputs, Inputs));
        }

        return Pass.Forward(_network);
    }

    /// <summary>N at one perturbed input.</summary>
    public void Forward(ReadOnlySpan<double> input, Span<double> output)
    {
        TensorPrimitives.ConvertTruncating(input, Pass.Begin(1));
        TensorPrimitives.ConvertTruncating<T, double>(Pass.Forward(_network), output);
    }

    /// <summary>Adds the adjoints that were written over the outputs, taken back to the inputs, to the gradients.</summary>
    public void PullBack(ReadOnlySpan<AttackPath> perturbations)
    {
        var adjoints = _inputAdjoints.AsSpan(0, perturbations.Length * Inputs);
        Pass.Reverse(_network, adjoints);
        for (int k = 0; k < perturbations.Length; k++)
        {
            TensorPrimitives.ConvertTruncating<T, double>(adjoints.Slice(k * Inputs, Inputs), _scaled);
            TensorPrimitives.Add<double>(perturbations[k].TrialGradient, _scaled, perturbations[k].TrialGradient);
        }
    }
}
