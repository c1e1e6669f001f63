using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using SobolevNet.Benchmarks.Limits;
using SobolevNet.Rendering;

namespace SobolevNet.Benchmarks;

/// <summary>An epoch of ten mini-batches of 64 stored images, with all that surrounds it.</summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, iterationCount: 10, warmupCount: 2)]
public class TrainingBenchmarks
{
    private const int Batch = 64;
    private const int Steps = 10;

    private IJetSource<float> _source = new CubeSource(new CubeRenderer(), 0, 1, seed: 1);
    private Mlp<float> _network = Mlp<float>.Create(1, [1], 1);

    [Params(0, 1, 2)]
    public int Order { get; set; }

    [Params(1, 0)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _source = TableSource.Of(new CubeSource(new CubeRenderer(), Order, 256, seed: 1), Batch * Steps);
        _network = Mlp<float>.Create(1681, [512, 512, 512], 9, Activation.Tanh, seed: 1);
    }

    [Benchmark(OperationsPerInvoke = Steps)]
    public TrainingResult Step() =>
        new SobolevTrainer<float>(_network, new SobolevTrainingOptions { Epochs = 1, BatchSize = Batch, Threads = Threads }).Fit(_source);
}
