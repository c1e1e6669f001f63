using System.Diagnostics.Metrics;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// Trains through the public trainer and times its mini-batches as its own meter reports them, with a slice of pure
/// arithmetic between one and the next.
/// </summary>
internal sealed class StepMeter(
    MlpArchitecture architecture, IJetSource<float> source, int batch, DerivativePropagation propagation = DerivativePropagation.Forward, int epochs = 1)
{
    private const int WarmUp = 5;

    private double _timeBefore;

    /// <summary>
    /// Operations of a step, counted as 2·rows·Σ in·out: twice for the first layer (forward, weight gradient), three times
    /// for the others (input gradient too). By adjoints, the count of <see cref="PropagationCost"/>.
    /// </summary>
    public double Flop
    {
        get
        {
            if (propagation == DerivativePropagation.Adjoint)
            {
                return 2 * batch * PropagationCost.OfAdjoint(architecture, source.Layout, source.InputOrder, alongInputs: !source.TangentInputs.IsEmpty);
            }

            double sum = 0;
            for (int layer = 0; layer < architecture.LayerCount; layer++)
            {
                sum += (layer == 0 ? 2.0 : 3.0) * architecture.Sizes[layer] * architecture.Sizes[layer + 1];
            }

            return 2 * sum * batch * source.Layout.Count;
        }
    }

    /// <summary>Checks a gradient, then trains.</summary>
    public StepFigures Measure(Clock clock)
    {
        var network = new Mlp<float>(architecture);
        network.Initialize(1);
        using (var team = new WorkerTeam(clock.Threads))
        {
            StepCheck.Run(network, source, team, propagation);
        }

        var options = new SobolevTrainingOptions
        {
            Epochs = epochs, BatchSize = batch, Threads = clock.Threads, Shuffle = false, Optimizer = Optimizer.Adam(), ScaleDirections = false, Propagation = propagation,
        };
        // Short steps are many: half of them pass before the compiler has done its best.
        int warmUp = epochs == 1 ? WarmUp : epochs * (source.Count / batch) / 2;
        int steps = 0;
        long memory = 0;
        long memoryBefore = GC.GetTotalMemory(forceFullCollection: true);
        var series = clock.Begin<float>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "sobolevnet.training.step.duration")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            if (++steps == warmUp)
            {
                memory = GC.GetTotalMemory(forceFullCollection: true) - memoryBefore;
                series.Clear();
            }

            // A lone thread's own time; threads that wait for each other are timed on the wall.
            double time = clock.Threads == 1 ? ThreadTime.Now - _timeBefore : seconds;
            clock.Add<float>(series, Flop / time);
            _timeBefore = ThreadTime.Now;
        });
        listener.Start();
        new SobolevTrainer<float>(network, options).Fit(source);
        return new StepFigures(series.Ratio, memory);
    }

    /// <summary>Bytes that all threads allocate in some steps after warm-up: gradient and update, without reports and records.</summary>
    public long Allocated(int threads, int steps)
    {
        var network = new Mlp<float>(architecture);
        network.Initialize(1);
        using var team = new WorkerTeam(threads);
        float[] gradient = new float[network.Parameters.Length];
        int order = source.Layout.Order;
        var pass = new TrainingPass<float>(
            network, new PackedNetwork<float>(network), gradient, source, order, SobolevLoss.Measure(source), batch, team, propagation);
        var optimizer = Optimizer.Adam().CreateState<float>(architecture);
        long[] samples = [.. Enumerable.Range(0, batch).Select(k => (long)k)];
        double[] weights = [1, 1, 1];
        double[] losses = new double[weights.Length];
        long before = 0;
        for (int step = 1; step <= WarmUp + steps; step++)
        {
            pass.Run(samples, 0, batch, weights, losses);
            optimizer.Step(network, gradient, 1, step, team);
            before = step == WarmUp ? GC.GetTotalAllocatedBytes(precise: true) : before;
        }

        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}

/// <summary>What a training run showed.</summary>
/// <param name="Share">Counted operations a second as a share of the FMA peak of the same threads.</param>
/// <param name="Memory">Bytes that training holds, the network and the source not counted.</param>
internal sealed record StepFigures(double Share, long Memory);
