using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet.LabelChecking;

/// <summary>
/// Are the labels the slopes of the values on average over all samples? It answers even where noise hides every single difference of values.
/// </summary>
/// <remarks>
/// <para>
/// For any pair of samples (s, t) the rest r = y(t) − y(s) − Σₖ ½(aₖ gₖ(s) + bₖ gₖ(t)) has the mean 0 if the labels g are right, whatever the noise in
/// y and g, up to the third order in the distance. So r must not depend on any function of the inputs that was chosen without r. Three such functions
/// are tried for each column, all columns at once (<see cref="PairRegression"/>): Δₖ times a model of the labels (a wrong sign or scale), Δₖ (a wrong mean),
/// and Δₖ times the slope of a model of the values (anything else: a column of zeros, of one number, of another input). Models are fitted to the
/// other half of the samples.
/// </para>
/// <para>
/// Pairs go from near to far. Near pairs have hardly any error of third order, but noise hides their differences; far pairs average the noise away. Each
/// column is decided by the nearest pairs that can.
/// </para>
/// <para>
/// The third order is the only bias. What the model of the labels knows of it is subtracted (Simpson's rule), and an effect must be larger than that.
/// The rest of the labels, which the model does not know, is noise or structure. Noise is independent from sample to sample, so the correlation c of
/// the rests at both ends of pairs shows how much of it is structure: a share |c| of its variance at least. An effect must be larger than √|c| (1 − c′)
/// times the rest, c′ being the correlation at the distance of the pair: structure that hardly changes over a pair has hardly any third order.
/// </para>
/// <para>
/// Few samples are far apart even as neighbors, and structure looks like noise there. But noise and mistakes of labels make r grow from the nearest pairs to
/// farther ones at most as the coordinates do. If r grows more than that, an effect must be larger than the excess too.
/// </para>
/// <para>
/// A column that looks wrong must still look wrong when the slopes of the others may depend on all inputs in any linear way: what columns of
/// dependent inputs share is not held against any of them. Where samples are too few for that, only other columns that look wrong get such slopes.
/// </para>
/// </remarks>
internal sealed class AverageTest
{
    /// <summary>The chance of taking a right column for wrong, at all distances together.</summary>
    public const double ErrorRate = 1e-5;

    /// <summary>The share of a derivative that may be wrong unnoticed.</summary>
    private const double Tolerance = 0.3;

    /// <summary>Directions of a regression with free slopes, at most.</summary>
    private const int MaxDirections = 200;

    /// <summary>Standard errors that a confirmation allows for.</summary>
    private const double Margin = 3;

    private readonly LabelSamples _data;
    private readonly List<SamplePairs> _levels;
    private readonly SmoothModel _model;
    private readonly NeighborFrames _frames;
    private readonly double[]?[] _middles;
    private readonly double[] _growth;
    private readonly CancellationToken _cancellationToken;

    public AverageTest(LabelSamples data, NeighborFrames frames, int maxInputs, CancellationToken cancellationToken)
    {
        _data = data;
        _frames = frames;
        _cancellationToken = cancellationToken;
        _model = SmoothModel.Best(data, maxInputs);
        _levels = SamplePairs.Levels(data, frames, cancellationToken);
        _middles = new double[]?[_levels.Count];
        _growth = [.. _levels.Select(pairs => Growth(_levels[0], pairs))];
    }

    /// <summary>Whether there are enough pairs along the tangents.</summary>
    public bool IsPossible => _levels.Count > 0;

    /// <summary>What the samples say of a column of labels.</summary>
    public enum Decision
    {
        /// <summary>Nothing for sure.</summary>
        Open,

        /// <summary>It is right, within the tolerance.</summary>
        Right,

        /// <summary>It is wrong.</summary>
        Wrong,
    }

    /// <summary>The outcome for a column.</summary>
    /// <param name="Decision">What the samples say.</param>
    /// <param name="Chance">The chance of as large an effect if the labels are right.</param>
    /// <param name="Scale">The factor that the labels should be multiplied by; NaN if unknown.</param>
    /// <param name="Error">Its standard error.</param>
    public readonly record struct Outcome(Decision Decision, double Chance, double Scale, double Error);

    /// <summary>Slopes of a model of some values along all tangents, fitted to the other half of the samples; a column for each tangent.</summary>
    public double[][] Slopes(double[] values)
    {
        double[][] slopes = [.. Enumerable.Range(0, _data.Tangents).Select(_ => new double[_data.Count])];
        double[] gradient = new double[_data.Input.Features];
        for (int half = 0; half < 2; half++)
        {
            double[] fit = _model.Fit(1 - half, s => values[s]);
            for (int s = half; s < _data.Count; s += 2)
            {
                _model.Gradient(fit, s, gradient);
                for (int k = 0; k < slopes.Length; k++)
                {
                    slopes[k][s] = System.Numerics.Tensors.TensorPrimitives.Dot<double>(_data.Input.Row(1 + k, s), gradient);
                }
            }
        }

        return slopes;
    }

    /// <summary>Tests all columns of labels of one quantity and names the mistakes.</summary>
    /// <param name="values">The quantity whose derivatives are tested, one number a sample.</param>
    /// <param name="labels">Its derivatives, a column for each tangent.</param>
    /// <param name="slopes">What <see cref="Slopes"/> gives for the values.</param>
    /// <param name="components">The component of each column.</param>
    /// <param name="output">The output feature.</param>
    /// <returns>The mistakes, and what the test says of each column as supplied.</returns>
    public (List<LabelVerdict> Verdicts, Outcome[] Outcomes) Diagnose(
        double[] values, double[][] labels, double[][] slopes, int[] components, int output)
    {
        var supplied = Run(values, labels, slopes);
        int[] wrong = [.. Enumerable.Range(0, labels.Length).Where(k => supplied[k].Decision == Decision.Wrong)];
        var verdicts = new List<LabelVerdict>();
        if (wrong.Length == 0)
        {
            return (verdicts, supplied);
        }

        int[] match = Exchanged(values, labels, slopes, wrong) ?? [.. Enumerable.Range(0, labels.Length)];
        foreach (int k in wrong.Where(k => match[k] != k))
        {
            verdicts.Add(new(LabelProblem.SwappedAxes, components[k], output, double.NaN, components[match[k]], Evidence(supplied[k])));
        }

        // A factor explains a column if the test accepts the column times it.
        wrong = [.. wrong.Where(k => match[k] == k)];
        int[] scaled = [.. wrong.Where(k => HasScale(supplied[k]))];
        double[][] mended = [.. match.Select((l, k) => scaled.Contains(k) ? [.. labels[k].Select(value => value * supplied[k].Scale)] : labels[l])];
        var outcomes = scaled.Length > 0 ? Run(values, mended, slopes) : supplied;
        foreach (int k in wrong)
        {
            bool isScale = outcomes[k].Decision != Decision.Wrong;
            bool isSign = Math.Abs(supplied[k].Scale + 1) <= Math.Max(0.2, 3 * supplied[k].Error);
            verdicts.Add(new(
                !isScale ? LabelProblem.Unrelated : isSign ? LabelProblem.WrongSign : LabelProblem.WrongScale,
                components[k],
                output,
                isScale ? 1 / supplied[k].Scale : double.NaN,
                -1,
                Evidence(supplied[k])));
        }

        return (verdicts, supplied);
    }

    /// <summary>Tests all columns of labels of one quantity.</summary>
    public Outcome[] Run(double[] values, double[][] labels, double[][] slopes)
    {
        int p = labels.Length;
        double[][][] fits = new double[2][][];

        // A polynomial that leaves the labels' range extrapolates.
        (double Low, double High)[] range = [.. labels.Select(column => (column.Min(), column.Max()))];
        double[][] models = [.. labels.Select(_ => new double[_data.Count])];
        for (int half = 0; half < 2; half++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            fits[half] = [.. labels.Select(column => _model.Fit(1 - half, s => column[s]))];
            for (int s = half; s < _data.Count; s += 2)
            {
                for (int k = 0; k < p; k++)
                {
                    models[k][s] = Math.Clamp(_model.At(fits[half][k], s), range[k].Low, range[k].High);
                }
            }
        }

        double[] structure = new double[p + 1];
        double nearest = double.PositiveInfinity;
        var outcomes = new Outcome[p];
        Array.Fill(outcomes, new Outcome(Decision.Open, 1, double.NaN, double.PositiveInfinity));
        for (int level = 0; level < _levels.Count && outcomes.Any(outcome => outcome.Decision == Decision.Open || IsVague(outcome)); level++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Decide(level, values, labels, slopes, fits, models, range, outcomes, structure, ref nearest);
        }

        return outcomes;
    }

    /// <summary>Whether a wrong column's factor is not yet known; farther pairs may tell.</summary>
    private static bool IsVague(Outcome outcome) => outcome.Decision == Decision.Wrong && !HasScale(outcome);

    private static bool HasScale(Outcome outcome) => double.IsFinite(outcome.Scale) && Math.Abs(outcome.Scale) > 4 * outcome.Error;

    private void Decide(
        int level,
        double[] values,
        double[][] labels,
        double[][] slopes,
        double[][][] fits,
        double[][] models,
        (double Low, double High)[] range,
        Outcome[] outcomes,
        double[] structure,
        ref double nearest)
    {
        var pairs = _levels[level];
        int count = pairs.Count;
        int p = labels.Length;
        int width = _model.Terms > 1 ? 3 : 2;
        var rest = Vector<double>.Build.Dense(count, pair => values[pairs.To[pair]] - values[pairs.From[pair]]);
        var supplied = Matrix<double>.Build.Dense(count, p);
        var directions = Matrix<double>.Build.Dense(count, p * width);

        // For each column and for their sum: the known third order, and the rests of labels at both ends.
        var known = Matrix<double>.Build.Dense(count, p + 1);
        var restFrom = Matrix<double>.Build.Dense(count, p + 1);
        var restTo = Matrix<double>.Build.Dense(count, p + 1);
        double[]? middles = _frames.IsFlat ? (_middles[level] ??= Middles(pairs)) : null;
        for (int k = 0; k < p; k++)
        {
            for (int pair = 0; pair < count; pair++)
            {
                int s = pairs.From[pair];
                int t = pairs.To[pair];
                double a = pairs.FromFactor[(pair * p) + k];
                double b = pairs.ToFactor[(pair * p) + k];
                double modeled = (a * models[k][s]) + (b * models[k][t]);
                supplied[pair, k] = (a * labels[k][s]) + (b * labels[k][t]);
                directions[pair, k * width] = modeled;
                directions[pair, (k * width) + 1] = a + b;
                if (width == 3)
                {
                    directions[pair, (k * width) + 2] = (a * slopes[k][s]) + (b * slopes[k][t]);
                }

                rest[pair] -= supplied[pair, k];

                // Simpson's rule needs straight tangents; without it, no part of the labels is known.
                restFrom[pair, k] = a * (labels[k][s] - (middles is null ? 0 : models[k][s]));
                restTo[pair, k] = b * (labels[k][t] - (middles is null ? 0 : models[k][t]));
                if (middles is not null)
                {
                    double middle = Math.Clamp(
                        System.Numerics.Tensors.TensorPrimitives.Dot<double>(fits[s % 2][k], middles.AsSpan(pair * _model.Terms, _model.Terms)),
                        range[k].Low,
                        range[k].High);
                    known[pair, k] = 2.0 / 3 * (((a + b) * middle) - modeled);
                }
            }
        }

        known.SetColumn(p, known.RowSums());
        restFrom.SetColumn(p, restFrom.RowSums());
        restTo.SetColumn(p, restTo.RowSums());
        rest -= known.Column(p);
        double[] thirdOrder = [.. Enumerable.Range(0, p + 1).Select(k => Math.Max(
            known.Column(k).L2Norm() / Math.Sqrt(count), UnknownOrder(restFrom.Column(k), restTo.Column(k), ref structure[k])))];
        double size = rest.L2Norm() / Math.Sqrt(count);
        nearest = level == 0 ? size : nearest;
        thirdOrder[p] = Math.Max(thirdOrder[p], Excess(size, nearest, _growth[level]));
        double[] gap = [.. Enumerable.Range(0, p).Select(k => _frames.HasFewValues[k] ? Gap(pairs, models[k], k) : 0)];
        var columns = PairRegression.Solve(pairs, _data.Count, rest, supplied, directions, width);
        double largest = columns.Max(column => column.Label);
        bool[] isWrong = [.. Enumerable.Range(0, p).Select(k =>
            outcomes[k].Decision == Decision.Wrong || (outcomes[k].Decision == Decision.Open && Judged(columns[k], k) == Decision.Wrong))];
        for (int k = 0; k < p; k++)
        {
            var column = columns[k];
            if (outcomes[k].Decision != Decision.Open)
            {
                outcomes[k] = IsVague(outcomes[k]) ? outcomes[k] with { Scale = column.Scale, Error = column.ScaleError } : outcomes[k];
                continue;
            }

            if (isWrong[k])
            {
                int[] others = [.. Enumerable.Range(0, p).Where(l => l != k)];
                bool hasRoom = directions.ColumnCount + (others.Length * _data.Input.Features) <= Math.Min(MaxDirections, _data.Count / 4);
                others = hasRoom ? others : [.. others.Where(l => isWrong[l])];
                column = others.Length == 0 ? column : PairRegression.Solve(
                    pairs, _data.Count, rest, supplied, directions.Append(LinearSlopes(pairs, others)), width)[k];
            }

            // What looks right only with free slopes of other columns is not told apart from them.
            var decision = Judged(column, k);
            decision = isWrong[k] && decision == Decision.Right ? Decision.Open : decision;
            outcomes[k] = new Outcome(decision, column.Chance, column.Scale, column.ScaleError);
        }

        Decision Judged(PairRegression.Column column, int k) => Judge(column, ErrorRate / _levels.Count, Floor(k), largest);

        // Terms of third order that are odd in Δₖ come three times as large from other columns as from the column's own; other terms matter only as
        // far as inputs depend on each other. Where tangents bend, coordinates have as much error as slopes.
        double Floor(int k) => (_frames.IsFlat ? 1 : 2) * Math.Max(
            0.003 * largest,
            gap[k] + Math.Min(thirdOrder[p], (3 * thirdOrder[k]) + (Math.Sqrt(Math.Max(0, 1 - columns[k].Share)) * thirdOrder[p])));
    }

    /// <summary>
    /// A column is wrong if what is wrong is no accident, more than the bias, and more than the tolerated share of the derivative. It is right if both its
    /// factor and what may be wrong are within bounds, or if it matters little to the values.
    /// </summary>
    /// <param name="column">What the regression says.</param>
    /// <param name="errorRate">The chance that is taken for no accident.</param>
    /// <param name="floor">A bound of the bias.</param>
    /// <param name="largest">The size of the largest label's part.</param>
    public static Decision Judge(PairRegression.Column column, double errorRate, double floor, double largest)
    {
        if (column.Chance <= errorRate && column.Wrong > floor && column.Wrong > Tolerance * Math.Max(column.Label, column.Right))
        {
            return Decision.Wrong;
        }

        double hidden = column.Wrong + (Margin * column.WrongError);
        bool isConfirmed = Math.Abs(column.Scale - 1) + (Margin * column.ScaleError) <= Tolerance && hidden <= 0.5 * column.Label;
        return isConfirmed || hidden <= 0.05 * largest ? Decision.Right : Decision.Open;
    }

    /// <summary>A bound of the third order of what the model of the labels does not know.</summary>
    private double UnknownOrder(Vector<double> from, Vector<double> to, ref double structure)
    {
        double square = ((from * from) + (to * to)) / 2;
        double correlation = square > 0 ? (from * to) / square : 0;
        structure = Math.Max(structure, Math.Abs(correlation) + (2 / Math.Sqrt(Math.Min(from.Count, _data.Count))));
        return Math.Sqrt(structure / from.Count) * (from + to).L2Norm() * (1 - correlation);
    }

    /// <summary>What a rest has beyond that of the nearest pairs if it grows as the coordinates do.</summary>
    /// <param name="size">The rest's root mean square.</param>
    /// <param name="nearest">The same of the nearest pairs.</param>
    /// <param name="growth">How much the coordinates grow; infinite if the nearest pairs do not differ along a tangent.</param>
    public static double Excess(double size, double nearest, double growth) =>
        double.IsFinite(growth) ? Math.Sqrt(Math.Max(0, (size * size) - Math.Pow(growth * nearest, 2))) : 0;

    /// <summary>How much farther some pairs are apart than others, along the tangent where that is most; infinite if the others do not differ along one.</summary>
    private static double Growth(SamplePairs near, SamplePairs far)
    {
        int p = near.FromFactor.Length / near.Count;
        return Enumerable.Range(0, p).Max(k => Reach(far, k) is > 0 and double reach ? reach / Reach(near, k) : 1);

        double Reach(SamplePairs pairs, int k) => Math.Sqrt(Enumerable.Range(0, pairs.Count).Average(pair => Math.Pow(pairs.FromFactor[(pair * p) + k], 2)));
    }

    /// <summary>
    /// How much differences along a tangent of few values may deviate from the trapezoidal rule. No sample shows the slope between neighboring values; it
    /// may be as far beyond the slopes at both ends as these are apart.
    /// </summary>
    private static double Gap(SamplePairs pairs, double[] model, int tangent)
    {
        int p = pairs.FromFactor.Length / pairs.Count;
        return Math.Sqrt(Enumerable.Range(0, pairs.Count).Average(
            pair => Math.Pow(2 * pairs.FromFactor[(pair * p) + tangent] * (model[pairs.To[pair]] - model[pairs.From[pair]]), 2)));
    }

    /// <summary>The coordinates of some columns times each input: what linear slopes would add to differences.</summary>
    private Matrix<double> LinearSlopes(SamplePairs pairs, int[] columns)
    {
        int p = _data.Tangents;
        int n = _data.Input.Features;
        return Matrix<double>.Build.Dense(pairs.Count, columns.Length * n, (pair, index) =>
        {
            int factor = (pair * p) + columns[index / n];
            return (pairs.FromFactor[factor] * _data.Input[0, pairs.From[pair], index % n])
                + (pairs.ToFactor[factor] * _data.Input[0, pairs.To[pair], index % n]);
        });
    }

    /// <summary>An exchange of wrong columns among each other that the test accepts; null if there is none.</summary>
    private int[]? Exchanged(double[] values, double[][] labels, double[][] slopes, int[] wrong)
    {
        if (wrong.Length < 2)
        {
            return null;
        }

        int[] best = LabelVerdict.Assign([.. wrong.Select(k => slopes[k])], wrong, wrong, [.. wrong.Select(k => labels[k])]);
        int[] match = [.. Enumerable.Range(0, labels.Length).Select(k => wrong.Contains(k) ? best[Array.IndexOf(wrong, k)] : k)];
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

        bool Accepts(int[] order)
        {
            int[] moved = [.. Enumerable.Range(0, order.Length).Where(k => order[k] != k)];
            if (moved.Length == 0)
            {
                return false;
            }

            var outcomes = Run(values, [.. order.Select(k => labels[k])], slopes);
            return moved.All(k => outcomes[k].Decision != Decision.Wrong);
        }
    }

    private static string Evidence(Outcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(HasScale(outcome) ? $"on average the values fit {outcome.Scale:G3} ± {outcome.Error:G1} times the label, " : string.Empty)}" +
        $"right labels would differ as much with a probability below {Math.Max(1e-15, outcome.Chance):G1}");

    /// <summary>The model's terms in the middle of each pair.</summary>
    private double[] Middles(SamplePairs pairs)
    {
        double[] terms = new double[pairs.Count * _model.Terms];
        double[] middle = new double[_data.Input.Features];
        for (int pair = 0; pair < pairs.Count; pair++)
        {
            System.Numerics.Tensors.TensorPrimitives.Add<double>(_data.Input.Row(0, pairs.From[pair]), _data.Input.Row(0, pairs.To[pair]), middle);
            System.Numerics.Tensors.TensorPrimitives.Multiply<double>(middle, 0.5, middle);
            _model.Evaluate(middle, terms.AsSpan(pair * _model.Terms, _model.Terms));
        }

        return terms;
    }
}
