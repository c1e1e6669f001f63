using System.Diagnostics.Metrics;
using System.Numerics.Tensors;

namespace SobolevNet.Peers;

/// <summary>The library's step with derivatives by all inputs, through its public trainer.</summary>
internal static class OwnGradientStep
{
    private const int Epochs = 12;

    public static string Measure(int inputs, int threads, DerivativePropagation propagation)
    {
        int samples = GradientShape.Samples;
        var source = JetData.FromJacobian(
            new ReadOnlyTensorSpan<float>(ProductShape.Values(samples * inputs, 1), [samples, inputs]),
            new ReadOnlyTensorSpan<float>(ProductShape.Values(samples, 2)),
            new ReadOnlyTensorSpan<float>(ProductShape.Values(samples * inputs, 3), [samples, inputs]));
        var steps = new List<double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "sobolevnet.training.step.duration")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => steps.Add(seconds));
        listener.Start();
        var network = Mlp<float>.Create(inputs, GradientShape.Hidden, 1, Activation.Softplus, seed: 1);
        var options = new SobolevTrainingOptions
        {
            Epochs = Epochs, BatchSize = GradientShape.Batch, Threads = threads, Optimizer = Optimizer.Adam(), Propagation = propagation,
        };
        new SobolevTrainer<float>(network, options).Fit(source);
        return GradientShape.Format(GradientShape.Median(steps[(steps.Count / 2)..]));
    }
}
