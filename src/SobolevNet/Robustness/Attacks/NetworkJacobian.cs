using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet.Robustness;

/// <summary>A network's value and Jacobian at one input. One thread at a time.</summary>
/// <remarks>
/// One row forward and m rows back: a jet with one tangent for each output, whose input components are zero, has in component o of
/// the input's adjoint just row o of ∂N if the output's adjoint in that component is the unit vector of o.
/// </remarks>
internal sealed class NetworkJacobian<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly JetTape<T> _tape;
    private readonly Workspace<T> _workspace = new();
    private readonly T[] _scratch;
    private readonly T[] _adjoints;

    public NetworkJacobian(MlpArchitecture architecture)
    {
        _tape = new JetTape<T>(architecture, JetLayout.Full(architecture.Outputs, 1), inputOrder: 0, 1, 1);
        _scratch = new T[_tape.ReverseScratch];
        _adjoints = new T[_tape.Layout.Count * architecture.Inputs];
    }

    /// <summary>The input, to be written, n elements.</summary>
    public Span<T> Begin()
    {
        _tape.Begin(1);
        return _tape.Input(0).Row(0, 0);
    }

    /// <summary>N and ∂N at the input.</summary>
    /// <param name="network">The network, packed for reverse passes too.</param>
    /// <param name="output">Receives m elements; empty if not wanted.</param>
    /// <param name="jacobian">Receives ∂N, shape (m, n).</param>
    public void Evaluate(PackedNetwork<T> network, Span<double> output, Span<double> jacobian)
    {
        _tape.Forward(0, network, _workspace);
        var outputs = _tape.Output(0);
        if (!output.IsEmpty)
        {
            TensorPrimitives.ConvertTruncating<T, double>(outputs.Row(0, 0), output);
        }

        outputs.Data.Clear();
        for (int o = 0; o < outputs.Features; o++)
        {
            outputs[1 + o, 0, o] = T.One;
        }

        _tape.Reverse(0, network, _workspace, _scratch, _adjoints);
        TensorPrimitives.ConvertTruncating<T, double>(_adjoints.AsSpan(_adjoints.Length - jacobian.Length), jacobian);
    }
}
