namespace SobolevNet.LabelChecking;

/// <summary>
/// Looks for first derivatives whose axes of outputs and tangents were exchanged in memory: an array of shape (S, n, m) read
/// as (S, m, n), or one of shape (S, m, p) read as (S, p, m).
/// </summary>
internal static class AxisOrder
{
    public const string Message =
        "The first derivatives fit with their axes of outputs and tangents exchanged: is the array transposed?";

    /// <summary>Tries both on pairs of samples.</summary>
    /// <param name="test">The test.</param>
    /// <param name="questions">The first derivatives of each output.</param>
    /// <param name="supplied">What the test says of them as they are.</param>
    /// <param name="column">The labels of a component of an output.</param>
    /// <returns>Whether one of them makes all wrong columns right, and none wrong.</returns>
    public static bool IsExchanged(PairTest test, PairTest.Question[] questions, PairTest.Outcome[][] supplied, Func<int, int, double[]> column)
    {
        int m = questions.Length;
        int p = questions[0].Components.Length;
        return supplied.Any(outcomes => outcomes.Any(outcome => outcome.Decision == PairTest.Decision.Wrong)) && Orders(m, p).Any(
            place => Enumerable.Range(0, m).All(o => test.Run(questions[o], [.. Enumerable.Range(0, p).Select(k => column(place(o, k).Component, place(o, k).Output))])
                .Zip(supplied[o]).All(pair => pair.First.Decision == PairTest.Decision.Right
                    || (pair.First.Decision == PairTest.Decision.Open && pair.Second.Decision != PairTest.Decision.Wrong))));
    }

    /// <summary>Tries both on finite differences.</summary>
    /// <returns>Whether one of them explains what the labels as supplied do not.</returns>
    public static bool IsExchanged(JetBatch<double> supplied, JetBatch<double> estimated, int p)
    {
        int m = supplied.Features;
        double error = Error((o, k) => (1 + k, o));
        return Orders(m, p).Any(place => Error(place) <= 1e-3 * error);

        double Error(Func<int, int, (int Component, int Output)> place) => Enumerable.Range(0, m).Sum(o => Enumerable.Range(0, p).Sum(
            k => Enumerable.Range(0, supplied.Samples).Sum(s => Math.Pow(supplied[place(o, k).Component, s, place(o, k).Output] - estimated[1 + k, s, o], 2))));
    }

    /// <summary>Where the derivative of an output along each tangent may stand: meant (m, p), read (p, m); or meant (n, m), read (m, n).</summary>
    private static Func<int, int, (int Component, int Output)>[] Orders(int m, int p) => m < 2 || p < 2
        ? []
        : [(o, k) => (1 + (((k * m) + o) % p), ((k * m) + o) / p), (o, k) => (1 + (((o * p) + k) / m), ((o * p) + k) % m)];
}
