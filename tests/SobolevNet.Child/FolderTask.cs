using System.Diagnostics;
using System.Globalization;

namespace SobolevNet.Child;

/// <summary>Trains on labels in a folder of .npy files that are larger than the heap, and prints what was read in which time.</summary>
internal static class FolderTask
{
    public static void Run(string folder, string cacheBytes, string hidden)
    {
        var clock = Stopwatch.StartNew();
        using var labels = JetData.Open<float>(folder, cacheBytes: long.Parse(cacheBytes, CultureInfo.InvariantCulture));
        Say($"opened {labels.Count} samples", clock);
        int width = int.Parse(hidden, CultureInfo.InvariantCulture);
        var network = Mlp<float>.Create(labels.InputFeatures, [width, width], labels.OutputFeatures, seed: 1);
        var options = new SobolevTrainingOptions { Epochs = 1, BatchSize = 256, Optimizer = Optimizer.Adam(learningRate: 1e-3) };
        var result = new SobolevTrainer<float>(network, options).Fit(labels, null, new Steps(clock));
        Say($"trained to {result.Training.NormalizedRmse:G3}, heap {GC.GetGCMemoryInfo().HeapSizeBytes >> 20} MiB, process {Environment.WorkingSet >> 20} MiB", clock);
    }

    private static void Say(string what, Stopwatch clock) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:F1} s: {what}"));

    private sealed class Steps(Stopwatch clock) : IProgress<TrainingProgress>
    {
        private double _next;

        public void Report(TrainingProgress value)
        {
            if (value.Fraction >= _next)
            {
                Say($"{value.Fraction:P0}", clock);
                _next += 0.1;
            }
        }
    }
}
