namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>
/// Mistakes in the gradient of a quadratic function, which differences between neighbors show exactly: each is named by what mends it, and the columns that are
/// right are not named.
/// </summary>
public class PairDiagnosisTests
{
    private const int Samples = 400;
    private static readonly double[] Slope = [1, 3, -1];
    private static readonly double[,] Curvature = { { 2, 2, 1 }, { 2, -2, 0 }, { 1, 0, 4 } };
    private static readonly double[][] Right = Gradient(Curvature);

    [Fact]
    public void Of_RightColumns_NamesNothing()
    {
        var (verdicts, outcomes) = Diagnose(Right);
        verdicts.Should().BeEmpty();
        outcomes.Should().OnlyContain(outcome => outcome.Decision == PairTest.Decision.Right);
        outcomes.Should().OnlyContain(outcome => Math.Abs(outcome.Scale - 1) < 1e-4);
    }

    [Theory]
    [InlineData(-1, LabelProblem.WrongSign)]
    [InlineData(-1.5, LabelProblem.WrongScale)]
    [InlineData(2, LabelProblem.WrongScale)]
    [InlineData(0.25, LabelProblem.WrongScale)]
    [InlineData(100, LabelProblem.WrongScale)]
    public void Of_OneColumnTimesAFactor_GivesTheRatio(double factor, LabelProblem problem)
    {
        for (int k = 0; k < 3; k++)
        {
            var (verdicts, outcomes) = Diagnose(Times(Right, (k, factor)));
            var verdict = verdicts.Should().ContainSingle().Subject;
            (verdict.Problem, verdict.Component, verdict.Output, verdict.Match).Should().Be((problem, 1 + k, 2, -1));
            verdict.Ratio.Should().BeApproximately(factor, 1e-4 * Math.Abs(factor));
            verdict.Evidence.Should().StartWith("on average the values fit ").And.Contain("right labels would differ as much with a probability below");
            outcomes[k].Decision.Should().Be(PairTest.Decision.Wrong, "outcomes are those of the columns as supplied");
        }
    }

    [Fact]
    public void Of_FactorsOfAllColumns_GivesEachRatio()
    {
        var (verdicts, _) = Diagnose(Times(Right, (0, 3), (1, -1), (2, 0.5)));
        verdicts.Select(v => (v.Problem, v.Component)).Should().Equal((LabelProblem.WrongScale, 1), (LabelProblem.WrongSign, 2), (LabelProblem.WrongScale, 3));
        verdicts.Zip([3.0, -1, 0.5]).Should().OnlyContain(pair => Math.Abs(pair.First.Ratio - pair.Second) < 1e-4);
    }

    [Fact]
    public void Of_ExchangedColumns_SaysWhichBelongsWhere()
    {
        Exchanged([1, 0, 2]).Should().Equal((1, 2), (2, 1));
        Exchanged([2, 1, 0]).Should().Equal((1, 3), (3, 1));
        Exchanged([0, 2, 1]).Should().Equal((2, 3), (3, 2));
        Exchanged([1, 2, 0]).Should().Equal((1, 3), (2, 1), (3, 2));

        static IEnumerable<(int Component, int Match)> Exchanged(int[] order)
        {
            var (verdicts, _) = Diagnose([.. order.Select(k => Right[k])]);
            verdicts.Should().OnlyContain(v => v.Problem == LabelProblem.SwappedAxes && double.IsNaN(v.Ratio) && v.Output == 2);
            return verdicts.Select(v => (v.Component, v.Match));
        }
    }

    [Fact]
    public void Of_AnExchangeBesideAFactor_NamesBoth()
    {
        var (verdicts, _) = Diagnose(Times([Right[1], Right[0], Right[2]], (2, 4)));
        verdicts.Select(v => (v.Problem, v.Component, v.Match)).Should().Equal(
            (LabelProblem.SwappedAxes, 1, 2), (LabelProblem.SwappedAxes, 2, 1), (LabelProblem.WrongScale, 3, -1));
        verdicts[2].Ratio.Should().BeApproximately(4, 1e-3);
    }

    [Fact]
    public void Of_ColumnsWithoutRelation_SaysSo()
    {
        var random = new RandomStream(8);
        double[] noise = new double[Samples];
        for (int s = 0; s < Samples; s++)
        {
            noise[s] = random.NextNormal();
        }

        foreach (double[] column in new[] { new double[Samples], noise })
        {
            for (int k = 0; k < 3; k++)
            {
                double[][] labels = [.. Right];
                labels[k] = column;
                var verdict = Diagnose(labels).Verdicts.Should().ContainSingle().Subject;
                (verdict.Problem, verdict.Component, verdict.Match, double.IsNaN(verdict.Ratio)).Should().Be((LabelProblem.Unrelated, 1 + k, -1, true));
                verdict.Evidence.Should().Contain("right labels would differ as much");
            }
        }
    }

    [Fact]
    public void Of_ColumnsMuchAlikeThatAreExchanged_NamesThem()
    {
        // Their difference, c − 2, is that of the slopes as well: small against their size, and yet certain.
        double[,] curvature = { { 4, 4, 1 }, { 4, 4, 0 }, { 1, 0, 4 } };
        double[][] right = Gradient(curvature);
        Diagnose(right, curvature).Verdicts.Should().BeEmpty();
        Diagnose([right[1], right[0], right[2]], curvature).Verdicts.Select(v => (v.Problem, v.Component, v.Match))
            .Should().Equal((LabelProblem.SwappedAxes, 1, 2), (LabelProblem.SwappedAxes, 2, 1));
    }

    [Fact]
    public void Of_TooFewSamples_LeavesEveryColumnOpen()
    {
        var (verdicts, _) = Diagnose([.. Right.Select(column => column[..20])]);
        verdicts.Should().Equal(Enumerable.Range(1, 3).Select(c => LabelVerdict.Open(c, 2, LabelMessages.TooFew)));
    }

    private static (List<LabelVerdict> Verdicts, PairTest.Outcome[] Outcomes) Diagnose(double[][] labels, double[,]? curvature = null)
    {
        int count = labels[0].Length;
        var (x, y, gradient) = (new double[count, 3], new double[count], new double[count, 3]);
        double[][] places = Places();
        double[][] slopes = Gradient(curvature ?? Curvature);
        for (int s = 0; s < count; s++)
        {
            for (int k = 0; k < 3; k++)
            {
                (x[s, k], gradient[s, k]) = (places[s][k], labels[k][s]);
                y[s] += 0.5 * places[s][k] * (slopes[k][s] + Slope[k]);
            }
        }

        var data = LabelSamples.Load(JetData.FromJacobian(x, y, gradient), count, default).Normalized();
        var frames = new NeighborFrames(data);
        var test = new PairTest(data, frames, SmoothModel.Best(data, 3), SamplePairs.Levels(data, frames, default), default);
        double[] values = Column(0);
        var question = new PairTest.Question(pairs => [.. pairs.From.Zip(pairs.To, (s, t) => values[t] - values[s])], test.Slopes(values), [1, 2, 3], 2);
        return PairDiagnosis.Of(test, question, [1, 2, 3], Column);

        double[] Column(int component) => [.. Enumerable.Range(0, data.Count).Select(s => data.Target[component, s, 0])];
    }

    private static double[][] Times(double[][] columns, params (int Column, double Factor)[] factors)
    {
        double[][] result = [.. columns];
        foreach (var (column, factor) in factors)
        {
            result[column] = [.. columns[column].Select(label => factor * label)];
        }

        return result;
    }

    private static double[][] Places()
    {
        var random = new RandomStream(21);
        double[][] places = new double[Samples][];
        for (int s = 0; s < Samples; s++)
        {
            places[s] = [random.NextUniform(-1, 1), random.NextUniform(-1, 1), random.NextUniform(-1, 1)];
        }

        return places;
    }

    /// <summary>The gradient of ½ xᵀAx + bᵀx; A is symmetric.</summary>
    private static double[][] Gradient(double[,] curvature)
    {
        double[][] places = Places();
        return [.. Enumerable.Range(0, 3).Select(k => places.Select(
            x => (curvature[k, 0] * x[0]) + (curvature[k, 1] * x[1]) + (curvature[k, 2] * x[2]) + Slope[k]).ToArray())];
    }
}
