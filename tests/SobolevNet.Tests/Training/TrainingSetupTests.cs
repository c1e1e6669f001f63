using System.Diagnostics;
using CsCheck;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>What was done before changes nothing, and every wait ends.</summary>
public class TrainingSetupTests
{
    private static readonly SobolevTrainingOptions Short = new() { Epochs = 1, BatchSize = 16, Threads = 2 };

    private static Mlp<double> Network() => Mlp<double>.Create(2, [6], 1, seed: 4);

    [Fact]
    public void Fit_AfterAnyFailedFits_IsThatOfFreshObjects()
    {
        var source = new FunctionSource<double>(1, 50, 1);
        var expected = Network();
        new SobolevTrainer<double>(expected, Short).Fit(source);
        double[] untouched = Network().Parameters.ToArray();
        Gen.Int[0, 5].Array[0, 6].Sample(failures =>
        {
            var network = Network();
            var trainer = new SobolevTrainer<double>(network, Short);
            foreach (int failure in failures)
            {
                Fail(trainer, source, failure);
                network.Parameters.ToArray().Should().Equal(untouched);
                network.InputScaling.Should().BeNull();
                network.OutputScaling.Should().BeNull();
            }

            trainer.Fit(source);
            network.Parameters.ToArray().Should().Equal(expected.Parameters.ToArray());
        }, iter: 12, threads: 1);
    }

    /// <summary>Fails or cancels a training in the statistics, the metric, the balance of orders, the first step, or before all that.</summary>
    private static void Fail(SobolevTrainer<double> trainer, IJetSource<double> source, int failure)
    {
        using var cancellation = new CancellationTokenSource();
        int limit = failure switch { 0 => 1, 1 => 70, 2 or 4 => 110, _ => 155 };
        var failing = new FailingSource(source, limit, failure == 4 ? cancellation.Cancel : () => throw new IOException("The disk is gone."));
        if (failure == 5)
        {
            cancellation.Cancel();
        }

        trainer.Invoking(it => it.Fit(failing, cancellationToken: cancellation.Token)).Should().Throw<Exception>()
            .Which.Should().Match(thrown => thrown is IOException || thrown is OperationCanceledException);
    }

    [Fact]
    public void Fit_ResumeThatFailsBeforeItsFirstStep_StillResumes()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "checkpoint.safetensors");
        var source = new FunctionSource<double>(1, 50, 1);
        var options = Short with { Epochs = 6, Checkpoint = new CheckpointOptions(path) };
        var whole = Network();
        new SobolevTrainer<double>(whole, options with { Checkpoint = null }).Fit(source);
        using var cancellation = new CancellationTokenSource();
        var progress = new SynchronousProgress(report =>
        {
            if (report is { Epoch: 3, IsEndOfEpoch: true })
            {
                cancellation.Cancel();
            }
        });
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network(), options).Fit(source, null, progress, cancellation.Token)).Should().Throw<OperationCanceledException>();

        var resumed = Network();
        double[] before = resumed.Parameters.ToArray();
        var trainer = new SobolevTrainer<double>(resumed, options);
        trainer.ResumeFrom(path);
        trainer.Invoking(it => it.Fit(source, cancellationToken: new CancellationToken(true))).Should().Throw<OperationCanceledException>();
        resumed.Parameters.ToArray().Should().Equal(before);
        trainer.Fit(source);
        resumed.Parameters.ToArray().Should().Equal(whole.Parameters.ToArray());
    }

    [Fact]
    public void Fit_NetworkInTraining_IsRefused()
    {
        var network = Network();
        var trainer = new SobolevTrainer<double>(network, Short);
        var source = new FunctionSource<double>(1, 50, 1);
        int refused = 0;
        var progress = new SynchronousProgress(_ =>
        {
            trainer.Invoking(it => it.Fit(source)).Should().Throw<InvalidOperationException>().WithMessage("*being trained*");
            FluentActions.Invoking(() => new SobolevTrainer<double>(network).Fit(source)).Should().Throw<InvalidOperationException>();
            refused++;
        });
        trainer.Fit(source, null, progress);
        refused.Should().BePositive();
        trainer.Fit(source, cancellationToken: CancellationToken.None).Epochs.Should().Be(1, "the network is free again");
    }

    [Fact]
    public void Fit_NetworkThatIsNotAsItWasMade_IsTrainedOnFromWhereItStands()
    {
        var source = new FunctionSource<double>(1, 50, 1);
        var options = Short with { Optimizer = Optimizer.Adam(learningRate: 1e-13) };
        var made = Network();
        made.Parameters.Length.Should().BePositive();
        made.Layer(0).Bias[0].Should().Be(0);
        new SobolevTrainer<double>(made, options).Fit(source);
        made.InputScaling.Should().NotBeNull("reading a network does not change it");

        var changed = Network();
        changed.Layer(1).Weights[0] *= 2;
        var own = new Mlp<double>(Network().Architecture);
        Network().Parameters.CopyTo(own.Parameters);
        foreach (var network in new[] { Network().Clone(), changed, own, Network().Convert<float>().Convert<double>() })
        {
            double before = network.Evaluate([0.3, -0.2])[0];
            new SobolevTrainer<double>(network, options).Fit(source);
            network.InputScaling.Should().BeNull();
            network.Evaluate([0.3, -0.2])[0].Should().BeApproximately(before, 1e-9);
        }

        changed.Initialize(4);
        new SobolevTrainer<double>(changed, options).Fit(source);
        changed.InputScaling.Should().NotBeNull("Initialize makes it fresh");
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(300, 0, false)]
    [InlineData(600, 0, true)]
    [InlineData(1000, 0, false)]
    [InlineData(600, 200, true)]
    public void Fit_CanceledInAnyPhaseOfASlowSource_EndsSoon(int afterSamples, int validation, bool shareUnit)
    {
        using var cancellation = new CancellationTokenSource();
        var canceled = new Stopwatch();
        var slow = new SlowSource(256, TimeSpan.FromMilliseconds(1), shareUnit, afterSamples, () =>
        {
            canceled.Start();
            cancellation.Cancel();
        });
        var checks = validation == 0 ? null : new SlowSource(validation, TimeSpan.FromMilliseconds(1), shareUnit, int.MaxValue, () => { });
        var options = Short with { BatchSize = 4, Epochs = 1000 };
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network(), options).Fit(slow, checks, cancellationToken: cancellation.Token))
            .Should().Throw<OperationCanceledException>();

        // 8 samples take 8 ms, if other work on the machine lets them.
        canceled.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Fit_CanceledWhileErrorsAreMeasured_LooksAtFewMoreSamples()
    {
        using var cancellation = new CancellationTokenSource();
        var source = new SlowSource(400, TimeSpan.Zero, false, 0, () => { });
        var checks = new SlowSource(400, TimeSpan.Zero, false, 50, cancellation.Cancel);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network(), Short with { Threads = 1 }).Fit(source, checks, cancellationToken: cancellation.Token))
            .Should().Throw<OperationCanceledException>();
        checks.Samples.Should().BeLessThan(50 + (2 * SourceSurvey.Block));
    }

    [Fact]
    public void Fit_TimeBudgetWithASlowSource_MeasuresFewerSamples()
    {
        // All of it would take 4,096 samples of 5 ms three times over, and 1,000 of validation twice.
        var source = new SlowSource(4096, TimeSpan.FromMilliseconds(5), false, int.MaxValue, () => { });
        var checks = new SlowSource(1000, TimeSpan.FromMilliseconds(5), false, int.MaxValue, () => { });
        var network = Network();
        var clock = Stopwatch.StartNew();
        var result = new SobolevTrainer<double>(network, Short with { Epochs = null, BatchSize = 8, TimeBudget = TimeSpan.FromSeconds(1) }).Fit(source, checks);
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
        network.InputScaling!.Scale[0].Should().BeApproximately(2 / Math.Sqrt(3), 1, "a few samples tell the spread");
        result.End.Should().Be(TrainingEnd.TimeSpent);
        result.Training.Samples.Should().BeInRange(1, 1000);
        result.Validation!.Samples.Should().BeInRange(1, 500);
    }

    [Fact]
    public void Threads_InAbsurdNumber_AreNotStarted()
    {
        var source = new FunctionSource<double>(1, 50, 1);
        var (many, one) = (Network(), Network());
        new SobolevTrainer<double>(many, Short with { Threads = int.MaxValue }).Fit(source);
        new SobolevTrainer<double>(one, Short with { Threads = 1 }).Fit(source);
        many.Parameters.ToArray().Should().Equal(one.Parameters.ToArray());
        Evaluation.Of(many, source, threads: 1 << 20).NormalizedRmse.Should().Be(Evaluation.Of(one, source, threads: 1).NormalizedRmse);
    }

    private class Wrapper(IJetSource<double> inner) : IJetSource<double>
    {
        public JetLayout Layout => inner.Layout;

        public int InputFeatures => inner.InputFeatures;

        public int OutputFeatures => inner.OutputFeatures;

        public int Count => inner.Count;

        public int InputOrder => inner.InputOrder;

        public virtual bool InputsShareUnit => false;

        public virtual void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) => inner.Fill(samples, input, target);
    }

    /// <summary>Does something once so many samples have been asked for.</summary>
    private class FailingSource(IJetSource<double> inner, int limit, Action fail) : Wrapper(inner)
    {
        private int _samples;

        public int Samples => _samples;

        public override void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            int before = Interlocked.Add(ref _samples, samples.Length) - samples.Length;
            if (before < limit && before + samples.Length >= limit)
            {
                fail();
            }

            base.Fill(samples, input, target);
        }
    }

    /// <summary>Each sample takes a while.</summary>
    private sealed class SlowSource(int count, TimeSpan pause, bool shareUnit, int limit, Action reached)
        : FailingSource(new FunctionSource<double>(1, count, 1), limit, reached)
    {
        public override bool InputsShareUnit => shareUnit;

        public override void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            base.Fill(samples, input, target);
            if (pause > TimeSpan.Zero)
            {
                Thread.Sleep(pause * samples.Length);
            }
        }
    }
}
