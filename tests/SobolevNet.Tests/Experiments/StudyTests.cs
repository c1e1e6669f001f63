using SobolevNet.Experiments.Study;
using SobolevNet.Tests.Files;
using static SobolevNet.Tests.Experiments.ConsoleProgram;

namespace SobolevNet.Tests.Experiments;

public sealed class StudyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Study_InterruptedAndResumed_ReachesTheSameFigures()
    {
        string path = _folder.File("study");
        string[] command = ["study", "--groups", "directions", "--seeds", "4", "--test", "30", "--threads", "2", "--out", path];
        (await Run(command)).Errors.Should().BeEmpty();
        var folder = new StudyExperiment().Folder(path);
        var report = folder.Read();
        report.Complete.Should().BeTrue();
        report.Runs.Should().HaveCount(8);
        foreach (var run in report.Runs)
        {
            run.Note.Should().BeNull();
            run.TestErrorPercent.Should().BeInRange(1, 200);
            run.Curve[^1].TestErrorPercent.Should().BeApproximately(run.TestErrorPercent, 1e-9);
            run.Curve[^1].Epoch.Should().Be(run.Case.Epochs);
            run.TestErrors.Should().HaveCount(9).And.OnlyContain(row => row.Max >= row.Rms);
        }

        foreach (string group in report.Settings.Groups)
        {
            File.Exists(folder.File(StudyExperiment.Curves(group))).Should().BeTrue();
        }

        File.ReadAllText(folder.Markdown).Should().Contain("| hvp").And.Contain("## Errors by output of the training with the least error").And.Contain("study --preset quick --groups directions");
        folder.Save(report with { Complete = false, Runs = [.. report.Runs.Skip(3)] });
        (await Run("study", "--resume", path)).Errors.Should().BeEmpty();
        var resumed = folder.Read();
        resumed.Complete.Should().BeTrue();
        resumed.Runs.Select(run => (run.Case.Title, run.TestErrorPercent)).Should().BeEquivalentTo(report.Runs.Select(run => (run.Case.Title, run.TestErrorPercent)));
        (await Run(command)).Errors.Should().Contain("--resume");
    }

    [Fact]
    public void Run_ThatBroke_HasNoFigures()
    {
        var run = new StudyRun { Case = StudyPlan.Cases(shortened: true)[0], Seed = 1, Note = "broke" };
        double[] figures = [run.TestErrorPercent, run.TrainErrorPercent, run.TestVertexErrorInEdges, run.Seconds];
        figures.Should().AllSatisfy(figure => double.IsNaN(figure).Should().BeTrue());
    }

    [Fact]
    public void DensityPlot_SeveralSeeds_ShowsTheirSpread()
    {
        var cases = StudyPlan.Cases(shortened: true).Where(one => one.Group == StudyPlan.Density).ToList();
        StudyRun Run(StudyCase one, int seed, double factor) =>
            new() { Case = one, Seed = seed, TestErrorPercent = factor * 30 / (1 + (3 * one.Order)) / Math.Sqrt(one.Images) };
        var settings = StudySettings.Presets[StudySettings.Quick] with { Groups = [StudyPlan.Density] };
        byte[][] plots =
        [
            .. new[] { 0, 0.5 }.Select(spread =>
            {
                string path = _folder.File($"density{spread}.png");
                DensityPlot.Save(new StudyReport { Settings = settings, Cases = cases, Runs = [.. cases.SelectMany(one => new[] { Run(one, 1, 1 - spread), Run(one, 2, 1 + spread) })] }, path);
                return File.ReadAllBytes(path);
            }),
        ];
        plots[1].Should().NotEqual(plots[0], "the means are the same, the band is not");
    }

    [Theory]
    [InlineData("--groups", "capacity,magic")]
    [InlineData("--seeds", "-1")]
    public async Task Study_ImpossibleOption_IsRefusedWithItsName(string option, string value)
    {
        var run = await Run("study", option, value, "--out", _folder.File("unused"));
        run.Code.Should().Be(2);
        run.Errors.Should().Contain(option).And.Contain(value);
        Directory.Exists(_folder.File("unused")).Should().BeFalse();
    }

    [Fact]
    public void Cases_OfAllPresets_AreTrainable()
    {
        foreach (var one in new[] { true, false }.SelectMany(StudyPlan.Cases))
        {
            var options = one.Training(1, 1);
            if (one.OrderWeights != "auto")
            {
                options.OrderWeights.Should().HaveCount(one.TrainedOrder + 1, one.Title);
            }

            one.ActivationKind().Should().BeDefined();
        }
    }

    [Fact]
    public void Distinct_CasesOfSeveralGroups_AreTrainedOnce()
    {
        var cases = StudyPlan.Cases(shortened: false);
        var distinct = StudyReport.Distinct(cases);
        distinct.Count.Should().BeLessThan(cases.Count);
        cases.Should().OnlyContain(one => distinct.Count(other => other.TrainsLike(one)) == 1);
    }
}
