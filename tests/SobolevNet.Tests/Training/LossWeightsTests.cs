namespace SobolevNet.Tests.Training;

/// <summary>Weights of outputs and of components: in the loss, in training, in errors, and those that are refused.</summary>
public class LossWeightsTests
{
    private const int Samples = 60;

    /// <summary>value, ∂0, ∂1, ∂0∂0, ∂0∂1, ∂1∂1.</summary>
    private static readonly double[] s_components = [2, 4, 1, 1, 0, 3];

    private static readonly double[] s_outputs = [0.5, 2];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Loss_WithWeights_IsThatOfPlainSums(bool balanced)
    {
        var source = Labels(seed: 1);
        var options = new SobolevTrainingOptions { OutputWeights = s_outputs, ComponentWeights = s_components };
        var loss = SobolevLoss.Measure(source, balanced, LossWeights.Of(options, source.Layout, 2, [true, true, true]));
        var (input, target) = Reference.PlainLoss.Widen(source);
        var output = new JetBatch<double>(source.Layout, Samples, 2);
        new JetPass<double>(Network(), source.Layout, Samples).Forward(input, output);
        double[] expected = Plain(source, output, target, balanced);
        double[] losses = new double[3 * Samples];
        loss.Evaluate<double>(output, target, [1, 1, 1], 1.0 / Samples, losses);
        for (int order = 0; order < 3; order++)
        {
            losses.Where((_, k) => k % 3 == order).Average().Should().BeApproximately(expected[order], 1e-11 * expected[order], "order {0}", order);
        }
    }

    [Fact]
    public void Fit_ComponentsOfWeightZero_DoNotDependOnTheirLabels()
    {
        // The delta by input 1, and the Hessian column of input 0.
        foreach (double[] weights in (double[][])[[1, 1, 0, 1, 1, 1], [1, 1, 1, 0, 0, 1]])
        {
            bool[] isFree = [.. weights.Select(weight => weight == 0)];
            var options = Options() with { ComponentWeights = weights };
            double[] trained = Fit(Labels(seed: 2), options);
            Fit(Labels(seed: 2, change: (c, _) => isFree[c]), options).Should().Equal(trained);
            Fit(Labels(seed: 2, change: (c, _) => isFree[c], changed: double.NaN), options).Should().Equal(trained, "labels that are not trained may be missing");
            Fit(Labels(seed: 2, change: (c, _) => isFree[c]), Options()).Should().NotEqual(trained);
        }
    }

    [Fact]
    public void Fit_OutputOfWeightZero_IsNotTrained()
    {
        var options = Options() with { OutputWeights = [1, 0], OrderWeights = [1, 1, 1] };
        var network = Network();
        new SobolevTrainer<double>(network, options).Fit(Labels(seed: 3));
        network.Layer(1).Weights[8..].ToArray().Should().Equal(Network().Layer(1).Weights[8..].ToArray());
        network.Layer(1).Weights[..8].ToArray().Should().NotEqual(Network().Layer(1).Weights[..8].ToArray());
        double[] missing = Fit(Labels(seed: 3, change: (c, f) => f == 1, changed: double.NaN), options);
        missing.Zip(network.Parameters.ToArray(), (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-9, "its labels may all be missing");
    }

    [Fact]
    public void Fit_OnlyRatiosOfWeights_Matter()
    {
        var source = Labels(seed: 4);
        double[] weighted = Fit(source, Options() with { OutputWeights = s_outputs, ComponentWeights = s_components });
        Fit(source, Options() with { OutputWeights = [2, 8], ComponentWeights = [.. s_components.Select(weight => 8 * weight)] }).Should().Equal(weighted);
        Fit(source, Options() with { OutputWeights = s_outputs, ComponentWeights = [1, 4, 1, 2, 0, 6] }).Should().Equal(weighted, "orders are weighed by order weights alone");
        double[] plain = Fit(source, Options());
        plain.Should().NotEqual(weighted);
        Fit(source, Options() with { OutputWeights = [3, 3], ComponentWeights = [7, 7, 7, 7, 7, 7] }).Should().Equal(plain);
    }

    [Fact]
    public void Fit_Weights_TradeErrorsOfOutputs()
    {
        // Labels of one hidden unit that cannot serve both outputs.
        var source = Labels(seed: 5);
        double[] Errors(double[] weights)
        {
            var network = Mlp<double>.Create(2, [2], 2, seed: 1);
            var options = Options() with { OutputWeights = weights, Epochs = 60, Order = 0 };
            var result = new SobolevTrainer<double>(network, options).Fit(source);
            return [.. result.Training!.Components.Select(component => component.Relative!.Value)];
        }

        var (first, second) = (Errors([100, 1]), Errors([1, 100]));
        first[0].Should().BeLessThan(second[0]);
        second[1].Should().BeLessThan(first[1]);
    }

    [Fact]
    public void Errors_OfATraining_AreWeighedLikeItsLoss()
    {
        var (source, validation) = (Labels(seed: 6), Labels(seed: 7));
        var network = Network();
        var options = Options() with { OutputWeights = s_outputs, ComponentWeights = s_components };
        var result = new SobolevTrainer<double>(network, options).Fit(source, validation);
        var (input, target) = Reference.PlainLoss.Widen(source);
        var output = new JetBatch<double>(source.Layout, Samples, 2);
        new JetPass<double>(network, source.Layout, Samples).Forward(input, output);
        double[] expected = [.. Plain(source, output, target, balanced: true).Select(Math.Sqrt)];
        result.Training!.OrderErrors.Zip(expected, (a, b) => Math.Abs((a / b) - 1)).Max().Should().BeLessThan(1e-11);
        result.Training.OrderErrors.Zip(Evaluation.Of(network, source, order: 2).OrderErrors, (a, b) => Math.Abs((a / b) - 1)).Max().Should().BeGreaterThan(1e-3);
        result.Training.ToString().Should().StartWith("60 samples, weighted relative error ");
        new SobolevTrainer<double>(Network(), Options()).Fit(source).Training!.ToString().Should().StartWith("60 samples, relative error ");
        result.Validation!.NormalizedRmse.Should().Be(result.History[^1].ValidationError);
    }

    [Fact]
    public void Fit_ValidationOfOtherComponents_HasTheWeightsOfOutputs()
    {
        var source = Labels(seed: 6).Truncate(1);
        var one = JetData.FromJacobian(new double[,] { { 1, 2 }, { 2, 1 }, { 0, 3 } }, new double[,] { { 1, 2 }, { 3, 4 }, { 5, 8 } }, new double[3, 2, 1], inputs: [0]);
        foreach (var (training, validation) in new[] { (source, one), (one, source) })
        {
            var options = Options() with { OutputWeights = s_outputs };
            new SobolevTrainer<double>(Network(), options).Fit(training, validation).Validation!.OrderErrors.Should().HaveCount(2);
        }
    }

    [Fact]
    public void Fit_ResumedWithWeights_GivesTheBitsOfOneTraining()
    {
        string path = Path.Combine(Path.GetTempPath(), $"weights-{Guid.NewGuid():N}.safetensors");
        var options = Options() with { OutputWeights = [1, 0], ComponentWeights = s_components, OrderWeights = [1, 1, 1] };
        options = options with { Checkpoint = new CheckpointOptions(path), Schedule = LearningRateSchedule.Constant };
        var network = Network();
        var trainer = new SobolevTrainer<double>(network, options with { Epochs = 2 });
        trainer.Fit(Labels(seed: 8));
        var resumed = new SobolevTrainer<double>(Network(), options with { Epochs = 4 });
        resumed.ResumeFrom(path);
        resumed.Fit(Labels(seed: 8));
        resumed.Network.Parameters.ToArray().Should().Equal(Fit(Labels(seed: 8), options with { Epochs = 4, Checkpoint = null }));
        var other = new SobolevTrainer<double>(Network(), options with { Epochs = 4, OutputWeights = [1, 0.5] });
        other.ResumeFrom(path);
        other.Invoking(one => one.Fit(Labels(seed: 8))).Should().Throw<InvalidDataException>().WithMessage("*OutputWeights is 1 | 0 in the checkpoint and 1 | 0.5 here*");
        File.Delete(path);
    }

    [Fact]
    public void Options_WeightsThatAreNone_AreRefused()
    {
        void Refused(Func<SobolevTrainingOptions> options, string message, string name) =>
            FluentActions.Invoking(options).Should().Throw<ArgumentException>().WithMessage(message).WithParameterName(name);
        Refused(() => new() { OutputWeights = [1, -0.5] }, "OutputWeights[1] is -0.5; expected a finite number of at least 0.*", "OutputWeights");
        Refused(() => new() { ComponentWeights = [double.NaN] }, "ComponentWeights[0] is NaN*", "ComponentWeights");
        Refused(() => new() { ComponentWeights = [1, double.PositiveInfinity] }, "ComponentWeights[1] is *", "ComponentWeights");
        Refused(() => new() { OutputWeights = [0, 0] }, "OutputWeights has 2 weights, none above 0*", "OutputWeights");
        Refused(() => new() { OutputWeights = [] }, "OutputWeights has 0 weights*", "OutputWeights");
    }

    [Fact]
    public void Fit_WeightsThatDoNotFitTheData_AreRefused()
    {
        var source = Labels(seed: 9);
        void Refused(SobolevTrainingOptions options, string message, string name, IJetSource<double>? validation = null) =>
            FluentActions.Invoking(() => new SobolevTrainer<double>(Network(), options).Fit(source, validation)).Should().Throw<ArgumentException>()
                .WithMessage(message).WithParameterName(name);
        Refused(Options() with { OutputWeights = [1] }, "OutputWeights has 1 weights, but the network has 2 outputs; expected 2 weights.*", "OutputWeights");
        Refused(Options() with { ComponentWeights = [1, 1, 1] }, "ComponentWeights has 3 weights, but the labels have the components*6 weights.*", "ComponentWeights");
        Refused(Options() with { ComponentWeights = [1, 0, 0, 1, 1, 1] }, "All components of order 1 have the weight 0*OrderWeights*", "ComponentWeights");
        Refused(
            Options() with { ComponentWeights = s_components }, "*ComponentWeights for*validation data have*", "validation",
            JetData.FromJacobian(new double[2, 2], new double[2, 2], new double[2, 2, 1], inputs: [0]));
        Fit(source, Options() with { ComponentWeights = [1, 0, 0, 1, 1, 1], Order = 0 }).Should().NotBeEmpty("order 1 is not trained");
        var points = new LossTerm<double>(source, _ => 0);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network(), Options() with { OutputWeights = [1, 2] }).Fit([points])).Should().Throw<ArgumentException>()
            .WithMessage("The options have OutputWeights, but no term has labels*");
    }

    /// <summary>Eₖ by its definition.</summary>
    private static double[] Plain(IJetSource<double> source, JetBatch<double> output, JetBatch<double> target, bool balanced)
    {
        var layout = source.Layout;
        var (above, below) = (new double[3], new double[3]);
        for (int f = 0; f < 2; f++)
        {
            double mean = Enumerable.Range(0, Samples).Average(s => target[0, s, f]);
            double variance = Enumerable.Range(0, Samples).Average(s => Math.Pow(target[0, s, f] - mean, 2));
            for (int c = 0; c < layout.Count; c++)
            {
                double range = c == 0 ? 1 : c < 3 ? source.TangentScale(c - 1) : c == 3 ? Math.Pow(source.TangentScale(0), 2)
                    : c == 4 ? source.TangentScale(0) * source.TangentScale(1) : Math.Pow(source.TangentScale(1), 2);
                double weight = s_components[c] * s_outputs[f] * range * range / (balanced ? variance : 1);
                for (int s = 0; s < Samples; s++)
                {
                    above[layout.OrderOf(c)] += weight * Math.Pow(output[c, s, f] - target[c, s, f], 2);
                    below[layout.OrderOf(c)] += weight * Math.Pow(target[c, s, f] - (c == 0 ? mean : 0), 2);
                }
            }
        }

        return [.. above.Zip(below, (a, b) => a / b)];
    }

    private static SobolevTrainingOptions Options() => new() { Epochs = 2, BatchSize = 25, Optimizer = Optimizer.Adam(), Threads = 1 };

    private static Mlp<double> Network() => Mlp<double>.Create(2, [8], 2, seed: 11);

    private static double[] Fit(IJetSource<double> source, SobolevTrainingOptions options)
    {
        var network = Network();
        new SobolevTrainer<double>(network, options).Fit(source);
        return network.Parameters.ToArray();
    }

    /// <summary>Random labels; some components of outputs replaced by other numbers.</summary>
    private static IJetSource<double> Labels(ulong seed, Func<int, int, bool>? change = null, double changed = -0.7)
    {
        var random = new RandomStream(seed);
        var (x, y, dydx, d2ydx2) = (new double[Samples, 2], new double[Samples, 2], new double[Samples, 2, 2], new double[Samples, 2, 2, 2]);
        for (int s = 0; s < Samples; s++)
        {
            (x[s, 0], x[s, 1]) = (random.NextNormal(), 3 * random.NextNormal());
            for (int f = 0; f < 2; f++)
            {
                double[] labels = [.. Enumerable.Range(0, 6).Select(_ => (1 + (4 * f)) * random.NextNormal())];
                for (int c = 0; c < 6; c++)
                {
                    labels[c] = change?.Invoke(c, f) == true && !double.IsNaN(changed) ? changed * (1 + (s % 5)) : labels[c];
                }

                (y[s, f], dydx[s, f, 0], dydx[s, f, 1]) = (labels[0], labels[1], labels[2]);
                (d2ydx2[s, f, 0, 0], d2ydx2[s, f, 0, 1], d2ydx2[s, f, 1, 0], d2ydx2[s, f, 1, 1]) = (labels[3], labels[4], labels[4], labels[5]);
            }
        }

        // A builder refuses outputs and components of which nothing is known.
        var source = JetData.FromJacobian(x, y, dydx, d2ydx2);
        return double.IsNaN(changed) ? new Reference.MaskedSource<double>(source, (_, c, f) => change!(c, f)) : source;
    }
}
