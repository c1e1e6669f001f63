using System.Diagnostics.Metrics;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// Trains through the public trainer and times its mini-batches as its own meter reports them, with a slice of pure
/// arithmetic between one and the next.
/// </summary>
internal sealed class StepMeter
{
    private const int WarmUp = 4;

    private readonly MlpArchitecture _architecture;
    private readonly IJetSource<float> _source;
    private readonly int _batch;

    public StepMeter(MlpArchitecture architecture, IJetSource<float> source, int batch) =>
        (_architecture, _source, _batch) = (architecture, source, batch);

    /// <summary>Multiply-adds of a step, counted as 2·rows·Σ in·out: twice for the first layer, three times for the others.</summary>
    public double Flop
    {
        get
        {
            double sum = 0;
            for (int layer = 0; layer < _architecture.LayerCount; layer++)
            {
                sum += (layer == 0 ? 2.0 : 3.0) * _architecture.Sizes[layer] * _architecture.Sizes[layer + 1];
            }

            return 2 * sum * _batch * _source.Layout.Count;
        }
    }

    /// <summary>The share of the FMA peak over steps, the median step in seconds and the bytes allocated after warm-up.</summary>
    public (double Share, double Seconds, long Allocated, int Steps) Measure(Clock clock)
    {
        var network = new Mlp<float>(_architecture);
        network.Initialize(1);
        var options = new SobolevTrainingOptions { Epochs = 1, BatchSize = _batch, Threads = clock.Threads, Shuffle = false };
        var times = new double[100_000];
        int steps = 0;
        long allocated = 0;
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
            if (steps == WarmUp)
            {
                series.Clear();
            }

            // Bytes are counted from the end of one callback to the start of the next, that is, over the step alone.
            allocated += steps > WarmUp ? GC.GetTotalAllocatedBytes(precise: true) - _mark : 0;
            times[steps++] = seconds;
            clock.Add<float>(series, Flop / seconds);
            _mark = GC.GetTotalAllocatedBytes(precise: true);
        });
        listener.Start();
        new SobolevTrainer<float>(network, options).Fit(_source);
        int measured = steps - WarmUp;
        double[] sorted = [.. times.AsSpan(WarmUp, measured).ToArray().Order()];
        return (series.Ratio, sorted[measured / 2], allocated, measured);
    }

    private long _mark;
}
