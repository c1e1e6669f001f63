using System.Numerics;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>Losses of the user's own are trained as the library's own one is.</summary>
public class OwnLossTests
{
    private static readonly SobolevTrainingOptions Plain = new() { Standardize = false, ScaleDirections = false, BatchSize = 16, Epochs = 2 };

    [Theory]
    [InlineData(DerivativePropagation.Forward)]
    [InlineData(DerivativePropagation.Adjoint)]
    public void Gradient_OfAnOwnLoss_AgreesWithFiniteDifferences(DerivativePropagation propagation)
    {
        const int Batch = 900;      // more than one chunk of either way
        const double Weight = 0.7;
        var network = ScaledNetwork(hidden: [7, 6]);
        double[] coefficients = [0.8, -0.3];
        double[] gradient = new double[network.Parameters.Length];
        double[] before = [.. gradient.Select((_, k) => (double)k)];
        before.CopyTo(gradient, 0);
        using var team = new WorkerTeam(2);
        var packed = new PackedNetwork<double>(network);
        var pass = new TrainingPass<double>(network, packed, gradient, Points(Batch), Residual, coefficients, Batch, team, propagation);
        long[] samples = [.. Enumerable.Range(0, Batch).Select(k => (long)(k * 7 % Batch))];
        double[] loss = new double[1];
        pass.Run(samples, 0, Batch, [Weight], loss, accumulates: true).Should().BeTrue();
        double[] ofCoefficients = [1, 2];
        pass.AddCoefficientGradient(ofCoefficients);

        double Loss()
        {
            double[] measured = new double[1];
            pass.Measure(samples, 0, Batch, measured);
            return measured[0];
        }

        Loss().Should().BeApproximately(loss[0], 1e-13 * loss[0]);
        double[] found = [.. gradient.Zip(before, (g, b) => g - b)];
        double scale = found.Max(Math.Abs);
        for (int k = 0; k < found.Length; k += 5)
        {
            double slope = Slope(step => network.Parameters[k] += step, Loss);
            found[k].Should().BeApproximately(Weight * slope, 1e-7 * scale, $"parameter {k}");
        }

        for (int k = 0; k < coefficients.Length; k++)
        {
            double slope = Slope(step => coefficients[k] += step, Loss);
            ofCoefficients[k].Should().BeApproximately(k + 1 + (Weight * slope), 1e-7 * Math.Abs(slope), $"coefficient {k}");
        }
    }

    [Fact]
    public void Fit_SobolevLossAsAnOwnLoss_GivesTheSameNetworkToRounding()
    {
        var source = new FunctionSource<double>(2, 70, 1);
        double[] orderWeights = [1, 0.5, 0.25];
        var options = Plain with { OrderWeights = [.. orderWeights.Select(OrderWeight.Constant)], Optimizer = Optimizer.Adam() };
        var expected = Mlp<double>.Create(2, [12, 9], 1, seed: 3);
        new SobolevTrainer<double>(expected, options).Fit(source);

        var loss = SobolevLoss.Measure(source);
        double[] weights = [.. Enumerable.Range(0, source.Layout.Count).Select(c =>
            orderWeights[source.Layout.OrderOf(c)] * loss.ComponentWeights[c] * loss.OutputWeights[0] / loss.Normalizers[source.Layout.OrderOf(c)])];
        var found = Mlp<double>.Create(2, [12, 9], 1, seed: 3);
        var result = new SobolevTrainer<double>(found, options with { OrderWeights = null }).Fit([new LossTerm<double>(source, s =>
        {
            double sum = 0;
            for (int c = 0; c < weights.Length; c++)
            {
                double error = s.Output[c, 0, 0] - s.Target[c, 0, 0];
                sum += weights[c] * error * error;
                s.Adjoint[c, 0, 0] = 2 * weights[c] * error;
            }

            return sum;
        })]);
        found.Parameters.ToArray().Zip(expected.Parameters.ToArray(), (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-10);
        result.TermLosses.Should().ContainSingle().Which.Should().BePositive();
        result.History[^1].Loss.Should().BeApproximately(result.History[^1].TermLosses[0], 1e-14);
        result.Training.Samples.Should().Be(0);
        result.Training.NormalizedRmse.Should().Be(double.NaN);
        System.Text.Json.JsonSerializer.Serialize(result).Should().Contain(nameof(result.TermLosses));
        result.ToString().Should().Contain("Mean loss of term 0");
    }

    [Fact]
    public void Fit_LabelsAndTerms_StepsAlongTheSumOfTheirGradients()
    {
        var labels = new FunctionSource<double>(1, 16, 1);
        var points = Points(16);
        var options = Plain with { OrderWeights = [1, 1], Epochs = 1, Optimizer = Optimizer.Sgd(0.01, momentum: 0), Schedule = LearningRateSchedule.Constant };
        double[] Change(Func<SobolevTrainer<double>, TrainingResult> fit)
        {
            var network = Mlp<double>.Create(2, [8], 1, seed: 3);
            double[] start = network.Parameters.ToArray();
            fit(new SobolevTrainer<double>(network, options)).Steps.Should().Be(1);
            return [.. network.Parameters.ToArray().Zip(start, (a, b) => a - b)];
        }

        var own = new LossTerm<double>(points, Smooth, weight: 3);
        double[] ofLabels = Change(trainer => trainer.Fit(labels));
        options = options with { OrderWeights = null };
        double[] ofTerm = Change(trainer => trainer.Fit([own]));
        options = options with { OrderWeights = [1, 1] };
        double[] ofBoth = Change(trainer => trainer.Fit([new LossTerm<double>(labels), own]));
        double scale = ofBoth.Max(Math.Abs);
        ofTerm.Max(Math.Abs).Should().BeGreaterThan(0.1 * scale);
        for (int k = 0; k < ofBoth.Length; k++)
        {
            ofBoth[k].Should().BeApproximately(ofLabels[k] + ofTerm[k], 1e-13 * scale);
        }
    }

    public static TheoryData<string> Mixes => ["labels, own and coefficients", "own alone", "own, clipped, Adam"];

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits(string mix)
    {
        double[] one = Train(mix, threads: 1);
        one.Should().OnlyContain(value => double.IsFinite(value));
        Train(mix, threads: 2).Should().Equal(one);
        Train(mix, threads: 3).Should().Equal(one);
    }

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Fit_CanceledAnywhereAndResumed_GivesTheSameBits(string mix)
    {
        double[] whole = Train(mix, threads: 2);
        foreach (int step in (int[])[1, 3, 4, 9])
        {
            Train(mix, threads: 2, interruptAt: step).Should().Equal(whole, $"interrupted in step {step}");
        }
    }

    [Fact]
    public void Fit_TermsOfAnySize_TakeABatchOfEachOrAllThatThereAre()
    {
        int[] seenBySmall = new int[5];
        int[] seenByLarge = new int[100];
        var options = Plain with { Epochs = 1, Threads = 1 };
        JetLoss<double> Count(int[] seen) => s =>
        {
            Interlocked.Increment(ref seen[s.Number]);
            return 0;
        };
        var network = Mlp<double>.Create(2, [4], 1, seed: 1);
        int steps = 0;
        options = options with { Schedule = new StepWatch(LearningRateSchedule.Constant, step => steps = step == 1 ? Started() : step) };
        int Started()
        {
            Array.Clear(seenBySmall);
            Array.Clear(seenByLarge);
            return 1;
        }

        int[]? small = null;
        int[]? large = null;
        var progress = new SynchronousProgress(report =>
        {
            (small, large) = report.IsEndOfEpoch ? ([.. seenBySmall], [.. seenByLarge]) : (small, large);
        });
        new SobolevTrainer<double>(network, options).Fit(
            [new LossTerm<double>(Points(64), Smooth), new LossTerm<double>(Points(5), Count(seenBySmall)), new LossTerm<double>(Points(100), Count(seenByLarge))],
            progress: progress);
        steps.Should().Be(4, "an epoch is a pass over the first term");
        small.Should().OnlyContain(times => times == 4, "all samples of a small term are in every step");
        large!.Sum().Should().Be(64, "a larger term has a batch in every step");
        large.Should().OnlyContain(times => times <= 1);
    }

    [Fact]
    public void Fit_WeightThatHasGoneToZero_LeavesTheTermOut()
    {
        int calls = 0;
        var options = Plain with { Epochs = 10, BatchSize = 64 };
        var dropped = new LossTerm<double>(
            Points(8),
            s =>
            {
                Interlocked.Increment(ref calls);
                return Smooth(s);
            },
            OrderWeight.Until(1, 0.5));
        int atEnd = -1;
        var progress = new SynchronousProgress(report => atEnd = report.Fraction >= 1 ? calls : atEnd);
        var result = new SobolevTrainer<double>(Mlp<double>.Create(2, [4], 1, seed: 1), options).Fit([new LossTerm<double>(Points(64), Smooth), dropped], progress: progress);
        (atEnd / 8).Should().BeInRange(5, 6, "five steps and one call before the first");
        result.History[^1].TermLosses[1].Should().Be(double.NaN);
        result.History[^1].Loss.Should().BeApproximately(result.History[^1].TermLosses[0], 1e-14);
        result.TermLosses[1].Should().BePositive("losses are measured at the end whatever their weight");
    }

    [Theory]
    [InlineData("loss")]
    [InlineData("adjoint")]
    [InlineData("coefficient")]
    public void Fit_OwnLossThatIsNotFinite_NamesTheTermAndKeepsTheParameters(string what)
    {
        double[]? before = null;
        int step = 0;
        var network = Mlp<double>.Create(2, [6], 1, seed: 1);
        var options = Plain with
        {
            Epochs = 3,
            Schedule = new StepWatch(LearningRateSchedule.Constant, now => (step, before) = (now, now == 4 ? network.Parameters.ToArray() : before)),
        };
        double Broken(JetLossSample<double> s)
        {
            bool isBroken = step == 4 && s.Number == 11;
            s.Adjoint[5, 0, 0] = isBroken && what == "adjoint" ? double.NaN : 1;
            s.CoefficientAdjoint[0] = isBroken && what == "coefficient" ? double.PositiveInfinity : 1;
            return isBroken && what == "loss" ? double.NegativeInfinity : s.Output[5, 0, 0];
        }

        var trainer = new SobolevTrainer<double>(network, options) { Coefficients = [2.0] };
        trainer.Invoking(t => t.Fit([new LossTerm<double>(Points(32), Smooth), new LossTerm<double>(Points(13), Broken, name: "wall")]))
            .Should().Throw<NonFiniteLossException>().WithMessage("*term 1 (wall)*sample 11 *epoch 2, step 2*").Which.Step.Should().Be(2);
        network.Parameters.ToArray().Should().Equal(before);
        trainer.Coefficients[0].Should().NotBe(2).And.Subject.Should().BeInRange(1.9, 2.1);
    }

    [Fact]
    public void Fit_PointsThatDoNotMove_AreRefused()
    {
        var rests = JetSource.Generate<double>(
            JetLayout.Full(1, 1), 1, 1, 20, (long sample, ref RandomStream _, JetSpan<double> t, JetSpan<double> _) => t[0, 0, 0] = sample);
        var trainer = new SobolevTrainer<double>(Mlp<double>.Create(1, [6], 1, seed: 1), Plain);
        trainer.Invoking(t => t.Fit([new LossTerm<double>(rests, s => s.Output[1, 0, 0], name: "slope")])).Should().Throw<ArgumentException>()
            .WithMessage("*term 0 (slope)*zero in all samples*TangentInputs*").WithParameterName("terms");
    }

    [Fact]
    public void Fit_AdjointOfTheOnlySampleThatIsNotFinite_IsNoticed()
    {
        double Broken(JetLossSample<double> s)
        {
            s.Adjoint[5, 0, 0] = double.NaN;
            return 1;
        }

        var trainer = new SobolevTrainer<double>(Mlp<double>.Create(2, [6], 1, seed: 1), Plain);
        trainer.Invoking(t => t.Fit([new LossTerm<double>(Points(1), Broken)])).Should().Throw<NonFiniteLossException>().WithMessage("*sample 0 *");
    }

    [Fact]
    public void Fit_TermsThatCannotBe_AreRefusedByName()
    {
        var network = Mlp<double>.Create(2, [6], 1, seed: 1);
        double[] parameters = network.Parameters.ToArray();
        var points = Points(20);
        var good = new LossTerm<double>(points, Smooth);
        void Refused(string message, IReadOnlyList<LossTerm<double>> terms, SobolevTrainingOptions? options = null, double[]? coefficients = null) =>
            new SobolevTrainer<double>(network, options ?? Plain) { Coefficients = coefficients ?? [] }
                .Invoking(trainer => trainer.Fit(terms)).Should().Throw<ArgumentException>().WithMessage(message);

        Refused("*0 terms*", []);
        Refused("*none null*", [good, null!]);
        Refused("*Term 1 has labels*", [good, new LossTerm<double>(points)]);
        Refused("*term 1 (flux)*order 1, 2 tangents*0: value, 1: ∂0, 2: ∂1*", [good, new LossTerm<double>(points.Truncate(1), Smooth, name: "flux")]);
        Refused("*term 0*1 outputs*", [new LossTerm<double>(points, s => s.Output[0, 0, 1])]);
        Refused("*term 0*0 coefficients*", [new LossTerm<double>(points, Residual)]);
        Refused("*OrderWeights*no term has labels*", [good], Plain with { OrderWeights = [1] });
        Refused("*Order*no term has labels*", [good], Plain with { Order = 1 });
        Refused("*has 3 inputs*", [good, new LossTerm<double>(Points(20, inputs: 3), Smooth)]);
        Refused("*Early stopping*", [good], Plain with { EarlyStopping = new() });

        new SobolevTrainer<double>(network, Plain) { Coefficients = [1, double.NaN] }
            .Invoking(trainer => trainer.Fit([good])).Should().Throw<InvalidOperationException>().WithMessage("*Coefficient 1 *NaN*");
        new SobolevTrainer<double>(network, Plain) { Coefficients = [1] }
            .Invoking(trainer => trainer.Fit(new FunctionSource<double>(1, 20, 1))).Should().Throw<InvalidOperationException>().WithMessage("*1 Coefficients, but no term*");
        network.Parameters.ToArray().Should().Equal(parameters);
        network.InputScaling.Should().BeNull();
    }

    [Fact]
    public void Resume_OtherLossWeightOrPoints_IsRefusedByTheNameOfTheField()
    {
        string path = Path.Combine(Path.GetTempPath(), $"own-loss-{Guid.NewGuid():N}.checkpoint");
        var options = Plain with { Checkpoint = new CheckpointOptions(path) };
        double factor = 1;
        LossTerm<double> Term(OrderWeight? weight = null, int points = 20) => new(
            Points(points),
            s =>
            {
                s.Adjoint[3, 0, 0] = factor;
                return factor * s.Output[3, 0, 0];
            },
            weight);
        SobolevTrainer<double> Trainer() => new(Mlp<double>.Create(2, [6], 1, seed: 1), options);
        try
        {
            Trainer().Fit([Term()]);
            void Refused(string field, LossTerm<double> term)
            {
                var trainer = Trainer();
                trainer.ResumeFrom(path);
                trainer.Invoking(t => t.Fit([term])).Should().Throw<InvalidDataException>().WithMessage($"*{field} is*");
            }

            Refused("TrainingTerm0.Weight", Term(weight: 2));
            Refused("TrainingTerm0.Samples", Term(points: 21));
            factor = 1.001;
            Refused("TrainingTerm0.Loss", Term());
            factor = 1;
            var resumed = Trainer();
            resumed.ResumeFrom(path);
            resumed.Fit([Term()]).Epochs.Should().Be(2);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void EarlyStopping_OnOwnLosses_KeepsTheBestNetworkAndCoefficients()
    {
        var options = Plain with { Epochs = 60, EarlyStopping = new EarlyStopping { Patience = 2, AnnealingEpochs = 0 }, Optimizer = Optimizer.Adam(0.05) };
        var trainer = new SobolevTrainer<double>(Mlp<double>.Create(2, [6], 1, seed: 1), options) { Coefficients = [1, 1] };
        LossTerm<double>[] validation = [new(Points(30, seed: 9), Residual, weight: 4)];
        var result = trainer.Fit([new LossTerm<double>(Points(40), Residual)], validation);
        result.End.Should().Be(TrainingEnd.EarlyStopped);
        result.Validation.Should().BeNull();
        double least = result.History.Min(epoch => epoch.ValidationError);
        result.History[^1].ValidationError.Should().BeGreaterThan(least);

        using var team = new WorkerTeam(1);
        var pass = new TrainingPass<double>(
            trainer.Network, new PackedNetwork<double>(trainer.Network), [], validation[0].Source, Residual, trainer.Coefficients, 30, team);
        double[] loss = new double[1];
        pass.Measure([.. Enumerable.Range(0, 30).Select(k => (long)k)], 0, 30, loss);
        Math.Sqrt(4 * loss[0]).Should().BeApproximately(least, 1e-10, "network and coefficients are those of the best epoch");
    }

    [Fact]
    public void ValidationPart_WithTerms_IsOfTheLabelsAlone()
    {
        var labels = new LossTerm<double>(new FunctionSource<double>(1, 40, 1));
        var own = new LossTerm<double>(Points(40), Smooth);
        TrainingResult Fit(LossTerm<double>[] terms, LossTerm<double>[]? validation = null) =>
            new SobolevTrainer<double>(Mlp<double>.Create(2, [6], 1, seed: 1), Plain with { ValidationPart = 0.25 }).Fit(terms, validation);

        var result = Fit([labels, own]);
        (result.Training.Samples, result.Validation!.Samples, result.TermLosses.Count).Should().Be((30, 10, 1));
        FluentActions.Invoking(() => Fit([own])).Should().Throw<ArgumentException>()
            .WithMessage("*ValidationPart is 0?25*no term has labels*").WithParameterName("terms");
        FluentActions.Invoking(() => Fit([labels, own], [own])).Should().Throw<ArgumentException>()
            .WithMessage("*ValidationPart is 0?25; expected one of both*").WithParameterName("validation");
        var endless = new LossTerm<double>(new FunctionSource<double>(1, 40, 1, endless: true));
        FluentActions.Invoking(() => Fit([endless])).Should().Throw<ArgumentException>().WithMessage("*ValidationPart*endless*").WithParameterName("terms");
    }

    [Fact]
    public void Validation_OfLabelsWithoutLabelsInTraining_IsWeighedAlikeInEveryEpochAndAtTheEnd()
    {
        // Outputs of sizes 1 and 100: without balance the second would be all that counts.
        var known = JetSource.Generate<double>(JetLayout.Value, 2, 2, 30, (long _, ref RandomStream random, JetSpan<double> x, JetSpan<double> y) =>
        {
            (x[0, 0, 0], x[0, 0, 1]) = (random.NextUniform(), random.NextUniform());
            (y[0, 0, 0], y[0, 0, 1]) = (x[0, 0, 0], 100 * x[0, 0, 1]);
        });
        var term = new LossTerm<double>(known, s =>
        {
            s.Adjoint[0, 0, 0] = s.Output[0, 0, 0];
            return 0.5 * s.Output[0, 0, 0] * s.Output[0, 0, 0];
        });
        var network = Mlp<double>.Create(2, [6], 2, seed: 1);
        var result = new SobolevTrainer<double>(network, Plain).Fit([term], [new LossTerm<double>(known)]);
        result.Validation!.NormalizedRmse.Should().Be(result.History[^1].ValidationError).And.Be(Evaluation.Of(network, known).NormalizedRmse);
    }

    [Fact]
    public void Findings_OfAnOwnLossThatValidates_SeeItsError()
    {
        var labels = new LossTerm<double>(JetData.FromValues(new double[,] { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 } }, [3.0, 4, 5, 6]));
        var square = new LossTerm<double>(Points(10).Truncate(0), s => s.Output[0, 0, 0] * s.Output[0, 0, 0]);
        TrainingResult Fit(EarlyStopping? stopping, params LossTerm<double>[] validation) =>
            new SobolevTrainer<double>(
                Mlp<double>.Create(2, [6], 1, seed: 1), Plain with { Epochs = 300, Optimizer = Optimizer.Adam(0.01), EarlyStopping = stopping }).Fit([labels], validation);

        var rose = Fit(null, square);
        rose.History[^1].ValidationError.Should().BeGreaterThan(2 * rose.History.Min(epoch => epoch.ValidationError));
        rose.Findings.Should().Contain(TrainingFinding.ValidationRose).And.NotContain(TrainingFinding.NotValidated);
        Fit(null, new LossTerm<double>(labels.Source), square).Findings.Should().Contain(TrainingFinding.ValidationRose);
        Fit(new EarlyStopping { Patience = 1, AnnealingEpochs = 0 }, square).Findings.Should().BeEmpty("the best network is kept");
    }

    [Fact]
    public void Fit_ValidationPointsThatAreNotFinite_AreRefusedByNameBeforeTheFirstStep()
    {
        var points = Points(20).Materialize();
        points.Input[0, 3, 1] = double.NaN;
        var network = Mlp<double>.Create(2, [6], 1, seed: 1);
        double[] parameters = network.Parameters.ToArray();
        new SobolevTrainer<double>(network, Plain)
            .Invoking(trainer => trainer.Fit([new LossTerm<double>(Points(20), Smooth)], [new LossTerm<double>(points, Smooth)]))
            .Should().Throw<ArgumentException>().WithMessage("*input is NaN*sample 3*").WithParameterName("validation");
        network.Parameters.ToArray().Should().Equal(parameters);
    }

    [Fact]
    public void Fit_LabelsOfATermThatCannotBeTrained_AreRefusedByTheNameOfTheArgument()
    {
        var labels = new FunctionSource<double>(1, 20, 1);
        foreach (var bad in new[]
        {
            new MaskedSource<double>(labels, (_, _, _) => true), new MaskedSource<double>(labels, (s, _, _) => s == 7, missing: double.PositiveInfinity),
            new MaskedSource<double>(labels, (s, _, _) => s == 7, missing: 1e200), new MaskedSource<double>(labels, weight: _ => 0),
        })
        {
            new SobolevTrainer<double>(Mlp<double>.Create(2, [6], 1, seed: 1), Plain)
                .Invoking(trainer => trainer.Fit([new LossTerm<double>(bad), new LossTerm<double>(Points(20), Smooth)]))
                .Should().Throw<ArgumentException>().WithParameterName("terms");
        }
    }

    [Fact]
    public void Fit_ValidationLossOfZero_IsTaken()
    {
        var trainer = new SobolevTrainer<double>(Mlp<double>.Create(2, [6], 1, seed: 1), Plain with { Epochs = 2 });
        var result = trainer.Fit([new LossTerm<double>(Points(20), Smooth)], [new LossTerm<double>(Points(20), _ => 0, name: "energy")]);
        result.History.Select(epoch => epoch.ValidationError).Should().Equal(0, 0);
    }

    [Fact]
    public void Fit_ValidationLossBelowZero_IsRefused()
    {
        var trainer = new SobolevTrainer<double>(Mlp<double>.Create(2, [6], 1, seed: 1), Plain);
        trainer.Invoking(t => t.Fit([new LossTerm<double>(Points(20), Smooth)], [new LossTerm<double>(Points(20), _ => -1, name: "energy")]))
            .Should().Throw<InvalidOperationException>().WithMessage("*term 0 (energy)*Expected at least 0*");
    }

    [Fact]
    public void Coefficients_OfAnEquation_AreFoundFromLabels()
    {
        // u' = −k u with k = 1.7, from values of u alone.
        var labels = JetSource.Generate<double>(JetLayout.Value, 1, 1, 24, (long sample, ref RandomStream _, JetSpan<double> t, JetSpan<double> u) =>
        {
            t[0, 0, 0] = sample / 23.0;
            u[0, 0, 0] = Math.Exp(-1.7 * t[0, 0, 0]);
        });
        var times = JetSource.Generate<double>(
            JetLayout.Full(1, 1), 1, 1, 24, (long sample, ref RandomStream _, JetSpan<double> t, JetSpan<double> _) => t[0, 0, 0] = sample / 23.0, tangentInputs: [0]);
        var equation = new LossTerm<double>(times, s =>
        {
            double residual = s.Output[1, 0, 0] + (s.Coefficients[0] * s.Output[0, 0, 0]);
            s.Adjoint[1, 0, 0] = 2 * residual;
            s.Adjoint[0, 0, 0] = 2 * residual * s.Coefficients[0];
            s.CoefficientAdjoint[0] = 2 * residual * s.Output[0, 0, 0];
            return residual * residual;
        });
        var trainer = new SobolevTrainer<double>(
            Mlp<double>.Create(1, [12], 1, seed: 2), new SobolevTrainingOptions { Epochs = 1500, BatchSize = 24, Threads = 1, Optimizer = Optimizer.Soap(0.01) })
        { Coefficients = [0.5] };
        var result = trainer.Fit([new LossTerm<double>(labels), equation]);
        trainer.Coefficients[0].Should().BeApproximately(1.7, 0.005);
        result.Training.NormalizedRmse.Should().BeLessThan(0.01);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_AfterWarmUp_AllocatesNothing(bool hasLabels)
    {
        var labels = new FunctionSource<double>(2, 40, 1).Materialize();
        var points = Points(30).Materialize();
        var terms = TrainingTerms<double>.Of(
            [.. hasLabels ? new[] { new LossTerm<double>(labels) } : [], new LossTerm<double>(points, Residual), new LossTerm<double>(points.Truncate(1), Flat)], null);
        var network = Mlp<double>.Create(2, [8, 8], 1, seed: 3);
        var optimizer = Optimizer.Adam();
        var state = new TrainingState<double>(
            network, SobolevLoss.Measure(labels), optimizer.CreateState<double>(network.Architecture), new OrderBalance([1, 1, 1], 2), 2)
        { RateFactor = 1, Terms = new TermLosses(2), Coefficients = new CoefficientState<double>([1, 1], optimizer) };
        state.Weights.AsSpan().Fill(1);
        using var team = new WorkerTeam(1);
        var step = new TrainingStep<double>(state, terms, terms.Source, 2, Plain with { GradientClipNorm = 1 }, team);
        long[] samples = [.. Enumerable.Range(0, 16).Select(k => (long)k)];
        void Run()
        {
            step.BeginTerms(0.5);
            step.Run(samples, 0, 16);
        }

        for (int k = 0; k < 8; k++)
        {
            Run();
        }

        Allocations.Least(Run).Should().Be(0);
    }

    [Fact]
    public void Plateau_OfLossesBelowZero_WaitsForAFall()
    {
        var schedule = LearningRateSchedule.Plateau(patience: 2, factor: 0.5, improvement: 0.1);
        double At(params double[] losses) => schedule.At(new SchedulePosition(0.5, losses.Length, losses));
        At(-1, -1.2, -1.5, -2).Should().Be(1);
        At(-1, -1.05, -1.09).Should().Be(0.5);
        At(1, 0.95, 0.91).Should().Be(0.5);
        At(1, 0.5, -0.5).Should().Be(1);
    }

    [Fact]
    public void CheckAdjoint_FindsTheDerivativeThatIsWrong()
    {
        new LossTerm<double>(Points(20), Residual).CheckAdjoint(coefficients: 2);
        new LossTerm<double>(Points(20), Smooth).CheckAdjoint();
        new LossTerm<double>(Points(20), Flat).CheckAdjoint();
        new LossTerm<double>(Points(20), s =>
        {
            s.Adjoint[4, 0, 0] = Math.Sign(s.Output[4, 0, 0]);
            return Math.Abs(s.Output[4, 0, 0]);
        }).CheckAdjoint();

        LossTerm<double> Wrong(int component, double factor) => new(Points(20), s =>
        {
            double loss = Residual(s);
            s.Adjoint[component, 0, 0] = (factor * s.Adjoint[component, 0, 0]) + (factor == 1 ? 1e-3 : 0);
            return loss;
        });
        void Refused(LossTerm<double> term, string what) =>
            term.Invoking(t => t.CheckAdjoint(coefficients: 2)).Should().Throw<InvalidOperationException>().WithMessage($"*by {what} for sample*");
        Refused(Wrong(3, -1), "output 0 in component 3 (∂0∂0)");
        Refused(Wrong(2, 1.01), "output 0 in component 2 (∂1)");
        Refused(Wrong(5, 1), "output 0 in component 5 (∂1∂1)");
        Refused(
            new LossTerm<double>(Points(20), s =>
            {
                double loss = Residual(s);
                s.CoefficientAdjoint[1] *= 2;
                return loss;
            }), "coefficient 1");
        new LossTerm<double>(Points(20)).Invoking(t => t.CheckAdjoint()).Should().Throw<InvalidOperationException>().WithMessage("*labels*");
        new LossTerm<double>(Points(20), Residual).Invoking(t => t.CheckAdjoint()).Should().Throw<ArgumentException>().WithMessage("*0 coefficients*");
        new LossTerm<float>(JetSource.Generate<float>(
            JetLayout.Full(1, 2), 1, 1, 9, (long sample, ref RandomStream _, JetSpan<float> x, JetSpan<float> _) => x[0, 0, 0] = sample, tangentInputs: [0]), s =>
            {
                float residual = s.Output[2, 0, 0] + MathF.Sin(s.Output[0, 0, 0]) - s.Input[0];
                s.Adjoint[2, 0, 0] = 2 * residual;
                s.Adjoint[0, 0, 0] = 2 * residual * MathF.Cos(s.Output[0, 0, 0]);
                return residual * residual;
            }).CheckAdjoint();
    }

    [Fact]
    public void CheckAdjoint_LossLargeBesideItsChange_FindsWrongDerivativesOrSaysThatItCannot()
    {
        LossTerm<T> Term<T>(double offset, double factor, double constant = 0)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
                JetSource.Generate<T>(
                    JetLayout.Full(1, 1), 1, 1, 9, (long sample, ref RandomStream _, JetSpan<T> x, JetSpan<T> _) => x[0, 0, 0] = T.CreateChecked(sample), tangentInputs: [0]),
                s =>
                {
                    T residual = s.Output[0, 0, 0] + s.Output[1, 0, 0] - T.CreateChecked(offset);
                    s.Adjoint[0, 0, 0] = T.CreateChecked(factor * 2) * residual;
                    s.Adjoint[1, 0, 0] = T.CreateChecked(2) * residual;
                    return double.CreateChecked((residual * residual) + T.CreateChecked(constant));
                });

        foreach (double offset in (double[])[0, 1e-3, 1000, -30_000])
        {
            Term<float>(offset, 1).CheckAdjoint();
            Term<double>(offset, 1).CheckAdjoint();
            foreach (double factor in (double[])[-1, 0, 0.7, 1.5])
            {
                Term<float>(offset, factor).Invoking(term => term.CheckAdjoint()).Should().Throw<InvalidOperationException>().WithMessage("*writes*component 0 (value)*");
                Term<double>(offset, factor).Invoking(term => term.CheckAdjoint()).Should().Throw<InvalidOperationException>().WithMessage("*writes*component 0 (value)*");
            }
        }

        Term<double>(1000, 1.001).Invoking(term => term.CheckAdjoint()).Should().Throw<InvalidOperationException>().WithMessage("*writes*");
        Term<float>(0, 0, constant: 1e8).Invoking(term => term.CheckAdjoint()).Should().Throw<InvalidOperationException>().WithMessage("*cannot be checked*1E+08*in double*");
        Term<double>(0, 1, constant: 1e8).CheckAdjoint();
        Term<double>(0, 0, constant: 1e8).Invoking(term => term.CheckAdjoint()).Should().Throw<InvalidOperationException>().WithMessage("*writes*");
    }

    [Fact]
    public void CheckAdjoint_SmallLosses_AreCheckedToo()
    {
        LossTerm<float> Term(float factor) => new(
            JetSource.Generate<float>(JetLayout.Value, 1, 1, 9, (long sample, ref RandomStream _, JetSpan<float> x, JetSpan<float> _) => x[0, 0, 0] = sample), s =>
            {
                float small = 1e-4f * s.Output[0, 0, 0];
                s.Adjoint[0, 0, 0] = factor * 2e-4f * small;
                return small * small;
            });
        Term(1).CheckAdjoint();
        Term(2).Invoking(term => term.CheckAdjoint()).Should().Throw<InvalidOperationException>().WithMessage("*writes*");
    }

    [Fact]
    public void Resume_OtherFirstCoefficients_IsRefusedWhereTheNetworkIsFresh()
    {
        string path = Path.Combine(Path.GetTempPath(), $"own-loss-{Guid.NewGuid():N}.checkpoint");
        var options = Plain with { Checkpoint = new CheckpointOptions(path) };
        SobolevTrainer<double> Trainer(Mlp<double> network, params double[] coefficients) => new(network, options) { Coefficients = coefficients };
        Mlp<double> Fresh() => Mlp<double>.Create(2, [6], 1, seed: 1);
        try
        {
            var first = Trainer(Fresh(), 1, 2);
            first.Fit([new LossTerm<double>(Points(20), Residual)]);
            SobolevTrainer<double> Resumed(SobolevTrainer<double> trainer)
            {
                trainer.ResumeFrom(path);
                trainer.Fit([new LossTerm<double>(Points(20), Residual)]);
                return trainer;
            }

            FluentActions.Invoking(() => Resumed(Trainer(Fresh(), 1, 2.5))).Should().Throw<InvalidDataException>().WithMessage("*InitialCoefficients is*");
            Resumed(Trainer(Fresh(), 1, 2)).Coefficients.Should().Equal(first.Coefficients);
            Resumed(Trainer(first.Network, 7, 8)).Coefficients.Should().Equal(first.Coefficients, "a trained network is replaced with its coefficients");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Generate_TangentInputs_WritesUnitVectorsAndGivesTheGeneratorValuesAlone()
    {
        var layout = JetLayout.Create(2, [0, 1], [(1, 1)]);
        var orders = new HashSet<int>();
        var source = JetSource.Generate<double>(
            layout, 3, 1, 8,
            (long sample, ref RandomStream _, JetSpan<double> x, JetSpan<double> y) =>
            {
                orders.Add(x.Layout.Order);
                x[0, 0, 2] = sample;
                y[3, 0, 0] = sample;
            },
            tangentInputs: [2, 0]);
        source.TangentInputs.ToArray().Should().Equal(2, 0);
        source.InputOrder.Should().Be(1);
        foreach (int order in (int[])[0, 1, 2])
        {
            var input = new JetBatch<double>(layout.Truncate(order), 2, 3);
            var target = new JetBatch<double>(layout.Truncate(order), 2, 1);
            source.Fill([5, 6], input, target);
            double[] values = [0, 0, 5, 0, 0, 6];
            double[] tangents = [0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0];
            input.Data.ToArray().Should().Equal([.. values, .. order > 0 ? tangents : [], .. order > 1 ? new double[6] : []]);
        }

        var valuesAlone = new JetBatch<double>(JetLayout.Value, 1, 3);
        var full = new JetBatch<double>(layout, 1, 1);
        source.Fill([7], valuesAlone, full);
        (valuesAlone[0, 0, 2], full[3, 0, 0]).Should().Be((7, 7));
        orders.Should().Equal(0);

        Action wrong = () => JetSource.Generate<double>(layout, 3, 1, 8, (long _, ref RandomStream _, JetSpan<double> _, JetSpan<double> _) => { }, tangentInputs: [1, 1]);
        wrong.Should().Throw<ArgumentException>().WithMessage("*TangentInputs has the element 1*").WithParameterName("tangentInputs");
    }

    private static double[] Train(string mix, int threads, int? interruptAt = null)
    {
        string path = Path.Combine(Path.GetTempPath(), $"own-loss-{Guid.NewGuid():N}.checkpoint");
        var options = new SobolevTrainingOptions
        {
            Epochs = 3, BatchSize = 16, Threads = threads, Checkpoint = new CheckpointOptions(path),
            GradientClipNorm = mix == "own, clipped, Adam" ? 0.5 : null, Optimizer = mix == "own, clipped, Adam" ? Optimizer.Adam() : Optimizer.Soap(),
            EarlyStopping = mix == "own alone" ? new EarlyStopping { Patience = 1 } : null,
        };
        var points = Points(61, isEndless: true);
        bool hasCoefficients = mix == "labels, own and coefficients";
        LossTerm<double>[] terms = hasCoefficients
            ? [new(new FunctionSource<double>(2, 60, 1)), new(points, Residual, OrderWeight.Geometric(1, 0.1)), new(Points(7).Truncate(1), Flat)]
            : [new(points, Smooth), new(Points(7).Truncate(1), Flat, weight: 5)];
        LossTerm<double>[]? validation = mix == "own alone" ? [new(Points(20, seed: 5), Smooth)] : null;
        SobolevTrainer<double> Trainer() => new(Mlp<double>.Create(2, [9, 8], 1, seed: 4), options) { Coefficients = hasCoefficients ? [0.5, 0.5] : [] };
        try
        {
            var trainer = Trainer();
            if (interruptAt is { } step)
            {
                using var cancellation = new CancellationTokenSource();
                var watch = options with
                {
                    Schedule = new StepWatch(options.Schedule, now =>
                    {
                        if (now == step + 1025)
                        {
                            cancellation.Cancel();
                        }
                    }),
                };
                var watched = new SobolevTrainer<double>(trainer.Network, watch) { Coefficients = trainer.Coefficients };
                watched.Invoking(t => t.Fit(terms, validation, cancellationToken: cancellation.Token)).Should().Throw<TrainingCanceledException>().Which.Steps.Should().Be(step);
                options = watch;
                trainer = Trainer();
                trainer.ResumeFrom(path);
            }

            var result = trainer.Fit(terms, validation);
            return
            [
                .. trainer.Network.Parameters, .. trainer.Coefficients, .. result.TermLosses, .. result.History.Select(epoch => epoch.Loss),
                .. result.History.SelectMany(epoch => epoch.TermLosses),
            ];
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>½(u ∂₀₀u + a ∂₁u − b x₀)² + ½u², with ∂₀₀u the component 3 of a full layout of two tangents and coefficients a and b.</summary>
    private static double Residual(JetLossSample<double> s)
    {
        var (a, b) = (s.Coefficients[0], s.Coefficients[1]);
        var (u, slope, bend) = (s.Output[0, 0, 0], s.Output[2, 0, 0], s.Output[3, 0, 0]);
        double residual = (u * bend) + (a * slope) - (b * s.Input[0]);
        s.Adjoint[0, 0, 0] = (residual * bend) + u;
        s.Adjoint[2, 0, 0] = residual * a;
        s.Adjoint[3, 0, 0] = residual * u;
        s.CoefficientAdjoint[0] = residual * slope;
        s.CoefficientAdjoint[1] = -residual * s.Input[0];
        return 0.5 * ((residual * residual) + (u * u));
    }

    /// <summary>½(∂₀₀u + ∂₁₁u − 1)².</summary>
    private static double Smooth(JetLossSample<double> s)
    {
        double residual = s.Output[3, 0, 0] + s.Output[5, 0, 0] - 1;
        s.Adjoint[3, 0, 0] = s.Adjoint[5, 0, 0] = residual;
        return 0.5 * residual * residual;
    }

    /// <summary>½max(0, ∂₀u)²: a penalty of rising values.</summary>
    private static double Flat(JetLossSample<double> s)
    {
        double rise = Math.Max(0, s.Output[1, 0, 0]);
        s.Adjoint[1, 0, 0] = rise;
        return 0.5 * rise * rise;
    }

    private static IJetSource<double> Points(int count, ulong seed = 1, bool isEndless = false, int inputs = 2) => JetSource.Generate<double>(
        JetLayout.Full(2, 2), inputs, 1, count,
        (long _, ref RandomStream random, JetSpan<double> x, JetSpan<double> _) =>
        {
            x[0, 0, 0] = random.NextUniform(-1, 2);
            x[0, 0, 1] = random.NextUniform(-1, 1);
        },
        seed, isEndless, tangentInputs: [0, 1]);

    private static Mlp<double> ScaledNetwork(int[] hidden)
    {
        var network = Mlp<double>.Create(2, hidden, 1, Activation.Tanh, seed: 5);
        network.InputScaling = new FeatureScaling<double>([0.3, -0.2], [1.5, 0.8]);
        network.OutputScaling = new FeatureScaling<double>([0.4], [2.5]);
        return network;
    }

    /// <summary>The slope of a loss by a number, which is as it was afterwards: a central difference.</summary>
    private static double Slope(Action<double> move, Func<double> loss)
    {
        const double Step = 1e-6;
        move(Step);
        double above = loss();
        move(-2 * Step);
        double below = loss();
        move(Step);
        return (above - below) / (2 * Step);
    }
}
