using BenchmarkDotNet.Attributes;
using SobolevNet.Kernels;
using SobolevNet.Rendering;

namespace SobolevNet.Benchmarks;

/// <summary>The first layer on images of cubes: all columns against those that are not zero.</summary>
[MemoryDiagnoser]
public class FirstLayerBenchmarks
{
    private const int Samples = 8;
    private const int Outputs = 512;

    private readonly Workspace<float> _workspace = new();
    private readonly CubeSource _source = new(new CubeRenderer(), 2, Samples, seed: 1);
    private readonly PackedMatrix<float> _weights = new(1681, Outputs);
    private readonly LiveColumns _live = new(1681, Samples);
    private readonly float[] _g = new float[Outputs * 1681];
    private JetBatch<float> _input = new(JetLayout.Value, 1, 1);
    private float[] _z = [];

    private int Rows => _source.Layout.Count * Samples;

    [GlobalSetup]
    public void Setup()
    {
        _input = new JetBatch<float>(_source.Layout, Samples, 1681);
        _source.Fill([0, 1, 2, 3, 4, 5, 6, 7], _input, new JetBatch<float>(_source.Layout, Samples, 9));
        _weights.PackTransposed(Limits.GemmFixture.Values<float>(1681 * Outputs, 1));
        _z = new float[Rows * Outputs];
        AllColumns();
        float[] expected = [.. _z];
        LiveColumns();
        if (!expected.AsSpan().SequenceEqual(_z))
        {
            throw new InvalidOperationException("Leaving zero columns out changed the product.");
        }
    }

    [Benchmark(Baseline = true)]
    public void AllColumns() => Gemm.Multiply<float>(_input.Data, 1681, Rows, _weights, _z, Outputs, _workspace);

    [Benchmark]
    public void LiveColumns()
    {
        for (int s = 0; s < Samples; s++)
        {
            _live.Find<float>(s, _input.Data[(s * 1681)..], Samples * 1681, _source.Layout.Count, _workspace);
        }

        LiveGemm.Multiply<float>(_input.Data, 1681, Samples, _source.Layout.Count, _live, 0, _weights, _z, Outputs, _workspace);
    }

    [Benchmark]
    public void AllColumnsGradient() => Gemm.MultiplyTransposed<float>(
        _z, Outputs, _input.Data, 1681, Rows, 1681, 0, Outputs, _g, 1681, accumulate: false, _workspace);

    [Benchmark]
    public void LiveColumnsGradient() => LiveGemm.MultiplyTransposed<float>(
        _z, Outputs, _input.Data, 1681, Samples, Samples, _source.Layout.Count, _source.Layout.Count, _live, 0, 1681, 0, Outputs, _g, 1681,
        accumulate: false, _workspace);
}
