using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>A network's value and Jacobian at one input. One thread at a time.</summary>
/// <remarks>One row forward and m rows back, whose adjoints are the unit vectors of the outputs.</remarks>
internal sealed class NetworkJacobian<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ValuePass<T> _pass;
    private readonly int _outputs;
    private readonly T[] _jacobian;

    public NetworkJacobian(MlpArchitecture architecture)
    {
        _outputs = architecture.Outputs;
        _pass = new ValuePass<T>(architecture, 1, _outputs);
        _jacobian = new T[_outputs * architecture.Inputs];
    }

    /// <summary>The input, to be written, n elements.</summary>
    public Span<T> Begin() => _pass.Begin(1);

    /// <summary>N and ∂N at the input.</summary>
    /// <param name="network">The network, packed for reverse passes too.</param>
    /// <param name="output">Receives m elements; empty if not wanted.</param>
    /// <param name="jacobian">Receives ∂N, shape (m, n).</param>
    public void Evaluate(PackedNetwork<T> network, Span<double> output, Span<double> jacobian)
    {
        var adjoints = _pass.Forward(network);
        if (!output.IsEmpty)
        {
            TensorPrimitives.ConvertTruncating(_pass.Outputs, output);
        }

        adjoints.Clear();
        for (int o = 0; o < _outputs; o++)
        {
            adjoints[(o * _outputs) + o] = T.One;
        }

        _pass.Reverse(network, _jacobian);
        TensorPrimitives.ConvertTruncating<T, double>(_jacobian, jacobian);
    }
}
