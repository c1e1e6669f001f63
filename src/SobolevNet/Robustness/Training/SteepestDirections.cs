using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>
/// Directions that a network in training is very wrong along, for some clean samples at a time, so that the weights are read once
/// for all of them. One thread at a time.
/// </summary>
/// <remarks>
/// (∂N − ∂O)ᵀu with u uniform on the sphere; ∂Nᵀu if there is no oracle. While no network is known it counts as constant: then the
/// sizes of targets that the loss is normalized by are those along ∂Oᵀu.
/// </remarks>
internal sealed class SteepestDirections<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NetworkDesk<T>? _network;
    private readonly int[] _indices;
    private readonly ulong _seed;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly double[] _adjoints;
    private readonly double[] _shift;
    private readonly T[] _pulled;
    private bool _isConstant;

    /// <summary>Reserves memory.</summary>
    /// <param name="architecture">The network's shape; null while none is known.</param>
    /// <param name="source">Gives the samples.</param>
    /// <param name="indices">Which directions of a sample are of this kind.</param>
    /// <param name="samples">Most samples at a time.</param>
    /// <param name="seed">Names the random vectors.</param>
    public SteepestDirections(MlpArchitecture? architecture, IJetSource<T> source, int[] indices, int samples, ulong seed)
    {
        (_indices, _seed, _inputs, _outputs) = (indices, seed, source.InputFeatures, source.OutputFeatures);
        int rows = samples * indices.Length;
        _network = architecture is null ? null : new NetworkDesk<T>(architecture, rows);
        _adjoints = new double[rows * _outputs];
        _shift = new double[source.Layout.Tangents];
        _pulled = new T[architecture is null ? 0 : rows * _inputs];
    }

    /// <summary>Draws u for some samples and takes them back through the network.</summary>
    /// <param name="network">The network; null while none is known.</param>
    /// <param name="numbers">Name the samples.</param>
    /// <param name="inputs">The clean inputs, in component 0.</param>
    public void Begin(PackedNetwork<T>? network, ReadOnlySpan<long> numbers, JetSpan<T> inputs)
    {
        int count = _indices.Length;
        for (int s = 0; s < numbers.Length; s++)
        {
            for (int k = 0; k < count; k++)
            {
                var random = DirectionSampler.StreamOf(_seed, numbers[s], _indices[k]);
                NormalNoise.Fill(ref random, _adjoints.AsSpan(((s * count) + k) * _outputs, _outputs));
            }
        }

        _isConstant = network is null || _network is null;
        if (_isConstant)
        {
            return;
        }

        var rows = _network!.Begin(numbers.Length * count);
        for (int row = 0; row < numbers.Length * count; row++)
        {
            inputs.Row(0, row / count).CopyTo(rows.Slice(row * _inputs, _inputs));
        }

        var outputs = _network.Forward(network!);
        TensorPrimitives.ConvertTruncating<double, T>(_adjoints.AsSpan(0, outputs.Length), outputs);
        _network.Reverse(network!, _pulled.AsSpan(0, rows.Length));
    }

    /// <summary>Writes a direction of unit length.</summary>
    /// <param name="sample">Which of the samples begun with.</param>
    /// <param name="index">Which direction of the sample, one of the indices.</param>
    /// <param name="number">Names the sample.</param>
    /// <param name="frame">The tangents there; null if there is no oracle to compare with.</param>
    /// <param name="direction">Receives n elements.</param>
    public void Write(int sample, int index, long number, TangentFrame? frame, Span<double> direction)
    {
        int row = (sample * _indices.Length) + Array.IndexOf(_indices, index);
        if (_isConstant)
        {
            direction.Clear();
        }
        else
        {
            TensorPrimitives.ConvertTruncating<T, double>(_pulled.AsSpan(row * _inputs, _inputs), direction);
        }

        if (frame is not null)
        {
            frame.PullBackTarget(_adjoints.AsSpan(row * _outputs, _outputs), _shift);
            frame.Solve(_shift);
            frame.AddPush(_shift, -1, direction);
        }

        var random = DirectionSampler.StreamOf(_seed, number, index);
        while (!DirectionSampler.TryNormalize(direction))
        {
            // No error that would point anywhere: any direction will do.
            NormalNoise.Fill(ref random, direction);
        }
    }
}
