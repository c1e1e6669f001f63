using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>
/// Perturbs inputs by projected gradient ascent (Madry et al., 2018) on the squared distance of the network's output from a
/// reference: the target, or the output at the clean input. One thread at a time.
/// </summary>
internal sealed class ProjectedAscent<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Rows = 32;

    private readonly AdversarialOptions _options;
    private readonly ValuePass<T> _pass;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly T[] _deltas;
    private readonly T[] _gradients;
    private readonly double[] _start;

    public ProjectedAscent(MlpArchitecture architecture, AdversarialOptions options)
    {
        _options = options;
        _pass = new ValuePass<T>(architecture, Rows);
        _inputs = architecture.Inputs;
        _outputs = architecture.Outputs;
        _deltas = new T[Rows * _inputs];
        _gradients = new T[Rows * _inputs];
        _start = new double[_inputs];
    }

    /// <summary>The most inputs at a time.</summary>
    public int Capacity => Rows;

    /// <summary>The network's outputs.</summary>
    /// <param name="network">The packed network.</param>
    /// <param name="inputs">Shape (count, n).</param>
    /// <param name="outputs">Receives shape (count, m).</param>
    public void Evaluate(PackedNetwork<T> network, ReadOnlySpan<T> inputs, Span<T> outputs)
    {
        inputs.CopyTo(_pass.Begin(inputs.Length / _inputs));
        _pass.Forward(network).CopyTo(outputs);
    }

    /// <summary>Perturbs inputs in place.</summary>
    /// <param name="network">The packed network.</param>
    /// <param name="numbers">Name the random starts.</param>
    /// <param name="references">The outputs whose distance is maximized, shape (count, m).</param>
    /// <param name="inputs">Clean inputs, shape (count, n); replaced.</param>
    public void Run(PackedNetwork<T> network, ReadOnlySpan<long> numbers, ReadOnlySpan<T> references, Span<T> inputs)
    {
        int count = numbers.Length;
        var deltas = _deltas.AsSpan(0, count * _inputs);
        var gradients = _gradients.AsSpan(0, count * _inputs);
        for (int s = 0; s < count; s++)
        {
            Start(numbers[s], deltas.Slice(s * _inputs, _inputs));
        }

        for (int step = 0; step < _options.Steps; step++)
        {
            TensorPrimitives.Add<T>(inputs, deltas, _pass.Begin(count));
            var outputs = _pass.Forward(network);
            TensorPrimitives.Subtract(outputs, references, outputs);
            for (int s = 0; s < count; s++)
            {
                // Only the direction of the gradient matters; unit adjoints avoid overflow and underflow.
                VectorLength.TryNormalize(outputs.Slice(s * _outputs, _outputs));
            }

            _pass.Reverse(network, gradients);
            for (int s = 0; s < count; s++)
            {
                Step(gradients.Slice(s * _inputs, _inputs), deltas.Slice(s * _inputs, _inputs));
            }
        }

        TensorPrimitives.Add<T>(inputs, deltas, inputs);
    }

    /// <summary>A start that is uniform in the ball: at the clean input itself TRADES has no gradient.</summary>
    private void Start(long number, Span<T> delta)
    {
        var random = RandomStream.For(StreamPurpose.AscentStarts, _options.Seed, (ulong)number);
        if (_options.Norm == PerturbationNorm.LInfinity)
        {
            foreach (ref double element in _start.AsSpan())
            {
                element = random.NextUniform(-_options.Radius, _options.Radius);
            }
        }
        else
        {
            double radius = _options.Radius * Math.Pow(random.NextUniform(), 1.0 / _inputs);
            NormalNoise.Fill(ref random, _start);
            VectorLength.TryNormalize<double>(_start);
            TensorPrimitives.Multiply(_start, radius, _start);
        }

        TensorPrimitives.ConvertTruncating<double, T>(_start, delta);
    }

    private void Step(Span<T> gradient, Span<T> delta)
    {
        double size = _options.StepSize ?? 2.5 * _options.Radius / _options.Steps;
        if (_options.Norm == PerturbationNorm.LInfinity)
        {
            T radius = T.CreateTruncating(_options.Radius);
            T step = T.CreateTruncating(size);
            for (int f = 0; f < delta.Length; f++)
            {
                T moved = delta[f] + (T.IsZero(gradient[f]) ? T.Zero : T.CopySign(step, gradient[f]));
                delta[f] = T.Clamp(moved, -radius, radius);
            }

            return;
        }

        if (VectorLength.TryNormalize(gradient))
        {
            TensorPrimitives.MultiplyAdd(gradient, T.CreateTruncating(size), delta, delta);
        }

        double reached = VectorLength.Of<T>(delta);
        if (reached > _options.Radius)
        {
            TensorPrimitives.Multiply(delta, T.CreateTruncating(_options.Radius / reached), delta);
        }
    }
}
