using System.Numerics;
using CsCheck;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>Labels, losses and results do not depend on how derivatives are propagated.</summary>
public class AdjointTrainingTests
{
    private const int Inputs = 6;

    public static TheoryData<string> Kinds => [.. Sources<double>().Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradient_EveryKindOfSource_IsThatOfForwardJets(string kind)
    {
        var source = Sources<double>()[kind];
        var (forward, forwardLosses) = Gradient(source, DerivativePropagation.Forward, threads: 1);
        var (adjoint, adjointLosses) = Gradient(source, DerivativePropagation.Adjoint, threads: 1);
        double scale = forward.Max(Math.Abs);
        adjoint.Zip(forward, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-12 * scale);
        adjointLosses.Zip(forwardLosses, (a, b) => Math.Abs(a - b) / b).Max().Should().BeLessThan(1e-12);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradient_AnyNumberOfThreads_HasTheSameBits(string kind)
    {
        var source = Sources<float>()[kind];
        var (one, _) = Gradient(source, DerivativePropagation.Adjoint, threads: 1);
        for (int threads = 2; threads <= 3; threads++)
        {
            Gradient(source, DerivativePropagation.Adjoint, threads).Gradient.Should().Equal(one);
        }
    }

    [Theory]
    [InlineData("gradients")]
    [InlineData("Hessians of some inputs")]
    [InlineData("products with random directions")]
    public void Fit_EitherWay_GivesTheSameNetworkToRounding(string kind)
    {
        var source = Sources<double>()[kind];
        var forward = Fit(source, DerivativePropagation.Forward);
        var adjoint = Fit(source, DerivativePropagation.Adjoint);
        double scale = forward.Network.Parameters.ToArray().Max(Math.Abs);
        adjoint.Network.Parameters.ToArray().Zip(forward.Network.Parameters.ToArray(), (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-8 * scale);
        adjoint.Result.Training.OrderErrors.Zip(forward.Result.Training.OrderErrors, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-8);
    }

    [Fact]
    public void Fit_Auto_TakesTheWayThatIsCheaperByCount()
    {
        var wide = Sources<float>()["gradients"];
        Fit(wide, DerivativePropagation.Auto).Network.Parameters.ToArray().Should().Equal(Fit(wide, DerivativePropagation.Adjoint).Network.Parameters.ToArray());
        var narrow = new FunctionSource<float>(1, 64, 1);
        Fit(narrow, DerivativePropagation.Auto).Network.Parameters.ToArray().Should().Equal(Fit(narrow, DerivativePropagation.Forward).Network.Parameters.ToArray());
    }

    [Theory]
    [InlineData("gradients")]
    [InlineData("Hessians")]
    [InlineData("directions, twice")]
    [InlineData("a manifold")]
    public void Run_AfterWarmUp_AllocatesNothing(string kind)
    {
        var source = Sources<float>()[kind];
        var network = Mlp<float>.Create(Inputs, [21, 16], 2, Activation.Softplus, seed: 3);
        using var team = new WorkerTeam(1);
        var pass = new TrainingPass<float>(
            network, new PackedNetwork<float>(network), new float[network.Parameters.Length], source, source.Layout.Order, SobolevLoss.Measure(source), 60, team,
            DerivativePropagation.Adjoint);
        long[] samples = [.. Enumerable.Range(0, 60).Select(k => (long)k)];
        double[] weights = [1, 1, 1];
        double[] losses = new double[3];
        void Step() => pass.Run(samples, 0, 60, weights, losses);
        Step();
        Step();
        Allocations.Least(Step).Should().Be(0);
    }

    [Fact]
    public void SecondDerivatives_ComeFromPairsOfTangentsOrFromProductsByCount()
    {
        var architecture = new MlpArchitecture(30, [64, 64, 64], 1, Activation.Softplus);
        foreach (bool alongInputs in new[] { true, false })
        {
            PropagationCost.PrefersPairs(architecture, JetLayout.Full(30, 2), 1, alongInputs).Should().BeTrue("every pair is wanted");
            PropagationCost.PrefersPairs(architecture, OneRow(30), 1, alongInputs).Should().BeFalse("one product of the Hessian is enough");
            PropagationCost.PrefersPairs(architecture, JetLayout.Full(30, 1), 1, alongInputs).Should().BeFalse("there are none");
        }
    }

    [Fact]
    public void Tape_IsOfTheWayAskedForInEveryOrder()
    {
        var architecture = new MlpArchitecture(Inputs, [20], 2, Activation.Softplus);
        foreach (var (kind, source) in Sources<double>())
        {
            IsAdjoint(source, source.Layout.Order, DerivativePropagation.Adjoint).Should().BeTrue(kind);
            IsAdjoint(source, source.Layout.Order, DerivativePropagation.Forward).Should().BeFalse(kind);
            IsAdjoint(source, 0, DerivativePropagation.Adjoint).Should().BeFalse("values have no derivatives");
        }

        bool IsAdjoint(IJetSource<double> source, int order, DerivativePropagation way) =>
            PassTapes.Create(architecture, source, source.Layout.Truncate(order), way, 8).IsAdjoint;
    }

    [Fact]
    public void Fit_ResumedTheOtherWay_GoesOn()
    {
        using var folder = new Files.TemporaryFolder();
        string path = folder.File("half.checkpoint");
        var source = Sources<double>()["gradients"];
        var options = new SobolevTrainingOptions { Epochs = 2, BatchSize = 32, Propagation = DerivativePropagation.Forward, Checkpoint = new(path) };
        new SobolevTrainer<double>(Mlp<double>.Create(Inputs, [20], 2, seed: 4), options).Fit(source);
        var trainer = new SobolevTrainer<double>(
            Mlp<double>.Create(Inputs, [20], 2, seed: 4), options with { Epochs = 3, Propagation = DerivativePropagation.Adjoint });
        trainer.ResumeFrom(path);
        trainer.Fit(source).Epochs.Should().Be(3);
    }

    [Fact]
    public void Gradient_RandomManifolds_IsThatOfForwardJets()
    {
        var shapes =
            from inputs in Gen.OneOf(Gen.Int[1, 9], Gen.Int[1, 150])
            from hidden in Gen.Int[1, 40].Array[0, 3]
            from outputs in Gen.Int[1, 4]
            from tangents in Gen.Int[1, 6]
            from order in Gen.Int[1, 2]
            from inputOrder in Gen.Int[1, 2]
            from chosen in Gen.Bool.Array[27]
            from samples in Gen.Int[1, 60]
            from scaled in Gen.Bool
            from seed in Gen.ULong[1, 1_000_000]
            select (inputs, hidden, outputs, tangents, order, inputOrder, chosen, samples, scaled, seed);
        shapes.Sample(
            shape =>
            {
                var layout = Some(JetLayout.Full(shape.tangents, shape.order), shape.chosen);
                var input = Networks.JetPassTests.RandomJets<double>(layout.Truncate(shape.inputOrder), shape.samples, shape.inputs, shape.seed);
                var target = Networks.JetPassTests.RandomJets<double>(layout, shape.samples, shape.outputs, shape.seed + 1);
                var source = new MemoryJetSource<double>(input, target);
                var network = Networks.JetPassTests.RandomNetwork<double>(Activation.Softplus, [shape.inputs, .. shape.hidden, shape.outputs], shape.seed);
                if (shape.scaled)
                {
                    Scale(network);
                }

                var (forward, forwardLosses) = Gradient(network, source, DerivativePropagation.Forward, threads: 1, shape.samples);
                var (adjoint, adjointLosses) = Gradient(network, source, DerivativePropagation.Adjoint, threads: 1, shape.samples);
                double scale = forward.Max(Math.Abs);
                adjoint.Zip(forward, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-12 * scale);
                adjointLosses.Zip(forwardLosses, (a, b) => Math.Abs(a - b) / b).Max().Should().BeLessThan(1e-12);
            },
            iter: 60,
            threads: 1);

        // Some of the second derivatives and the first ones that they need, at least one.
        static JetLayout Some(JetLayout full, bool[] chosen)
        {
            (int I, int J)[] seconds = [.. full.Seconds.ToArray().Where((_, k) => chosen[k]).Select(pair => (pair.I, pair.J))];
            var firsts = full.Firsts.ToArray().Where(i => chosen[21 + i] || i == 0 || seconds.Any(pair => pair.I == i || pair.J == i));
            return JetLayout.Create(full.Tangents, firsts, seconds);
        }
    }

    [Theory]
    [InlineData(30, 1, 8, 2, DerivativePropagation.Adjoint)]
    [InlineData(30, 1, 8, 1, DerivativePropagation.Adjoint)]
    [InlineData(30, 9, 8, 2, DerivativePropagation.Forward)]
    [InlineData(30, 1, 1, 1, DerivativePropagation.Forward)]
    public void Fit_Manifold_TakesTheWayThatIsCheaperByCount(int inputs, int outputs, int tangents, int order, DerivativePropagation expected)
    {
        var layout = JetLayout.Full(tangents, order);
        var source = new MemoryJetSource<float>(
            Networks.JetPassTests.RandomJets<float>(layout, 40, inputs, 1), Networks.JetPassTests.RandomJets<float>(layout, 40, outputs, 2));
        var (network, result) = Fit(source, DerivativePropagation.Auto);
        result.Propagation.Should().Be(expected);
        network.Parameters.ToArray().Should().Equal(Fit(source, expected).Network.Parameters.ToArray());
        Fit(source.Truncate(0), DerivativePropagation.Auto).Result.Propagation.Should().Be(DerivativePropagation.Forward);
    }

    [Theory]
    [InlineData(600, DerivativePropagation.Adjoint)]
    [InlineData(60, DerivativePropagation.Forward)]
    public void Choose_ManyInputs_CountsThoseThatAreNotZero(int live, DerivativePropagation expected)
    {
        // Forward jets leave out inputs that are zero. The hidden layer is small, so that the first one decides.
        var layout = JetLayout.Full(6, 1);
        var input = Networks.JetPassTests.RandomJets<float>(layout, 3, 600, 1);
        for (int c = 0; c < layout.Count; c++)
        {
            for (int s = 0; s < 3; s++)
            {
                input.Row(c, s)[live..].Clear();
            }
        }

        var source = new MemoryJetSource<float>(input, new JetBatch<float>(layout, 3, 1));
        var network = Mlp<float>.Create(600, [32], 1, seed: 1);
        PassTapes.Choose(network.Architecture, source, layout, DerivativePropagation.Auto).Should().Be(expected);
    }

    [Fact]
    public void Fit_CurvedPathsOfOrderTwoWhoseWeightIsZero_TrainLikeOrderOneInEveryWay()
    {
        var curved = new MemoryJetSource<double>(
            Networks.JetPassTests.RandomJets<double>(JetLayout.Full(2, 2), 5, 3, 1), Networks.JetPassTests.RandomJets<double>(JetLayout.Full(2, 2), 5, 1, 2));
        foreach (var way in Enum.GetValues<DerivativePropagation>())
        {
            Train(curved, [1, 1, 0], way).Should().Equal(Train(curved.Truncate(1), [1, 1], way));
        }

        static double[] Train(IJetSource<double> source, OrderWeight[] weights, DerivativePropagation way)
        {
            using var folder = new Files.TemporaryFolder();
            var network = Mlp<double>.Create(3, [6], 1, Activation.Softplus, seed: 4);
            var options = new SobolevTrainingOptions
            {
                Epochs = 2, BatchSize = 2, OrderWeights = weights, Propagation = way, Threads = 1, Checkpoint = new(folder.File("a.checkpoint")),
            };
            new SobolevTrainer<double>(network, options).Fit(source);
            var trainer = new SobolevTrainer<double>(Mlp<double>.Create(3, [6], 1, Activation.Softplus, seed: 4), options with { Epochs = 3 });
            trainer.ResumeFrom(options.Checkpoint.Path);
            trainer.Fit(source).Epochs.Should().Be(3);
            return [.. network.Parameters, .. trainer.Network.Parameters];
        }
    }

    /// <summary>Sources of every kind, of y = Σ sin(aₖ·x) for each of two outputs.</summary>
    private static Dictionary<string, IJetSource<T>> Sources<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Samples = 450;
        const int Outputs = 2;
        var random = new RandomStream(5);
        double[] a = new double[Outputs * 3 * Inputs];
        foreach (ref double element in a.AsSpan())
        {
            element = random.NextNormal() / 2;
        }

        var x = new T[Samples, Inputs];
        var y = new T[Samples, Outputs];
        var slopes = new T[Samples, Outputs, Inputs];
        var bends = new T[Samples, Outputs, Inputs, Inputs];
        var v = new T[Samples, 5, Inputs];
        var along = new T[Samples, 5, Outputs];
        var twice = new T[Samples, 5, Outputs];
        for (int s = 0; s < Samples; s++)
        {
            double[] point = [.. Enumerable.Range(0, Inputs).Select(_ => random.NextUniform(-2, 3))];
            double[][] directions = [.. Enumerable.Range(0, 5).Select(_ => Enumerable.Range(0, Inputs).Select(_ => random.NextNormal()).ToArray())];
            Set(point, (i, value) => x[s, i] = value);
            for (int k = 0; k < 5; k++)
            {
                Set(directions[k], (i, value) => v[s, k, i] = value);
            }

            for (int o = 0; o < Outputs; o++)
            {
                double sum = 0;
                double[] first = new double[5], second = new double[5];
                double[] slope = new double[Inputs];
                double[,] bend = new double[Inputs, Inputs];
                for (int t = 0; t < 3; t++)
                {
                    var w = a.AsSpan(((o * 3) + t) * Inputs, Inputs).ToArray();
                    double angle = w.Zip(point, (p, q) => p * q).Sum();
                    sum += Math.Sin(angle);
                    for (int k = 0; k < 5; k++)
                    {
                        double wv = w.Zip(directions[k], (p, q) => p * q).Sum();
                        first[k] += Math.Cos(angle) * wv;
                        second[k] -= Math.Sin(angle) * wv * wv;
                    }

                    for (int i = 0; i < Inputs; i++)
                    {
                        slope[i] += Math.Cos(angle) * w[i];
                        for (int j = 0; j < Inputs; j++)
                        {
                            bend[i, j] -= Math.Sin(angle) * w[i] * w[j];
                        }
                    }
                }

                y[s, o] = T.CreateTruncating(sum);
                for (int k = 0; k < 5; k++)
                {
                    along[s, k, o] = T.CreateTruncating(first[k]);
                    twice[s, k, o] = T.CreateTruncating(second[k]);
                }

                for (int i = 0; i < Inputs; i++)
                {
                    slopes[s, o, i] = T.CreateTruncating(slope[i]);
                    for (int j = 0; j < Inputs; j++)
                    {
                        bends[s, o, i, j] = T.CreateTruncating(bend[i, j]);
                    }
                }
            }
        }

        int[] chosen = [4, 0, 1, 2];
        var someSlopes = new T[Samples, Outputs, chosen.Length];
        var someBends = new T[Samples, Outputs, chosen.Length, chosen.Length];
        for (int s = 0; s < Samples; s++)
        {
            for (int o = 0; o < Outputs; o++)
            {
                for (int i = 0; i < chosen.Length; i++)
                {
                    someSlopes[s, o, i] = slopes[s, o, chosen[i]];
                    for (int j = 0; j < chosen.Length; j++)
                    {
                        someBends[s, o, i, j] = bends[s, o, chosen[i], chosen[j]];
                    }
                }
            }
        }

        var hessians = JetData.FromJacobian(x, y, slopes, bends);
        return new Dictionary<string, IJetSource<T>>
        {
            ["gradients"] = JetData.FromJacobian(x, y, slopes),
            ["gradients by some inputs"] = JetData.FromJacobian(x, y, someSlopes, inputs: chosen),
            ["Hessians"] = hessians,
            ["Hessians of some inputs"] = JetData.FromJacobian(x, y, someSlopes, someBends, chosen),
            ["a subset, truncated"] = hessians.Subset([.. Enumerable.Range(0, 440).Select(k => (long)(k ^ 3))]).Truncate(1),
            ["a part"] = hessians.Split(0.04, 3).Training,
            ["a copy in memory"] = JetData.FromJacobian(x, y, slopes).Materialize(),
            ["directions"] = JetData.FromDirections(x, v, y, along),
            ["directions, twice"] = JetData.FromDirections(x, v, y, along, twice),
            ["a manifold"] = Manifold(JetLayout.Full(4, 2)),
            ["a manifold, some derivatives"] = Manifold(JetLayout.Create(4, [0, 1, 3], [(0, 1), (1, 1), (1, 3)])),
            ["a manifold, slopes alone"] = Manifold(JetLayout.Full(4, 2)).Truncate(1),
            ["products with random directions"] = hessians.WithHessianVectorProducts(seed: 2),
            ["one row of Hessians"] = AlongInputs(OneRow(Inputs)),
            ["diagonals of Hessians"] = AlongInputs(JetLayout.Create(Inputs, Enumerable.Range(0, Inputs), Enumerable.Range(0, Inputs).Select(i => (i, i)))),
        };

        static IJetSource<T> AlongInputs(JetLayout layout)
        {
            var input = Networks.JetPassTests.RandomJets<T>(layout.Truncate(1), Samples, Inputs, 8);
            for (int c = 1; c < input.Layout.Count; c++)
            {
                input.Component(c).Clear();
            }

            UnitTangents.Write<T>(input, [.. Enumerable.Range(0, Inputs)]);
            return new MemoryJetSource<T>(input, Networks.JetPassTests.RandomJets<T>(layout, Samples, Outputs, 9));
        }

        static IJetSource<T> Manifold(JetLayout layout) => new MemoryJetSource<T>(
            Networks.JetPassTests.RandomJets<T>(layout, Samples, Inputs, 6), Networks.JetPassTests.RandomJets<T>(layout, Samples, Outputs, 7));

        static void Set(double[] from, Action<int, T> to)
        {
            for (int i = 0; i < from.Length; i++)
            {
                to(i, T.CreateTruncating(from[i]));
            }
        }
    }

    private static (T[] Gradient, double[] Losses) Gradient<T>(IJetSource<T> source, DerivativePropagation propagation, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = Mlp<T>.Create(Inputs, [21, 64, 16], 2, Activation.Softplus, seed: 3);
        Scale(network);
        return Gradient(network, source, propagation, threads, batch: 430);
    }

    /// <summary>All first derivatives, and the second ones of which one is by the first tangent.</summary>
    private static JetLayout OneRow(int tangents) =>
        JetLayout.Create(tangents, Enumerable.Range(0, tangents), Enumerable.Range(0, tangents).Select(j => (0, j)));

    private static void Scale<T>(Mlp<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] Row(int length, double origin, double step) => [.. Enumerable.Range(0, length).Select(k => T.CreateTruncating(origin + (step * (k % 7))))];
        var (inputs, outputs) = (network.Architecture.Inputs, network.Architecture.Outputs);
        network.InputScaling = new FeatureScaling<T>(Row(inputs, 0.2, 0.1), Row(inputs, 1.3, -0.1));
        network.OutputScaling = new FeatureScaling<T>(Row(outputs, -0.1, 0.3), Row(outputs, 1.1, 0.9));
    }

    private static (T[] Gradient, double[] Losses) Gradient<T>(
        Mlp<T> network, IJetSource<T> source, DerivativePropagation propagation, int threads, int batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var gradient = new T[network.Parameters.Length];
        double[] losses = new double[source.Layout.Order + 1];
        using var team = new WorkerTeam(threads);
        var pass = new TrainingPass<T>(
            network, new PackedNetwork<T>(network), gradient, source, source.Layout.Order, SobolevLoss.Measure(source), batch, team, propagation);
        long[] samples = [.. Enumerable.Range(0, batch).Select(k => (long)(k * 7 % (batch + 1)) % source.Count)];
        pass.Run(samples, 0, batch, [1, 0.5, 0.25], losses).Should().BeTrue();
        return (gradient, losses);
    }

    private static (Mlp<T> Network, TrainingResult Result) Fit<T>(IJetSource<T> source, DerivativePropagation propagation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = Mlp<T>.Create(source.InputFeatures, [20, 20], source.OutputFeatures, Activation.Softplus, seed: 4);
        var options = new SobolevTrainingOptions { Epochs = 1, BatchSize = 32, Propagation = propagation, Threads = 2 };
        return (network, new SobolevTrainer<T>(network, options).Fit(source));
    }
}
