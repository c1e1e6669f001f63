using System.Diagnostics.Metrics;

namespace SobolevNet;

/// <summary>The meter "SobolevNet", for dashboards and <c>dotnet-counters</c>.</summary>
internal static class TrainingTelemetry
{
    private static readonly Meter Meter = new("SobolevNet");

    /// <summary>Samples that mini-batches have trained.</summary>
    public static readonly Counter<long> Samples = Meter.CreateCounter<long>(
        "sobolevnet.training.samples", "{sample}", "Samples that mini-batches have trained.");

    /// <summary>Duration of a mini-batch.</summary>
    public static readonly Histogram<double> StepDuration = Meter.CreateHistogram<double>(
        "sobolevnet.training.step.duration", "s", "Duration of a mini-batch.");

    /// <summary>Loss of a mini-batch.</summary>
    public static readonly Histogram<double> Loss = Meter.CreateHistogram<double>(
        "sobolevnet.training.loss", "1", "Weighted loss of a mini-batch.");

    /// <summary>Trainings that ended with a finding, which the tag names.</summary>
    public static readonly Counter<long> Findings = Meter.CreateCounter<long>(
        "sobolevnet.training.findings", "{finding}", "Findings of trainings that ended, by kind.");
}
