using BenchmarkDotNet.Attributes;
using SobolevNet.Benchmarks.Limits;
using SobolevNet.Kernels;

namespace SobolevNet.Benchmarks;

/// <summary>The fused activation and its reverse on a group's rows.</summary>
public class ActivationBenchmarks
{
    private const int Samples = 8;
    private const int Features = 512;

    private readonly JetLayout _layout = JetLayout.Full(6, 2);
    private readonly Workspace<float> _workspace = new();
    private JetActivation<float> _activation = JetActivation<float>.Create(Activation.Tanh);
    private float[] _z = [];
    private float[] _bias = [];
    private float[] _a = [];
    private float[] _adjoint = [];

    [Params(Activation.Tanh, Activation.Softplus, Activation.Gelu, Activation.Sine)]
    public Activation Function { get; set; }

    private static int Stride => JetTape<float>.Stride(Features);

    [GlobalSetup]
    public void Setup()
    {
        int length = _layout.Count * Samples * Stride;
        _activation = JetActivation<float>.Create(Function);
        _z = GemmFixture.Values<float>(length, 1);
        _bias = GemmFixture.Values<float>(Stride, 2);
        // Small, so that z̄ replacing z call after call does not grow.
        _adjoint = [.. GemmFixture.Values<float>(length, 3).Select(value => 1e-3f * value)];
        _a = new float[length];
        Forward();
    }

    [Benchmark(Baseline = true)]
    public void Forward() => _activation.Forward(_layout, Samples, Features, Stride, _z, _bias, _a, _workspace);

    [Benchmark]
    public void Reverse() => _activation.Reverse(_layout, Samples, Features, Stride, _z, _bias, _a, _adjoint, _workspace);
}
