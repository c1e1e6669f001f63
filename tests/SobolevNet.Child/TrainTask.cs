using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SobolevNet.Child;

/// <summary>Trains with a checkpoint after every step, goes on from the checkpoint if there is one, and prints each epoch and a hash of the parameters.</summary>
internal static class TrainTask
{
    private const int Samples = 96;
    private const int ValidationSamples = 40;

    public static void Run(string order, string optimizer, string precision, string stopping, string threads, string checkpoint)
    {
        var options = new SobolevTrainingOptions
        {
            Epochs = 40,
            BatchSize = 24,
            Threads = int.Parse(threads, CultureInfo.InvariantCulture),
            Order = int.Parse(order, CultureInfo.InvariantCulture),
            Optimizer = optimizer switch
            {
                "adam" => Optimizer.Adam(learningRate: 5e-3),
                "soap" => Optimizer.Soap(refreshEvery: 3),
                _ => throw new ArgumentException($"There is no optimizer \"{optimizer}\".", nameof(optimizer)),
            },
            EarlyStopping = stopping == "stopping" ? new EarlyStopping { Patience = 2, Improvement = 0.3, AnnealingEpochs = 30 } : null,
            Checkpoint = new CheckpointOptions(checkpoint) { Every = TimeSpan.Zero },
        };
        string hash = precision == "float" ? Train<float>(options) : Train<double>(options);
        Console.WriteLine($"hash {hash}");
    }

    private static string Train<T>(SobolevTrainingOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = Mlp<T>.Create(2, [96, 64], 1, seed: 1);
        var trainer = new SobolevTrainer<T>(network, options);
        bool isResumed = File.Exists(options.Checkpoint!.Path);
        if (isResumed)
        {
            trainer.ResumeFrom(options.Checkpoint.Path);
        }

        Console.WriteLine(isResumed ? "resuming" : "beginning");
        var result = trainer.Fit(Waves<T>(Samples, 1), Waves<T>(ValidationSamples, 2), new Epochs());
        Console.WriteLine($"{result.End} after {result.Epochs} epochs");
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(network.Parameters)).AsSpan(0, 8));
    }

    /// <summary>y = sin(a x₁ + x₂²), with first and second derivatives.</summary>
    private static IJetSource<T> Waves<T>(int samples, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var (x, y, first, second) = (new T[samples * 2], new T[samples], new T[samples * 2], new T[samples * 4]);
        for (int s = 0; s < samples; s++)
        {
            double a = (2 * random.NextDouble()) - 1;
            double b = (2 * random.NextDouble()) - 1;
            var (sine, cosine) = Math.SinCos((3 * a) + (b * b));
            (x[2 * s], x[(2 * s) + 1], y[s]) = (T.CreateChecked(a), T.CreateChecked(b), T.CreateChecked(sine));
            (first[2 * s], first[(2 * s) + 1]) = (T.CreateChecked(3 * cosine), T.CreateChecked(2 * b * cosine));
            second[4 * s] = T.CreateChecked(-9 * sine);
            second[(4 * s) + 1] = second[(4 * s) + 2] = T.CreateChecked(-6 * b * sine);
            second[(4 * s) + 3] = T.CreateChecked((2 * cosine) - (4 * b * b * sine));
        }

        return JetData.FromJacobian(
            new ReadOnlyTensorSpan<T>(x, [samples, 2]), new ReadOnlyTensorSpan<T>(y), new ReadOnlyTensorSpan<T>(first, [samples, 2]),
            new ReadOnlyTensorSpan<T>(second, [samples, 2, 2]));
    }

    private sealed class Epochs : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.IsEndOfEpoch)
            {
                Console.WriteLine($"epoch {value.Epoch}");
            }
        }
    }
}
