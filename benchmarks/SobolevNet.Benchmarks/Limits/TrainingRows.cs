namespace SobolevNet.Benchmarks.Limits;

/// <summary>Whole training steps: fill, forward, loss, reverse, weight gradients, Adam.</summary>
internal static class TrainingRows
{
    private static readonly MlpArchitecture Cube = new(1681, [512, 512, 512], 9, Activation.Tanh);
    private static readonly MlpArchitecture Small = new(6, [64, 64, 64], 1, Activation.Tanh);

    public static IEnumerable<LimitRow> Measure(Machine machine)
    {
        var order2 = Meter(Cube, 2, 64, 28);
        var (share, seconds, allocated, steps) = order2.Measure(machine.All);
        yield return machine.OfPeak<float>(machine.All, "Step, order 2, batch 64, 1681-512³-9", share, 0.80);
        yield return new LimitRow($"Allocation, order 2, {steps} steps", allocated, "B", 0, allocated == 0 ? 1 : 0, 1, "");
        double rate = share;
        yield return machine.OfPeak<float>(
            machine.All, "Step, order 2, batch 64, 1681-512³-9, images", Meter(Cube, 2, 64, 40, asImages: true).Measure(machine.All).Share, 0.80);
        yield return machine.OfPeak<float>(machine.All, "Step, order 1, batch 64, 1681-512³-9", Meter(Cube, 1, 64, 60).Measure(machine.All).Share, 0.75);
        yield return machine.OfPeak<float>(machine.All, "Step, order 1, batch 1024, 1681-512³-9", Meter(Cube, 1, 1024, 14).Measure(machine.All).Share, 0.75);
        yield return machine.OfPeak<float>(machine.All, "Step, order 0, batch 64, 1681-512³-9", Meter(Cube, 0, 64, 150).Measure(machine.All).Share, 0.65);
        yield return machine.OfPeak<float>(machine.All, "Step, order 0, batch 1024, 1681-512³-9", Meter(Cube, 0, 1024, 30).Measure(machine.All).Share, 0.65);
        yield return machine.OfPeak<float>(machine.All, "Step, order 2, batch 256, 6-64³-1", Meter(Small, 2, 256, 150).Measure(machine.All).Share, 1.0 / 3);
        yield return machine.OfPeak<float>(machine.One, "Step, order 2, batch 256, 6-64³-1", Meter(Small, 2, 256, 100).Measure(machine.One).Share, 1.0 / 3);
        if (machine.Cores > 1)
        {
            // Both as shares of the peak of as many cores, so that a change of clock between the two runs cancels.
            double alone = order2.Measure(machine.One).Share;
            yield return machine.OfPeak<float>(machine.One, "Step, order 2, batch 64, 1681-512³-9", alone, 0.80);
            double gain = rate * machine.Peak<float>(machine.All) / (alone * machine.Peak<float>(machine.One));
            yield return LimitRow.OfRate(
                $"Samples a second with {machine.Cores} threads over 1", gain, "×", machine.Cores, 0.95, "cores");
        }
    }

    private static StepMeter Meter(MlpArchitecture architecture, int order, int batch, int steps, bool asImages = false) =>
        new(architecture, new TableSource(JetLayout.Full(6, order), architecture.Inputs, architecture.Outputs, batch * steps, asImages), batch);
}
