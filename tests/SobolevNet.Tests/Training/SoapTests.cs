using MathNet.Numerics.LinearAlgebra;
using SobolevNet.Kernels;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public class SoapTests
{
    private static readonly SobolevTrainingOptions Short = new() { Epochs = 6, BatchSize = 24, Seed = 5, OrderWeights = [1, 1] };

    [Fact]
    public void Fit_NoSideTurned_IsAdamToTheBit()
    {
        var soap = Optimizer.Soap(maxSide: 0, learningRate: 2e-3, beta1: 0.9, beta2: 0.98, epsilon: 1e-8);
        var adam = Optimizer.Adam(learningRate: 2e-3, beta1: 0.9, beta2: 0.98, epsilon: 1e-8);
        Train<float>(soap, 1).Should().Equal(Train<float>(adam, 1));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(20)]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits(int maxSide)
    {
        // The layers have sides of 2, 19, 33 and 1: with 20 some are turned on one side only.
        var soap = Optimizer.Soap(maxSide: maxSide, refreshEvery: 3);
        float[] expected = Train<float>(soap, 1);
        Train<float>(soap, 2).Should().Equal(expected);
        Train<float>(soap, 3).Should().Equal(expected);
    }

    [Fact]
    public void Fit_CanceledAndResumed_GivesTheSameBits()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "checkpoint.safetensors");
        var options = Short with { Optimizer = Optimizer.Soap(refreshEvery: 4), Checkpoint = new CheckpointOptions(path) { Every = TimeSpan.FromHours(1) } };
        var source = new FunctionSource<float>(1, 100, 1);
        using var cancellation = new CancellationTokenSource();
        var reporter = new SynchronousProgress(report =>
        {
            if (report.Epoch == 3 && report.IsEndOfEpoch)
            {
                cancellation.Cancel();
            }
        });
        var first = new SobolevTrainer<float>(Network<float>(), options);
        FluentActions.Invoking(() => first.Fit(source, null, reporter, cancellation.Token)).Should().Throw<OperationCanceledException>();
        var second = new SobolevTrainer<float>(Network<float>(), options);
        second.ResumeFrom(path);
        second.Fit(source);
        second.Network.Parameters.ToArray().Should().Equal(Train<float>(Optimizer.Soap(refreshEvery: 4), 1));
    }

    [Fact]
    public void Fit_LargeBatches_LearnsMorePerStepThanAdam()
    {
        double Error(Optimizer optimizer, ulong seed)
        {
            var network = Mlp<double>.Create(2, [24, 24], 1, seed: seed);
            var options = new SobolevTrainingOptions { Epochs = 500, BatchSize = 64, Optimizer = optimizer, OrderWeights = [1, 1] };
            return new SobolevTrainer<double>(network, options).Fit(new FunctionSource<double>(1, 64, seed)).Training.NormalizedRmse;
        }

        OverSeeds.Median(5, seed => Error(Optimizer.Soap(learningRate: 1e-2), seed) / Error(Optimizer.Adam(learningRate: 1e-2), seed)).Should().BeLessThan(0.5);
    }

    [Theory]
    [InlineData(0.95, 0.95)]
    [InlineData(0.9, 0.98)]
    public void Fit_FirstSteps_ChangeNoLayerByMoreThanAdamCould(double beta1, double beta2)
    {
        // The bases turn in each of the first steps, and most of all then.
        const double Rate = 1e-3;
        var soap = Optimizer.Soap(learningRate: Rate, beta1: beta1, beta2: beta2);
        var source = new FunctionSource<float>(1, 64 * 8, 1);
        for (int epochs = 1; epochs <= 8; epochs++)
        {
            var network = Mlp<float>.Create(2, [48, 48], 1, Activation.Silu, seed: 2);
            var start = Mlp<float>.Create(2, [48, 48], 1, Activation.Silu, seed: 2);
            new SobolevTrainer<float>(network, new SobolevTrainingOptions
            {
                Epochs = epochs,
                BatchSize = 512,
                Optimizer = soap,
                Schedule = LearningRateSchedule.Constant,
                OrderWeights = [1, 1],
                Standardize = false,
                ScaleDirections = false,
            }).Fit(source);
            for (int layer = 0; layer < 3; layer++)
            {
                var weights = network.Layer(layer).Weights;
                double change = System.Numerics.Tensors.TensorPrimitives.Distance<float>(weights, start.Layer(layer).Weights);
                double longest = beta1 == beta2 ? 1 : (1 - beta1) / Math.Sqrt((1 - beta2) * (1 - (beta1 * beta1 / beta2)));
                change.Should().BeLessThanOrEqualTo(1.001 * epochs * Rate * longest * Math.Sqrt(weights.Length), $"layer {layer}, {epochs} steps");
            }
        }
    }

    [Fact]
    public void Eigenbasis_TinyCovariance_StaysOrthonormal()
    {
        // Squares of these numbers are zero in single precision.
        const int Size = 24;
        var random = new Random(4);
        var basis = new Eigenbasis<float>(Size);
        for (int k = 0; k < Size; k++)
        {
            basis.Covariance[(k * Size) + k] = (float)(1e-30 * (random.NextDouble() + 0.1));
        }

        basis.Refresh(new Workspace<float>());
        var q = Matrix<double>.Build.Dense(Size, Size, (i, j) => basis.Vectors[(i * Size) + j]);
        (q.TransposeThisAndMultiply(q) - Matrix<double>.Build.DenseIdentity(Size)).L2Norm().Should().BeLessThan(1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void Eigenbasis_ManyIterations_IsThatOfTheDecomposition(int size)
    {
        var random = new Random(3);
        var factor = Matrix<double>.Build.Dense(size, size, (_, _) => random.NextDouble() - 0.5);
        var orthogonal = factor.QR().Q;
        var covariance = orthogonal * Matrix<double>.Build.DenseDiagonal(size, size, k => Math.Pow(0.7, k)) * orthogonal.Transpose();
        var basis = new Eigenbasis<double>(size);
        covariance.ToRowMajorArray().CopyTo(basis.Covariance, 0);
        var workspace = new Workspace<double>();
        for (int k = 0; k < 200; k++)
        {
            basis.Refresh(workspace);
        }

        var q = Matrix<double>.Build.Dense(size, size, (i, j) => basis.Vectors[(i * size) + j]);
        (q.TransposeThisAndMultiply(q) - Matrix<double>.Build.DenseIdentity(size)).L2Norm().Should().BeLessThan(1e-12);
        (q.Transpose() * covariance * q - Matrix<double>.Build.DenseDiagonal(size, size, k => Math.Pow(0.7, k))).L2Norm().Should().BeLessThan(1e-5);
    }

    [Theory]
    [InlineData(24, 1)]
    [InlineData(256, 9)]
    [InlineData(400, 130)]
    [InlineData(700, 30)]
    public void Eigenbasis_CovarianceOfLowRank_StaysOrthonormal(int size, int rank)
    {
        // Gradients of the first steps: products of few rows, smooth as images are, of lengths that differ a thousandfold.
        var random = new Random(4);
        var basis = new Eigenbasis<float>(size);
        var workspace = new Workspace<float>();
        for (int step = 0; step < 4; step++)
        {
            var gradient = Matrix<float>.Build.Dense(size, rank, (i, k) =>
                (float)(Math.Pow(10, -3.0 * k / rank) * (Math.Sin((0.01 * i * (k + 1)) + step) + (0.01 * random.NextDouble()))));
            var covariance = (gradient * gradient.Transpose()).ToRowMajorArray();
            for (int k = 0; k < covariance.Length; k++)
            {
                basis.Covariance[k] = (0.95f * basis.Covariance[k]) + covariance[k];
            }

            basis.Refresh(workspace);
            var q = Matrix<double>.Build.Dense(size, size, (i, j) => basis.Vectors[(i * size) + j]);
            (q.TransposeThisAndMultiply(q) - Matrix<double>.Build.DenseIdentity(size)).FrobeniusNorm().Should().BeLessThan(1e-4, $"step {step}");
        }
    }

    [Fact]
    public void Eigenbasis_RowInTheSpanOfThoseAbove_IsReplaced()
    {
        // A basis that has lost a direction, as a file from elsewhere might have.
        const int Size = 40;
        var basis = new Eigenbasis<float>(Size);
        var covariance = Matrix<double>.Build.Dense(Size, Size, (i, j) => Math.Exp(-0.01 * (i - j) * (i - j)));
        covariance.ToRowMajorArray().Select(value => (float)value).ToArray().CopyTo(basis.Covariance, 0);
        basis.Transposed.AsSpan(0, Size).CopyTo(basis.Transposed.AsSpan(35 * Size));
        basis.Refresh(new Workspace<float>());
        var q = Matrix<double>.Build.Dense(Size, Size, (i, j) => basis.Vectors[(i * Size) + j]);
        (q.TransposeThisAndMultiply(q) - Matrix<double>.Build.DenseIdentity(Size)).FrobeniusNorm().Should().BeLessThan(1e-4);
    }

    private static Mlp<T> Network<T>()
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => Mlp<T>.Create(2, [19, 33], 1, seed: 3);

    private static T[] Train<T>(Optimizer optimizer, int threads)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var network = Network<T>();
        new SobolevTrainer<T>(network, Short with { Optimizer = optimizer, Threads = threads }).Fit(new FunctionSource<T>(1, 100, 1));
        return network.Parameters.ToArray();
    }
}
