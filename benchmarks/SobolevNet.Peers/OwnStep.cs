using System.Diagnostics.Metrics;
using SobolevNet.Rendering;

namespace SobolevNet.Peers;

/// <summary>The library's step, through its public trainer.</summary>
internal static class OwnStep
{
    private const int Steps = 12;

    public static string Measure(bool images)
    {
        var layout = JetLayout.Full(StepShape.Tangents, 2);
        int count = StepShape.Batch * Steps;
        IJetSource<float> source = images
            ? new CubeSource(new CubeRenderer(), 2, count, seed: 1)
            : new MemoryJetSource<float>(
                new JetBatch<float>(layout, count, StepShape.Inputs, ProductShape.Values(layout.Count * count * StepShape.Inputs, 1)),
                new JetBatch<float>(layout, count, StepShape.Outputs, ProductShape.Values(layout.Count * count * StepShape.Outputs, 2)));
        double best = double.PositiveInfinity;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "sobolevnet.training.step.duration")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => best = Math.Min(best, seconds));
        listener.Start();
        var network = Mlp<float>.Create(StepShape.Inputs, StepShape.Hidden, StepShape.Outputs, Activation.Tanh, seed: 1);
        new SobolevTrainer<float>(network, new SobolevTrainingOptions { Epochs = 2, BatchSize = StepShape.Batch, Optimizer = StepShape.Optimizer }).Fit(source);
        return StepShape.Format(best);
    }
}
