namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>Each bound of the test of pairs, on both sides.</summary>
public class PairTestTests
{
    private static readonly PairRegression.Column s_wrong = new(
        Wrong: 0.5, WrongError: 0.05, Label: 1, Right: 1, Chance: 1e-9, Scale: 0.5, ScaleError: 0.05, Share: 1);

    private static readonly PairRegression.Column s_right = new(
        Wrong: 0.1, WrongError: 0.1, Label: 1, Right: 1, Chance: 0.4, Scale: 0.9, ScaleError: 0.05, Share: 1);

    [Theory]
    [InlineData(0.99e-6, "Wrong")]
    [InlineData(1.01e-6, "Open")]
    public void Judge_OfAnEffect_AccusesOnlyBelowTheErrorRate(double chance, string expected) =>
        PairTest.Judge(s_wrong with { Chance = chance }, 1e-6, floor: 0.1, largest: 1).ToString().Should().Be(expected);

    [Theory]
    [InlineData(0.49, "Wrong")]
    [InlineData(0.51, "Open")]
    public void Judge_OfAnEffect_AccusesOnlyAboveTheBias(double floor, string expected) =>
        PairTest.Judge(s_wrong, 1e-6, floor, largest: 1).ToString().Should().Be(expected);

    [Theory]
    [InlineData(1.66, 1, "Wrong")] // 0.5 of 1.66 is 30.1 %
    [InlineData(1.67, 1, "Open")]
    [InlineData(1, 1.66, "Wrong")]
    [InlineData(1, 1.67, "Open")]
    public void Judge_OfAnEffect_AccusesOnlyAboveTheTolerance(double label, double right, string expected) =>
        PairTest.Judge(s_wrong with { Label = label, Right = right }, 1e-6, floor: 0.1, largest: 1).ToString().Should().Be(expected);

    [Theory]
    [InlineData(0.1, 0.1, 0.9, 0.05, "Right")]
    [InlineData(0.1, 0.1, 0.9, 0.068, "Open")] // 0.1 + 3·0.068 > 0.3
    [InlineData(0.1, 0.1, 1.1, 0.066, "Right")]
    [InlineData(0.1, 0.1, 0.84, 0.05, "Open")]
    [InlineData(0.19, 0.1, 0.9, 0.05, "Right")] // 0.19 + 3·0.1 < 0.5
    [InlineData(0.21, 0.1, 0.9, 0.05, "Open")]
    [InlineData(0.1, 0.134, 0.9, 0.05, "Open")]
    public void Judge_OfASmallEffect_ConfirmsWithinItsBounds(double wrong, double error, double scale, double scaleError, string expected) =>
        PairTest.Judge(s_right with { Wrong = wrong, WrongError = error, Scale = scale, ScaleError = scaleError }, 1e-6, floor: 0.1, largest: 1).ToString().Should().Be(expected);

    [Theory]
    [InlineData(8.1, "Right")] // 0.1 + 3·0.1 is less than 5 %
    [InlineData(7.9, "Open")]
    public void Judge_OfAColumnThatHardlyMatters_ConfirmsIt(double largest, string expected) =>
        PairTest.Judge(s_right with { Scale = double.NaN }, 1e-6, floor: 0.1, largest).ToString().Should().Be(expected);

    [Theory]
    [InlineData(5, 1.5, 2, 4)]
    [InlineData(5, 1.5, 4, 0)]
    [InlineData(5, 0, 1, 5)]
    [InlineData(5, 0, double.PositiveInfinity, 0)] // the nearest pairs do not show what a mistake along one tangent leaves
    public void Excess_OfARest_IsWhatGrowsMoreThanTheCoordinates(double size, double nearest, double growth, double expected) =>
        ThirdOrder.Excess(size, nearest, growth).Should().BeApproximately(expected, 1e-12);

    [Theory]
    [InlineData(0.25, 0, 0.5625)] // at least the second degree
    [InlineData(0.25, 1, 0.5625)]
    [InlineData(0.25, 2, 0.421875)]
    [InlineData(4, 1, 1e-4)] // neighbors as far apart as any samples show next to nothing
    public void LeastCorrelation_OfTheNearestPairs_IsThatOfTheLowestDegreeThatTheModelLacks(double nearest, int degree, double expected) =>
        ThirdOrder.LeastCorrelation(nearest, 1, degree).Should().BeApproximately(expected, 1e-12);

    [Fact]
    public void Weights_OfPairs_FallWithDistancesBeyondTheMedian() =>
        new SamplePairs([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [], [], [1, 2, 3, 6, 12]).Weights().Should().Equal(1, 1, 1, 0.5, 0.25);

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public void HasFewValues_OfAnInput_MeansUpToEight(int values, bool expected)
    {
        var (x, y, gradient) = (new double[90, 2], new double[90], new double[90, 2]);
        for (int s = 0; s < 90; s++)
        {
            (x[s, 0], x[s, 1], y[s]) = (s % values, s, s);
        }

        var data = LabelSamples.Load(JetData.FromJacobian(x, y, gradient), 90, default).Normalized();
        new NeighborFrames(data).HasFewValues.Should().Equal(expected, false);
    }

    [Theory]
    [InlineData(0.5, false)]
    [InlineData(3.0, true)]
    public void Run_OfRightLabelsByAnInputOfTwoValues_DoesNotJudgeSlopesBetweenThem(double wave, bool isOpen)
    {
        // sin(wave·a + b) with a = 0 or 1: the trapezoidal rule is off by a factor, tan(wave / 2) / (wave / 2), which looks like a wrong scale.
        var random = new RandomStream(31);
        var (x, y, gradient) = (new double[1000, 2], new double[1000], new double[1000, 2]);
        for (int s = 0; s < 1000; s++)
        {
            (x[s, 0], x[s, 1]) = (random.NextInteger(2), random.NextUniform(-1, 1));
            var (sin, cos) = Math.SinCos((wave * x[s, 0]) + x[s, 1]);
            (y[s], gradient[s, 0], gradient[s, 1]) = (sin, wave * cos, cos);
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, gradient));
        report.HasProblems.Should().BeFalse(report.ToString());
        report.IsConclusive.Should().Be(!isOpen, report.ToString());
    }

    [Fact]
    public void Run_OfColumnsThatCannotBeToldApart_IsInconclusive()
    {
        // The second input is the first: of y = 5a any split of the slope is as good.
        var random = new RandomStream(32);
        var (x, y, gradient) = (new double[1000, 2], new double[1000], new double[1000, 2]);
        for (int s = 0; s < 1000; s++)
        {
            x[s, 0] = x[s, 1] = random.NextUniform(-1, 1);
            y[s] = (5 * x[s, 0]) + random.NextNormal();
            (gradient[s, 0], gradient[s, 1]) = (0, 2 + random.NextNormal());
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, gradient));
        (report.HasProblems, report.IsConclusive).Should().Be((false, false), report.ToString());
    }

    [Fact]
    public void Run_OfAFactorThatNearPairsCannotTell_TakesItFromFartherOnes()
    {
        // A hundredfold label is found at once; its factor is not known well enough to name it between near pairs.
        int named = 0;
        for (int number = 0; number < 4; number++)
        {
            var random = new RandomStream(98, (ulong)(2 * number));
            var set = RandomLabelSet.Call(6000, 1, ref random);
            for (int s = 0; s < set.Samples; s++)
            {
                set.Gradient[s, 0] *= 100;
            }

            named += LabelCheck.Run(set.Source()).Findings.Count(f => f.Problem == LabelProblem.WrongScale && f.Ratio is > 60 and < 160);
        }

        named.Should().BeGreaterThanOrEqualTo(3);
    }
}
