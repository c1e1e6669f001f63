using System.CommandLine;
using System.Text.Json.Nodes;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using SobolevNet.Tests.Architecture;
using SobolevNet.Tests.Files;

namespace SobolevNet.Tests.Experiments;

/// <summary>What all experiments share, on the example of docs/contributing.md.</summary>
public sealed class WorkflowTests : IDisposable
{
    private static readonly string[] Short = ["--widths", "2,3", "--epochs", "4"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Experiment_FromPreset_WritesReportPageAndPicture()
    {
        string path = _folder.File("width");

        var run = await Run("--out", path, "--epochs", "4");

        run.Code.Should().Be(ExitCode.Success, run.Errors);
        run.Output.Should().Contain("2 widths, 0 of them done.").And.Contain($"Report: {path}");
        Directory.GetFiles(path).Select(Path.GetFileName).Should().BeEquivalentTo("report.json", "report.md", "width.png");
        var report = new WidthExperiment().Folder(path).Read();
        report.Experiment.Should().Be("width");
        report.Complete.Should().BeTrue();
        report.Settings.Should().BeEquivalentTo(WidthSettings.Presets["quick"] with { Epochs = 4 });
        report.Runs.Select(one => one.Width).Should().Equal(4, 16);
        report.Started.Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(5));
        File.ReadAllText(Path.Combine(path, "report.md")).Should()
            .StartWith("# Error against width\n").And.Contain("| 16 | ").And.Contain("## Repeat it").And.Contain($"{ConsoleCommand.Program} {report.Command}\n");
    }

    [Fact]
    public async Task Experiment_Interrupted_SaysHowToGoOnAndResumesToTheSameFigures()
    {
        string path = _folder.File("parts");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var begun = await RunUntil(stop.Token, [.. Short, "--out", path]);
        begun.Code.Should().Be(ExitCode.Interrupted);
        begun.Errors.Should().Contain($"-- width --resume {path}");
        var folder = new WidthExperiment().Folder(path);
        folder.Read().Complete.Should().BeFalse();

        (await Run("--resume", path, "--threads", "1")).Code.Should().Be(ExitCode.Success);

        (await Run([.. Short, "--out", _folder.File("whole")])).Code.Should().Be(ExitCode.Success);
        folder.Read().Runs.Should().Equal(new WidthExperiment().Folder(_folder.File("whole")).Read().Runs);
        folder.Read().Settings.Threads.Should().Be(1);
        folder.Save(folder.Read() with { Complete = false, Runs = [folder.Read().Runs[0] with { ErrorPercent = 12.5 }] });
        (await Run("--resume", path)).Code.Should().Be(ExitCode.Success);
        folder.Read().Runs.Should().HaveCount(2);
        folder.Read().Runs[0].ErrorPercent.Should().Be(12.5, "what was done is kept");
    }

    [Theory]
    [InlineData("--widths", "3")]
    [InlineData("--preset", "full")]
    [InlineData("--out", "elsewhere")]
    public async Task Resume_BesideAnOptionOfTheSettings_IsAUsageError(string option, string value)
    {
        var run = await Run("--resume", "there", option, value);

        run.Code.Should().Be(ExitCode.WrongUsage);
        run.Errors.Should().Contain("--resume").And.Contain(option);
    }

    [Fact]
    public async Task Folder_WithReport_IsNotOverwritten()
    {
        string path = _folder.File("twice");
        (await Run([.. Short, "--out", path])).Code.Should().Be(ExitCode.Success);
        byte[] before = File.ReadAllBytes(Path.Combine(path, "report.json"));

        var again = async () => await Run([.. Short, "--out", path]);

        (await again.Should().ThrowAsync<Failure>()).WithMessage("*--resume*");
        File.ReadAllBytes(Path.Combine(path, "report.json")).Should().Equal(before);
    }

    [Fact]
    public async Task Figure_OfATrainingThatBroke_IsNullInJsonAndNotANumberInTheReport()
    {
        string path = _folder.File("broken");

        var run = await Run([.. Short, "--rate", "1e38", "--out", path]);

        run.Code.Should().Be(ExitCode.Failed, run.Errors);
        run.Errors.Should().Contain("Every training broke");
        File.Exists(Path.Combine(path, "report.md")).Should().BeFalse("there is nothing to describe");
        string text = File.ReadAllText(Path.Combine(path, "report.json"));
        text.Should().NotContain("\"NaN").And.NotContain(": NaN", "JSON has no such number");
        JsonNode.Parse(text)!["runs"]!.AsArray().Should().OnlyContain(one => one!["errorPercent"] == null);
        new WidthExperiment().Folder(path).Read().Runs.Should().OnlyContain(one => double.IsNaN(one.ErrorPercent));
    }

    [Fact]
    public async Task Training_ThatBroke_IsARowThatSaysWhyBesideTheOthers()
    {
        string path = _folder.File("one");
        (await Run([.. Short, "--out", path])).Code.Should().Be(ExitCode.Success);
        var folder = new WidthExperiment().Folder(path);
        var report = folder.Read();
        folder.Save(report with { Complete = false, Runs = [report.Runs[0] with { ErrorPercent = double.NaN, Note = "The loss is infinite." }] });

        var run = await Run("--resume", path);

        run.Code.Should().Be(ExitCode.Failed, "a script must see that a figure is missing");
        run.Errors.Should().BeEmpty();
        const string Line = "(!) width 2: the training broke, so the network was not measured. The loss is infinite.";
        run.Output.Should().Contain("width 3: ").And.Contain(Line).And.Contain($"Report: {path}");
        folder.Read().Runs.Select(one => (one.Width, one.Note is null)).Should().Equal((2, false), (3, true));
        folder.Read().Complete.Should().BeTrue();
        File.ReadAllText(folder.Markdown).Should().Contain("| 2 | – |").And.Contain($"* {Line}\n");
    }

    [Fact]
    public void Train_OfATrainingThatBreaks_GivesTheRowWithTheReasonAndOtherErrorsThrough()
    {
        var folder = new WidthExperiment().Folder(_folder.File("row"));
        var run = new ExperimentRun<WidthReport>(folder, new WidthExperiment().Begin(WidthSettings.Presets["quick"]), new InterruptingView("", null), CancellationToken.None);
        var planned = new WidthRun { Width = 7 };
        var broken = new NonFiniteLossException(1, 2, 0, "y", double.NaN);

        run.Train(planned, _ => throw broken).Should().Be(planned with { Note = broken.Message });

        run.Train(planned, _ => (planned with { ErrorPercent = 3 }, "done")).Should().Be(new WidthRun { Width = 7, ErrorPercent = 3 });
        FluentActions.Invoking(() => run.Train(planned, _ => throw new InvalidDataException())).Should().Throw<InvalidDataException>();
    }

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("null")]
    public void Figure_ThatIsNotKnown_IsReadAsNotANumber(string written)
    {
        var folder = Written(runs: written, rate: "0.01");

        folder.Read().Runs.Should().ContainSingle().Which.ErrorPercent.Should().Be(double.NaN);
    }

    [Theory]
    [InlineData("0.5", "null", "$.settings.learningRate is null; expected a number.")]
    [InlineData("\"much\"", "0.01", "errorPercent")]
    public void Report_WithoutANumberThatIsNeeded_SaysWhereItIs(string figure, string rate, string message) =>
        FluentActions.Invoking(Written(figure, rate).Read).Should().Throw<InvalidDataException>().WithMessage($"*report.json*{message}*");

    [Fact]
    public void Help_OfAnOption_NamesItsValueInEveryPreset()
    {
        var command = new WidthExperiment().Create(new ConsoleOutput(TextWriter.Null, TextWriter.Null));

        command.Options.Select(option => option.Name).Should().Equal("--preset", "--widths", "--epochs", "--rate", "--threads", "--out", "--resume");
        command.Options.Single(option => option.Name == "--widths").Description.Should().Be("Widths of the hidden layer. [quick 4,16; full 8,32,128]");
        command.Options.Single(option => option.Name == "--rate").Description.Should().Be("Highest learning rate. [default: 0.01]");
    }

    [Fact]
    public void Contributing_ShowsThisExperiment()
    {
        string code = File.ReadAllText(Path.Combine(Repository.Root, "tests/SobolevNet.Tests/Experiments/WidthExperiment.cs")).ReplaceLineEndings("\n");
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs/contributing.md")).ReplaceLineEndings("\n");
        string[] regions = [.. code.Split("#region ").Skip(1).Select(region => region[(region.IndexOf('\n') + 1)..region.IndexOf("#endregion", StringComparison.Ordinal)])];

        regions.Should().HaveCount(3);
        foreach (string region in regions)
        {
            page.Should().Contain($"```cs\n{region}```");
        }
    }

    private SobolevNet.Experiments.Reporting.ReportFolder<WidthReport> Written(string runs, string rate)
    {
        var experiment = new WidthExperiment();
        var folder = experiment.Folder(_folder.File("written"));
        folder.Create(experiment.Begin(WidthSettings.Presets["quick"]) with { Runs = [new WidthRun { Width = 3, ErrorPercent = 0.25 }] });
        string text = File.ReadAllText(folder.Json);
        File.WriteAllText(folder.Json, text
            .Replace("\"errorPercent\": 0.25", $"\"errorPercent\": {runs}", StringComparison.Ordinal)
            .Replace("\"learningRate\": 0.01", $"\"learningRate\": {rate}", StringComparison.Ordinal));
        return folder;
    }

    private static Task<(int Code, string Output, string Errors)> Run(params string[] args) => RunUntil(CancellationToken.None, args);

    private static async Task<(int Code, string Output, string Errors)> RunUntil(CancellationToken cancellationToken, string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var parsed = new WidthExperiment().Create(new ConsoleOutput(output, errors)).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return (ExitCode.WrongUsage, "", string.Join('\n', parsed.Errors.Select(error => error.Message)));
        }

        int code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
