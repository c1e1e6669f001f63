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

/// <summary>A small network asked for values and derivatives, one sample at a time or a thousand.</summary>
[MemoryDiagnoser]
public class SmallNetworkBenchmarks
{
    private readonly Mlp<float> _network = Mlp<float>.Create(2, [32, 32], 1, Activation.Tanh, seed: 1);
    private Predictor<float> _predictor = null!;
    private float[] _x = [];
    private float[] _y = [];
    private float[] _jacobian = [];
    private float[] _hessian = [];

    [Params(1, 1000)]
    public int Samples { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _predictor = new Predictor<float>(_network, threads: 1);
        _x = GemmFixture.Values<float>(2 * Samples, 1);
        (_y, _jacobian, _hessian) = (new float[Samples], new float[2 * Samples], new float[4 * Samples]);
    }

    [Benchmark(Baseline = true)]
    public void Value() => _predictor.Evaluate(_x, _y);

    [Benchmark]
    public void Jacobian() => _predictor.Jacobian(_x, _jacobian);

    [Benchmark]
    public void Hessian() => _predictor.Hessian(_x, _hessian);

    [Benchmark]
    public float[] ValueOfTheNetwork() => _network.Evaluate(_x);
}
