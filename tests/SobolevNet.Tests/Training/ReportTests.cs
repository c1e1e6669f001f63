using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>Every number of a report, of a network that the training leaves as it was: a rate so small changes no parameter.</summary>
public class ReportTests
{
    private const int Samples = 50;
    private const int Batch = 12;
    private const int Steps = 5;
    private const int Epochs = 3;
    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(60);

    [Fact]
    public void Reports_OfANetworkAtRest_SayWhatItsLossIsAndHowFarTrainingIs()
    {
        var source = new FunctionSource<double>(1, Samples, 1);
        var network = Mlp<double>.Create(2, [7], 1, seed: 3);
        double[] before = network.Parameters.ToArray();
        var reports = new List<TrainingProgress>();
        var schedule = LearningRateSchedule.Cosine(0.1);
        var options = new SobolevTrainingOptions
        {
            Epochs = Epochs, BatchSize = Batch, Shuffle = false, Threads = 1, ScaleDirections = false,
            OrderWeights = [1, OrderWeight.Geometric(2, 8)],
            Optimizer = Optimizer.Sgd(learningRate: 1e-300, momentum: 0), Schedule = new StepWatch(schedule, _ => Thread.Sleep(StepTime)),
        };
        var result = new SobolevTrainer<double>(network, options).Fit(source, new FunctionSource<double>(0, 20, 2), new SynchronousProgress(reports.Add));
        network.Parameters.ToArray().Zip(before, (after, was) => Math.Abs(after - was)).Max().Should().BeLessThan(1e-200, "the network rests");
        double[][] losses = Losses(network, source);

        reports.Where(report => report.IsEndOfEpoch).Select(report => report.Epoch).Should().Equal(1, 2, 3);
        reports.Should().Contain(report => !report.IsEndOfEpoch, "an epoch takes three times as long as the time between two reports");
        foreach (var report in reports)
        {
            report.Step.Should().BeInRange(1, report.IsEndOfEpoch ? Steps : Steps - 1).And.BeGreaterThanOrEqualTo(report.IsEndOfEpoch ? Steps : 1);
            int done = Math.Min(report.Step * Batch, Samples);
            for (int order = 0; order < 2; order++)
            {
                report.OrderLosses[order].Should().BeApproximately(losses.Take(done).Average(loss => loss[order]), 1e-9, "order {0} of {1} samples", order, done);
            }

            double lastStep = (report.Epoch - 1 + ((report.Step - 1.0) / Steps)) / Epochs;
            report.OrderWeights.Should().Equal(1, OrderWeight.Geometric(2, 8).At(lastStep));
            report.Loss.Should().BeApproximately(report.OrderLosses[0] + (report.OrderWeights[1] * report.OrderLosses[1]), 1e-12);
            report.TrainingError.Should().BeApproximately(Math.Sqrt(report.OrderLosses[0]), 1e-12);
            report.LearningRateFactor.Should().BeApproximately(schedule.At(new SchedulePosition(lastStep, report.Epoch - 1, [])), 1e-12);
            report.Fraction.Should().BeApproximately((report.Epoch - 1 + ((double)report.Step / Steps)) / Epochs, 1e-12);
            (report.Epochs, report.StepsPerEpoch).Should().Be((Epochs, Steps));
            int steps = ((report.Epoch - 1) * Steps) + report.Step;
            report.Elapsed.Should().BeGreaterThanOrEqualTo(steps * (StepTime - TimeSpan.FromMilliseconds(1)));
            int samples = ((report.Epoch - 1) * Samples) + done;
            (report.SamplesPerSecond * report.Elapsed.TotalSeconds).Should().BeInRange(samples * 0.2, samples * 1.000001);

            // At the speed so far, if the machine stands still for no long part of it.
            double remaining = report.Elapsed.TotalSeconds * (1 - report.Fraction) / report.Fraction;
            report.Remaining.TotalSeconds.Should().BeInRange(remaining * 0.5, (remaining * 1.5) + 1e-6);
        }

        reports[^1].Remaining.Should().Be(TimeSpan.Zero);
        reports.Where(report => !report.IsEndOfEpoch).Should().OnlyContain(report => double.IsNaN(report.ValidationError) == (report.Epoch == 1));
        result.History.Select(epoch => epoch.ValidationError).Distinct().Should().Equal(result.Validation!.NormalizedRmse);
        result.History.Select(epoch => epoch.Seconds).Should().BeInAscendingOrder();
        result.History[^1].Seconds.Should().BeLessThanOrEqualTo(result.Elapsed.TotalSeconds);
        result.History.Should().OnlyContain(epoch => Math.Abs(epoch.TrainingError - result.Training.NormalizedRmse) < 1e-9);
        (result.End, result.Epochs, result.Steps).Should().Be((TrainingEnd.Completed, Epochs, Epochs * Steps));
    }

    /// <summary>Eₖ of every sample.</summary>
    private static double[][] Losses(Mlp<double> network, FunctionSource<double> source)
    {
        var input = new JetBatch<double>(source.Layout, Samples, 2);
        var target = new JetBatch<double>(source.Layout, Samples, 1);
        source.Fill([.. Enumerable.Range(0, Samples).Select(k => (long)k)], input, target);
        var losses = new double[2 * Samples];
        SobolevLoss.Measure(source).Evaluate<double>(network.Propagate(input), target, [1, 1], 1, losses);
        return [.. losses.Chunk(2)];
    }
}
