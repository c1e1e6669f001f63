using SobolevNet.Robustness;

namespace SobolevNet.Tests.Training;

/// <summary>What the options are if a program sets nothing: results in reports, papers and programs rest on these numbers.</summary>
public class DefaultsTests
{
    [Fact]
    public void Lists_WithANullElement_AreRefusedByName()
    {
        FluentActions.Invoking(() => new SobolevTrainingOptions { OrderWeights = [1, null!] }).Should().Throw<ArgumentException>().WithParameterName("OrderWeights");
        FluentActions.Invoking(() => new SobolevTrainingOptions { OrderWeights = [] }).Should().Throw<ArgumentException>().WithParameterName("OrderWeights");
        FluentActions.Invoking(() => new SobolevTrainingOptions { OrderWeights = [1, 1, 1, 1] }).Should().Throw<ArgumentException>().WithParameterName("OrderWeights");
        FluentActions.Invoking(() => new RobustSourceOptions { Directions = [null!] }).Should().Throw<ArgumentException>().WithParameterName("Directions");
        FluentActions.Invoking(() => new RobustSourceOptions { Directions = null! }).Should().Throw<ArgumentException>().WithParameterName("Directions");
    }

    [Fact]
    public void Terms_Unset_HaveTheWeightOneAndNoName()
    {
        var source = new Reference.FunctionSource<double>(1, 5, 1);
        foreach (var term in new[] { new LossTerm<double>(source), new LossTerm<double>(source, _ => 0) })
        {
            (term.Weight.At(0), term.Weight.At(1), term.Name).Should().Be((1, 1, null));
        }
    }

    [Fact]
    public void Optimizers_Unset_HaveTheirDocumentedSettings()
    {
        Settings(Optimizer.Sgd()).Should().Equal(("", "Sgd"), ("LearningRate", "0.01"), ("Momentum", "0.9"), ("Nesterov", "false"), ("WeightDecay", "0"));
        (string, string)[] adam = [("", "Adam"), ("LearningRate", "0.001"), ("Beta1", "0.9"), ("Beta2", "0.999"), ("Epsilon", "1E-08"), ("WeightDecay", "0")];
        Settings(Optimizer.Adam()).Should().Equal(adam);
        Settings(Optimizer.Adam(weightDecay: 0.01)).Should().Equal([.. adam[..5], ("WeightDecay", "0.01")]);
        Settings(Optimizer.RProp()).Should().Equal(
            ("", "RProp"), ("InitialStep", "0.001"), ("Increase", "1.2"), ("Decrease", "0.5"), ("MinStep", "1E-09"), ("MaxStep", "1"));
        Settings(Optimizer.Soap()).Should().Equal(
            ("", "Soap"), ("LearningRate", "0.005"), ("Beta1", "0.95"), ("Beta2", "0.95"), ("CovarianceBeta", "0.95"), ("Epsilon", "1E-10"),
            ("WeightDecay", "0"), ("RefreshEvery", "10"), ("MaxSide", "1024"));

        static IEnumerable<(string, string)> Settings(Optimizer optimizer) => optimizer.Settings;
    }

    [Fact]
    public void TrainingOptions_Unset_AreAsDocumented()
    {
        var options = new SobolevTrainingOptions();
        (options.Epochs, options.TimeBudget, options.BatchSize, options.Seed, options.ValidationPart).Should().Be((null, null, 128, 0UL, null));
        (options.Shuffle, options.BalanceOutputs, options.Standardize, options.ScaleDirections).Should().Be((true, true, true, true));
        (options.Order, options.OrderWeights, options.GradientClipNorm, options.EarlyStopping, options.Checkpoint, options.Threads)
            .Should().Be((null, null, null, null, null, 0));
        options.InputScaling.Should().Be(InputScalingKind.Auto);
        options.Optimizer.Settings.Should().Equal(Optimizer.Soap().Settings);
        options.Schedule.Fingerprint.Should().Be(LearningRateSchedule.Cosine().WithWarmUp().Fingerprint);
        var stopping = new EarlyStopping();
        (stopping.Patience, stopping.Improvement, stopping.AnnealingEpochs).Should().Be((20, 1e-3, null));
        new CheckpointOptions("x").Every.Should().Be(TimeSpan.FromMinutes(1));
    }
}
