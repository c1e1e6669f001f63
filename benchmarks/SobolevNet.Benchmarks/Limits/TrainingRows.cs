using SobolevNet.Rendering;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>Whole training steps: fill, forward, loss, reverse, weight gradients, Adam.</summary>
internal static class TrainingRows
{
    private static readonly MlpArchitecture Cube = new(1681, [512, 512, 512], 9, Activation.Tanh);
    private static readonly MlpArchitecture Small = new(6, [64, 64, 64], 1, Activation.Tanh);

    private const int AllocationSteps = 10;

    public static IEnumerable<LimitRow> Measure(Machine machine)
    {
        const string Name = "1681-512³-9";
        var denseMeter = Random(Cube, 2, 64, 24);
        // The first seconds of training run code that the compiler has yet to improve.
        denseMeter.Measure(machine.All);
        var dense = denseMeter.Measure(machine.All);
        yield return machine.OfPeak<float>(machine.All, $"Step, order 2, batch 64, {Name}, dense input", dense.Share, 0.80);

        var stored = new StepMeter(Cube, TableSource.Of(Images(2, 256), 64 * 32), 64);
        var storedFigures = stored.Measure(machine.All);
        yield return machine.OfPeak<float>(machine.All, $"Step, order 2, batch 64, {Name}, stored images", storedFigures.Share, 0.80);
        var rendered = new StepMeter(Cube, Images(2, 64 * 32), 64).Measure(machine.All);
        yield return machine.OfPeak<float>(machine.All, $"Step, order 2, batch 64, {Name}, fresh images", rendered.Share, 0.80);
        yield return LimitRow.OfTime(
            "Step with fresh images over step with stored ones", storedFigures.Share / rendered.Share, "×", 1, 1 / 1.1, "rendering");
        long allocated = stored.Allocated(machine.Cores, AllocationSteps);
        yield return new LimitRow($"Allocated in {AllocationSteps} steps, order 2", allocated, "B", 0, allocated == 0 ? 1 : 0, 1);
        double allowed = (3.0 * sizeof(float) * Cube.ParameterCount * machine.Cores) + ActivationBytes(Cube, 28 * 64);
        yield return LimitRow.OfTime(
            "Memory of training, order 2, batch 64", storedFigures.Memory * 1e-6, "MB", allowed * 1e-6, 1,
            "3 × parameters × threads + activations");

        foreach (var (order, batch, steps, target) in new[] { (1, 64, 80, 0.75), (1, 1024, 12, 0.75), (0, 64, 200, 0.65), (0, 1024, 30, 0.65) })
        {
            var meter = new StepMeter(Cube, TableSource.Of(Images(order, 256), batch * steps), batch);
            yield return machine.OfPeak<float>(machine.All, $"Step, order {order}, batch {batch}, {Name}", meter.Measure(machine.All).Share, target);
        }

        foreach (var clock in machine.Clocks)
        {
            // A step of so small a network may take three times its arithmetic.
            double share = Random(Small, 2, 256, 200).Measure(clock).Share;
            yield return machine.OfPeak<float>(clock, "Step, order 2, batch 256, 6-64³-1", share, 1.0 / 3);
        }

        if (machine.Cores > 1)
        {
            // Shares of the peak of as many threads, so that a change of clock between the two runs cancels.
            double alone = stored.Measure(machine.One).Share;
            yield return machine.OfPeak<float>(machine.One, $"Step, order 2, batch 64, {Name}, stored images", alone, 0.80);
            double gain = storedFigures.Share * machine.Peak<float>(machine.All) / (alone * machine.Peak<float>(machine.One));
            yield return LimitRow.OfRate($"Samples a second with {machine.Cores} threads over 1", gain, "×", machine.Cores, 0.95, "cores");
        }
    }

    private static CubeSource Images(int order, int count) => new(new CubeRenderer(), order, count, seed: 1);

    private static StepMeter Random(MlpArchitecture architecture, int order, int batch, int steps) =>
        new(architecture, TableSource.Random(JetLayout.Full(6, order), architecture.Inputs, architecture.Outputs, batch * steps), batch);

    /// <summary>Input, and every layer before and after its activation.</summary>
    private static double ActivationBytes(MlpArchitecture architecture, int rows)
    {
        double features = architecture.Inputs + architecture.Outputs;
        foreach (int width in architecture.Hidden)
        {
            features += 2.0 * JetTape<float>.Stride(width);
        }

        return sizeof(float) * features * rows;
    }
}
