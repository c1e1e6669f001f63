using SobolevNet.Experiments.Frontier;
using SobolevNet.Tests.Files;
using static SobolevNet.Tests.Experiments.ConsoleProgram;

namespace SobolevNet.Tests.Experiments;

public sealed class FrontierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Frontier_InterruptedAndResumed_KeepsWhatIsDone()
    {
        string path = _folder.File("frontier");
        string[] command = ["frontier", "--recipes", "plain,features", "--seconds", "2", "--seeds", "3", "--test", "20", "--out", path];
        (await Run(command)).Errors.Should().BeEmpty();
        var folder = new FrontierExperiment().Folder(path);
        var report = folder.Read();
        report.Complete.Should().BeTrue();
        report.Runs.Select(run => run.Recipe).Should().Equal("plain", "features");
        foreach (var run in report.Runs)
        {
            run.TestErrorPercent.Should().BeInRange(0.1, 1000);
            run.TotalSeconds.Should().BeGreaterThan(run.PreparationSeconds);
            run.Steps.Should().BePositive();
            run.TestErrors.Should().HaveCount(9).And.OnlyContain(row => row.WorstSample < 20 && row.Max >= row.Rms);

            // Whatever it was trained on, a saved network takes pixels.
            Mlp<float>.Load(folder.File(run.Network)).Architecture.Inputs.Should().Be(1681);
        }

        File.Exists(folder.File(FrontierExperiment.Picture)).Should().BeTrue();
        File.ReadAllText(folder.Markdown).Should().Contain("| features |").And.Contain("## Errors by output after the longest time").And.Contain("| features | 8 |");

        var first = report.Runs[0];
        folder.Save(report with { Complete = false, Runs = [first] });
        (await Run("frontier", "--resume", path)).Errors.Should().BeEmpty();
        var resumed = folder.Read();
        resumed.Complete.Should().BeTrue();
        resumed.Runs.Should().HaveCount(2);
        resumed.Runs[0].Should().BeEquivalentTo(first);
        (await Run(command)).Errors.Should().Contain("--resume");
    }

    [Fact]
    public async Task Frontier_TrainingsThatBreak_AreReportedAndTheOthersKept()
    {
        var experiment = new FrontierExperiment();
        var folder = experiment.Folder(_folder.File("broken"));
        var begun = experiment.Begin(FrontierSettings.Presets["quick"] with { Recipes = ["plain", "features"], Seconds = [2], Seeds = [1], TestImages = 10 });
        folder.Create(begun with { Recipes = [begun.Recipes[0] with { LearningRate = 1e38 }, begun.Recipes[1]] });

        var run = await Run("frontier", "--resume", folder.Path);

        run.Code.Should().Be(1);
        run.Errors.Should().BeEmpty();
        run.Output.Should().Contain("plain, 2 s, seed 1: broke: ").And.Contain("(!) plain, 2 s, seed 1: the training broke");
        folder.Read().Runs.Select(one => (one.Recipe, one.Note is null)).Should().Equal(("plain", false), ("features", true));
        File.ReadAllText(folder.Markdown).Should().Contain("| plain | – |").And.Contain("| plain (!) | – | 1 | – |").And.Contain("| [features](features-2s-seed1.safetensors) |");
        File.Exists(folder.File(FrontierExperiment.Picture)).Should().BeTrue();
    }

    [Theory]
    [InlineData("--recipes", "plain,magic")]
    [InlineData("--seconds", "1")]
    [InlineData("--seeds", "-1")]
    public async Task Frontier_ImpossibleOption_IsRefusedWithItsName(string option, string value)
    {
        var run = await Run("frontier", option, value, "--out", _folder.File("unused"));
        run.Code.Should().Be(2);
        run.Errors.Should().Contain(option).And.Contain(value);
        Directory.Exists(_folder.File("unused")).Should().BeFalse();
    }

    [Fact]
    public void Recipes_AreAllTrainable()
    {
        FrontierRecipe.All.Select(recipe => recipe.Name).Should().OnlyHaveUniqueItems();
        foreach (var recipe in FrontierRecipe.All)
        {
            recipe.Training(1, 0).OrderWeights.Should().HaveCount(recipe.Order + 1, recipe.Name);
        }
    }
}
