using SobolevNet.Tests.Files;

namespace SobolevNet.Tests.Training;

public class InputMetricTests
{
    /// <summary>y = sin(w·x + 0.3) with noise on the values, and its exact gradient.</summary>
    private static IJetSource<double> Ridge(int inputs, int samples, ulong seed, double noise)
    {
        double[] w = [.. Enumerable.Range(0, inputs).Select(i => (i + 1.0) / (inputs * Math.Sqrt(inputs)))];
        var (x, y, dydx) = (new double[samples, inputs], new double[samples], new double[samples, inputs]);
        for (int s = 0; s < samples; s++)
        {
            var random = new RandomStream(seed, (ulong)s);
            double sum = 0;
            for (int i = 0; i < inputs; i++)
            {
                x[s, i] = random.NextNormal();
                sum += w[i] * x[s, i];
            }

            y[s] = Math.Sin(sum + 0.3) + (noise * random.NextNormal());
            for (int i = 0; i < inputs; i++)
            {
                dydx[s, i] = w[i] * Math.Cos(sum + 0.3);
            }
        }

        return JetData.FromJacobian(x, y, dydx);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Measure_ConstantInputsOrNoGradients_HasNoMetric(bool isConstant, bool isFlat)
    {
        var (x, y, slopes) = (new double[40, 2], new double[40], new double[40, 2]);
        for (int s = 0; s < 40; s++)
        {
            (x[s, 0], x[s, 1], y[s]) = (isConstant ? 3 : s, isConstant ? -1 : s % 7, s % 3);
            (slopes[s, 0], slopes[s, 1]) = isFlat ? (0, 0) : (1, s % 2);
        }

        Measure(JetData.FromJacobian(x, y, slopes)).Should().BeNull();
    }

    [Fact]
    public void Measure_FunctionOfOneCombination_KeepsThatAxisAndShrinksTheOthers()
    {
        var source = Ridge(3, 500, seed: 1, noise: 0);
        double[] metric = Measure(source)!;
        double[] axis = [1 / Math.Sqrt(14), 2 / Math.Sqrt(14), 3 / Math.Sqrt(14)];
        double[] across = [2 / Math.Sqrt(5), -1 / Math.Sqrt(5), 0];
        double along = Length(metric, axis);
        along.Should().BeApproximately(1, 0.1, "inputs have deviation 1");
        (Length(metric, across) / along).Should().BeApproximately(3.0 / 500, 1e-6);
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                metric[(3 * i) + j].Should().BeApproximately(metric[(3 * j) + i], 1e-12);
            }
        }
    }

    [Fact]
    public void Measure_TangentsThatAreNotTheInputs_HaveNoMetric()
    {
        var (x, v) = (new double[20, 2], new double[20, 2, 2]);
        var (y, dyv) = (new double[20], new double[20, 2]);
        for (int s = 0; s < 20; s++)
        {
            (x[s, 0], x[s, 1], y[s]) = (s, s * s, s);
            (v[s, 0, 0], v[s, 0, 1], v[s, 1, 0], v[s, 1, 1]) = (1, 1, 1, -1);
            (dyv[s, 0], dyv[s, 1]) = (1, 1);
        }

        Measure(JetData.FromDirections(x, v, y, dyv)).Should().BeNull();
        Measure(JetData.FromValues(x, y)).Should().BeNull();
        Measure(Ridge(1, 20, 1, 0)).Should().BeNull();
    }

    [Fact]
    public void ScaleDirections_WithNoisyLabels_LowersTheErrorOnFreshSamples()
    {
        var training = Ridge(6, 1000, seed: 1, noise: 0.5);
        var test = Ridge(6, 1000, seed: 2, noise: 0);
        double scaled = Error(scale: true);
        scaled.Should().BeLessThan(0.1);
        Error(scale: false).Should().BeGreaterThan(1.15 * scaled);

        double Error(bool scale)
        {
            var network = Mlp<double>.Create(6, [32, 32], 1, Activation.Softplus, seed: 3);
            var options = new SobolevTrainingOptions { Epochs = 40, ScaleDirections = scale };
            new SobolevTrainer<double>(network, options).Fit(training);
            return Evaluation.Of(network, test).NormalizedRmse;
        }
    }

    [Fact]
    public void ScaleDirections_CanceledAndResumed_GivesTheSameBits()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("metric.checkpoint");
        var source = Ridge(4, 100, seed: 5, noise: 0.1);
        var options = new SobolevTrainingOptions { Epochs = 5, BatchSize = 32, Threads = 2, Checkpoint = new CheckpointOptions(path) };
        var whole = Network();
        new SobolevTrainer<double>(whole, options with { Checkpoint = null }).Fit(source);

        using var cancellation = new CancellationTokenSource();
        var interrupted = new SobolevTrainer<double>(Network(), options);
        var progress = new SynchronousProgress(report =>
        {
            if (report.Epoch == 2)
            {
                cancellation.Cancel();
            }
        });
        FluentActions.Invoking(() => interrupted.Fit(source, null, progress, cancellation.Token)).Should().Throw<OperationCanceledException>();
        var resumed = new SobolevTrainer<double>(Network(), options);
        resumed.ResumeFrom(path);
        resumed.Fit(source);
        resumed.Network.Parameters.ToArray().Should().Equal(whole.Parameters.ToArray());

        static Mlp<double> Network() => Mlp<double>.Create(4, [8], 1, Activation.Tanh, seed: 1);
    }

    private static double[]? Measure(IJetSource<double> source)
    {
        using var team = new WorkerTeam(2);
        return InputMetric.Measure(source, null, [1.0], team, new MeasuringTime(null, CancellationToken.None));
    }

    private static double Length(double[] metric, double[] direction)
    {
        double square = 0;
        for (int i = 0; i < direction.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < direction.Length; j++)
            {
                sum += metric[(i * direction.Length) + j] * direction[j];
            }

            square += sum * sum;
        }

        return Math.Sqrt(square);
    }
}
