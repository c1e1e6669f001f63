using System.Text.Json;

namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/training.md and docs/guides/inference.md.</summary>
public class TrainingExamples
{
    private static readonly IJetSource<double> Source = new DataExamples.PendulumSource(64);

    [Fact]
    public void Weights_OfOrders_MayFollowSchedules()
    {
        #region example: order weights
        var options = new SobolevTrainingOptions
        {
            Epochs = 50,
            BatchSize = 16,
            OrderWeights =
            [
                1,                                                              // values
                OrderWeight.Geometric(from: 1, to: 0.1),                        // first derivatives
                OrderWeight.Until(OrderWeight.Geometric(1e-2, 1e-4), end: 0.7), // second ones, dropped after 70 % of the training
            ],
            Optimizer = Optimizer.Adam(learningRate: 3e-3, weightDecay: 1e-4),
            Schedule = LearningRateSchedule.Exponential(final: 0.01).WithWarmUp(0.05),
            GradientClipNorm = 10,
        };
        #endregion

        var network = Mlp<double>.Create(1, [16], 1);
        var history = new SobolevTrainer<double>(network, options).Fit(Source).History;
        history[0].OrderWeights[2].Should().BePositive();
        history[^1].OrderWeights[2].Should().Be(0);
    }

    [Fact]
    public void Training_OfAGivenTime_Ends()
    {
        using var console = new ConsoleCapture();
        var network = Mlp<double>.Create(1, [16], 1);
        var training = Source;

        #region example: time budget
        var options = new SobolevTrainingOptions
        {
            TimeBudget = TimeSpan.FromSeconds(2),
            BatchSize = 32,
        };
        var result = new SobolevTrainer<double>(network, options).Fit(training);
        Console.WriteLine($"{result.Steps} steps, error {result.Training.NormalizedRmse:P3}");
        #endregion

        result.End.Should().Be(TrainingEnd.TimeSpent);
        result.Training.NormalizedRmse.Should().BeLessThan(0.05);
    }

    [Fact]
    public void Validation_OfAPart_StopsWhatMemorizes()
    {
        using var console = new ConsoleCapture();
        var network = Mlp<double>.Create(2, [32, 32], 1);
        var random = new Random(1);
        var (x, y) = (new double[200, 2], new double[200]);
        for (int s = 0; s < 200; s++)
        {
            (x[s, 0], x[s, 1]) = (random.NextDouble(), random.NextDouble());
            y[s] = Math.Max(0, x[s, 0] + random.NextDouble() - random.NextDouble() - 0.5);
        }

        var payoffs = JetData.FromValues(x, y);

        #region example: validation part
        var options = new SobolevTrainingOptions { ValidationPart = 0.1, EarlyStopping = new EarlyStopping { Patience = 50 }, Epochs = 2000 };
        var result = new SobolevTrainer<double>(network, options).Fit(payoffs);
        Console.WriteLine(result);                                              // a table of errors, and the findings
        #endregion

        result.End.Should().Be(TrainingEnd.EarlyStopped);
        result.Findings.Should().NotContain([TrainingFinding.NotValidated, TrainingFinding.ValidationRose]);
        result.Validation!.Samples.Should().Be(20);
    }

    [Fact]
    public void Errors_OfComponents_AreATableAndJson()
    {
        using var console = new ConsoleCapture();
        using var folder = new WorkingFolder();
        var network = Mlp<double>.Create(1, [16], 1);
        var fresh = new DataExamples.PendulumSource(100);
        new SobolevTrainer<double>(network).Fit(Source);

        #region example: errors
        var errors = Evaluation.Of(network, fresh, order: 1);
        Console.WriteLine(errors);
        var slope = errors.Components.Single(one => one.Name == "∂0");
        Console.WriteLine($"99 % of the slopes are right to {slope.Quantile99:G2}, the worst is that of sample {slope.WorstSamples[0]}");
        #endregion

        #region example: json
        var json = new JsonSerializerOptions { WriteIndented = true, Converters = { new MatrixJsonConverter<double>() } };
        File.WriteAllText("result.json", JsonSerializer.Serialize(new { Errors = errors, Jacobian = network.Jacobian([0.5]) }, json));
        #endregion

        console.Text.Should().Contain("at sample");
        File.ReadAllText("result.json").Should().Contain("\"Quantile99\"").And.Contain("\"Jacobian\": [");
    }

    [Fact]
    public void Training_ToTheFloor_IsThousandsOfTimesMoreAccurate()
    {
        using var console = new ConsoleCapture();
        var (samples, fresh) = (Product(seed: 1), Product(seed: 2));

        #region example: floor
        var options = new SobolevTrainingOptions { Optimizer = Optimizer.LevenbergMarquardt() };    // 200 steps on the whole set
        var network = Mlp<double>.Create(2, [12, 12], 1, seed: 1);
        var result = new SobolevTrainer<double>(network, options).Fit(samples);
        Console.WriteLine($"{result.Steps} steps, error {Evaluation.Of(network, fresh).NormalizedRmse:E1}");
        #endregion

        Evaluation.Of(network, fresh).NormalizedRmse.Should().BeLessThan(1e-6);

        static IJetSource<double> Product(int seed)
        {
            const int Samples = 300;
            var random = new Random(seed);
            var (x, y, slopes) = (new double[Samples, 2], new double[Samples], new double[Samples, 2]);
            for (int s = 0; s < Samples; s++)
            {
                double a = x[s, 0] = (2 * random.NextDouble()) - 1;
                double b = x[s, 1] = (2 * random.NextDouble()) - 1;
                y[s] = Math.Sin(a) * Math.Cos(b);
                (slopes[s, 0], slopes[s, 1]) = (Math.Cos(a) * Math.Cos(b), -Math.Sin(a) * Math.Sin(b));
            }

            return JetData.FromJacobian(x, y, slopes);
        }
    }

    [Fact]
    public void Progress_IsReportedAndTraining_Stops()
    {
        using var console = new ConsoleCapture();
        var network = Mlp<double>.Create(1, [16], 1);
        var (training, validation) = Source.Split(0.25);
        using var cancellation = new CancellationTokenSource();

        #region example: progress
        var options = new SobolevTrainingOptions
        {
            Epochs = 1000, BatchSize = 16, EarlyStopping = new EarlyStopping { Patience = 5, Improvement = 0.01 },
        };
        var progress = new Progress<TrainingProgress>(report =>
        {
            if (report.IsEndOfEpoch)
            {
                Console.WriteLine($"epoch {report.Epoch}: training {report.TrainingError:P2}, validation {report.ValidationError:P2}");
            }
        });
        var result = new SobolevTrainer<double>(network, options).Fit(training, validation, progress, cancellation.Token);
        #endregion

        result.History.Should().HaveCount(result.Epochs);
        result.Validation.Should().NotBeNull();
    }

    [Fact]
    public void Training_ThatWasInterrupted_GoesOnToTheSameBits()
    {
        using var folder = new WorkingFolder();
        var whole = Mlp<double>.Create(1, [16], 1, seed: 4);
        new SobolevTrainer<double>(whole, new SobolevTrainingOptions { Epochs = 30, BatchSize = 16 }).Fit(Source);

        using var cancellation = new CancellationTokenSource();
        void StopHalfway(TrainingProgress report)
        {
            if (report.Epoch == 15)
            {
                cancellation.Cancel();
            }
        }

        var progress = new Immediate<TrainingProgress>(StopHalfway);

        #region example: checkpoint
        var options = new SobolevTrainingOptions
        {
            Epochs = 30, BatchSize = 16, Checkpoint = new CheckpointOptions("run.checkpoint") { Every = TimeSpan.FromMinutes(5) },
        };
        var trainer = new SobolevTrainer<double>(Mlp<double>.Create(1, [16], 1, seed: 4), options);
        try
        {
            trainer.Fit(Source, progress: progress, cancellationToken: cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            // The checkpoint was written on the way out; a later process does this:
            trainer = new SobolevTrainer<double>(Mlp<double>.Create(1, [16], 1, seed: 4), options);
            trainer.ResumeFrom("run.checkpoint");
            trainer.Fit(Source);
        }
        #endregion

        cancellation.IsCancellationRequested.Should().BeTrue();
        trainer.Network.Parameters.SequenceEqual(whole.Parameters).Should().BeTrue();
    }

    [Fact]
    public void Jacobians_OfManySamples_ComeFromOnePass()
    {
        var network = Mlp<double>.Create(3, [16], 2, seed: 9);
        double[] x = [.. Enumerable.Range(0, 30 * 3).Select(k => Math.Sin(k))];

        #region example: batch of jacobians
        // Outputs and Jacobians of S samples at once: x (S, n) gives y (S, m) and jacobian (S, m, n).
        var (inputs, outputs) = (network.Architecture.Inputs, network.Architecture.Outputs);
        int samples = x.Length / inputs;
        var pass = new AdjointPass<double>(network, tangents: 0, capacity: samples);
        var (y, jacobian) = (new double[samples * outputs], new double[samples * outputs * inputs]);
        pass.Forward(x, directions: [], y, jacobian, products: []);

        double Slope(int s, int o, int i) => jacobian[(((s * outputs) + o) * inputs) + i];      // ∂yₒ/∂xᵢ of sample s
        #endregion

        double[] expected = network.Evaluate(x);
        for (int s = 0; s < samples; s++)
        {
            double[,] one = network.Jacobian(x.AsSpan(3 * s, 3));
            for (int o = 0; o < 2; o++)
            {
                y[(2 * s) + o].Should().BeApproximately(expected[(2 * s) + o], 1e-12);
                for (int i = 0; i < 3; i++)
                {
                    Slope(s, o, i).Should().BeApproximately(one[o, i], 1e-12);
                }
            }
        }
    }

    [Fact]
    public void Jets_OfAManifold_GoThroughANetwork()
    {
        var network = Mlp<double>.Create(3, [16], 2, seed: 9);
        double r = 0.7;

        #region example: propagate
        // How the outputs change as the input moves along a curved path x(r): value, ∂y/∂r and ∂²y/∂r².
        var path = new JetBatch<double>(JetLayout.Full(tangents: 1, order: 2), samples: 1, features: 3);
        new[] { Math.Cos(r), Math.Sin(r), r }.CopyTo(path.Row(0, 0));
        new[] { -Math.Sin(r), Math.Cos(r), 1 }.CopyTo(path.Row(1, 0));
        new[] { -Math.Cos(r), -Math.Sin(r), 0 }.CopyTo(path.Row(2, 0));
        JetBatch<double> y = network.Propagate(path);
        #endregion

        double[] At(double s) => network.Evaluate([Math.Cos(s), Math.Sin(s), s]);
        const double H = 1e-4;
        for (int o = 0; o < 2; o++)
        {
            y[1, 0, o].Should().BeApproximately((At(r + H)[o] - At(r - H)[o]) / (2 * H), 1e-6);
            y[2, 0, o].Should().BeApproximately((At(r + H)[o] - (2 * At(r)[o]) + At(r - H)[o]) / (H * H), 1e-6);
        }
    }

    [Fact]
    public void Predictor_AnswersManyThreads()
    {
        var network = Mlp<double>.Create(3, [16], 2, seed: 9);
        double[] requests = [.. Enumerable.Range(0, 30 * 3).Select(k => Math.Sin(k))];
        var answers = new double[30 * 2];
        var (jacobians, hessians) = (new double[30 * 2 * 3], new double[30 * 2 * 3 * 3]);

        #region example: predictor
        var predictor = new Predictor<double>(network);
        Parallel.For(0, 30, request =>
            predictor.Evaluate(requests.AsSpan(3 * request, 3), answers.AsSpan(2 * request, 2)));

        predictor.Jacobian(requests, jacobians);        // (S, n) gives (S, m, n), here in one call
        predictor.Hessian(requests, hessians);          // (S, m, n, n)
        #endregion

        answers.Should().Equal(network.Evaluate(requests));
        jacobians.AsSpan(0, 6).ToArray().Should().Equal(network.Jacobian(requests.AsSpan(0, 3)).Cast<double>());
        hessians.AsSpan(0, 18).ToArray().Should().Equal(network.Hessian(requests.AsSpan(0, 3)).Cast<double>());
    }

    [Fact]
    public void File_OfANetwork_HasTheNamesThatTheGuideTells()
    {
        using var folder = new WorkingFolder();
        var network = Mlp<float>.Create(3, [8, 8], 2);

        #region example: safetensors
        network.Fold().Save("plain.safetensors");               // folded: the weights act on raw inputs, as other programs expect
        SafetensorsFile file = SafetensorsFile.Read("plain.safetensors");
        SafetensorsTensor weight = file.GetTensor("net.0.weight");      // shape (8, 3): outputs, inputs
        float[] numbers = weight.ToArray<float>();
        #endregion

        file.Tensors.Select(tensor => tensor.Name).Should().Equal(
            "net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias", "net.4.weight", "net.4.bias");
        file.Metadata["sizes"].Should().Be("3,8,8,2");
        file.Metadata["activation"].Should().Be("tanh");
        numbers.Should().HaveCount(24);
    }
}
