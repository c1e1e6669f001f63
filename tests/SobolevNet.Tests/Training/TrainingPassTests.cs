using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>
/// The short cuts of a step: weights read where they are stored, and updates taken as soon as a block's gradient is known,
/// against passes and updates without them.
/// </summary>
public class TrainingPassTests
{
    public static TheoryData<int, int, int, Optimizer> Steps()
    {
        var data = new TheoryData<int, int, int, Optimizer>();
        foreach (Optimizer optimizer in new Optimizer[] { Optimizer.Adam(weightDecay: 0.01), Optimizer.Sgd(nesterov: true, weightDecay: 0.1), Optimizer.RProp() })
        {
            data.Add(0, 1, 1, optimizer);
            data.Add(0, 64, 2, optimizer);
            data.Add(0, 200, 3, optimizer);
            data.Add(1, 40, 2, optimizer);
            data.Add(2, 9, 1, optimizer);

            // Weights are packed, and in the last case the batch is cut.
            data.Add(0, 300, 2, optimizer);
            data.Add(2, 700, 2, optimizer);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Run_WithOptimizer_GivesTheBitsOfGradientThenUpdate(int order, int batch, int threads, Optimizer optimizer)
    {
        float[] apart = Train(order, batch, threads, optimizer, together: false);
        Train(order, batch, threads, optimizer, together: true).Should().Equal(apart);
        Train(order, batch, 1, optimizer, together: true).Should().Equal(apart, "the number of threads changes nothing");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 47)]
    [InlineData(0, 256)]
    [InlineData(1, 21)]
    public void Run_FewRows_GivesTheGradientOfAPassOverPackedWeights(int order, int batch)
    {
        var network = Network<double>();
        var source = new FunctionSource<double>(order, batch, 1);
        var loss = SobolevLoss.Measure(source);
        double[] weights = [1, 0.5, 0];
        double[] losses = new double[order + 1];
        double[] gradient = new double[network.Parameters.Length];
        long[] samples = [.. Enumerable.Range(0, batch).Select(k => (long)k)];
        var packed = new PackedNetwork<double>(network);
        using var team = new WorkerTeam(2);
        new TrainingPass<double>(network, packed, gradient, source, order, loss, batch, team).Run(samples, 0, batch, weights, losses);
        packed.IsStored.Should().BeTrue();

        var input = new JetBatch<double>(source.Layout, batch, 2);
        var target = new JetBatch<double>(source.Layout, batch, 1);
        var output = new JetBatch<double>(source.Layout, batch, 1);
        source.Fill(samples, input, target);
        var pass = new JetPass<double>(network, source.Layout, batch);
        pass.Forward(input, output);
        loss.Evaluate<double>(output, target, weights, 1.0 / batch, new double[batch * (order + 1)]);
        double[] expected = new double[gradient.Length];
        pass.Reverse(output, expected);
        double scale = expected.Max(Math.Abs);
        gradient.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-13 * scale);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ForAnyNumberOfWorkers_CutsTheBatchAnew_AndGivesTheSameBits(bool byAdjoints)
    {
        // More workers get longer chunks. Inputs are images, a few of them without background, under a scaling with shifts, so that what is left out differs by group.
        const int Inputs = 140, Batch = 700;
        var source = Images(Inputs, Batch, byAdjoints);
        var network = Mlp<float>.Create(Inputs, [70, 33], 2, seed: 2);
        network.InputScaling = new FeatureScaling<float>(
            [.. Enumerable.Range(0, Inputs).Select(k => 0.01f * (k % 7))], [.. Enumerable.Range(0, Inputs).Select(k => 0.5f + (0.1f * (k % 5)))]);
        float[] Gradient(WorkerTeam team)
        {
            float[] gradient = new float[network.Parameters.Length];
            var pass = new TrainingPass<float>(
                network, new PackedNetwork<float>(network), gradient, source, 2, SobolevLoss.Measure(source), Batch, team,
                byAdjoints ? DerivativePropagation.Adjoint : DerivativePropagation.Forward);
            long[] samples = [.. Enumerable.Range(0, Batch).Select(k => (long)k)];
            pass.Run(samples, 0, Batch, [1, 0.5, 0.25], new double[3]).Should().BeTrue();
            team.Dispose();
            return gradient;
        }

        float[] alone = Gradient(new WorkerTeam(1));
        Gradient(new WorkerTeam(2)).Should().Equal(alone);
        Gradient(new WorkerTeam(16)).Should().Equal(alone);
        Gradient(WorkerTeam.Modeled(64, RunAll)).Should().Equal(alone);

        static void RunAll(int tasks, Action<int, int> task)
        {
            for (int k = 0; k < tasks; k++)
            {
                task(k, 0);
            }
        }
    }

    [Fact]
    public void Run_FewRowsInTwoChunks_GivesTheBitsOfGradientThenUpdate()
    {
        // Adjoints by so many inputs take fewer samples at a time than the rows of the batch would fill.
        const int Inputs = 20_000, Batch = 128;
        var source = JetSource.Generate<float>(
            JetLayout.Full(Inputs, 1), Inputs, 1, Batch,
            (long _, ref RandomStream random, JetSpan<float> input, JetSpan<float> target) =>
            {
                for (int k = 0; k < Inputs; k++)
                {
                    input[0, 0, k] = (float)random.NextUniform();
                    target[1 + k, 0, 0] = (float)random.NextUniform();
                }
            },
            tangentInputs: [.. Enumerable.Range(0, Inputs)]);
        long[] samples = [.. Enumerable.Range(0, Batch).Select(k => (long)k)];
        float[] Train(bool together, int threads)
        {
            var network = Mlp<float>.Create(Inputs, [8], 1, seed: 3);
            float[] gradient = new float[network.Parameters.Length];
            using var team = new WorkerTeam(threads);
            var pass = new TrainingPass<float>(
                network, new PackedNetwork<float>(network), gradient, source, 1, SobolevLoss.Measure(source), Batch, team, DerivativePropagation.Adjoint);
            var state = (ElementwiseOptimizerState<float>)Optimizer.Sgd(1).CreateState<float>(network.Architecture);
            state.Begin(1, 1);
            pass.Run(samples, 0, Batch, [1, 1], new double[2], together ? state : null).Should().BeTrue();
            if (!together)
            {
                state.Step(network, gradient, 1, 1, team);
            }

            return network.Parameters.ToArray();
        }

        float[] apart = Train(together: false, threads: 1);
        Train(together: true, threads: 1).Should().Equal(apart);
        Train(together: true, threads: 2).Should().Equal(apart);
    }

    private static IJetSource<float> Images(int inputs, int count, bool byAdjoints)
    {
        var layout = byAdjoints ? JetLayout.Create(4, [0, 1, 2, 3], [(0, 0), (1, 3)]) : JetLayout.Full(6, 2);
        var input = new JetBatch<float>(layout, count, inputs);
        var target = new JetBatch<float>(layout, count, 2);
        var random = new Random(5);
        for (int s = 0; s < count; s++)
        {
            bool isFull = s % 97 == 3;
            for (int c = 0; c < layout.Count; c++)
            {
                var row = input.Row(c, s);
                for (int k = isFull ? 0 : s % 90; k < (isFull ? inputs : (s % 90) + 40); k++)
                {
                    row[k] = (float)random.NextDouble() - 0.4f;
                }

                (target[c, s, 0], target[c, s, 1]) = ((float)random.NextDouble(), (float)random.NextDouble());
            }
        }

        return new MemoryJetSource<float>(input, target);
    }

    [Theory]
    [InlineData(0, DerivativePropagation.Forward)]
    [InlineData(1400, DerivativePropagation.Forward)]
    [InlineData(2999, DerivativePropagation.Forward)]
    [InlineData(2999, DerivativePropagation.Adjoint)]
    public void Diagnose_OfALossThatOverflows_NamesTheSampleInWhicheverChunkItIs(int sample, DerivativePropagation propagation)
    {
        // Three components: 1,332 samples are a chunk. Of the sample one derivative is huge and another one is missing.
        const int Samples = 3000;
        var (input, target) = PlainLoss.Widen(new FunctionSource<double>(1, Samples, 1));
        target[1, sample, 0] = -1e200;
        var source = new MaskedSource<double>(
            new MemoryJetSource<double>(input, target), (s, component, _) => s == sample && component == 2);
        var loss = new SobolevLoss(source.Layout, [1, 1, 1], [1], [0], [1, 1]);
        var network = Network<double>();
        using var team = new WorkerTeam(2);
        var pass = new TrainingPass<double>(network, new PackedNetwork<double>(network), new double[network.Parameters.Length], source, 1, loss, Samples, team, propagation);
        long[] samples = [.. Enumerable.Range(0, Samples + 10).Select(k => (long)Math.Max(0, k - 10))];
        pass.Run(samples, 10, Samples, [1, 1, 0], new double[2]).Should().BeFalse();
        pass.Diagnose().Should().Be((sample, 1, "∂0", 1e200));
    }

    private static Mlp<T> Network<T>()
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var network = Mlp<T>.Create(2, [70, 33], 1, seed: 2);
        network.InputScaling = new FeatureScaling<T>([T.CreateChecked(0.3), T.CreateChecked(-0.1)], [T.CreateChecked(1.5), T.CreateChecked(0.7)]);
        network.OutputScaling = new FeatureScaling<T>([T.CreateChecked(0.2)], [T.CreateChecked(2.5)]);
        return network;
    }

    private static float[] Train(int order, int batch, int threads, Optimizer optimizer, bool together)
    {
        const int Steps = 3;
        var network = Network<float>();
        var source = new FunctionSource<float>(order, Steps * batch, 1);
        float[] gradient = new float[network.Parameters.Length];
        long[] samples = [.. Enumerable.Range(0, Steps * batch).Select(k => (long)k)];
        double[] weights = [1, 0.5, 0.25];
        double[] losses = new double[order + 1];
        using var team = new WorkerTeam(threads);
        var pass = new TrainingPass<float>(
            network, new PackedNetwork<float>(network), gradient, source, order, SobolevLoss.Measure(source), batch, team);
        var state = (ElementwiseOptimizerState<float>)optimizer.CreateState<float>(network.Architecture);
        for (int step = 1; step <= Steps; step++)
        {
            int first = (step - 1) * batch;
            if (together)
            {
                state.Begin(0.5, step);
                pass.Run(samples, first, batch, weights, losses, state).Should().BeTrue();
            }
            else
            {
                pass.Run(samples, first, batch, weights, losses).Should().BeTrue();
                state.Step(network, gradient, 0.5, step, team);
            }
        }

        network.Parameters.ToArray().Should().NotEqual(Network<float>().Parameters.ToArray());
        return network.Parameters.ToArray();
    }
}
