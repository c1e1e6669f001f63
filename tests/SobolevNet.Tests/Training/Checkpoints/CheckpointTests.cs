using System.Globalization;
using SobolevNet.Tests.Files;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FunctionSource<float> _source = new(1, 100, 1);
    private readonly FunctionSource<float> _validation = new(0, 30, 2);
    private readonly SobolevTrainingOptions _options;

    public CheckpointTests() => _options = new()
    {
        Epochs = 4, BatchSize = 24, Threads = 1, Checkpoint = new CheckpointOptions(_folder.File("run.checkpoint")), EarlyStopping = new(),
        Optimizer = Optimizer.Adam(learningRate: 1e-2),
    };

    private string Checkpoint => _options.Checkpoint!.Path;

    public void Dispose() => _folder.Dispose();

    private static Mlp<float> Network() => Mlp<float>.Create(2, [9], 1, seed: 3);

    [Fact]
    public void Resume_FileOfAnotherVersion_IsRefusedByItsFormat()
    {
        Train(_options);
        var file = SafetensorsFile.Read(Checkpoint);
        var metadata = file.Metadata.ToDictionary();
        metadata["format"] = "SobolevNet checkpoint 0";
        SafetensorsFile.Write(Checkpoint, metadata, file.Tensors);
        var trainer = new SobolevTrainer<float>(Network(), _options);
        trainer.Invoking(t =>
        {
            t.ResumeFrom(Checkpoint);
            t.Fit(_source, _validation);
        }).Should().Throw<InvalidDataException>().WithMessage("*run.checkpoint is \"SobolevNet checkpoint 0\"; expected \"SobolevNet checkpoint *\"*");
    }

    [Fact]
    public void Resume_OtherDataOrOptions_IsRefusedByTheNameOfTheField()
    {
        Train(_options);
        void Refused(string message, SobolevTrainingOptions? options = null, IJetSource<float>? source = null, IJetSource<float>? validation = null, ulong seed = 3)
        {
            var network = Mlp<float>.Create(2, [9], 1, seed: seed);
            float[] before = network.Parameters.ToArray();
            var trainer = new SobolevTrainer<float>(network, options ?? _options);
            trainer.ResumeFrom(Checkpoint);
            trainer.Invoking(t => t.Fit(source ?? _source, validation ?? _validation)).Should().Throw<InvalidDataException>()
                .WithMessage($"*belongs to another training:\n  {message} here\n*")
                .And.Message.Split('\n').Should().HaveCount(3, "one field differs");
            network.Parameters.ToArray().Should().Equal(before);
        }

        Refused("BatchSize is 24 in the checkpoint and 25", _options with { BatchSize = 25 });
        Refused("Optimizer.Beta1 is 0.9 in the checkpoint and 0.8", _options with { Optimizer = Optimizer.Adam(learningRate: 1e-2, beta1: 0.8) });
        Refused("Shuffle is true in the checkpoint and false", _options with { Shuffle = false });
        Refused("TrainingData is * in the checkpoint and *", source: new FunctionSource<float>(1, 100, 9));
        Refused("ValidationData is * in the checkpoint and *", validation: new FunctionSource<float>(0, 30, 9));
        Refused("InitialParameters is * in the checkpoint and *", seed: 4);
        Refused("Epochs is 4 in the checkpoint and 3", _options with { Epochs = 3 });
        Refused("TimeBudget is unlimited in the checkpoint and 01:00:00", _options with { TimeBudget = TimeSpan.FromHours(1) });
    }

    [Fact]
    public void Resume_WhatTheResultDoesNotDependOn_MayDiffer()
    {
        var (network, _) = Train(_options);
        var other = _options with { Threads = 2, Checkpoint = new CheckpointOptions(_folder.File("other")) { Every = TimeSpan.Zero } };
        var trainer = new SobolevTrainer<float>(Network(), other);
        trainer.ResumeFrom(Checkpoint);
        trainer.Fit(_source, _validation, new SynchronousProgress(_ => { })).Epochs.Should().Be(4);
        trainer.Network.Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
    }

    [Fact]
    public void Resume_ByTheNetworkThatWasTrained_GoesOn()
    {
        using var interruption = new Interruption(_source, 2, 30);
        var trainer = new SobolevTrainer<float>(Network(), _options);
        trainer.Invoking(t => t.Fit(interruption, _validation, interruption, interruption.Token)).Should().Throw<TrainingCanceledException>();
        trainer.ResumeFrom(Checkpoint);
        trainer.Fit(_source, _validation);
        trainer.Network.Parameters.ToArray().Should().Equal(Train(_options).Network.Parameters.ToArray());
    }

    [Fact]
    public void Resume_InAnotherCulture_GoesOn()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = TestCulture.Comma;
            Train(_options);
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            Interruption.Resume(Network, _options, _source, _validation).Result.Epochs.Should().Be(4);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Resume_WithMoreEpochs_StretchesTheSchedulesFromWhereTheyAre() =>
        ResumeWithMoreEpochs(done: 2, epoch => 0.5 + (0.5 * ((epoch + 0.8 - 2) / (12 - 2))));

    [Fact]
    public void Resume_OfACompletedTrainingWithMoreEpochs_GoesOnWhereTheLongerTrainingWouldBe() =>
        ResumeWithMoreEpochs(done: 4, epoch => (epoch + 0.8) / 12);

    /// <summary>Resumes a training of 4 epochs with 12, in one go and with an interruption.</summary>
    /// <param name="done">The epochs after which it is resumed.</param>
    /// <param name="progress">The progress in the last step of an epoch, from 0.</param>
    private void ResumeWithMoreEpochs(int done, Func<int, double> progress)
    {
        var options = _options with { EarlyStopping = null, Schedule = LearningRateSchedule.Cosine() };
        var longer = options with { Epochs = 12 };
        void Begin()
        {
            using var interruption = new Interruption(_source, done, 0);
            var trainer = new SobolevTrainer<float>(Network(), options);
            trainer.Invoking(t => t.Fit(interruption, null, interruption, interruption.Token)).Should().Throw<TrainingCanceledException>();
        }

        Begin();
        var (whole, result) = Interruption.Resume(Network, longer, _source);
        (result.End, result.Epochs, result.Steps).Should().Be((TrainingEnd.Completed, 12, 12 * 5));
        result.History.Select(epoch => epoch.Epoch).Should().Equal(Enumerable.Range(1, 12));
        for (int epoch = done; epoch < 12; epoch++)
        {
            result.History[epoch].LearningRateFactor.Should().BeApproximately(
                longer.Schedule.At(new SchedulePosition(progress(epoch), epoch, [])), 1e-12);
        }

        Begin();
        using (var interruption = new Interruption(_source, 7, 30))
        {
            var second = new SobolevTrainer<float>(Network(), longer);
            second.ResumeFrom(Checkpoint);
            second.Invoking(t => t.Fit(interruption, null, interruption, interruption.Token)).Should().Throw<TrainingCanceledException>();
        }

        Interruption.Resume(Network, longer, _source).Trainer.Network.Parameters.ToArray().Should().Equal(whole.Network.Parameters.ToArray());
    }

    [Fact]
    public void Resume_OfACompletedTrainingWithMoreEpochs_LowersItsError()
    {
        var options = _options with { Epochs = 40, EarlyStopping = null };
        double before = Train(options, withValidation: false).Result.Training.NormalizedRmse;
        Interruption.Resume(Network, options with { Epochs = 120 }, _source).Result.Training.NormalizedRmse.Should().BeLessThan(0.7 * before);
    }

    [Fact]
    public void Resume_WithMoreTime_GoesOn()
    {
        var options = _options with { Epochs = null, TimeBudget = TimeSpan.FromMilliseconds(30), EarlyStopping = null };
        var first = Train(options, withValidation: false).Result;
        var (_, second) = Interruption.Resume(Network, options with { TimeBudget = TimeSpan.FromMilliseconds(200) }, _source);
        second.End.Should().Be(TrainingEnd.TimeSpent);
        second.Steps.Should().BeGreaterThan(first.Steps);
        second.Elapsed.Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(200));
    }

    [Theory]
    [InlineData("position", 0, -1_000_000.0, "epochs done")]
    [InlineData("position", 0, int.MaxValue, "epochs done")]
    [InlineData("position", 0, (double)(1L << 32), "epochs done")]
    [InlineData("position", 0, 3.0, "epochs done")]
    [InlineData("position", 1, -1.0, "steps of the epoch")]
    [InlineData("position", 1, 6.0, "steps of the epoch")]
    [InlineData("position", 2, 1.0, "all steps")]
    [InlineData("position", 2, 1e15, "all steps")]
    [InlineData("position", 3, -2.0, "without improvement")]
    [InlineData("position", 3, 1e12, "without improvement")]
    [InlineData("position", 4, 9.0, "before annealing")]
    [InlineData("start", 0, 1.5, "start[0]")]
    [InlineData("start", 0, double.NaN, "start[0]")]
    [InlineData("start", 1, 0.5, "start[1]")]
    [InlineData("start", 2, 9.0, "start[2]")]
    [InlineData("start", 2, -1.0, "start[2]")]
    [InlineData("start", 3, 1e9, "start[3]")]
    [InlineData("clock", 0, 1e300, "clock[0]")]
    [InlineData("clock", 0, -1.0, "clock[0]")]
    [InlineData("clock", 0, double.NaN, "clock[0]")]
    [InlineData("best.errors", 0, double.NaN, "best.errors[0]")]
    [InlineData("best.errors", 0, -1.0, "best.errors[0]")]
    [InlineData("best.errors", 0, double.PositiveInfinity, "best.errors[0]")]
    [InlineData("best.errors", 1, 0.0, "best.errors[1]")]
    [InlineData("parameters", 7, double.NaN, "parameters[7]")]
    [InlineData("best.parameters", 7, double.PositiveInfinity, "best.parameters[7]")]
    [InlineData("optimizer.first", 5, double.NaN, "optimizer.first[5]")]
    [InlineData("optimizer.second", 5, -1.0, "optimizer.second[5]")]
    [InlineData("step", 0, double.NaN, "step[0]")]
    [InlineData("step", 1, -1.0, "step[1]")]
    [InlineData("balance", 1, double.NaN, "balance[1]")]
    [InlineData("balance", 1, 0.0, "balance")]
    [InlineData("loss.sums", 1, -1.0, "loss.sums[1]")]
    [InlineData("loss.normalizers", 1, 0.0, "loss.normalizers[1]")]
    [InlineData("loss.outputs", 0, double.PositiveInfinity, "loss.outputs[0]")]
    [InlineData("loss.components", 2, -1.0, "loss.components[2]")]
    [InlineData("loss.means", 0, double.NaN, "loss.means[0]")]
    [InlineData("history", 0, 7.0, "history[0]")]
    [InlineData("history", 1, -1.0, "history[0]")]
    [InlineData("history", 4, double.NaN, "history[0]")]
    [InlineData("history", 7, -1.0, "history[0]")]
    [InlineData("history", 8, double.PositiveInfinity, "history[0]")]
    [InlineData("history", 9, 1e9, "history[0]")]
    [InlineData("output.scale", 0, 0.0, "output scaling")]
    public void Resume_NumbersThatNoTrainingHas_AreRefusedByName(string tensor, int index, double value, string field)
    {
        Canceled(_options);
        Rewrite(tensor, values => values[index] = value);
        var network = Network();
        float[] before = network.Parameters.ToArray();
        var trainer = new SobolevTrainer<float>(network, _options);
        trainer.ResumeFrom(Checkpoint);
        trainer.Invoking(t => t.Fit(_source, _validation)).Should().Throw<InvalidDataException>().WithMessage($"*{field}*");
        network.Parameters.ToArray().Should().Equal(before);
        network.OutputScaling.Should().BeNull();
    }

    [Fact]
    public void Resume_NumbersAtTheEndsOfWhatATrainingHas_AreTakenAndNothingBeyond()
    {
        Canceled(_options);
        byte[] sound = File.ReadAllBytes(Checkpoint);
        double[] Of(string tensor) => SafetensorsFile.Read(Checkpoint).GetTensor(tensor).ToArray<double>();
        long[] position = SafetensorsFile.Read(Checkpoint).GetTensor("position").ToArray<long>();
        double done = position[0] + (position[1] / 5.0);
        double seconds = Of("clock")[0];
        double error = Of("best.errors")[0];
        foreach (var (tensor, index, last, beyond) in new (string, int, double, double)[]
        {
            ("position", 1, 5, 6), ("position", 1, 0, -1), ("position", 2, (5 * position[0]) + position[1], (5 * position[0]) + position[1] + 1),
            ("position", 2, position[0] + position[1], position[0] + position[1] - 1), ("position", 3, position[0], position[0] + 1), ("position", 3, 0, -1),
            ("position", 4, 0, -1), ("start", 0, 1, Math.BitIncrement(1.0)), ("start", 0, 0, -double.Epsilon), ("start", 1, 0, double.Epsilon),
            ("start", 2, done, Math.BitIncrement(done)), ("start", 3, seconds, Math.BitIncrement(seconds)), ("clock", 0, 1e11, Math.BitIncrement(1e11)),
            ("best.errors", 1, error, Math.BitDecrement(error)), ("balance", 1, double.Epsilon, 0), ("loss.sums", 0, 0, -double.Epsilon),
            ("loss.components", 1, 0, -double.Epsilon), ("loss.normalizers", 1, double.Epsilon, 0), ("step", 0, 0, -double.Epsilon),
            ("history", 9, 0, -double.Epsilon), ("history", 19, seconds, Math.BitIncrement(seconds)),
        })
        {
            Rewrite(tensor, values => values[index] = last);
            if (tensor == "position" && index == 1)
            {
                // As many steps as the epoch then has.
                Rewrite(tensor, values => values[2] = (5 * values[0]) + values[1]);
            }

            var trainer = new SobolevTrainer<float>(Network(), _options);
            trainer.ResumeFrom(Checkpoint);
            trainer.Invoking(t => t.Fit(_source, _validation)).Should().NotThrow<InvalidDataException>($"{tensor}[{index}] may be {last:R}");
            File.WriteAllBytes(Checkpoint, sound);
            Rewrite(tensor, values => values[index] = beyond);
            trainer = new SobolevTrainer<float>(Network(), _options);
            trainer.ResumeFrom(Checkpoint);
            trainer.Invoking(t => t.Fit(_source, _validation)).Should().Throw<InvalidDataException>($"{tensor}[{index}] is {beyond:R}");
            File.WriteAllBytes(Checkpoint, sound);
        }
    }

    [Fact]
    public void Resume_OfACompletedTrainingThatHasBegunAnotherEpoch_IsRefused()
    {
        Train(_options);
        Rewrite("position", values => (values[1], values[2]) = (1, values[2] + 1));
        FluentActions.Invoking(() => Interruption.Resume(Network, _options, _source, _validation))
            .Should().Throw<InvalidDataException>().WithMessage("*the steps of the epoch is 1; expected 0 to 0*");
    }

    [Fact]
    public void Resume_StepsOfRPropThatAreNoNumbers_AreRefused()
    {
        var options = _options with { Optimizer = Optimizer.RProp() };
        Canceled(options);
        Rewrite("optimizer.steps", values => values[1] = double.NaN);
        FluentActions.Invoking(() => Interruption.Resume(Network, options, _source, _validation))
            .Should().Throw<InvalidDataException>().WithMessage("*optimizer.steps[1]*");
    }

    [Fact]
    public void Fit_FolderThatDoesNotExist_IsRefusedBeforeAnyWork()
    {
        foreach (string path in new[] { _folder.File("missing/run.checkpoint"), _folder.Path })
        {
            var network = Network();
            float[] before = network.Parameters.ToArray();
            var trainer = new SobolevTrainer<float>(network, _options with { Checkpoint = new CheckpointOptions(path) });
            trainer.Invoking(t => t.Fit(_source, _validation)).Should().Throw<IOException>().WithMessage($"*{path}*cannot be written*");
            network.Parameters.ToArray().Should().Equal(before);
            network.OutputScaling.Should().BeNull("nothing was trained");
        }

        _folder.Names().Should().BeEmpty();
        FluentActions.Invoking(() => new CheckpointOptions("x") { Every = TimeSpan.FromTicks(-1) }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Every*");
    }

    [Fact]
    public void Fit_TemporaryFilesOfAKilledTraining_AreRemoved()
    {
        string[] others = ["run.checkpoint.tmp", "run.checkpoint.0123456789ab.tmp2", "run.checkpoint.0123456789xy.tmp", "other.0123456789ab.tmp"];
        foreach (string name in (string[])[.. others, "run.checkpoint.0123456789ab.tmp", "run.checkpoint.ba9876543210.tmp"])
        {
            File.WriteAllText(_folder.File(name), "half");
        }

        using (File.Open(_folder.File("run.checkpoint.ba9876543210.tmp"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Train(_options);
            _folder.Names().Should().BeEquivalentTo([.. others, "run.checkpoint.ba9876543210.tmp", "run.checkpoint"], "one is still being written");
        }

        Train(_options);
        _folder.Names().Should().BeEquivalentTo([.. others, "run.checkpoint"]);
    }

    [Fact]
    public void Fit_StepThatBreaksTheNetwork_KeepsTheLastGoodCheckpoint()
    {
        var options = _options with
        {
            EarlyStopping = null,
            Optimizer = Optimizer.Sgd(learningRate: 1e-3),
            Schedule = new Breaking(),
            Checkpoint = _options.Checkpoint! with { Every = TimeSpan.Zero },
        };
        FluentActions.Invoking(() => new SobolevTrainer<float>(Network(), options).Fit(_source)).Should().Throw<NonFiniteLossException>();
        SafetensorsFile.Read(Checkpoint).GetTensor("parameters").ToArray<float>().Should().OnlyContain(value => float.IsFinite(value));
        SafetensorsFile.Read(Checkpoint).GetTensor("position").ToArray<long>()[..2].Should().Equal([1, 5], "the last step of the second epoch is the last good one");
    }

    private (Mlp<float> Network, TrainingResult Result) Train(SobolevTrainingOptions options, bool withValidation = true)
    {
        var network = Network();
        return (network, new SobolevTrainer<float>(network, options).Fit(_source, withValidation ? _validation : null));
    }

    /// <summary>Leaves a checkpoint in the middle of the third epoch.</summary>
    private void Canceled(SobolevTrainingOptions options)
    {
        using var interruption = new Interruption(_source, 2, 30);
        var trainer = new SobolevTrainer<float>(Network(), options);
        trainer.Invoking(t => t.Fit(interruption, _validation, interruption, interruption.Token)).Should().Throw<TrainingCanceledException>();
    }

    /// <summary>Changes a tensor of the checkpoint, as somebody could who can also write checksums.</summary>
    private void Rewrite(string name, Action<double[]> change)
    {
        var file = SafetensorsFile.Read(Checkpoint);
        var tensors = file.Tensors.Select(tensor => tensor.Name == name ? Changed(tensor) : tensor).ToList();
        SafetensorsFile.Write(Checkpoint, file.Metadata, tensors);

        SafetensorsTensor Changed(SafetensorsTensor tensor)
        {
            if (tensor.Dtype == SafetensorsDtype.I64)
            {
                double[] numbers = [.. tensor.ToArray<long>()];
                change(numbers);
                return SafetensorsTensor.Create<long>(name, [.. numbers.Select(number => (long)number)], tensor.Shape);
            }

            double[] values = tensor.ToArray<double>();
            change(values);
            return tensor.Dtype == SafetensorsDtype.F32
                ? SafetensorsTensor.Create<float>(name, [.. values.Select(value => (float)value)], tensor.Shape)
                : SafetensorsTensor.Create<double>(name, values, tensor.Shape);
        }
    }

    /// <summary>A learning rate that is far too high from the third epoch on.</summary>
    private sealed class Breaking : LearningRateSchedule
    {
        public override double At(SchedulePosition position) => position.Epoch < 2 ? 1 : 1e300;
    }
}
