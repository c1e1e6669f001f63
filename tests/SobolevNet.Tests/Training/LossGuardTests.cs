using System.Globalization;

namespace SobolevNet.Tests.Training;

/// <summary>What the loss, its terms and its reports take and refuse at the ends of what they allow.</summary>
public class LossGuardTests
{
    private static readonly JetLayout Layout = JetLayout.Full(2, 1);

    [Fact]
    public void SobolevLoss_OfNumbersThatCannotBe_IsRefusedByName()
    {
        double[] three = [1, 0, 1], two = [1, 2];
        FluentActions.Invoking(() => new SobolevLoss(Layout, three, two, two, two)).Should().NotThrow("a component may have the weight 0");
        foreach (double bad in new[] { -double.Epsilon, double.PositiveInfinity, double.NaN })
        {
            Refused("componentWeights", () => new SobolevLoss(Layout, [1, 1, bad], two, two, two));
            Refused("outputWeights", () => new SobolevLoss(Layout, three, [1, bad], two, two));
            Refused("normalizers", () => new SobolevLoss(Layout, three, two, two, [bad, 1]));
        }

        Refused("normalizers", () => new SobolevLoss(Layout, three, two, two, [1, 0]));
        Refused("componentWeights", () => new SobolevLoss(Layout, two, two, two, two));
        Refused("outputWeights", () => new SobolevLoss(Layout, three, [1], two, two));
        Refused("normalizers", () => new SobolevLoss(Layout, three, two, two, three));

        static void Refused(string name, Func<SobolevLoss> make) => make.Should().Throw<ArgumentException>().WithParameterName(name);
    }

    [Fact]
    public void Evaluate_OfShapesThatDoNotFit_IsRefused()
    {
        var loss = new SobolevLoss(Layout, [1, 1, 1], [1, 1], [0, 0], [1, 1]);
        void Evaluate(JetLayout output, JetLayout target, int outputs, int targets, int samples, int targetSamples) => loss.Evaluate<double>(
            new JetBatch<double>(output, samples, outputs), new JetBatch<double>(target, targetSamples, targets), [1, 1], 1, new double[samples * (output.Order + 1)]);

        FluentActions.Invoking(() => Evaluate(Layout, Layout, 2, 2, 4, 4)).Should().NotThrow();
        FluentActions.Invoking(() => Evaluate(JetLayout.Value, JetLayout.Value, 2, 2, 4, 4)).Should().NotThrow();
        foreach (var act in new Action[]
        {
            () => Evaluate(JetLayout.Full(3, 1), JetLayout.Full(3, 1), 2, 2, 4, 4), () => Evaluate(Layout, JetLayout.Value, 2, 2, 4, 4),
            () => Evaluate(Layout, Layout, 1, 1, 4, 4), () => Evaluate(Layout, Layout, 2, 1, 4, 4), () => Evaluate(Layout, Layout, 2, 2, 4, 3),
        })
        {
            act.Should().Throw<ArgumentException>().WithParameterName("output");
        }
    }

    [Fact]
    public void Fit_OwnLossOfASourceWithWeights_IsRefused()
    {
        var source = JetData.FromValues(new double[,] { { 1 }, { 2 } }, [1.0, 2], weights: [1.0, 2]);
        var trainer = new SobolevTrainer<double>(Mlp<double>.Create(1, [2], 1), new() { Epochs = 1 });
        trainer.Invoking(t => t.Fit([new LossTerm<double>(source, _ => 0)])).Should().Throw<ArgumentException>().WithMessage("*sample weights*");
    }

    [Fact]
    public void Measure_DerivativesWhoseSquaresOverflow_AreRefused()
    {
        // Both within range, but not the derivative times the range of its tangent.
        var source = JetData.FromJacobian(new double[,] { { -1e100 }, { 1e100 } }, [1.0, 2], new double[,] { { 1e140 }, { -1e140 } });
        var trainer = new SobolevTrainer<double>(Mlp<double>.Create(1, [2], 1), new() { Epochs = 1 });
        trainer.Invoking(t => t.Fit(source)).Should().Throw<ArgumentException>().WithMessage("*another unit*");
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    public void Table_OfAsManyRowsAsItShowsOrOneMore_SaysHowManyAreLeftOut(int rows)
    {
        var evaluation = new Evaluation(5, [0.1], 1, [.. Enumerable.Range(0, rows).Select(k => Errors($"e{k:00}", k == 3 ? 0 : 10))]);
        string[] lines = evaluation.ToString().Split('\n');
        lines.Should().HaveCount(2 + 16 + (rows > 16 ? 1 : 0));
        (lines[^1] == "… 1 more, whose errors are smaller in per cent").Should().Be(rows > 16);
        lines.Any(line => line.Contains("e03", StringComparison.Ordinal)).Should().Be(rows == 16, "what has no target counts least");
    }

    [Fact]
    public void Table_OfComponentsOfAnyKind_ShowsTheWorstFirstOfAll()
    {
        // Of 17, two are left out at a time if one of these is among the worst: zero targets with errors, and errors that are no numbers.
        foreach (var (special, isShown) in new[] { (Errors("special", 3, size: 0, max: 1), true), (Errors("special", 3, size: 0, max: 0), false), (Errors("special", 3, size: 1, rms: double.NaN), true) })
        {
            var evaluation = new Evaluation(5, [0.1], 1, [.. Enumerable.Range(0, 16).Select(k => Errors($"e{k}", 3)), special]);
            evaluation.ToString().Contains("special", StringComparison.Ordinal).Should().Be(isShown);
        }
    }

    [Fact]
    public void Table_OfLongNamesAndNoWorstSamples_KeepsItsColumns()
    {
        var evaluation = new Evaluation(5, [0.1], 1, [Errors("exactly 11 c", 3), Errors("exactly 11", 3), Errors("exactly 11c", 3)]);
        string[] lines = evaluation.ToString().Split('\n');
        lines[2].Should().StartWith("y7 exactly 11…").And.EndWith(" -");
        lines[3].Should().StartWith("y7 exactly 11 ");
        lines[4].Should().StartWith("y7 exactly 11c");
        lines[1..].Select(line => line.Length).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void BestParameters_OfAnErrorThatIsTheSame_AreTheEarlierOnes()
    {
        var best = new BestParameters<double>();
        best.Observe(2, [1.0], improvement: 0);
        best.Observe(2, [2.0], improvement: 0);
        (best.Values[0], best.Waited).Should().Be((1, 1));
        best.Observe(1, [3.0], improvement: 0.5);
        (best.Values[0], best.Waited, best.ErrorToImprove).Should().Be((3, 2, 2), "half is not more than half");
        best.Observe(0.99, [4.0], improvement: 0.5);
        (best.Values[0], best.Waited, best.ErrorToImprove).Should().Be((4, 0, 0.99));
    }

    [Theory]
    [InlineData(new[] { 1.0, 1 }, 0, 0.5)]
    [InlineData(new[] { 1.0, 0.999 }, 0, 1)]
    [InlineData(new[] { 1.0, 0.9 }, 0.1, 0.5)]
    [InlineData(new[] { 1.0, 0.89 }, 0.1, 1)]
    [InlineData(new[] { -1.0, -1.05 }, 0.1, 0.5)]
    [InlineData(new[] { -1.0, -1.2 }, 0.1, 1)]
    [InlineData(new[] { 0.0, -1e-300 }, 0.1, 1)]
    public void Plateau_OfLossesAtTheEdgeOfAnImprovement_CountsThoseBeyondIt(double[] losses, double improvement, double factor) =>
        LearningRateSchedule.Plateau(1, 0.5, improvement).At(new SchedulePosition(0.5, 2, losses)).Should().Be(factor, losses[1].ToString(CultureInfo.InvariantCulture));

    [Fact]
    public void Soap_OfASideOfItsLongestLength_RotatesIt()
    {
        // The sides are 2, 5 and 1.
        Train(5).Should().Equal(Train(6));
        Train(5).Should().NotEqual(Train(4));
        Train(2).Should().NotEqual(Train(1));
        Train(2).Should().Equal(Train(4));

        static double[] Train(int maxSide)
        {
            var network = Mlp<double>.Create(2, [5], 1, seed: 1);
            double[,] x = { { 0, 1 }, { 1, 0.5 }, { -1, 0.3 }, { 0.2, -1 } };
            new SobolevTrainer<double>(network, new() { Epochs = 30, Threads = 1, Optimizer = Optimizer.Soap(maxSide: maxSide) }).Fit(JetData.FromValues(x, [1.0, 2, -1, 0.5]));
            return network.Parameters.ToArray();
        }
    }

    private static ComponentErrors Errors(string name, long count, double size = 1, double max = 1, double rms = 0.5) => new()
    {
        Output = 7, Name = name, Count = count, Size = count == 0 ? 0 : size, Rms = rms, Mean = 0.4, Median = 0.3, Quantile90 = 0.6, Quantile99 = 0.7, Max = max,
    };
}
