using System.Text.Json;
using System.Text.Json.Nodes;
using SobolevNet.Experiments;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Cube;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Rendering;
using SobolevNet.Tests.Files;
using Spectre.Console;
using static SobolevNet.Tests.Experiments.ConsoleProgram;

namespace SobolevNet.Tests.Experiments;

public sealed class CommandLineTests : IDisposable
{
    private static readonly string[] TinyCube =
    [
        "cube", "--train", "24", "--validation", "8", "--test", "12", "--epochs", "3", "--batch", "8", "--hidden", "8,6", "--size", "13", "--sigma", "0.1", "--features", "0",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Render_Order2_WritesArraysThatTheRendererGives()
    {
        string folder = _folder.File("render");
        var run = await Run("render", "--translation", "0.1,-0.2,0.3", "--axis", "1,2,-1", "--angle", "0.3", "--order", "2", "--out", folder);

        run.Code.Should().Be(0, run.Errors);
        var jet = NpyFile.Read<double>(Path.Combine(folder, "jet.npy"));
        var vertices = NpyFile.Read<double>(Path.Combine(folder, "vertices.npy"));
        jet.Shape.ToArray().Should().Equal(28, 41, 41);
        vertices.Shape.ToArray().Should().Equal(28, 8, 3);
        var layout = JetLayout.Full(6, 2);
        var image = new JetBatch<double>(layout, 1, 1681);
        var points = new JetBatch<double>(layout, 1, 24);
        new CubeRenderer().Render<double>(new Pose(new Vector3D(1, 2, -1), 0.3, new Vector3D(0.1, -0.2, 0.3)), image, points);
        jet.Data.Should().Equal(image.Data.ToArray());
        vertices.Data.Should().Equal(points.Data.ToArray());
        Directory.GetFiles(folder, "*.png").Should().HaveCount(1 + 27 + 1);
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("1", 7)]
    public async Task Render_LowerOrder_WritesItsComponents(string order, int components)
    {
        string folder = _folder.File("render");
        var run = await Run("render", "--order", order, "--size", "9", "--out", folder);

        run.Code.Should().Be(0, run.Errors);
        NpyFile.Read<double>(Path.Combine(folder, "jet.npy")).Shape.ToArray().Should().Equal(components, 9, 9);
    }

    [Fact]
    public async Task Cube_Tiny_WritesReportPicturesAndNetworks()
    {
        string folder = _folder.File("cube");
        var run = await Run([.. TinyCube, "--out", folder]);

        run.Code.Should().Be(0, run.Errors);
        run.Output.Should().Contain("order 2").And.Contain(folder);
        using var report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "report.json")));
        report.RootElement.GetProperty("complete").GetBoolean().Should().BeTrue();
        var runs = report.RootElement.GetProperty("runs").EnumerateArray().ToArray();
        runs.Select(one => one.GetProperty("order").GetInt32()).Should().Equal(0, 1, 2);
        foreach (var one in runs)
        {
            one.GetProperty("testErrorPercent").GetDouble().Should().BeInRange(0.1, 1000);
            one.GetProperty("trainErrorPercent").GetDouble().Should().BeInRange(0.1, 1000);
            one.GetProperty("seconds").GetDouble().Should().BePositive();
            one.GetProperty("epochs").GetInt32().Should().Be(3);
            one.GetProperty("history").GetProperty("validationErrorPercent").GetArrayLength().Should().Be(3);
            Mlp<float>.Load(Path.Combine(folder, one.GetProperty("network").GetString()!)).Architecture.Sizes.ToArray().Should().Equal(169, 8, 6, 9);
        }

        Directory.GetFiles(folder).Select(Path.GetFileName).Should().BeEquivalentTo(
            "report.json", "report.md", "learning-curves.png", "cubes.png", "order0.safetensors", "order1.safetensors", "order2.safetensors");
        File.ReadAllText(Path.Combine(folder, "report.md")).Should().Contain("the median over the images, and how many times lower than those of order 0 they are.");
    }

    [Fact]
    public async Task Cube_CommandOfTheReport_RepeatsTheSameBits()
    {
        string first = _folder.File("first");
        string second = _folder.File("second");
        (await Run([.. TinyCube, "--seed", "5", "--rate", "0.004", "--orders", "1", "--out", first])).Code.Should().Be(0);
        using var report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(first, "report.json")));
        string command = report.RootElement.GetProperty("command").GetString()!;
        File.ReadAllText(Path.Combine(first, "report.md")).Should().Contain("the median over the images.").And.NotContain("lower than those of order 0");

        (await Run([.. command.Split(' '), "--out", second])).Code.Should().Be(0);

        File.ReadAllBytes(Path.Combine(second, "order1.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(first, "order1.safetensors")));
    }

    [Fact]
    public async Task Cube_FolderWithReport_IsNotOverwritten()
    {
        string folder = _folder.File("cube");
        (await Run([.. TinyCube, "--orders", "0", "--out", folder])).Code.Should().Be(0);
        byte[] before = File.ReadAllBytes(Path.Combine(folder, "report.json"));

        var run = await Run([.. TinyCube, "--orders", "0", "--out", folder]);

        run.Code.Should().Be(1);
        run.Errors.Should().Contain("--resume");
        File.ReadAllBytes(Path.Combine(folder, "report.json")).Should().Equal(before);
    }

    [Fact]
    public async Task Predict_RenderedImage_GivesNineNumbersAndJacobian()
    {
        string image = _folder.File("render");
        string network = _folder.File("network.safetensors");
        var mlp = Mlp<double>.Create(169, [5], 9, seed: 3);
        mlp.Save(network);
        (await Run("render", "--size", "13", "--order", "0", "--out", image)).Code.Should().Be(0);

        var run = await Run("predict", "--network", network, "--image", Path.Combine(image, "jet.npy"), "--json", "--jacobian");

        run.Code.Should().Be(0, run.Errors);
        using var report = JsonDocument.Parse(run.Output);
        double[] pixels = NpyFile.Read<double>(Path.Combine(image, "jet.npy")).Data;
        report.RootElement.GetProperty("output").EnumerateArray().Select(value => value.GetDouble()).Should().Equal(mlp.Evaluate(pixels));
        report.RootElement.GetProperty("jacobian").GetArrayLength().Should().Be(9);
        report.RootElement.GetProperty("jacobian")[8].GetArrayLength().Should().Be(169);
        (await Run("predict", "--network", network, "--image", Path.Combine(image, "image.png"))).Code.Should().Be(0);
    }

    [Theory]
    [InlineData("predict", "--network", "missing.safetensors", "--image", "missing.npy")]
    [InlineData("cube", "--resume", "missing")]
    [InlineData("cube", "--activation", "relu", "--out", "unused")]
    [InlineData("cube", "--distance", "0.5", "--out", "unused")]
    [InlineData("render", "--axis", "0,0,0", "--out", "unused")]
    [InlineData("robust", "--resume", "missing")]
    [InlineData("robust", "--activation", "relu", "--out", "unused")]
    [InlineData("attack", "--network", "missing.safetensors", "--out", "unused")]
    public async Task Command_ThatCannotBeDone_SaysWhyInOneLine(params string[] args)
    {
        string unused = _folder.File("unused");
        var run = await Run([.. args.Select(argument => argument == "unused" ? unused : argument)]);

        run.Code.Should().Be(1);
        run.Errors.Trim().Should().StartWith("error: ").And.NotContain("\n").And.NotContain("Exception");
        Directory.Exists(unused).Should().BeFalse("nothing is written before the settings are known to be possible");
    }

    [Fact]
    public async Task Attack_NetworkOfOneInput_SaysWhatImagesNeed()
    {
        string network = _folder.File("one.safetensors");
        Mlp<float>.Create(1, [4], 9, seed: 1).Save(network);

        var run = await Run("attack", "--network", network, "--out", _folder.File("unused"));

        run.Code.Should().Be(1);
        run.Errors.Trim().Should().StartWith("error: ").And.Contain("has 1 inputs").And.NotContain("\n");
    }

    [Theory]
    [InlineData("cube", "runs")]
    [InlineData("robust", "runs")]
    [InlineData("robust", "claims")]
    [InlineData("study", "runs")]
    [InlineData("frontier", "recipes")]
    [InlineData("surrogate", "runs")]
    public async Task Resume_ReportWithANullInAList_SaysWhereItIs(string command, string list)
    {
        string folder = _folder.File("report");
        await Interrupted(command, folder);
        string path = Path.Combine(folder, "report.json");
        var report = JsonNode.Parse(File.ReadAllText(path))!;
        report[list]!.AsArray().Insert(0, null);
        File.WriteAllText(path, report.ToJsonString());

        var run = await Run(command, "--resume", folder);

        run.Code.Should().Be(1);
        run.Errors.Trim().Should().StartWith("error: ").And.Contain($"$.{list}[0] is null").And.NotContain("\n");
    }

    [Fact]
    public async Task Cube_InterruptedWhileManyTestImagesAreRendered_EndsSoon()
    {
        using var stop = new CancellationTokenSource();
        var settings = CubePresets.All["quick"] with { TestImages = 20_000_000, TrainingImages = 8, CacheGigabytes = 0.001 };
        var rendering = Task.Run(() => CubeData<float>.Render(settings, 0, new PlainProgressView(TextWriter.Null), stop.Token), CancellationToken.None);
        await Task.Delay(200, CancellationToken.None);

        await stop.CancelAsync();

        (await Task.WhenAny(rendering, Task.Delay(TimeSpan.FromSeconds(10), CancellationToken.None))).Should().Be(rendering);
        await rendering.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void LiveTable_AnyWidth_FitsTheTerminalAndShowsTheError(int width)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No });
        console.Profile.Width = width;
        var view = new LiveProgressView(width);
        var part = view.Start("order 2");
        part.Report(new TrainingProgress
        {
            Epoch = 12, Epochs = 345, Step = 1, StepsPerEpoch = 2, Fraction = 0.5, OrderLosses = [1e-3, 2e-2, 3e-1], OrderWeights = [1, 1, 1], Loss = 1, TrainingError = 0.0123,
            ValidationError = 0.0234, LearningRateFactor = 1, Elapsed = TimeSpan.FromSeconds(3), Remaining = TimeSpan.FromSeconds(75), SamplesPerSecond = 1, IsEndOfEpoch = false,
        });

        console.Write(view.Table);

        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCount(2).And.OnlyContain(line => line.TrimEnd().Length <= width);
        lines[1].Should().Contain("order 2");
        (width < 40 || lines[1].Contains("1.23 %", StringComparison.Ordinal)).Should().BeTrue(lines[1]);
        (width < 80 || lines[1].Contains("1:15", StringComparison.Ordinal)).Should().BeTrue(lines[1]);
    }

    /// <summary>Begins an experiment that is canceled at once, which leaves its report.</summary>
    private static async Task Interrupted(string command, string folder)
    {
        using var stop = new CancellationTokenSource();
        using var output = new StringWriter();
        await stop.CancelAsync();
        (await CommandLine.RunAsync([command, "--preset", "quick", "--out", folder], output, output, stop.Token)).Should().Be(ExitCode.Interrupted, output.ToString());
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("cube", "--epochs", "0")]
    [InlineData("cube", "--preset", "huge")]
    [InlineData("cube", "--orders", "0,3")]
    [InlineData("cube", "--rate", "nan")]
    [InlineData("cube", "--weights2", "1,1")]
    [InlineData("cube", "--resume", "there", "--seed", "3")]
    [InlineData("robust", "--methods", "plain,magic")]
    [InlineData("robust", "--strengths", "plain=1")]
    [InlineData("robust", "--sizes", "1,0.5")]
    [InlineData("robust", "--resume", "there", "--test", "3")]
    [InlineData("cube", "--checkpoint", "1e300")]
    [InlineData("cube", "--out", "")]
    [InlineData("cube", "--resume", "")]
    [InlineData("robust", "--out", " ")]
    [InlineData("frontier", "--resume", "")]
    [InlineData("frontier", "--resume", "there", "--threads", "2")]
    [InlineData("surrogate", "--resume", "there", "--threads", "2")]
    [InlineData("robust", "--fresh", "maybe")]
    [InlineData("predict", "--network", "", "--image", "a.npy")]
    [InlineData("attack")]
    [InlineData("render")]
    [InlineData("render", "--translation", "1,2", "--out", "unused")]
    public async Task Command_WrittenWrongly_IsAUsageError(params string[] args)
    {
        var run = await Run(args);

        run.Code.Should().Be(2);
        run.Errors.Should().Contain("--help");
    }
}
