namespace SobolevNet.Tests.Training;

/// <summary>Trains the same for another number of threads, and interrupted and resumed, and compares the parameters.</summary>
internal static class SameBits
{
    public static void Check(Func<Mlp<float>> makeNetwork, Func<IJetSource<float>> makeSource, int batchSize)
    {
        float[] Train(int threads, int? interruptAt)
        {
            var network = makeNetwork();
            string path = Path.Combine(Path.GetTempPath(), $"same-bits-{Guid.NewGuid():N}.safetensors");
            var options = new SobolevTrainingOptions { Epochs = 3, BatchSize = batchSize, Threads = threads, Checkpoint = new CheckpointOptions(path) };
            var trainer = new SobolevTrainer<float>(network, options);
            if (interruptAt is { } epoch)
            {
                using var cancellation = new CancellationTokenSource();
                var stopper = new SynchronousProgress(report =>
                {
                    if (report.IsEndOfEpoch && report.Epoch == epoch)
                    {
                        cancellation.Cancel();
                    }
                });
                ((Action)(() => trainer.Fit(makeSource(), progress: stopper, cancellationToken: cancellation.Token))).Should().Throw<OperationCanceledException>();
                network = makeNetwork();
                trainer = new SobolevTrainer<float>(network, options);
                trainer.ResumeFrom(path);
            }

            trainer.Fit(makeSource());
            File.Delete(path);
            return network.Parameters.ToArray();
        }

        float[] expected = Train(1, null);
        expected.Should().OnlyContain(x => float.IsFinite(x));
        Train(3, null).Should().Equal(expected);
        Train(2, 1).Should().Equal(expected);
    }
}
