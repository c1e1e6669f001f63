using MathNet.Numerics.LinearAlgebra;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public class LevenbergMarquardtTests
{
    private static readonly SobolevTrainingOptions Squares = new() { Optimizer = Optimizer.LevenbergMarquardt(), OrderWeights = [1, 1], Epochs = 8 };

    [Theory]
    [InlineData(0, 1, false, false)]
    [InlineData(1, 1, true, false)]
    [InlineData(1, 2, false, true)]
    [InlineData(2, 1, false, false)]
    [InlineData(2, 2, true, true)]
    [InlineData(2, 8, true, true)] // more labels of a sample than copies of it go through the network at a time
    [InlineData(2, 1, false, true, 700)] // more samples than a chunk has
    public void Step_EveryKindOfLoss_IsThatOfDenseMatrices(int order, int outputs, bool isMissing, bool isWeighted, int samples = 17)
    {
        var source = Source(order, samples, outputs, isMissing, isWeighted);
        var state = TrainingParts.State(source, order, Optimizer.LevenbergMarquardt());
        state.Network.InputScaling = new FeatureScaling<double>([0.3, -0.2], [1.5, 0.7]);
        double[] weights = [1, 0.4, 2.5];
        weights.AsSpan(0, order + 1).CopyTo(state.Weights);
        var expected = new PlainLevenbergMarquardt(state.Network, source, weights);
        using var team = new WorkerTeam(2);

        new TrainingStep<double>(state, source, order, samples, clipNorm: null, team).Run(Numbers(samples), 0, samples);

        expected.Corrections.Should().BePositive();
        state.Network.Parameters.ToArray().Should().Equal(expected.Parameters.ToArray(), (a, b) => Math.Abs(a - b) < 1e-6 * (1 + Math.Abs(b)));
        state.Optimizer.Tensors.Single().Values.Should().ContainSingle().Which.Should().NotBe(0.1);
    }

    [Fact]
    public void Curvature_OfManySamples_IsTheMeanOfThoseOfSingleOnes()
    {
        // More rows than a block has, and a last block and a last group that are not full.
        const int Samples = 311;
        var source = Source(order: 2, Samples, outputs: 2, isMissing: true, isWeighted: true);
        var network = Mlp<double>.Create(2, [6, 5], 2, seed: 4);
        var loss = SobolevLoss.Measure(source);
        int size = network.Architecture.ParameterCount;
        using var team = new WorkerTeam(3);
        var pass = new GaussNewtonPass<double>(network, source, 2, loss, team);
        var all = Curvature(0, Samples);
        var sum = Matrix<double>.Build.Dense(size, size);
        for (int s = 0; s < Samples; s++)
        {
            sum += Curvature(s, 1) / Samples;
        }

        (all - sum).Enumerate().Max(Math.Abs).Should().BeLessThan(1e-12 * all.Trace());

        Matrix<double> Curvature(int first, int count)
        {
            var factor = new TriangularFactor(size, team);
            pass.Run(Numbers(Samples), first, count, [1, 1, 1], factor, CancellationToken.None);
            var upper = Upper(factor, size);
            return upper.TransposeThisAndMultiply(upper);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 40)]
    [InlineData(33, 7)]
    [InlineData(97, 200)]
    [InlineData(401, 150)]
    [InlineData(20, 700)]
    public void Factor_BlocksOfRows_IsThatOfTheWholeMatrix(int size, int rows)
    {
        var random = new RandomStream(seed: 3);
        var matrix = Matrix<double>.Build.Dense(3 * rows, size, (_, _) => random.NextNormal());
        double[] damping = [.. Enumerable.Range(0, size).Select(k => 1 + (0.01 * k))];
        double[] right = [.. Enumerable.Range(0, size).Select(_ => random.NextNormal())];
        var damped = matrix.TransposeThisAndMultiply(matrix) + Matrix<double>.Build.DenseOfDiagonalArray(damping);
        using var team = new WorkerTeam(2);
        var factor = new TriangularFactor(size, team);
        var other = new TriangularFactor(size, team);
        for (int block = 0; block < 3; block++)
        {
            factor.Append(matrix.SubMatrix(block * rows, rows, 0, size).ToRowMajorArray(), rows, CancellationToken.None);
        }

        double[] squares = new double[size];
        factor.SquaredColumns(squares);
        squares.Should().Equal(matrix.ColumnNorms(2).Select(norm => norm * norm), (a, b) => Math.Abs(a - b) <= 1e-12 * b);
        other.CopyFrom(factor);
        other.AddDiagonal(damping, CancellationToken.None);
        var upper = Upper(other, size);
        (upper.TransposeThisAndMultiply(upper) - damped).Enumerate().Max(Math.Abs).Should().BeLessThan(1e-12 * damped.Trace());
        double[] solution = [.. right];
        other.TrySolve(solution).Should().BeTrue();
        solution.Should().Equal(damped.Solve(Vector<double>.Build.Dense(right)).ToArray(), (a, b) => Math.Abs(a - b) <= 1e-9 * (1 + Math.Abs(b)));
        factor.Clear();
        factor.TrySolve(solution).Should().BeFalse("a matrix without rows is singular");
    }

    [Fact]
    public void Factor_SmallSingularValues_AreNotLostInTheLargeOnes()
    {
        // From 1 to 1e-13: those of the matrix times its transpose would be right down to 1e-8 only.
        const int Size = 40;
        var random = new RandomStream(seed: 5);
        var left = Matrix<double>.Build.Dense(100, Size, (_, _) => random.NextNormal()).QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q;
        var right = Matrix<double>.Build.Dense(Size, Size, (_, _) => random.NextNormal()).QR().Q;
        double[] expected = [.. Enumerable.Range(0, Size).Select(k => Math.Pow(10, -k / 3.0))];
        var matrix = left * Matrix<double>.Build.DenseOfDiagonalArray(expected) * right;
        using var team = new WorkerTeam(2);
        var factor = new TriangularFactor(Size, team);
        factor.Append(matrix.SubMatrix(0, 50, 0, Size).ToRowMajorArray(), 50, CancellationToken.None);
        factor.Append(matrix.SubMatrix(50, 50, 0, Size).ToRowMajorArray(), 50, CancellationToken.None);
        Upper(factor, Size).Svd(computeVectors: false).S.Should().Equal(expected, (a, b) => Math.Abs(a - b) <= 2e-15);
    }

    [Fact]
    public void Fit_SmallNetwork_ReachesTheFloorOfDoublePrecision()
    {
        var network = Mlp<double>.Create(1, [10, 10], 1, seed: 1);
        var options = new SobolevTrainingOptions { Optimizer = Optimizer.LevenbergMarquardt() };
        var result = new SobolevTrainer<double>(network, options).Fit(Sine(60));
        result.Steps.Should().BeLessThanOrEqualTo(200);
        Evaluation.Of(network, Sine(101)).NormalizedRmse.Should().BeLessThan(1e-10);
    }

    [Fact]
    public void Fit_FunctionOfTwoInputs_ReachesEightDigits()
    {
        var network = Mlp<double>.Create(2, [16, 16], 1, seed: 1);
        var options = new SobolevTrainingOptions { Optimizer = Optimizer.LevenbergMarquardt() };
        new SobolevTrainer<double>(network, options).Fit(Wave(600, seed: 1));
        Evaluation.Of(network, Wave(1000, seed: 2)).NormalizedRmse.Should().BeLessThan(3e-9);
    }

    [Fact]
    public void Fit_FloatNetwork_ConvergesAndEnds()
    {
        var source = new FunctionSource<float>(1, 60, 1);
        var network = Mlp<float>.Create(2, [3], 1, seed: 1);
        var options = Squares with { Epochs = 5000 };
        var result = new SobolevTrainer<float>(network, options).Fit(source);
        result.End.Should().Be(TrainingEnd.Converged);
        result.Epochs.Should().BeLessThan(5000);
        result.History.Select(epoch => epoch.Loss).Should().BeInDescendingOrder("no step raises the loss");
    }

    [Fact]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits()
    {
        double[] expected = Train(threads: 1);
        Train(2).Should().Equal(expected);
        Train(3).Should().Equal(expected);

        static double[] Train(int threads)
        {
            var network = Mlp<double>.Create(2, [13, 11], 2, seed: 2);
            new SobolevTrainer<double>(network, Squares with { Threads = threads, BatchSize = 100 }).Fit(Source(1, 230, 2, isMissing: true, isWeighted: true));
            return network.Parameters.ToArray();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(150)]
    [InlineData(400)]
    public void Fit_CanceledAnywhereAndResumed_GivesTheSameBits(int samples)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "checkpoint.safetensors");
        var options = Squares with { Checkpoint = new CheckpointOptions(path) { Every = TimeSpan.FromHours(1) } };
        var source = new FunctionSource<float>(1, 100, 1);
        var expected = Network();
        new SobolevTrainer<float>(expected, options).Fit(source);
        var (trainer, result) = Interruption.TrainAndResume(Network, options, source, null, afterEpoch: 3, samples);
        trainer.Network.Parameters.ToArray().Should().Equal(expected.Parameters.ToArray());
        result.Steps.Should().Be(8);

        static Mlp<float> Network() => Mlp<float>.Create(2, [7, 9], 1, seed: 3);
    }

    [Fact]
    public void Fit_CanceledWithinAStep_LeavesTheParametersOfTheStepBefore()
    {
        // 100 samples for the gradient, some more for the matrix.
        var network = Mlp<float>.Create(2, [9], 1, seed: 3);
        using var interruption = new Interruption(new FunctionSource<float>(1, 100, 1), afterEpoch: 2, samples: 120);
        float[] before = [];
        var progress = new SynchronousProgress(report =>
        {
            interruption.Report(report);
            before = network.Parameters.ToArray();
        });
        var trainer = new SobolevTrainer<float>(network, Squares);
        trainer.Invoking(t => t.Fit(interruption, null, progress, interruption.Token)).Should().Throw<TrainingCanceledException>().Which.Steps.Should().Be(2);
        network.Parameters.ToArray().Should().Equal(before);
    }

    [Fact]
    public void Step_AfterWarmUp_AllocatesNothing()
    {
        const int Samples = 60;
        var source = new FunctionSource<double>(0, Samples, 1);
        var state = TrainingParts.State(new StoredValues(source), order: 0, Optimizer.LevenbergMarquardt());
        using var team = new WorkerTeam(1);
        var step = new TrainingStep<double>(state, new StoredValues(source), 0, Samples, clipNorm: null, team);
        long[] samples = Numbers(Samples);
        step.Run(samples, 0, Samples);
        Allocations.Least(() => step.Run(samples, 0, Samples)).Should().Be(0);
    }

    [Fact]
    public void Fit_MiniBatchWithoutALoss_IsPassedOver()
    {
        var source = new MaskedSource<double>(new FunctionSource<double>(1, 20, 1), null, sample => sample < 10 ? 0 : 1);
        var network = Mlp<double>.Create(2, [3], 1, seed: 1);
        var result = new SobolevTrainer<double>(network, Squares with { BatchSize = 10, Shuffle = false, Epochs = 4 }).Fit(source);
        result.Steps.Should().Be(8);
        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss);
    }

    [Fact]
    public void Fit_WeightsThatWillChange_DoNotEndTheTraining()
    {
        // At first nothing has a weight, so no step lowers the loss.
        var late = OrderWeight.Schedule(progress => progress);
        var network = Mlp<double>.Create(2, [3], 1, seed: 1);
        var result = new SobolevTrainer<double>(network, Squares with { OrderWeights = [late, late] }).Fit(new FunctionSource<double>(1, 20, 1));
        result.Steps.Should().Be(8);
    }

    [Fact]
    public void Trainings_ThatCannotBe_AreRefused()
    {
        var options = Squares;
        FluentActions.Invoking(() => new SobolevTrainer<float>(Mlp<float>.Create(2, [70, 70], 1), options))
            .Should().Throw<ArgumentException>().WithMessage("*5251 parameters*at most 5000*").WithParameterName("network");
        FluentActions.Invoking(() => new SobolevTrainer<float>(Mlp<float>.Create(2, [7], 1), options with { GradientClipNorm = 1 }))
            .Should().Throw<ArgumentException>().WithMessage("*GradientClipNorm is 1*").WithParameterName("options");
        FluentActions.Invoking(() => new OptimizerRun<float>(options.Optimizer, Mlp<float>.Create(2, [7], 1)))
            .Should().Throw<ArgumentException>().WithParameterName("optimizer");
        var network = Mlp<double>.Create(2, [7], 1);
        var source = new FunctionSource<double>(1, 20, 1);
        var trainer = new SobolevTrainer<double>(network, options);
        trainer.Invoking(t => t.Fit([new LossTerm<double>(source), new LossTerm<double>(source, _ => 0, name: "squares")]))
            .Should().Throw<ArgumentException>().WithMessage("*term 1 (squares)*LevenbergMarquardt*");
        var wide = new SobolevTrainer<double>(Mlp<double>.Create(220, [20], 1), options with { OrderWeights = null });
        wide.Invoking(t => t.Fit(JetData.FromJacobian(new double[2, 220], new double[2], new double[2, 220], new double[2, 220, 220])))
            .Should().Throw<ArgumentException>().WithMessage("*24531 labels*4441 parameters*").WithParameterName("source");
    }

    [Fact]
    public void Options_WithoutBatchSize_TakeTheWholeSet()
    {
        Squares.BatchSize.Should().Be(int.MaxValue);
        (Squares with { BatchSize = 32 }).BatchSize.Should().Be(32);
        (Squares with { Optimizer = Optimizer.Adam() }).BatchSize.Should().Be(128);
        (Squares with { Epochs = null }).WithEpochs(1000).Epochs.Should().Be(200);
    }

    private static long[] Numbers(int samples) => [.. Enumerable.Range(0, samples).Select(s => (long)s)];

    private static IJetSource<double> Sine(int samples)
    {
        double[,] x = new double[samples, 1];
        double[,] slopes = new double[samples, 1];
        double[] y = new double[samples];
        for (int s = 0; s < samples; s++)
        {
            x[s, 0] = -2 + (4.0 * s / (samples - 1));
            (y[s], slopes[s, 0]) = (Math.Sin(x[s, 0]), Math.Cos(x[s, 0]));
        }

        return JetData.FromJacobian(x, y, slopes);
    }

    private static MaskedSource<double> Source(int order, int samples, int outputs, bool isMissing, bool isWeighted) => new(
        new SeveralOutputs(new FunctionSource<double>(order, samples, 1), outputs),
        isMissing ? (sample, component, output) => (sample + (2 * component) + output) % 5 == 0 : null,
        isWeighted ? sample => 1 + (sample % 3) : null);

    private static Matrix<double> Upper(TriangularFactor factor, int size) =>
        Matrix<double>.Build.Dense(size, size, (row, column) => column < row ? 0 : factor.Row(row)[column - row]);

    /// <summary>sin(x) cos(y) with its gradient at random points of [−1, 1]².</summary>
    private static IJetSource<double> Wave(int samples, ulong seed)
    {
        var random = new RandomStream(seed);
        var (x, y, dydx) = (new double[samples, 2], new double[samples], new double[samples, 2]);
        for (int s = 0; s < samples; s++)
        {
            x[s, 0] = random.NextUniform(-1, 1);
            x[s, 1] = random.NextUniform(-1, 1);
            y[s] = Math.Sin(x[s, 0]) * Math.Cos(x[s, 1]);
            dydx[s, 0] = Math.Cos(x[s, 0]) * Math.Cos(x[s, 1]);
            dydx[s, 1] = -Math.Sin(x[s, 0]) * Math.Sin(x[s, 1]);
        }

        return JetData.FromJacobian(x, y, dydx);
    }

    /// <summary>Further outputs of other sizes; labels need not be those of a function here.</summary>
    private sealed class SeveralOutputs(IJetSource<double> source, int outputs) : JetSourceTransform<double>(source)
    {
        public override int OutputFeatures => outputs;

        protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            var first = new JetBatch<double>(target.Layout, samples.Length, 1);
            source.Fill(samples, input, first);
            for (int c = 0; c < target.Layout.Count; c++)
            {
                for (int s = 0; s < samples.Length; s++)
                {
                    for (int f = 0; f < outputs; f++)
                    {
                        target[c, s, f] = f == 0 ? first[c, s, 0] : 7 * Math.Sin((3 * first[c, s, 0]) + f);
                    }
                }
            }
        }
    }

    /// <summary>Values that are filled without allocation.</summary>
    private sealed class StoredValues(IJetSource<double> source) : JetSourceTransform<double>(source)
    {
        private readonly JetBatch<double> _target = PlainLoss.Widen(source).Target;
        private readonly JetBatch<double> _input = PlainLoss.Widen(source).Input;

        protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            for (int s = 0; s < samples.Length; s++)
            {
                _input.AsSpan().Row(0, (int)samples[s]).CopyTo(input.Row(0, s));
                _target.AsSpan().Row(0, (int)samples[s]).CopyTo(target.Row(0, s));
            }
        }
    }
}
