using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet.Robustness;

/// <summary>
/// Directions along which a network in training is very wrong, for several clean samples at a time, so that the weights are read once
/// for all of them. One thread at a time.
/// </summary>
/// <remarks>
/// Dᵀu with D = ∂N − ∂O, or ∂N if there is no oracle, and u the unit vector that makes it longest among the combinations of q random
/// orthonormal ones: with U of these as rows and Q the q × q Gram matrix of UD, u = Uᵀc with the largest eigenvector c of Q. Without a
/// network it counts as constant, so that the loss is normalized by the oracle's derivatives along its own steepest directions.
/// </remarks>
internal sealed class SteepestDirections<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdjointTape<T>? _tape;
    private readonly Workspace<T> _workspace = new();
    private readonly int[] _indices;
    private readonly int _sketch;
    private readonly ulong _seed;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly double[] _adjoints;
    private readonly double[] _shift;
    private readonly WideMatrix _rows;
    private readonly double[] _combination;
    private bool _isConstant;

    /// <summary>Reserves memory.</summary>
    /// <param name="architecture">The network's shape; null while none is known.</param>
    /// <param name="source">Gives the samples.</param>
    /// <param name="indices">Which directions of a sample are of this kind.</param>
    /// <param name="sketch">q, random vectors of a direction.</param>
    /// <param name="samples">Most samples at a time.</param>
    /// <param name="seed">Names the random vectors.</param>
    public SteepestDirections(MlpArchitecture? architecture, IJetSource<T> source, int[] indices, int sketch, int samples, ulong seed)
    {
        (_indices, _sketch, _seed, _inputs, _outputs) = (indices, sketch, seed, source.InputFeatures, source.OutputFeatures);
        int rows = samples * indices.Length * sketch;
        _tape = architecture is null ? null : new AdjointTape<T>(architecture, tangents: 0, samples, samples, indices.Length * sketch, ownSeeds: true);
        _adjoints = new double[rows * _outputs];
        _shift = new double[source.Layout.Tangents];
        _rows = new WideMatrix(sketch, _inputs);
        _combination = new double[sketch];
    }

    /// <summary>Draws u for some samples and takes them back through the network.</summary>
    /// <param name="network">The network; null while none is known.</param>
    /// <param name="numbers">Name the samples.</param>
    /// <param name="inputs">The clean inputs, in component 0.</param>
    public void Begin(PackedNetwork<T>? network, ReadOnlySpan<long> numbers, JetSpan<T> inputs)
    {
        int count = _indices.Length * _sketch;
        for (int s = 0; s < numbers.Length; s++)
        {
            for (int k = 0; k < _indices.Length; k++)
            {
                var random = DirectionSampler.StreamOf(_seed, numbers[s], _indices[k]);
                DrawOrthonormal(ref random, _adjoints.AsSpan(((s * count) + (k * _sketch)) * _outputs, _sketch * _outputs));
            }
        }

        _isConstant = network is null || _tape is null;
        if (_isConstant)
        {
            return;
        }

        _tape!.Begin(numbers.Length);
        for (int s = 0; s < numbers.Length; s++)
        {
            inputs.Row(0, s).CopyTo(_tape.Input(0).Row(0, s));
        }

        var seeds = _tape.Seeds(0);
        TensorPrimitives.ConvertTruncating<double, T>(_adjoints.AsSpan(0, seeds.Length), seeds);
        _tape.Forward(0, network!, _workspace);
    }

    /// <summary>Writes a direction of unit length.</summary>
    /// <param name="sample">Which of the samples begun with.</param>
    /// <param name="index">Which direction of the sample, one of the indices.</param>
    /// <param name="number">Names the sample.</param>
    /// <param name="frame">The tangents there; null if there is no oracle to compare with.</param>
    /// <param name="direction">Receives n elements.</param>
    public void Write(int sample, int index, long number, TangentFrame? frame, Span<double> direction)
    {
        int first = ((sample * _indices.Length) + Array.IndexOf(_indices, index)) * _sketch;
        for (int k = 0; k < _sketch; k++)
        {
            var row = _rows.Row(k);
            if (_isConstant)
            {
                row.Clear();
            }
            else
            {
                TensorPrimitives.ConvertTruncating<T, double>(_tape!.Derivatives(0).Row(0, first + k), row);
            }

            if (frame is not null)
            {
                frame.PullBackTarget(_adjoints.AsSpan((first + k) * _outputs, _outputs), _shift);
                frame.Solve(_shift);
                frame.AddPush(_shift, -1, row);
            }
        }

        if (_rows.LargestSingular(_combination, direction) is > 0 and < double.PositiveInfinity)
        {
            return;
        }

        // Without an error any direction will do.
        var random = DirectionSampler.StreamOf(_seed, number, index);
        do
        {
            NormalNoise.Fill(ref random, direction);
        }
        while (!VectorLength.TryNormalize(direction));
    }

    /// <summary>Random orthonormal vectors of outputs, by Gram and Schmidt.</summary>
    private void DrawOrthonormal(ref RandomStream random, Span<double> vectors)
    {
        for (int k = 0; k < _sketch; k++)
        {
            var vector = vectors.Slice(k * _outputs, _outputs);
            do
            {
                NormalNoise.Fill(ref random, vector);
                GramSchmidt.Project<double>(vectors[..(k * _outputs)], vector);
            }
            while (!VectorLength.TryNormalize(vector));
        }
    }
}
