using System.Text.Json;
using SobolevNet.Experiments.Robust;
using SobolevNet.Robustness;
using SobolevNet.Tests.Files;
using static SobolevNet.Tests.Experiments.ConsoleProgram;

namespace SobolevNet.Tests.Experiments;

public sealed class RobustCommandTests : IDisposable
{
    private static readonly string[] TinyMeasure =
        ["--size", "13", "--sigma", "0.1", "--test", "20", "--first-order", "4", "--attacked", "2", "--attack-steps", "2", "--sizes", "0.05,0.2", "--noise", "0.05"];

    private static readonly string[] Tiny =
    [
        "robust", "--train", "24", "--epochs", "2", "--batch", "8", "--widths", "5,7", "--inner", "6", "--strengths",
        "universal=1;bands=1;gaussian=0.1;jacobian=0.1;pgd=0.1;trades=0.1;jacobian-steepest=0.1", .. TinyMeasure,
    ];

    private static readonly RobustExperiment Experiment = new();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Robust_Tiny_WritesReportPicturesAndNetworks()
    {
        string folder = _folder.File("robust");
        var run = await Run([.. Tiny, "--out", folder]);

        run.Code.Should().Be(0, run.Errors);
        run.Output.Should().Contain("universal 1, width 7: test").And.Contain("× less vulnerable").And.Contain(folder);
        using var report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "report.json")));
        report.RootElement.GetProperty("complete").GetBoolean().Should().BeTrue();
        var runs = report.RootElement.GetProperty("runs").EnumerateArray().ToArray();
        runs.Select(one => one.GetProperty("method").GetString()).Distinct().Should().Equal(RobustMethod.Names);
        runs.Should().HaveCount(20);
        foreach (var one in runs)
        {
            one.GetProperty("testErrorPercent").GetDouble().Should().BeInRange(1, 1000);
            one.GetProperty("firstOrderVulnerability").GetDouble().Should().BePositive();
            one.GetProperty("testErrors").GetArrayLength().Should().Be(9);
            one.GetProperty("width").GetInt32().Should().BeOneOf(5, 7);
            (one.GetProperty("strength").ValueKind == JsonValueKind.Null).Should().Be(one.GetProperty("kind").GetString() == "reference");
            var attack = one.GetProperty("attack").EnumerateArray().ToArray();
            attack.Select(size => size.GetProperty("size").GetDouble()).Should().Equal(0.05, 0.2);
            attack[1].GetProperty("universal").GetProperty("mean").GetDouble()
                .Should().BeGreaterThan(attack[0].GetProperty("universal").GetProperty("mean").GetDouble());
            Mlp<float>.Load(Path.Combine(folder, one.GetProperty("network").GetString()!)).Architecture.Sizes.Length.Should().Be(4);
        }

        report.RootElement.GetProperty("claims").GetArrayLength().Should().Be(6, "two capacities, three invariance networks to compare with");
        Directory.GetFiles(folder).Select(Path.GetFileName).Should().BeEquivalentTo(
            "report.json", "report.md", "trade-off.png", "capacity.png", "attacks.png", "noise.png", "worst.png");
        File.ReadAllText(Path.Combine(folder, "report.md")).Should().Contain("## Errors by output").And.Contain("| universal 1 | 8 |").And.Contain("## Each method at its best").And.Contain("At widths 5, 7 the universal network's error is ");
        Directory.GetFiles(Path.Combine(folder, "networks")).Should().HaveCount(20, "checkpoints are gone");
    }

    [Fact]
    public async Task Robust_TrainingsThatBreak_AreReportedAndTheOthersKept()
    {
        string folder = _folder.File("broken");
        var run = await Run(
        [
            "robust", "--train", "24", "--epochs", "3", "--batch", "8", "--widths", "5", "--inner", "6", "--methods", "plain,jacobian", "--strengths",
            "jacobian=1e30", .. TinyMeasure, "--out", folder,
        ]);

        run.Code.Should().Be(1, "a network is missing");
        run.Errors.Should().BeEmpty();
        using var report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "report.json")));
        var runs = report.RootElement.GetProperty("runs").EnumerateArray().ToArray();
        runs[0].GetProperty("note").ValueKind.Should().Be(JsonValueKind.Null);
        runs[1].GetProperty("note").GetString().Should().NotBeNullOrEmpty();
        File.ReadAllText(Path.Combine(folder, "report.md")).Should().Contain("(!) jacobian");
        runs[0].GetProperty("testErrorPercent").GetDouble().Should().BePositive();
        runs[1].GetProperty("testErrorPercent").ValueKind.Should().Be(JsonValueKind.Null);
        runs[1].GetProperty("firstOrderVulnerability").ValueKind.Should().Be(JsonValueKind.Null);
        runs[1].GetProperty("firstOrder").ValueKind.Should().Be(JsonValueKind.Null);
        runs[1].GetProperty("attack").GetArrayLength().Should().Be(0, "what a broken training leaves is not attacked");
        runs[1].GetProperty("noise").GetArrayLength().Should().Be(0);
        run.Output.Should().Contain("jacobian 1E+30, width 5: broke: ").And.Contain("the training broke, so the network was not measured");
        Directory.GetFiles(Path.Combine(folder, "networks")).Select(Path.GetFileName).Should().Equal("plain-5.safetensors");

        var none = await Run(["robust", "--train", "24", "--epochs", "3", "--batch", "8", "--widths", "5", "--inner", "6", "--methods", "plain", "--rate", "1e38", .. TinyMeasure, "--out", _folder.File("none")]);
        none.Code.Should().Be(1);
        none.Errors.Should().Contain("Every training broke");
    }

    [Fact]
    public async Task Robust_CommandOfTheReport_RepeatsTheSameFiguresOnAnyNumberOfThreads()
    {
        string first = _folder.File("first");
        string second = _folder.File("second");
        (await Run([.. Tiny, "--methods", "universal,pgd", "--seed", "7", "--threads", "1", "--out", first])).Code.Should().Be(0);
        var report = Experiment.Folder(first).Read();

        (await Run([.. report.Command.Split(' '), "--threads", "3", "--out", second])).Code.Should().Be(2, "threads are given twice");
        (await Run([.. report.Command.Replace("--threads 1", "--threads 3").Split(' '), "--out", second])).Code.Should().Be(0);

        var again = Experiment.Folder(second).Read();
        again.Runs.Select(run => run with { Seconds = 0 }).Should().BeEquivalentTo(report.Runs.Select(run => run with { Seconds = 0 }));
        foreach (var run in report.Runs)
        {
            File.ReadAllBytes(Path.Combine(second, run.Network)).Should().Equal(File.ReadAllBytes(Path.Combine(first, run.Network)));
        }
    }

    [Fact]
    public void Experiment_InterruptedAndResumed_GivesTheSameFigures()
    {
        var settings = RobustPresets.All["quick"] with
        {
            Methods = ["plain", "universal", "trades"],
            Strengths = new Dictionary<string, double[]> { ["universal"] = [1], ["trades"] = [0.1] },
            Widths = [6],
            Inner = [5],
            TrainingImages = 16,
            BatchSize = 8,
            Epochs = 4,
            Threads = 1,
            Measure = RobustPresets.All["quick"].Measure with
            {
                ImageSize = 11,
                Sigma = 0.12,
                TestImages = 6,
                FirstOrderImages = 2,
                AttackImages = 2,
                AttackSizes = [0.1],
                AttackSteps = 1,
                NoiseDeviations = [0.1],
            },
        };
        var folder = Experiment.Folder(_folder.File("whole"));
        folder.Create(Experiment.Begin(settings));
        var whole = Experiment.Do(folder, Experiment.Begin(settings), new InterruptingView("", null), default);
        whole.Complete.Should().BeTrue();

        using var interrupt = new CancellationTokenSource();
        var parts = Experiment.Folder(_folder.File("parts"));
        parts.Create(Experiment.Begin(settings));
        ((Action)(() => Experiment.Do(parts, Experiment.Begin(settings), new InterruptingView("trades", interrupt), interrupt.Token)))
            .Should().Throw<OperationCanceledException>();
        var report = parts.Read();
        report.Complete.Should().BeFalse();
        report.Runs.Should().NotBeEmpty().And.HaveCountLessThan(3, "what was finished is kept");

        var resumed = Experiment.Do(parts, report, new InterruptingView("", null), default);

        resumed.Complete.Should().BeTrue();
        resumed.Runs.Select(run => run with { Seconds = 0 }).Should().BeEquivalentTo(whole.Runs.Select(run => run with { Seconds = 0 }));
    }

    [Fact]
    public async Task Attack_SavedNetwork_WritesTheSameFiguresAsTheLibrary()
    {
        string folder = _folder.File("attack");
        string path = _folder.File("network.safetensors");
        var network = Mlp<float>.Create(169, [6, 5], 9, Activation.Silu, seed: 3);
        network.Save(path);

        var run = await Run(["attack", "--network", path, .. TinyMeasure[2..], "--out", folder]);

        run.Code.Should().Be(0, run.Errors);
        using var report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "report.json")));
        var settings = RobustPresets.All["quick"].Measure with { ImageSize = 13, Sigma = 0.1, FirstOrderImages = 4, AttackImages = 2 };
        var manifold = settings.Manifold();
        report.RootElement.GetProperty("firstOrderVulnerability").GetDouble().Should().BeApproximately(
            new VulnerabilityEvaluator<float>(network, manifold).FirstOrder(settings.Points(manifold)).Universal, 1e-9);
        report.RootElement.GetProperty("attack").GetArrayLength().Should().Be(2);
        Directory.GetFiles(folder).Select(Path.GetFileName).Should().BeEquivalentTo("report.json", "report.md", "attacks.png", "noise.png", "worst.png");
    }

    [Fact]
    public async Task Attack_NetworkOfAnotherTask_SaysWhatIsWrong()
    {
        string path = _folder.File("other.safetensors");
        Mlp<float>.Create(6, [5], 2, seed: 3).Save(path);

        var run = await Run("attack", "--network", path);

        run.Code.Should().Be(1);
        run.Errors.Should().Contain("6 inputs and 2 outputs");
    }

    [Fact]
    public void Claims_OfKnownRuns_CompareTheRightOnes()
    {
        RobustRun[] runs =
        [
            Known("universal", "universal", 1, 4, 0.2), Known("universal2", "universal", 3, 6, 0.1), Known("bands", "universal", 1, 3, 0.9), Known("pgd", "invariance", 0.1, 20, 0.6),
            Known("gaussian", "invariance", 0.1, 12, 0.9), Known("jacobian-steepest", "strengthened", 0.1, 18, 0.3), Known("plain", "reference", null, 10, 2),
        ];

        var claims = RobustClaims.Of(runs);

        claims.Select(claim => claim.Invariance).Should().Equal("pgd 0.1", "gaussian 0.1", "jacobian-steepest 0.1");
        claims.Select(claim => claim.Universal).Should().AllBe("universal2 3");
        claims.Select(claim => Math.Round(claim.TimesLessVulnerable, 9)).Should().Equal(6, 9, 3);
        claims.Select(claim => Math.Round(claim.TimesMoreAccurate, 9)).Should().Equal(Math.Round(20.0 / 6, 9), 2, 3);
    }

    [Fact]
    public void ClaimsOfEachMethod_OfKnownRuns_CompareItsBestStrengths()
    {
        RobustRun[] runs =
        [
            Known("universal", "universal", 1, 4, 0.5), Known("universal", "universal", 3, 5, 0.2),
            Known("pgd", "invariance", 0.1, 10, 0.9), Known("pgd", "invariance", 0.2, 12, 0.6), Known("pgd", "invariance", 0.6, 30, 0.4),
            Known("trades", "invariance", 0.1, 20, 0.8), Known("trades", "invariance", 0.2, 15, 0.7) with { Width = 16 },
            Known("gaussian", "invariance", 0.1, 1, double.NaN), Known("jacobian", "invariance", 0.1, 1, 0.1) with { Note = "broke" },
            Known("jacobian-steepest", "strengthened", 0.1, 18, 0.3), Known("jacobian-steepest", "strengthened", 0.3, 19, 0.25), Known("plain", "reference", null, 1, 0.1),
        ];

        var claims = RobustClaims.OfEachMethod(runs);

        claims.Should().OnlyContain(claim => claim.Universal == "universal 3" && claim.Width == 8);
        claims.Select(claim => (claim.Invariance, claim.ChosenAs)).Should().Equal(
            ("pgd 0.6", "least vulnerable"), ("pgd 0.1", "most accurate"), ("pgd 0.2", "lowest product"),
            ("trades 0.1", "least vulnerable, most accurate, lowest product"),
            ("jacobian-steepest 0.3", "least vulnerable, lowest product"), ("jacobian-steepest 0.1", "most accurate"));
        claims.Select(claim => Math.Round(claim.TimesLessVulnerable, 9)).Should().Equal(2, 4.5, 3, 4, 1.25, 1.5);
        claims.Select(claim => Math.Round(claim.TimesMoreAccurate, 9)).Should().Equal(6, 2, 2.4, 4, 3.8, 3.6);
    }

    [Fact]
    public void BestByWidth_OfKnownRuns_HasTheLowestProductOfEachWidth() =>
        RobustClaims.BestByWidth(
        [
            Known("pgd", "invariance", 0.1, 10, 0.9) with { Width = 16 }, Known("pgd", "invariance", 0.2, 30, 0.2) with { Width = 16 },
            Known("pgd", "invariance", 0.3, 10, 0.9), Known("pgd", "invariance", 0.4, 30, 0.4), Known("pgd", "invariance", 0.5, 1, double.NaN),
        ]).Select(run => (run.Width, run.Strength)).Should().Equal((8, 0.3), (16, 0.2));

    [Fact]
    public async Task Robust_Seconds_TrainEveryNetworkForThatTime()
    {
        string folder = _folder.File("timed");
        (await Run([.. Tiny, "--methods", "plain", "--seconds", "1", "--out", folder])).Code.Should().Be(0);

        var report = Experiment.Folder(folder).Read();
        report.Runs.Should().HaveCount(2).And.OnlyContain(run => run.Epochs > 2 && run.Seconds >= 1);
        File.ReadAllText(Path.Combine(folder, "report.md")).Should().Contain("trained for 1 seconds in epochs of 24 new images").And.Contain("--seconds 1");
    }

    [Fact]
    public void Strengths_WrittenAndRead_AreTheSame()
    {
        var strengths = RobustPresets.All["small"].Strengths;
        StrengthText.TryParse(StrengthText.Write(strengths), out var read).Should().BeTrue();
        read.Should().BeEquivalentTo(strengths);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pgd")]
    [InlineData("pgd=0")]
    [InlineData("pgd=1;pgd=2")]
    [InlineData("plain=1")]
    [InlineData("pgd=1,x")]
    public void Strengths_WrittenWrongly_AreRefused(string text) => StrengthText.TryParse(text, out _).Should().BeFalse();

    private static RobustRun Known(string method, string kind, double? strength, double error, double vulnerability) => new()
    {
        Method = method,
        Kind = kind,
        Strength = strength,
        Width = 8,
        TestErrorPercent = error,
        FirstOrderVulnerability = vulnerability,
        Seconds = 1,
        Epochs = 1,
        Architecture = "",
        Network = FormattableString.Invariant($"{method} {strength}"),
        FirstOrder = new FirstOrderFigures { Images = 1, Degenerate = 0, Universal = vulnerability, Worst = 0, Sensitivity = 0, Invariance = 0, Outputs = [] },
        Attack = [],
        Noise = [],
    };
}
