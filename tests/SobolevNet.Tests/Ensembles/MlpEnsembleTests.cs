using System.Numerics;
using SobolevNet.Tests.Networks;
using SobolevNet.Tests.Training;

namespace SobolevNet.Tests.Ensembles;

/// <summary>Mean and spread of several networks, their training, and their file.</summary>
public sealed class MlpEnsembleTests : IDisposable
{
    private static readonly SobolevTrainingOptions Short = new() { Epochs = 3, BatchSize = 16, Threads = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EvaluateAndJacobian_FourMembers_GiveMeanAndStandardDeviation()
    {
        Mlp<double>[] networks = [.. Enumerable.Range(0, 4).Select(k => JetPassTests.RandomNetwork<double>(Activation.Gelu, [3, 9, 2], (ulong)k + 1))];
        networks[2].OutputScaling = new FeatureScaling<double>([5, -3], [2, 7]);
        var ensemble = new MlpEnsemble<double>(networks);
        (ensemble.MemberCount, ensemble.Architecture).Should().Be((4, networks[0].Architecture));
        double[] x = JetPassTests.RandomJets<double>(JetLayout.Value, 5, 3, 9).Data.ToArray();
        var (mean, spread) = (new double[10], new double[10]);
        ensemble.Evaluate(x, mean, spread);
        CompareWithMoments([.. networks.Select(network => network.Evaluate(x))], mean, spread);

        var (slopes, slopeSpread) = (new double[30], new double[30]);
        ensemble.Jacobian(x, slopes, slopeSpread);
        double[] Jacobians(Mlp<double> network) =>
            [.. Enumerable.Range(0, 5).SelectMany(s => network.Jacobian(x.AsSpan(3 * s, 3)).Cast<double>())];
        CompareWithMoments([.. networks.Select(Jacobians)], slopes, slopeSpread);

        // A snapshot, and copies of its members.
        networks[1].Parameters.Clear();
        ensemble.Member(1).Parameters.Clear();
        var again = new double[10];
        ensemble.Evaluate(x, again, spread);
        again.Should().Equal(mean);
        ensemble.Member(1).Parameters.ToArray().Should().NotEqual(networks[1].Parameters.ToArray());
        Allocations.Least(() => ensemble.Evaluate(x, mean, spread)).Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_OnAnInterval_SpreadsOutsideIt(bool bootstrap)
    {
        var options = new SobolevTrainingOptions { Epochs = 1000, BatchSize = 20, Threads = 1 };
        var ensemble = MlpEnsemble<double>.Train(Mlp<double>.Create(1, [16, 16], 1, seed: 4), Waves(40), members: 4, options, bootstrap);
        double Largest(double[] x)
        {
            var (mean, spread) = (new double[x.Length], new double[x.Length]);
            ensemble.Evaluate(x, mean, spread);
            return spread.Max();
        }

        double inside = Largest([-0.9, -0.5, 0, 0.5, 0.9]);
        double near = Largest([-1.5, 1.5]);
        double far = Largest([-3, 3]);
        inside.Should().BeLessThan(0.01);
        near.Should().BeGreaterThan(5 * inside);
        far.Should().BeGreaterThan(2 * near);
        ensemble.Trainings.Should().HaveCount(4).And.OnlyContain(training => training.Epochs == 1000);
    }

    [Fact]
    public void Train_Bootstrap_DrawsSamplesOfItsOwnForEachMember()
    {
        long[][] draws = [.. Enumerable.Range(20, 2).Select(seed => MlpEnsemble<double>.Draw(400, (ulong)seed))];
        draws.Should().AllSatisfy(draw => draw.Should().HaveCount(400).And.BeInAscendingOrder().And.OnlyContain(sample => sample >= 0 && sample < 400));
        draws.Select(draw => draw.Distinct().Count()).Should().OnlyContain(count => count > 230 && count < 275, "1 − 1/e of 400 are drawn, about");
        draws[0].Should().NotEqual(draws[1]);
        var drawn = MlpEnsemble<double>.Train(Mlp<double>.Create(1, [4], 1), Waves(400), members: 2, Short with { Seed = 20 }, bootstrap: true);
        for (int k = 0; k < 2; k++)
        {
            var alone = Mlp<double>.Create(1, [4], 1, seed: (ulong)k);
            new SobolevTrainer<double>(alone, Short with { Seed = 20 + (ulong)k }).Fit(Waves(400).Subset<double>(draws[k]));
            drawn.Member(k).Parameters.ToArray().Should().Equal(alone.Parameters.ToArray());
        }

        var ensemble = MlpEnsemble<double>.Train(
            Mlp<double>.Create(1, [4], 1), Waves(400), members: 2, Short with { ValidationPart = 0.25 }, bootstrap: true);
        ensemble.Trainings.Should().OnlyContain(training => training.Validation!.Samples == 100 && training.Training.Samples == 300);
    }

    [Fact]
    public void Train_OneMember_IsATrainingOfThatSeed()
    {
        var network = Mlp<double>.Create(1, [12, 4], 1, Activation.Silu, seed: 7, Initializer.GlorotNormal, frequency: 3);
        var before = network.Parameters.ToArray();
        var ensemble = MlpEnsemble<double>.Train(network, Waves(50), members: 2, Short with { Seed = 20 });
        network.Parameters.ToArray().Should().Equal(before);
        for (int k = 0; k < 2; k++)
        {
            var alone = Mlp<double>.Create(1, [12, 4], 1, Activation.Silu, seed: 7 + (ulong)k, Initializer.GlorotNormal, frequency: 3);
            new SobolevTrainer<double>(alone, Short with { Seed = 20 + (ulong)k }).Fit(Waves(50));
            ensemble.Member(k).Parameters.ToArray().Should().Equal(alone.Parameters.ToArray());
        }
    }

    [Fact]
    public void Train_InterruptedAndResumedOnOtherThreads_GivesTheSameBits()
    {
        var expected = Train(Short);
        var options = Short with { Threads = 2, Checkpoint = new CheckpointOptions(Path.Combine(_folder, "run.checkpoint")) };
        using var stop = new CancellationTokenSource();
        int ends = 0;
        var progress = new SynchronousProgress(report =>
        {
            if (report.IsEndOfEpoch && ++ends == 5)
            {
                stop.Cancel();
            }
        });
        ((Action)(() => Train(options, resume: true))).Should().Throw<FileNotFoundException>().WithMessage("*run.0.checkpoint*");
        ((Action)(() => Train(options, false, progress, stop.Token))).Should().Throw<TrainingCanceledException>();
        Directory.GetFiles(_folder).Select(Path.GetFileName).Should().BeEquivalentTo("run.0.checkpoint", "run.1.checkpoint");
        var resumed = Train(options, resume: true);
        for (int k = 0; k < 3; k++)
        {
            resumed.Member(k).Parameters.ToArray().Should().Equal(expected.Member(k).Parameters.ToArray());
            resumed.Trainings[k].Epochs.Should().Be(3);
        }

        MlpEnsemble<double> Train(SobolevTrainingOptions given, bool resume = false, IProgress<TrainingProgress>? reports = null, CancellationToken token = default) =>
            MlpEnsemble<double>.Train(
                Mlp<double>.Create(1, [8, 4], 1, seed: 3), Waves(60), 3, given, bootstrap: true, resume: resume, progress: reports, cancellationToken: token);
    }

    [Fact]
    public void Load_SavedEnsemble_GivesTheSameAnswers()
    {
        string path = Path.Combine(_folder, "ensemble.safetensors");
        var ensemble = MlpEnsemble<float>.Train(
            Mlp<float>.Create(1, [8, 4], 1, seed: 3, frequency: 2), Waves<float>(60), 3, Short, bootstrap: true);
        ensemble.Save(path);
        var loaded = MlpEnsemble<float>.Load(path);
        loaded.MemberCount.Should().Be(3);
        loaded.Trainings.Should().BeEmpty();
        float[] x = [-2, 0.1f, 0.7f];
        var (mean, spread, loadedMean, loadedSpread) = (new float[3], new float[3], new float[3], new float[3]);
        ensemble.Evaluate(x, mean, spread);
        loaded.Evaluate(x, loadedMean, loadedSpread);
        loadedMean.Should().Equal(mean);
        loadedSpread.Should().Equal(spread);
        MlpEnsemble<double>.Load(path).Member(2).Parameters[0].Should().Be(ensemble.Member(2).Parameters[0]);
        SafetensorsFile.Read(path).GetTensor("member.2.net.2.weight").Shape.ToArray().Should().Equal(4, 8);
        ((Action)(() => Mlp<float>.Load(path))).Should().Throw<InvalidDataException>().WithMessage("*SobolevNet ensemble 1*SobolevNet network 1*");
        ensemble.Member(0).Save(path);
        ((Action)(() => MlpEnsemble<float>.Load(path))).Should().Throw<InvalidDataException>().WithMessage("*SobolevNet network 1*SobolevNet ensemble 1*");
    }

    [Fact]
    public void Load_TheSmallestEnsemble_HasTwoMembersOfOneLayer()
    {
        string path = Path.Combine(_folder, "two.safetensors");
        Mlp<double>[] networks = [Mlp<double>.Create(1, [], 1, seed: 1), Mlp<double>.Create(1, [], 1, seed: 2)];
        new MlpEnsemble<double>(networks).Save(path);
        var loaded = MlpEnsemble<double>.Load(path);
        loaded.MemberCount.Should().Be(2);
        loaded.Member(0).Parameters.ToArray().Should().Equal(networks[0].Parameters.ToArray());
        loaded.Member(1).Parameters.ToArray().Should().Equal(networks[1].Parameters.ToArray());
    }

    [Fact]
    public void Save_Stream_HasTheBytesOfTheFileAndLoadsFromThere()
    {
        string path = Path.Combine(_folder, "ensemble.safetensors");
        var ensemble = new MlpEnsemble<float>([.. Enumerable.Range(0, 3).Select(k => Mlp<float>.Create(1, [8, 4], 1, seed: (ulong)k))]);
        ensemble.Save(path);
        using var stream = new MemoryStream();
        stream.Write([1, 2, 3]);
        ensemble.Save(stream);
        stream.ToArray()[3..].Should().Equal(File.ReadAllBytes(path));
        stream.Position = 3;
        MlpEnsemble<float>.Load(stream).Member(2).Parameters.ToArray().Should().Equal(ensemble.Member(2).Parameters.ToArray());
        FluentActions.Invoking(() => MlpEnsemble<float>.Load(new MemoryStream([1, 2, 3]))).Should().Throw<InvalidDataException>().WithMessage("*the stream*");
    }

    [Theory]
    [InlineData("members", "1")]
    [InlineData("members", "2")]
    [InlineData("members", "4")]
    [InlineData("members", "2000000000")]
    [InlineData("members", "three")]
    [InlineData("sizes", "1,8,1")]
    [InlineData("activation", "step")]
    public void Load_MislabeledFile_IsRefused(string key, string value)
    {
        string path = Path.Combine(_folder, "wrong.safetensors");
        new MlpEnsemble<float>([.. Enumerable.Range(0, 3).Select(k => Mlp<float>.Create(1, [8, 4], 1, seed: (ulong)k))]).Save(path);
        var file = SafetensorsFile.Read(path);
        var metadata = file.Metadata.ToDictionary();
        metadata[key] = value;
        SafetensorsFile.Write(path, metadata, file.Tensors);
        ((Action)(() => MlpEnsemble<float>.Load(path))).Should().Throw<InvalidDataException>().WithMessage("*wrong.safetensors*");
    }

    [Fact]
    public void Constructor_MembersThatGiveNoSpread_AreRefused()
    {
        var (one, two) = (Mlp<float>.Create(2, [4], 1, seed: 1), Mlp<float>.Create(2, [4], 1, seed: 2));
        Refuses([one], "*2 to 1000 members, not 1*");
        Refuses([one, null!], "Member 1 is null*");
        Refuses([one, two, one.Clone()], "Members 0 and 2 have the same parameters*");
        Refuses([one, Mlp<float>.Create(2, [5], 1)], "Member 1 is a network 2-5-1 tanh, member 0 2-4-1 tanh*");
        var ensemble = new MlpEnsemble<float>([one, two]);
        ((Action)(() => ensemble.Member(2))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("member");

        static void Refuses(Mlp<float>[] members, string message) =>
            ((Action)(() => _ = new MlpEnsemble<float>(members))).Should().Throw<ArgumentException>().WithParameterName("members").WithMessage(message);
    }

    [Fact]
    public void EvaluateAndJacobian_LengthsThatDoNotFit_AreRefused()
    {
        var ensemble = new MlpEnsemble<float>([.. Enumerable.Range(0, 2).Select(k => Mlp<float>.Create(2, [4], 3, seed: (ulong)k))]);
        Refuses(() => ensemble.Evaluate([1], new float[3], new float[3]), "x");
        Refuses(() => ensemble.Evaluate([1, float.NaN], new float[3], new float[3]), "x");
        Refuses(() => ensemble.Evaluate([1, 2], new float[4], new float[3]), "mean");
        Refuses(() => ensemble.Jacobian([1, 2], new float[6], new float[3]), "spread");
        float[] same = new float[6];
        Refuses(() => ensemble.Jacobian([1, 2], same, same), "spread");
        var square = new MlpEnsemble<float>([.. Enumerable.Range(0, 2).Select(k => Mlp<float>.Create(2, [4], 2, seed: (ulong)k))]);
        float[] own = [1, 2];
        Refuses(() => square.Evaluate(own, own, new float[2]), "x");
        Refuses(() => square.Evaluate(own, new float[2], own), "x");

        static void Refuses(Action call, string argument) => call.Should().Throw<ArgumentException>().WithParameterName(argument);
    }

    [Fact]
    public void Train_ArgumentsThatCannotWork_AreRefusedBeforeTraining()
    {
        var network = Mlp<double>.Create(1, [4], 1);
        var trained = network.Clone();
        var endless = JetSource.Generate<double>(
            JetLayout.Value, 1, 1, 10, (long _, ref RandomStream random, JetSpan<double> x, JetSpan<double> y) => x[0, 0, 0] = y[0, 0, 0] = random.NextUniform(),
            isEndless: true);
        Refuses(() => MlpEnsemble<double>.Train(network, Waves(20), 1), "members", "*not 1*");
        Refuses(() => MlpEnsemble<double>.Train(network, Waves(20), 1001), "members", "*2 to 1000*");
        Refuses(() => MlpEnsemble<double>.Train(trained, Waves(20), 2), "network", "*not as it was drawn*");
        Refuses(() => MlpEnsemble<double>.Train(network, endless, 2, bootstrap: true), "source", "*endless*");
        Refuses(() => MlpEnsemble<double>.Train(network, Waves(20).Subset<double>([3]), 2, bootstrap: true), "source", "*1 sample*at least 2*");
        Refuses(() => MlpEnsemble<double>.Train(network, Waves(20), 2, Short, resume: true), "resume", "*Checkpoint*");
        Refuses(
            () => MlpEnsemble<double>.Train(network, Waves(20), 2, Short with { ValidationPart = 0.5 }, bootstrap: true, Waves(10)), "validation", "*ValidationPart*");

        static void Refuses(Action call, string argument, string message) =>
            call.Should().Throw<ArgumentException>().WithParameterName(argument).WithMessage(message);
    }

    private static void CompareWithMoments(double[][] answers, double[] mean, double[] spread)
    {
        for (int e = 0; e < mean.Length; e++)
        {
            double expected = answers.Average(answer => answer[e]);
            mean[e].Should().BeApproximately(expected, 1e-12 * (1 + Math.Abs(expected)));
            double deviation = Math.Sqrt(answers.Sum(answer => Math.Pow(answer[e] - expected, 2)) / (answers.Length - 1));
            spread[e].Should().BeApproximately(deviation, 1e-12 * (1 + deviation));
        }
    }

    private static IJetSource<double> Waves(int samples) => Waves<double>(samples);

    /// <summary>sin 3x with its derivative, evenly over [−1, 1].</summary>
    private static IJetSource<T> Waves<T>(int samples)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        JetSource.Generate<T>(
            JetLayout.Full(1, 1), 1, 1, samples,
            (long k, ref RandomStream _, JetSpan<T> x, JetSpan<T> y) =>
            {
                double t = -1 + (2.0 * k / (samples - 1));
                (x[0, 0, 0], y[0, 0, 0], y[1, 0, 0]) = (T.CreateTruncating(t), T.CreateTruncating(Math.Sin(3 * t)), T.CreateTruncating(3 * Math.Cos(3 * t)));
            },
            inputOrder: 1, tangentInputs: [0]);
}
