using SobolevNet.Tests.Files;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>Defaults that follow the number of samples, and the part of them that validates.</summary>
public class DataSizeTests
{
    [Theory]
    [InlineData(1, 128, 10_000)]
    [InlineData(300, 128, 3_334)]
    [InlineData(300, 1000, 10_000)]
    [InlineData(12_672, 128, 102)]
    [InlineData(12_800, 128, 100)]
    [InlineData(30_000, 128, 100)]
    [InlineData(300, 1, 100)]
    public void Epochs_Unset_MakeTenThousandStepsAtLeast(int samples, int batch, int epochs)
    {
        var options = new SobolevTrainingOptions { BatchSize = batch };
        options.WithEpochs(samples).Epochs.Should().Be(epochs);
        (options with { Epochs = 3 }).WithEpochs(samples).Epochs.Should().Be(3);
        (options with { TimeBudget = TimeSpan.FromSeconds(1) }).WithEpochs(samples).Epochs.Should().BeNull("time alone ends it then");
        options.WithEpochs(samples).Should().Be(options with { Epochs = epochs });
    }

    [Fact]
    public void Fit_OfFewSamples_IsAsGoodAsOfTenTimesAsMany()
    {
        double Error(int samples) => OverSeeds.Median(3, seed =>
        {
            var network = Mlp<double>.Create(2, [16, 16], 1, Activation.Softplus, seed);
            var result = new SobolevTrainer<double>(network, new SobolevTrainingOptions { Threads = 1 }).Fit(new FunctionSource<double>(1, samples, seed));
            result.Steps.Should().BeGreaterThanOrEqualTo(10_000);
            return Evaluation.Of(network, new FunctionSource<double>(0, 1000, 77)).NormalizedRmse;
        });

        double few = Error(128);
        few.Should().BeLessThan(5 * Error(1280)).And.BeLessThan(0.005);
    }

    [Fact]
    public void Resume_OfATrainingWithDefaultEpochs_HasTheSameEpochsAndBits()
    {
        using var folder = new TemporaryFolder();
        var source = new FunctionSource<float>(0, 60, 1);
        var options = new SobolevTrainingOptions { BatchSize = 64, Threads = 1, Optimizer = Optimizer.Adam(), Checkpoint = new CheckpointOptions(folder.File("checkpoint")) };
        var whole = new SobolevTrainer<float>(Network(), options with { Checkpoint = null });
        whole.Fit(source).Epochs.Should().Be(10_000);
        var (trainer, result) = Interruption.TrainAndResume(Network, options, source, null, afterEpoch: 7000, samples: 0);
        result.Epochs.Should().Be(10_000);
        trainer.Network.Parameters.ToArray().Should().Equal(whole.Network.Parameters.ToArray());

        // A training of the version before, whose default was 100 epochs, is a shorter one.
        var (_, longer) = Interruption.Resume(Network, options, source);
        longer.Epochs.Should().Be(10_000);
        var before = options with { Epochs = 100, Checkpoint = new CheckpointOptions(folder.File("before")) };
        new SobolevTrainer<float>(Network(), before).Fit(source);
        Interruption.Resume(Network, before with { Epochs = null }, source).Result.Epochs.Should().Be(10_000);

        static Mlp<float> Network() => Mlp<float>.Create(2, [3], 1, seed: 3);
    }

    [Fact]
    public void ValidationPart_IsTheSplitOfItsSeed()
    {
        var source = new FunctionSource<double>(1, 200, 1);
        foreach (ulong seed in new ulong[] { 0, 5 })
        {
            var options = new SobolevTrainingOptions { Epochs = 5, BatchSize = 32, Seed = seed, Threads = 1, EarlyStopping = new EarlyStopping() };
            var (training, validation) = source.Split(0.15, seed);
            var (split, splitResult) = Train(options, training, validation);
            var (part, partResult) = Train(options with { ValidationPart = 0.15 }, source, null);
            part.Parameters.ToArray().Should().Equal(split.Parameters.ToArray());
            partResult.Validation!.NormalizedRmse.Should().Be(splitResult.Validation!.NormalizedRmse);
            (partResult.Training.Samples, partResult.Validation.Samples).Should().Be((170, 30));
            partResult.Findings.Should().NotContain(TrainingFinding.NotValidated);

            // Samples have the numbers of the source that was given, not of its parts.
            Numbers(partResult.Training, source, part).Should().Equal(partResult.Training.Components[0].Max);
            Numbers(partResult.Validation, source, part).Should().Equal(partResult.Validation.Components[0].Max);
            Numbers(splitResult.Validation, validation, part).Should().Equal(partResult.Validation.Components[0].Max);
        }

        static IEnumerable<double> Numbers(Evaluation errors, IJetSource<double> source, Mlp<double> network) =>
            [Evaluation.Of(network, source.Subset([errors.Components[0].WorstSamples[0]])).MaxError];
    }

    [Fact]
    public void Resume_WithAnotherValidationPart_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var options = new SobolevTrainingOptions { Epochs = 2, ValidationPart = 0.2, Checkpoint = new CheckpointOptions(folder.File("checkpoint")) };
        var source = new FunctionSource<float>(0, 60, 1);
        new SobolevTrainer<float>(Mlp<float>.Create(2, [3], 1, seed: 3), options).Fit(source);
        Resume(options).Epochs.Should().Be(2);
        FluentActions.Invoking(() => Resume(options with { ValidationPart = 0.3 })).Should().Throw<InvalidDataException>()
            .WithMessage("*TrainingSamples is 48 in the checkpoint and 42 here*");

        TrainingResult Resume(SobolevTrainingOptions options) => Interruption.Resume(() => Mlp<float>.Create(2, [3], 1, seed: 3), options, source).Result;
    }

    [Fact]
    public void ValidationPart_OfDataThatAreNotFinite_NamesTheSampleOfTheSource()
    {
        var stored = new FunctionSource<double>(0, 100, 1).Materialize();
        stored.Target[0, 61, 0] = double.NaN;
        foreach (ulong seed in new ulong[] { 0, 1, 2, 3, 4, 5, 6, 7 })
        {
            FluentActions.Invoking(() => Train(new SobolevTrainingOptions { Epochs = 1, Seed = seed, ValidationPart = 0.5 }, stored, null))
                .Should().Throw<ArgumentException>().WithMessage("*target is NaN in component value, feature 0 of sample 61;*").And.ParamName.Should().Be("source");
        }
    }

    [Fact]
    public void ValidationPart_ThatCannotBe_IsRefused()
    {
        foreach (double part in new[] { 0, 1, -0.1, 2, double.NaN })
        {
            FluentActions.Invoking(() => new SobolevTrainingOptions { ValidationPart = part }).Should().Throw<ArgumentOutOfRangeException>()
                .WithParameterName("ValidationPart");
        }

        var options = new SobolevTrainingOptions { Epochs = 1, ValidationPart = 0.1 };
        var source = new FunctionSource<double>(0, 20, 1);
        FluentActions.Invoking(() => Train(options, source, source)).Should().Throw<ArgumentException>()
            .WithMessage("*ValidationPart is 0?1; expected one of both*").WithParameterName("validation");
        FluentActions.Invoking(() => Train(options, new FunctionSource<double>(0, 20, 1, endless: true), null)).Should().Throw<ArgumentException>()
            .WithMessage("*endless*").WithParameterName("source");
        FluentActions.Invoking(() => Train(options, new FunctionSource<double>(0, 1, 1), null)).Should().Throw<ArgumentException>().WithParameterName("source");
    }

    private static (Mlp<double> Network, TrainingResult Result) Train(SobolevTrainingOptions options, IJetSource<double> source, IJetSource<double>? validation)
    {
        var network = Mlp<double>.Create(2, [6], 1, seed: 3);
        return (network, new SobolevTrainer<double>(network, options).Fit(source, validation));
    }
}
