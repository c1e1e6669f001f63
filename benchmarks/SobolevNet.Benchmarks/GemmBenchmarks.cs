using BenchmarkDotNet.Attributes;
using SobolevNet.Benchmarks.Limits;
using SobolevNet.Kernels;

namespace SobolevNet.Benchmarks;

/// <summary>The three products of a training step, on one thread.</summary>
[MemoryDiagnoser]
public class GemmBenchmarks
{
    private readonly Workspace<float> _workspace = new();
    private float[] _a = [];
    private float[] _z = [];
    private float[] _g = [];
    private float[] _c = [];
    private PackedMatrix<float> _forward = new(1, 1);
    private PackedMatrix<float> _reverse = new(1, 1);

    [Params(224, 1792)]
    public int Rows { get; set; }

    [Params("1681x512", "512x512", "1024x1024", "512x9", "64x64")]
    public string Layer { get; set; } = "512x512";

    private int Inputs => int.Parse(Layer.Split('x')[0], System.Globalization.CultureInfo.InvariantCulture);

    private int Outputs => int.Parse(Layer.Split('x')[1], System.Globalization.CultureInfo.InvariantCulture);

    [GlobalSetup]
    public void Setup()
    {
        _a = GemmFixture.Values<float>(Rows * Inputs, 1);
        _z = GemmFixture.Values<float>(Rows * Outputs, 2);
        float[] w = GemmFixture.Values<float>(Inputs * Outputs, 3);
        _g = new float[Inputs * Outputs];
        _c = new float[Rows * Math.Max(Inputs, Outputs)];
        _forward = new PackedMatrix<float>(Inputs, Outputs);
        _forward.PackTransposed(w);
        _reverse = new PackedMatrix<float>(Outputs, Inputs);
        _reverse.Pack(w);
        Forward();
        GemmFixture.CheckProduct<float>(_a, Inputs, Rows, w, true, Inputs, Outputs, _c, Outputs);
        InputGradient();
        GemmFixture.CheckProduct<float>(_z, Outputs, Rows, w, false, Outputs, Inputs, _c, Inputs);
        WeightGradient();
        GemmFixture.CheckGradient<float>(_z, Outputs, _a, Inputs, Rows, Inputs, Outputs, _g);
    }

    [Benchmark(Baseline = true)]
    public void Forward() => Gemm.Multiply<float>(_a, Inputs, Rows, _forward, _c, Outputs, _workspace);

    [Benchmark]
    public void InputGradient() => Gemm.Multiply<float>(_z, Outputs, Rows, _reverse, _c, Inputs, _workspace);

    [Benchmark]
    public void WeightGradient() => Gemm.MultiplyTransposed<float>(
        _z, Outputs, _a, Inputs, Rows, Inputs, 0, Outputs, _g, Inputs, accumulate: false, _workspace);
}
