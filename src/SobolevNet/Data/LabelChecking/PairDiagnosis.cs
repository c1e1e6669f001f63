using System.Globalization;

namespace SobolevNet.LabelChecking;

/// <summary>Names the mistakes in columns of labels by what mends them: a factor, or an exchange that <see cref="PairTest"/> then accepts.</summary>
internal static class PairDiagnosis
{
    /// <summary>How much less must be wrong if columns that are right within the tolerance are exchanged.</summary>
    private const double Improvement = 0.3;

    /// <summary>Tests all columns of labels of one quantity and names the mistakes.</summary>
    /// <param name="test">The test.</param>
    /// <param name="question">The columns.</param>
    /// <param name="candidates">The components that may have been exchanged: all of the same order.</param>
    /// <param name="column">The labels of a component.</param>
    /// <returns>The mistakes and the open columns, and what the test says of each column as supplied.</returns>
    public static (List<LabelVerdict> Verdicts, PairTest.Outcome[] Outcomes) Of(
        PairTest test, PairTest.Question question, int[] candidates, Func<int, double[]> column)
    {
        int[] components = question.Components;
        double[][] labels = [.. components.Select(column)];
        double[][] mended = [.. labels];
        var supplied = test.Run(question, labels);
        var outcomes = supplied;
        var wrong = new Dictionary<int, PairTest.Outcome>();
        while (true)
        {
            // What a mistake in one column hides of another one, the column times a factor shows. What the test accepts times a factor is explained by it.
            int[] found = [.. Enumerable.Range(0, labels.Length).Where(
                k => outcomes[k].Decision == PairTest.Decision.Wrong && !wrong.ContainsKey(k) && !supplied[k].IsConfirmed)];
            foreach (int k in found)
            {
                wrong.Add(k, outcomes[k]);
                mended[k] = outcomes[k].HasScale ? [.. labels[k].Select(label => label * wrong[k].Scale)] : labels[k];
            }

            if (!found.Any(k => wrong[k].HasScale))
            {
                break;
            }

            outcomes = test.Run(question, mended);
        }

        var verdicts = new List<LabelVerdict>();

        // Columns that are much alike may each be right within the tolerance and yet exchanged.
        var suspects = wrong.Keys.Concat(Enumerable.Range(0, labels.Length).Where(k => supplied[k].IsOff)).Distinct().Order();
        int[] match = Exchanged(test, question, [.. suspects], candidates, column, labels, mended, ref outcomes) ?? components;
        for (int k = 0; k < labels.Length; k++)
        {
            if (!wrong.TryGetValue(k, out var outcome) && match[k] == components[k])
            {
                if (outcomes[k].Decision != PairTest.Decision.Right)
                {
                    verdicts.Add(LabelVerdict.Open(components[k], question.Output, outcomes[k].Doubt));
                }

                continue;
            }

            outcome = wrong.GetValueOrDefault(k, supplied[k]);
            bool isScale = match[k] == components[k] && outcome.HasScale && outcomes[k].Decision != PairTest.Decision.Wrong;
            bool isSign = Math.Abs(outcome.Scale + 1) <= Math.Max(0.2, 3 * outcome.Error);
            var problem = match[k] != components[k] ? LabelProblem.SwappedAxes
                : !isScale ? LabelProblem.Unrelated
                : isSign ? LabelProblem.WrongSign
                : LabelProblem.WrongScale;
            verdicts.Add(new(
                problem, components[k], question.Output, isScale ? 1 / outcome.Scale : double.NaN, match[k] != components[k] ? match[k] : -1, Evidence(outcome)));
        }

        return (verdicts, supplied);
    }

    /// <summary>The component that belongs in the place of each, if the test accepts some of other places for wrong columns and factors explain no more; else null.</summary>
    private static int[]? Exchanged(
        PairTest test, PairTest.Question question, int[] wrong, int[] candidates, Func<int, double[]> column, double[][] labels, double[][] mended, ref PairTest.Outcome[] outcomes)
    {
        // Right columns stay where they are.
        int[] components = question.Components;
        int[] free = [.. candidates.Where(c => Array.IndexOf(components, c) is var k && (k < 0 || wrong.Contains(k)))];
        var scaled = outcomes;
        double[][] expected = [.. wrong.Select(k => scaled[k].Decision == PairTest.Decision.Right ? mended[k] : question.Slopes[k])];
        var orders = new List<int[]>();
        int[] best = LabelVerdict.Assign(expected, [.. wrong.Select(k => components[k])], free, [.. free.Select(column)]);
        orders.Add([.. components.Select((c, k) => wrong.Contains(k) ? best[Array.IndexOf(wrong, k)] : c)]);
        for (int a = 0; a < wrong.Length && wrong.Length <= 6; a++)
        {
            for (int b = 0; b < a; b++)
            {
                int[] order = [.. components];
                (order[wrong[a]], order[wrong[b]]) = (components[wrong[b]], components[wrong[a]]);
                orders.Add(order);
            }
        }

        foreach (int[] order in orders)
        {
            int[] moved = [.. wrong.Where(k => order[k] != components[k])];
            if (moved.Length == 0)
            {
                continue;
            }

            var exchanged = test.Run(question, [.. order.Select((c, k) => c == components[k] ? mended[k] : column(c))]);
            if (moved.All(k => exchanged[k].Decision != PairTest.Decision.Wrong && (scaled[k].Decision == PairTest.Decision.Wrong
                || exchanged[k].Wrong <= (ReferenceEquals(mended[k], labels[k]) ? Improvement * scaled[k].Wrong : 2 * (scaled[k].Wrong + exchanged[k].WrongError)))))
            {
                outcomes = exchanged;
                return order;
            }
        }

        return null;
    }

    private static string Evidence(PairTest.Outcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(outcome.HasScale ? $"on average the values fit {outcome.Scale:G3} ± {outcome.Error:G1} times the label, " : string.Empty)}" +
        $"right labels would differ as much with a probability below {Math.Max(1e-15, outcome.Chance):G1}");
}
