using System.Globalization;

namespace SobolevNet.Tests.Data;

/// <summary>
/// How often the label check finds mistakes, and that it raises no alarm without one. SOBOLEVNET_LABEL_SETS=1000 tries so many sets
/// of up to 20,000 samples each; without it, the suite tries a few small ones.
/// </summary>
public sealed class LabelCheckSetsTests
{
    private static readonly int s_sets = int.Parse(Environment.GetEnvironmentVariable("SOBOLEVNET_LABEL_SETS") ?? "0", CultureInfo.InvariantCulture);

    public static TheoryData<string> Faults => [.. s_faults.Keys];

    private static readonly Dictionary<string, Func<double, double>> s_faults = new()
    {
        ["wrong sign"] = value => -value,
        ["twice"] = value => 2 * value,
        ["per cent"] = value => value / 100,
        ["times 100"] = value => 100 * value,
        ["degrees"] = value => value * (180 / Math.PI),
        ["radians"] = value => value * (Math.PI / 180),
        ["zero"] = _ => 0,
        ["one number"] = _ => 1.5,
    };

    [Fact]
    public void Run_OfRandomRightLabels_RaisesNoAlarm()
    {
        var alarms = new List<string>();
        for (int number = 0; number < (s_sets > 0 ? s_sets : 96); number++)
        {
            var set = RandomLabelSet.Of(number, s_sets > 0 ? 20000 : 1000);
            var report = LabelCheck.Run(set.Source());
            if (report.Findings.Any(finding => finding.Problem != LabelProblem.Inconclusive && !set.Wrong.Contains(finding.Component - 1)))
            {
                alarms.Add($"{set.Name}: {report}");
            }
        }

        alarms.Should().BeEmpty();
    }

    [Fact]
    public void Run_OfRightLabelsOfCurvedFunctions_RaisesNoAlarm()
    {
        var alarms = new List<string>();
        for (int number = 0; number < (s_sets > 0 ? s_sets / 3 : 42); number++)
        {
            var (source, name) = CurvedLabelSet.Of(number, s_sets > 0 ? 20000 : 1000);
            var report = LabelCheck.Run(source);
            if (report.HasProblems)
            {
                alarms.Add($"{name}: {report}");
            }
        }

        alarms.Should().BeEmpty();
    }

    [Theory]
    [InlineData("sign")]
    [InlineData("ten")]
    [InlineData("zero")]
    [InlineData("swap")]
    [InlineData("all signs")]
    public void Run_OfAFaultInLinearLabelsOfManyInputs_FindsItAndNamesNoOtherColumn(string fault)
    {
        const int Inputs = 24;
        const int Samples = 1500;
        var random = new RandomStream(95);
        double[] slope = new double[Inputs];
        for (int i = 0; i < Inputs; i++)
        {
            slope[i] = (1 + (i % 3)) * (i % 2 == 0 ? 1 : -1);
        }

        var (x, y, gradient) = (new double[Samples, Inputs], new double[Samples], new double[Samples, Inputs]);
        for (int s = 0; s < Samples; s++)
        {
            for (int i = 0; i < Inputs; i++)
            {
                x[s, i] = random.NextNormal();
                y[s] += (slope[i] * x[s, i]) + (0.05 * x[s, i] * x[s, i]);
                gradient[s, i] = slope[i] + (0.1 * x[s, i]) + (0.05 * random.NextNormal());
            }

            gradient[s, 4] *= fault is "sign" ? -1 : fault is "ten" ? 10 : fault is "zero" ? 0 : 1;
            (gradient[s, 4], gradient[s, 9]) = fault is "swap" ? (gradient[s, 9], gradient[s, 4]) : (gradient[s, 4], gradient[s, 9]);
            for (int i = 0; i < Inputs && fault is "all signs"; i++)
            {
                gradient[s, i] *= -1;
            }
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, gradient));
        int[] wrong = fault switch { "all signs" => [.. Enumerable.Range(1, Inputs)], "swap" => [5, 10], _ => [5] };
        report.Findings.Where(f => f.Problem != LabelProblem.Inconclusive).Select(f => f.Component).Should().BeEquivalentTo(wrong, report.ToString());
    }

    [Fact]
    public void Run_OfFewSamplesFarApart_DoesNotTakeTheirThirdOrderForAMistake()
    {
        var report = LabelCheck.Run(RandomLabelSet.Of(645, 1500).Source());
        report.HasProblems.Should().BeFalse(report.ToString());
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Run_OfAFaultInNoisyPathwiseLabels_FindsItAndNamesNoOtherColumn(string fault)
    {
        int sets = Math.Max(3, s_sets / 20);
        int found = 0;
        for (int number = 0; number < sets; number++)
        {
            var random = new RandomStream(98, (ulong)number);
            int samples = 4096 + random.NextInteger(4096);
            var set = number % 2 == 0
                ? RandomLabelSet.Call(samples, 1 + random.NextInteger(2), ref random)
                : RandomLabelSet.Basket(samples, 2 + random.NextInteger(2), ref random);
            int column = random.NextInteger(set.Inputs);
            for (int s = 0; s < samples; s++)
            {
                set.Gradient[s, column] = s_faults[fault](set.Gradient[s, column]);
            }

            var report = LabelCheck.Run(set.Source());
            report.Findings.Should().NotContain(f => f.Problem != LabelProblem.Inconclusive && f.Component != 1 + column, report.ToString());
            found += report.HasProblems ? 1 : 0;
        }

        // Twice a weak derivative can hide in the noise of a few thousand paths.
        found.Should().BeGreaterThanOrEqualTo(fault == "twice" ? sets * 2 / 3 : sets);
    }

    [Fact]
    public void Run_OfExchangedNoisyPathwiseLabels_FindsBoth()
    {
        int sets = Math.Max(3, s_sets / 20);
        for (int number = 0; number < sets; number++)
        {
            var random = new RandomStream(97, (ulong)number);
            var set = RandomLabelSet.Call(4096 + random.NextInteger(4096), 2, ref random);
            for (int s = 0; s < set.Samples; s++)
            {
                (set.Gradient[s, 0], set.Gradient[s, 1]) = (set.Gradient[s, 1], set.Gradient[s, 0]);
            }

            LabelCheck.Run(set.Source()).HasProblems.Should().BeTrue(set.Name);
        }
    }

    [Theory]
    [InlineData(0.0, false, 3)]
    [InlineData(0.0, true, 3)]
    [InlineData(-1.0, false, 3)]
    [InlineData(-1.0, true, 3)]
    [InlineData(-1.0, true, 1)]
    [InlineData(2.0, true, 1)]
    public void Run_OfFaultsInNoisyLabelsOfDependentInputs_NamesThemAndNoOtherColumn(double factor, bool isSecondWrongToo, double weight)
    {
        // Three inputs, of which the second mostly repeats the first: a mistake in one looks like one in the other until it is mended.
        const int Samples = 6000;
        var random = new RandomStream(96);
        var (x, y, gradient) = (new double[Samples, 3], new double[Samples], new double[Samples, 3]);
        for (int s = 0; s < Samples; s++)
        {
            double common = random.NextUniform(-1, 1);
            (x[s, 0], x[s, 1], x[s, 2]) = (common, (0.9 * common) + random.NextUniform(-0.4, 0.4), random.NextUniform(-1, 1));
            y[s] = (3 * x[s, 0]) + (2 * x[s, 1]) + (weight * x[s, 2]) + (1.5 * random.NextNormal());
            double[] right = [3, 2, weight];
            for (int i = 0; i < 3; i++)
            {
                bool isWrong = i == 0 || (i == 2 && isSecondWrongToo);
                gradient[s, i] = (right[i] + (0.5 * random.NextNormal())) * (isWrong ? factor : 1);
            }
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, gradient));
        var expected = factor == 0 ? LabelProblem.Unrelated : factor < 0 ? LabelProblem.WrongSign : LabelProblem.WrongScale;
        report.Findings.Where(f => f.Problem != LabelProblem.Inconclusive).Select(f => (f.Problem, f.Component)).Should().BeEquivalentTo(
            isSecondWrongToo ? [(expected, 1), (expected, 3)] : new[] { (expected, 1) }, report.ToString());
    }

    [Fact]
    public void Run_OfManyNoisyPaths_ConfirmsThem()
    {
        var random = new RandomStream(5);
        var report = LabelCheck.Run(RandomLabelSet.Call(16000, 1, ref random).Source());

        report.Findings.Should().BeEmpty(report.ToString());
        report.IsConclusive.Should().BeTrue();
        report.Components.Should().ContainSingle().Which.Scale.Should().BeApproximately(1, 0.3);
    }
}
