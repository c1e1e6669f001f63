using BenchmarkDotNet.Attributes;
using SobolevNet.Benchmarks.Limits;
using SobolevNet.Rendering;

namespace SobolevNet.Benchmarks;

/// <summary>One image: drawing it, and asking a network about it.</summary>
[MemoryDiagnoser]
public class InferenceBenchmarks
{
    private readonly Predictor<float> _predictor = new(Mlp<float>.Create(1681, [512, 512, 512], 9, Activation.Tanh, seed: 1));
    private JetBatch<float> _input = new(JetLayout.Value, 1, 1);
    private JetBatch<float> _output = new(JetLayout.Value, 1, 1);
    private JetBatch<float> _target = new(JetLayout.Value, 1, 1);
    private CubeSource _source = new(new CubeRenderer(), 0, 1, seed: 1);

    [Params(0, 1, 2)]
    public int Order { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _source = new CubeSource(new CubeRenderer(), Order, 1, seed: 1);
        _input = new JetBatch<float>(_source.Layout, 1, 1681, GemmFixture.Values<float>(_source.Layout.Count * 1681, 1));
        _output = new JetBatch<float>(_source.Layout, 1, 9);
        _target = new JetBatch<float>(_source.Layout, 1, 9);
    }

    [Benchmark(Baseline = true)]
    public void Predict() => _predictor.Propagate(_input, _output);

    [Benchmark]
    public void Render() => _source.Fill([0], _input, _target);
}
