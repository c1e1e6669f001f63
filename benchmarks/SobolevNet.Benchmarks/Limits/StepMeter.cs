using System.Diagnostics.Metrics;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// Trains through the public trainer and times its mini-batches as its own meter reports them, with a slice of pure
/// arithmetic between one and the next.
/// </summary>
internal sealed class StepMeter(MlpArchitecture architecture, IJetSource<float> source, int batch)
{
    private const int WarmUp = 5;

    private long _bytesBefore;
    private double _timeBefore;

    /// <summary>
    /// Operations of a step, counted as 2·rows·Σ in·out: twice for the first layer (forward, weight gradient), three times
    /// for the others (input gradient too).
    /// </summary>
    public double Flop
    {
        get
        {
            double sum = 0;
            for (int layer = 0; layer < architecture.LayerCount; layer++)
            {
                sum += (layer == 0 ? 2.0 : 3.0) * architecture.Sizes[layer] * architecture.Sizes[layer + 1];
            }

            return 2 * sum * batch * source.Layout.Count;
        }
    }

    /// <summary>Trains one epoch.</summary>
    public StepFigures Measure(Clock clock)
    {
        var network = new Mlp<float>(architecture);
        network.Initialize(1);
        var options = new SobolevTrainingOptions { Epochs = 1, BatchSize = batch, Threads = clock.Threads, Shuffle = false };
        int steps = 0;
        long allocated = 0;
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
            // Bytes are counted from the end of one callback to the start of the next, that is, over the step alone.
            allocated += steps >= WarmUp ? GC.GetTotalAllocatedBytes(precise: true) - _bytesBefore : 0;
            if (++steps == WarmUp)
            {
                memory = GC.GetTotalMemory(forceFullCollection: true) - memoryBefore;
                series.Clear();
            }

            // A lone thread's own time; threads that wait for each other are timed on the wall.
            double time = clock.Threads == 1 ? ThreadTime.Now - _timeBefore : seconds;
            clock.Add<float>(series, Flop / time);
            _bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
            _timeBefore = ThreadTime.Now;
        });
        listener.Start();
        new SobolevTrainer<float>(network, options).Fit(source);
        return new StepFigures(series.Ratio, steps - WarmUp, allocated, memory);
    }
}

/// <summary>What a training run showed.</summary>
/// <param name="Share">Counted operations a second as a share of the FMA peak of the same threads.</param>
/// <param name="Steps">Steps after warm-up.</param>
/// <param name="Allocated">Bytes allocated in these steps.</param>
/// <param name="Memory">Bytes that training holds, the network and the source not counted.</param>
internal sealed record StepFigures(double Share, int Steps, long Allocated, long Memory);
