namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>How verdicts on outputs and components become the findings and figures of a report: three inputs, three outputs, all labels 1.</summary>
public class LabelVerdictsTests
{
    private static readonly LabelSamples Data = Ones();
    private static readonly LabelVerdicts.Figure Sure = new(1, 0.25, 1);
    private static readonly LabelVerdicts.Figure Unsure = new(-1, 0.26, 1);

    [Fact]
    public void Findings_OfRatiosWithinATenth_AreOneWithTheirMedian()
    {
        var verdicts = Make(1, Sure, Scale(1, 0, 10), Scale(1, 1, 11), Scale(1, 2, 11.1));
        var findings = verdicts.Findings();
        findings.Select(f => (f.Problem, f.Component, f.Ratio)).Should().Equal((LabelProblem.WrongScale, 1, 10.5), (LabelProblem.WrongScale, 1, 11.1));
        findings[0].Outputs.Should().Equal(0, 1);
        findings[1].Outputs.Should().Equal(2);
        findings[0].Message.Should().StartWith("∂0 of outputs 0, 1 is 10.5 times what the values say").And.NotContain("seen");
        findings[1].Message.Should().StartWith("∂0 of output 2 is 11.1 times").And.Contain("seen");
    }

    [Fact]
    public void Findings_OfOtherProblemsOrMatches_AreApart()
    {
        var verdicts = Make(
            2, Sure, Swapped(2, 0, 1), Swapped(2, 1, 3), Swapped(2, 2, 1), new LabelVerdict(LabelProblem.Unrelated, 2, 1, double.NaN, -1), Scale(1, 2, 3));
        var findings = verdicts.Findings();
        findings.Select(f => (f.Problem, f.Component, f.MatchingComponent)).Should().Equal(
            (LabelProblem.WrongScale, 1, -1), (LabelProblem.SwappedAxes, 2, 1), (LabelProblem.SwappedAxes, 2, 3), (LabelProblem.Unrelated, 2, -1));
        findings[1].Outputs.Should().Equal(0, 2);
        findings[1].Message.Should().Be("∂1 of outputs 0, 2 looks exchanged: the values fit what was supplied as ∂0.");
        findings[3].Message.Should().Be("∂1 of output 1 does not explain how the values change.");
    }

    [Fact]
    public void Findings_WhereOtherOutputsAreUnsure_NameNoOutput()
    {
        Make(1, Sure, Scale(1, 1, 3)).Findings().Single().Outputs.Should().Equal(1);
        Make(1, Unsure, Scale(1, 1, 3)).Findings().Single().Outputs.Should().BeEmpty();
    }

    [Fact]
    public void Findings_OfAConstantInput_NameTheOutputs()
    {
        var verdicts = new LabelVerdicts(Data, 800);
        verdicts.AddConstant(3, [0, 2]);
        var finding = verdicts.Findings().Single();
        (finding.Problem, finding.Component, double.IsNaN(finding.Ratio), finding.MatchingComponent).Should().Be((LabelProblem.ConstantInput, 3, true, -1));
        finding.Message.Should().StartWith("∂2 is not zero, but the input never changes");
    }

    [Fact]
    public void Findings_OfOpenComponents_ShareOneForTheSameReasonAndOutputs()
    {
        var verdicts = Make(
            1, Sure, Open(2, 1, "noise"), Open(1, 1, "noise"), Open(1, 0, "noise"), Open(2, 0, "noise"), Open(3, 2, "noise"), Open(3, 0, "gaps"), Open(3, 1, "gaps"), Open(3, 2, "gaps"));
        var findings = verdicts.Findings();
        findings.Should().OnlyContain(f => f.Problem == LabelProblem.Inconclusive && f.Component == -1 && f.MatchingComponent == -1 && double.IsNaN(f.Ratio));
        findings.Select(f => f.Message).Should().Equal(
            "∂0, ∂1 of outputs 0, 1 could not be checked: noise.", "∂2 could not be checked: gaps.", "∂2 of output 2 could not be checked: noise.");
        findings.Select(f => string.Join(',', f.Outputs)).Should().Equal("0,1", "", "2");
        (verdicts.IsOpen(0), Make(1, Sure, Open(1, 0, "noise")).IsOpen(1), Make(1, Sure, Scale(1, 0, 3)).IsOpen(0)).Should().Be((true, false, false));
    }

    [Fact]
    public void AddWhole_OfOneMessageTwice_IsOneFindingBeforeAllOthers()
    {
        var verdicts = Make(1, Sure, Scale(1, 1, 3));
        verdicts.AddWhole(LabelProblem.Inconclusive, "first");
        verdicts.AddWhole(LabelProblem.Inconclusive, "second");
        verdicts.AddWhole(LabelProblem.Inconclusive, "first");
        verdicts.HasDisorder.Should().BeFalse();
        var findings = verdicts.Findings();
        findings.Take(2).Select(f => f.Message).Should().Equal("first", "second");
        findings.Take(2).Should().OnlyContain(f => f.Component == -1 && f.MatchingComponent == -1 && f.Outputs.Count == 0 && double.IsNaN(f.Ratio));
        findings.Should().HaveCount(3);
        verdicts.AddWhole(LabelProblem.SwappedAxes, "third");
        verdicts.HasDisorder.Should().BeTrue();
    }

    [Theory]
    [InlineData(LabelProblem.WrongSign, false)]
    [InlineData(LabelProblem.WrongScale, false)]
    [InlineData(LabelProblem.Inconclusive, false)]
    [InlineData(LabelProblem.SwappedAxes, true)]
    [InlineData(LabelProblem.Unrelated, true)]
    public void HasDisorder_OfAProblem_MeansThatItsLabelsTellNothing(LabelProblem problem, bool expected) =>
        Make(1, Sure, new LabelVerdict(problem, 1, 0, double.NaN, -1)).HasDisorder.Should().Be(expected);

    [Fact]
    public void Correction_OfAComponentOfAnOutput_IsTheInverseOfItsRatio()
    {
        var verdicts = Make(1, Sure, new LabelVerdict(LabelProblem.Unrelated, 1, 1, double.NaN, -1), Scale(1, 1, 4), Scale(2, 0, 5));
        verdicts.Correction(1, 1).Should().Be(0.25);
        verdicts.Correction(2, 0).Should().Be(0.2);
        verdicts.Correction(1, 0).Should().Be(1);
        verdicts.Correction(2, 1).Should().Be(1);
    }

    [Fact]
    public void Components_OfSeveralOutputs_HaveTheMediansOfWhatIsKnown()
    {
        var verdicts = new LabelVerdicts(Data, 800, "input ");
        verdicts.Add([2, 1], 0, [], [new(1, 0.1, 0.9), new(4, 0.5, 0.2)]);
        verdicts.Add([1, 2], 1, [], [new(6, 0.7, 0.4), new(double.NaN, double.PositiveInfinity, 0.7)]);
        verdicts.Add([3], 1, [], null);
        var components = verdicts.Components().ToArray();
        components.Select(c => (c.Component, c.Name)).Should().Equal((1, "input ∂0"), (2, "input ∂1"), (3, "input ∂2"));
        components.Select(c => c.Scale).Should().Equal(5, 1, double.NaN);
        components.Select(c => c.Uncertainty).Should().Equal(0.6, 0.1, double.NaN);
        components[0].Correlation.Should().BeApproximately(0.3, 1e-15);
        components[1].Correlation.Should().BeApproximately(0.8, 1e-15);
    }

    private static LabelVerdicts Make(int component, LabelVerdicts.Figure figure, params LabelVerdict[] found)
    {
        var verdicts = new LabelVerdicts(Data, 800);
        for (int output = 0; output < 3; output++)
        {
            verdicts.Add([component], output, found.Where(verdict => verdict.Output == output), [figure]);
        }

        return verdicts;
    }

    private static LabelVerdict Scale(int component, int output, double ratio) => new(LabelProblem.WrongScale, component, output, ratio, -1, "seen");

    private static LabelVerdict Swapped(int component, int output, int match) => new(LabelProblem.SwappedAxes, component, output, double.NaN, match);

    private static LabelVerdict Open(int component, int output, string reason) => LabelVerdict.Open(component, output, reason);

    private static LabelSamples Ones()
    {
        var (x, y, slopes) = (new double[4, 3], new double[4, 3], new double[4, 3, 3]);
        for (int k = 0; k < 36; k++)
        {
            (x[k % 4, k % 3], slopes[k % 4, k / 4 % 3, k / 12]) = (k, 1);
        }

        return LabelSamples.Load(JetData.FromJacobian(x, y, slopes), 4, default);
    }
}
