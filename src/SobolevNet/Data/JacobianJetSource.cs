using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// Labels y, ∂y/∂x in memory, the tangents being inputs. The input's first derivatives are rows of the unit
/// matrix, the same for every sample, and are written by Fill instead of being stored S·k·n times.
/// </summary>
/// <remarks>
/// All components of an output of a sample lie together: with a hundred of them, fetching each from an array of its own takes a third of a training step.
/// </remarks>
internal sealed class JacobianJetSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Elements of the targets that are copied at a time; few enough for the stack.</summary>
    private const int BlockLength = 2048;

    private readonly double[] _tangentScales;
    private readonly double[]? _weights;
    private readonly int[] _inputs;
    private readonly T[] _targets;

    /// <summary>Takes over checked arrays, and each tangent's scale.</summary>
    /// <param name="x">Shape (1, S, n).</param>
    /// <param name="target">Shape (1 + k [+ k(k+1)/2], S, m).</param>
    /// <param name="inputs">The number of the input that each of the k tangents is.</param>
    /// <param name="scales">The standard deviation of each of these inputs.</param>
    /// <param name="weights">The weight of each sample; null for none.</param>
    public JacobianJetSource(JetBatch<T> x, JetBatch<T> target, int[] inputs, double[] scales, double[]? weights)
    {
        X = x;
        (Layout, OutputFeatures) = (target.Layout, target.Features);
        _inputs = inputs;
        _tangentScales = scales;
        _weights = weights;
        HasMissingLabels = NotFinite.In(target.AsSpan()) is not null;
        _targets = new T[target.Data.Length];
        int rows = target.Samples * target.Features;
        Transposition.Run<T>(target.Data, rows, Layout.Count, rows, _targets, Layout.Count);
    }

    public JetBatch<T> X { get; }

    /// <summary>A copy of all targets.</summary>
    public JetBatch<T> Target
    {
        get
        {
            int rows = Count * OutputFeatures;
            var target = new JetBatch<T>(Layout, Count, OutputFeatures);
            Transposition.Run<T>(_targets, Layout.Count, rows, Layout.Count, target.Data, rows);
            return target;
        }
    }

    public JetLayout Layout { get; }

    public int InputFeatures => X.Features;

    public int OutputFeatures { get; }

    public int Count => X.Samples;

    public int InputOrder => 1;

    public ReadOnlySpan<int> TangentInputs => _inputs;

    public bool HasMissingLabels { get; }

    public bool HasSampleWeights => _weights is not null;

    public double TangentScale(int tangent) => TangentScales.Get(_tangentScales, Layout, tangent);

    public double SampleWeight(long sample) => SampleWeights.Get(_weights, Count, sample);

    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        MemoryJetSource<T>.CopyRows(X, samples, input);
        UnitTangents.Write(input, _inputs);
        FillTargets(samples, target);
    }

    /// <summary>Writes targets, those of some samples at a time, whose rows become columns of the components.</summary>
    private void FillTargets(ReadOnlySpan<long> samples, JetSpan<T> target)
    {
        int size = OutputFeatures * Layout.Count;
        Span<T> rows = stackalloc T[BlockLength];
        int block = Math.Clamp(BlockLength / size, 1, Math.Max(1, samples.Length));
        for (int start = 0; start < samples.Length; start += block)
        {
            int count = Math.Min(block, samples.Length - start);
            scoped ReadOnlySpan<T> from = _targets.AsSpan((int)samples[start] * size, size);
            if (count > 1)
            {
                for (int s = 0; s < count; s++)
                {
                    _targets.AsSpan((int)samples[start + s] * size, size).CopyTo(rows[(s * size)..]);
                }

                from = rows[..(count * size)];
            }

            Transposition.Run(
                from, Layout.Count, count * OutputFeatures, target.Layout.Count, target.Data[(start * OutputFeatures)..], target.ComponentStride);
        }
    }
}
