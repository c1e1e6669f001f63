using System.Globalization;

namespace SobolevNet;

/// <summary>Names the mistakes that a <see cref="SlopeTest"/> finds.</summary>
/// <remarks>
/// One mistake after the other, the largest first: it is named, mended in a copy of the labels, and the test is run again, so that a large
/// mistake in one column is not taken for mistakes in others. An explanation counts only if the test accepts the labels mended by it.
/// </remarks>
internal static class SlopeDiagnosis
{
    /// <summary>Mistakes that are explained in one output, at most; more are only named.</summary>
    private const int MaxMistakes = 6;

    /// <summary>Tests the labels of one output.</summary>
    /// <param name="test">The test.</param>
    /// <param name="values">The quantity whose derivatives are tested, one number a sample.</param>
    /// <param name="labels">Its derivatives, a column for each tangent.</param>
    /// <param name="components">The component of each column.</param>
    /// <param name="output">The output feature.</param>
    /// <returns>The mistakes, and what the test says of each column as supplied.</returns>
    public static (List<LabelDiagnosis.Verdict> Verdicts, SlopeTest.Outcome[] Outcomes) Diagnose(
        SlopeTest test, double[] values, double[][] labels, int[] components, int output)
    {
        labels = [.. labels];
        var verdicts = new List<LabelDiagnosis.Verdict>();
        var named = new HashSet<int>();
        var (outcomes, slopes) = test.Run(values, labels);
        var supplied = outcomes;
        for (int round = 0; ; round++)
        {
            int[] wrong = [.. Enumerable.Range(0, labels.Length).Where(k => outcomes[k].Decision == SlopeTest.Decision.Wrong && !named.Contains(k))];
            if (wrong.Length == 0 || round == MaxMistakes)
            {
                verdicts.AddRange(wrong.Select(k => new LabelDiagnosis.Verdict(
                    LabelProblem.Unrelated, components[k], output, double.NaN, -1, Evidence(outcomes[k]))));
                return (verdicts, supplied);
            }

            if (round == 0 && Exchanged(test, values, labels, slopes, wrong) is { } match)
            {
                foreach (int k in wrong.Where(k => match[k] != k))
                {
                    named.Add(k);
                    verdicts.Add(new LabelDiagnosis.Verdict(
                        LabelProblem.SwappedAxes, components[k], output, double.NaN, components[match[k]], Evidence(outcomes[k])));
                }

                labels = [.. match.Select(k => labels[k])];
                (outcomes, slopes) = test.Run(values, labels);
                continue;
            }

            int worst = wrong.MaxBy(k => outcomes[k].Effect);
            named.Add(worst);
            var outcome = outcomes[worst];
            double[] column = labels[worst];
            bool isScaled = double.IsFinite(outcome.Scale) && Math.Abs(outcome.Scale) > 4 * outcome.Error;
            if (isScaled)
            {
                labels[worst] = [.. column.Select(value => outcome.Scale * value)];
                var (mended, mendedSlopes) = test.Run(values, labels);
                if (mended[worst].Decision != SlopeTest.Decision.Wrong)
                {
                    (outcomes, slopes) = (mended, mendedSlopes);
                    bool isSign = Math.Abs(outcome.Scale + 1) <= Math.Max(0.2, 3 * outcome.Error);
                    verdicts.Add(new LabelDiagnosis.Verdict(
                        isSign ? LabelProblem.WrongSign : LabelProblem.WrongScale,
                        components[worst],
                        output,
                        1 / outcome.Scale,
                        -1,
                        Evidence(outcome)));
                    continue;
                }
            }

            verdicts.Add(new LabelDiagnosis.Verdict(LabelProblem.Unrelated, components[worst], output, double.NaN, -1, Evidence(outcome)));
            labels[worst] = slopes[worst];
            (outcomes, slopes) = test.Run(values, labels);
        }
    }

    /// <summary>An exchange of wrong columns among each other that the test accepts; null if there is none.</summary>
    private static int[]? Exchanged(SlopeTest test, double[] values, double[][] labels, double[][] slopes, int[] wrong)
    {
        if (wrong.Length < 2)
        {
            return null;
        }

        int[] match = [.. Enumerable.Range(0, labels.Length)];
        var taken = new HashSet<int>();
        var placed = new HashSet<int>();
        foreach (var (k, l, _) in wrong.SelectMany(k => wrong.Select(l => (K: k, L: l, Cost: Cost(k, l)))).OrderBy(item => item.Cost))
        {
            if (!placed.Contains(k) && taken.Add(l))
            {
                placed.Add(k);
                match[k] = l;
            }
        }

        if (Accepts(match))
        {
            return match;
        }

        for (int a = 0; a < wrong.Length && wrong.Length <= 6; a++)
        {
            for (int b = 0; b < a; b++)
            {
                match = [.. Enumerable.Range(0, labels.Length)];
                (match[wrong[a]], match[wrong[b]]) = (wrong[b], wrong[a]);
                if (Accepts(match))
                {
                    return match;
                }
            }
        }

        return null;

        double Cost(int k, int l) => Enumerable.Range(0, values.Length).Sum(s => Math.Pow(slopes[k][s] - labels[l][s], 2))
            / Math.Max(double.Epsilon, labels[l].Sum(value => value * value) + slopes[k].Sum(value => value * value));

        bool Accepts(int[] order)
        {
            if (order.Select((l, k) => l == k).All(isSame => isSame))
            {
                return false;
            }

            var (outcomes, _) = test.Run(values, [.. order.Select(k => labels[k])]);
            return order.Select((l, k) => l == k || outcomes[k].Decision != SlopeTest.Decision.Wrong).All(isRight => isRight);
        }
    }

    private static string Evidence(SlopeTest.Outcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(double.IsFinite(outcome.Scale) ? $"on average the values fit {outcome.Scale:G3} ± {outcome.Error:G1} times the label, " : string.Empty)}" +
        $"the difference is {outcome.Significance:G3} standard errors");
}
