using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet.LabelChecking;

/// <summary>Are the labels the slopes of the values on average over pairs of samples? It answers even where noise hides every single difference of values.</summary>
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
/// The third order is the only bias, and an effect must be larger than its bound. What the model of the labels knows of it is subtracted (Simpson's rule). The
/// rest of the labels is structure or noise, and only structure bends the values: by the mean value theorem, by up to half the difference of the slopes at
/// both ends. Noise is independent from sample to sample, so the correlation c of the rests at both ends of pairs shows the share of structure. A polynomial
/// of degree m has the correlation (1 − d²/D²)ᵐ between samples at a distance d if typical samples are D apart, so the share is up to c and its
/// error, divided by that of the lowest degree that the model lacks. Where there are many inputs, even neighbors are nearly D apart; then all of the rest
/// counts as structure. The bound is the root of the share times (1 − c) times the rest: structure that hardly changes over a pair has hardly any third order.
/// It need not be larger than twice what the slopes of the model of the values leave of the differences: what bends the values is missed by that model too.
/// </para>
/// <para>
/// Few samples are far apart even as neighbors, and structure looks like noise there. But noise and mistakes of labels make r grow from the nearest pairs to
/// farther ones at most as the coordinates do. If r grows more than that, an effect must be larger than the excess too.
/// </para>
/// <para>
/// A column that looks wrong must still look wrong when the others may have any factor, and slopes that depend on all inputs in any linear way: what columns of
/// dependent inputs share is not held against any of them. Where samples are too few for that, only other columns that look wrong get such slopes, or the
/// others get factors alone.
/// </para>
/// </remarks>
internal sealed class PairTest
{
    /// <summary>The chance of taking a right column for wrong, at all distances together.</summary>
    public const double ErrorRate = 1e-5;

    /// <summary>The share of a derivative that may be wrong unnoticed.</summary>
    private const double Tolerance = 0.3;

    /// <summary>Directions of a regression with free slopes, at most.</summary>
    private const int MaxDirections = 200;

    /// <summary>The share of a derivative that must be wrong for it to be taken as exchanged with one that is much alike.</summary>
    private const double LeastDifference = 0.1;

    /// <summary>The samples that each direction of a regression takes.</summary>
    private const int SamplesOfDirection = 4;

    /// <summary>Standard errors that a confirmation allows for.</summary>
    private const double Margin = 3;

    private readonly LabelSamples _data;
    private readonly List<SamplePairs> _levels;
    private readonly SmoothModel _model;
    private readonly NeighborFrames _frames;
    private readonly double[]?[] _middles;
    private readonly double[] _growth;
    private readonly double _leastCorrelation;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Prepares the test.</summary>
    /// <param name="data">Normalized samples.</param>
    /// <param name="frames">Their tangents.</param>
    /// <param name="model">Polynomials of the inputs.</param>
    /// <param name="levels">Pairs from near to far.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    public PairTest(LabelSamples data, NeighborFrames frames, SmoothModel model, List<SamplePairs> levels, CancellationToken cancellationToken)
    {
        _data = data;
        _frames = frames;
        _model = model;
        _levels = levels;
        _cancellationToken = cancellationToken;
        _middles = new double[]?[_levels.Count];
        _growth = [.. _levels.Select(pairs => ThirdOrder.Growth(_levels[0], pairs))];
        _leastCorrelation = _levels.Count == 0 ? 1 : ThirdOrder.LeastCorrelation(_levels[0].Distance.Average(distance => distance * distance), frames.TypicalSquare, model.Degree);
    }

    /// <summary>Whether there are enough pairs along the tangents.</summary>
    public bool IsPossible => _levels.Count > 0;

    /// <summary>Directions of each column: a model of the label, the coordinate, and the slope of a model of the values if there is one.</summary>
    private int Width => _model.Terms > 1 ? 3 : 2;

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
    /// <param name="Wrong">The size of what is wrong.</param>
    /// <param name="WrongError">Its standard error.</param>
    /// <param name="IsOff">Whether what is wrong is certain, though perhaps within the tolerance.</param>
    /// <param name="Doubt">Why an open column is open.</param>
    public readonly record struct Outcome(Decision Decision, double Chance, double Scale, double Error, double Wrong, double WrongError, bool IsOff, string Doubt)
    {
        /// <summary>Whether the factor is known well.</summary>
        public bool HasScale => double.IsFinite(Scale) && Math.Abs(Scale) > 4 * Error;

        /// <summary>Whether the factor is 1 within the tolerance.</summary>
        public bool IsConfirmed => PairTest.IsConfirmed(Scale, Error);
    }

    /// <summary>The columns of labels of one quantity.</summary>
    /// <param name="Differences">The quantity's differences between pairs.</param>
    /// <param name="Slopes">What <see cref="PairTest.Slopes"/> gives for the quantity.</param>
    /// <param name="Components">The component of each column.</param>
    /// <param name="Output">The output feature.</param>
    public sealed record Question(Func<SamplePairs, double[]> Differences, double[][] Slopes, int[] Components, int Output);

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

    /// <summary>Tests all columns of labels of one quantity.</summary>
    public Outcome[] Run(Question question, double[][] labels)
    {
        int p = labels.Length;
        bool isEnough = _data.Count >= SamplesOfDirection * p * Width;
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
        Array.Fill(outcomes, new Outcome(Decision.Open, 1, double.NaN, double.PositiveInfinity, 0, double.PositiveInfinity, false, isEnough ? LabelMessages.TooNoisy : LabelMessages.TooFew));
        for (int level = 0; isEnough && level < _levels.Count && outcomes.Any(outcome => outcome.Decision == Decision.Open || IsVague(outcome)); level++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Decide(level, question, labels, fits, models, range, outcomes, structure, ref nearest);
        }

        return outcomes;
    }

    /// <summary>Whether a wrong column's factor is not yet known; farther pairs may tell.</summary>
    private static bool IsVague(Outcome outcome) => outcome.Decision == Decision.Wrong && !outcome.HasScale;

    private void Decide(
        int level,
        Question question,
        double[][] labels,
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
        double[] weights = level == 0 ? pairs.Weights() : [.. Enumerable.Repeat(1.0, count)];
        var rest = Vector<double>.Build.DenseOfArray(question.Differences(pairs)).PointwiseMultiply(Vector<double>.Build.DenseOfArray(weights));
        var unpredicted = rest.Clone();
        double[][] slopes = question.Slopes;
        var supplied = Matrix<double>.Build.Dense(count, p);
        var directions = Matrix<double>.Build.Dense(count, p * Width);

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
                double a = weights[pair] * pairs.FromFactor[(pair * p) + k];
                double b = weights[pair] * pairs.ToFactor[(pair * p) + k];
                double modeled = (a * models[k][s]) + (b * models[k][t]);
                supplied[pair, k] = (a * labels[k][s]) + (b * labels[k][t]);
                directions[pair, k * Width] = modeled;
                directions[pair, (k * Width) + 1] = a + b;
                if (Width == 3)
                {
                    directions[pair, (k * Width) + 2] = (a * slopes[k][s]) + (b * slopes[k][t]);
                    unpredicted[pair] -= directions[pair, (k * Width) + 2];
                }

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

        supplied += known.SubMatrix(0, count, 0, p);
        rest -= supplied.RowSums();
        known.SetColumn(p, known.RowSums());
        restFrom.SetColumn(p, restFrom.RowSums());
        restTo.SetColumn(p, restTo.RowSums());
        double[] knownSize = [.. known.ColumnNorms(2).Select(norm => norm / Math.Sqrt(count))];
        double[] thirdOrder = [.. Enumerable.Range(0, p + 1).Select(k => UnknownOrder(restFrom.Column(k), restTo.Column(k), ref structure[k]))];
        double size = rest.L2Norm() / Math.Sqrt(count);
        nearest = level == 0 ? size : nearest;

        // What bends the values is missed by a model of them too: once in the differences, and about as much in the slopes.
        thirdOrder[p] = Width == 3 ? Math.Min(thirdOrder[p], 2 * unpredicted.L2Norm() / Math.Sqrt(count)) : thirdOrder[p];
        thirdOrder = [.. thirdOrder.Zip(knownSize, Math.Max)];
        thirdOrder[p] = Math.Max(thirdOrder[p], ThirdOrder.Excess(size, nearest, _growth[level]));
        double[] gap = [.. Enumerable.Range(0, p).Select(k => _frames.HasFewValues[k] ? ThirdOrder.Gap(pairs, models[k], k) : 0)];
        var columns = PairRegression.Solve(pairs, _data.Count, rest, supplied, directions, Width);
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
                // With as many free slopes as there is room for: of all other columns, of those that look wrong, or none.
                int[] others = [.. Enumerable.Range(0, p).Where(l => l != k)];
                (int[] Columns, int Inputs)[] choices =
                    [(others, _data.Input.Features), ([.. others.Where(l => isWrong[l])], _data.Input.Features), (others, 0)];
                int choice = Array.FindIndex(choices, item => HasRoom(item.Columns.Length * (1 + item.Inputs)));
                column = choice < 0 ? PairRegression.Column.Unknown
                    : choices[choice].Columns.Length == 0 ? column
                    : PairRegression.Solve(
                        pairs, _data.Count, rest, supplied, directions.Append(Freed(pairs, weights, supplied, choices[choice].Columns, choices[choice].Inputs)), Width)[k];
            }

            // A column that looks right only with free slopes of other columns cannot be distinguished from them.
            var decision = Judged(column, k);
            decision = isWrong[k] && decision == Decision.Right ? Decision.Open : decision;
            string doubt = columns[k].Share == 0 || isWrong[k] ? LabelMessages.NotApart
                : !(column.Chance <= ErrorRate / _levels.Count && column.Wrong > Tolerance * Math.Max(column.Label, column.Right)) ? outcomes[k].Doubt
                : gap[k] > thirdOrder[p] ? LabelMessages.FewValues
                : LabelMessages.TooFarApart;
            bool isOff = IsOff(columns[k], ErrorRate / _levels.Count, Floor(k), LeastDifference);
            outcomes[k] = new Outcome(decision, column.Chance, column.Scale, column.ScaleError, column.Wrong, column.WrongError, isOff, doubt);
        }

        bool HasRoom(int others) => directions.ColumnCount + others <= Math.Min(MaxDirections, _data.Count / SamplesOfDirection);

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
        if (IsOff(column, errorRate, floor, Tolerance))
        {
            return Decision.Wrong;
        }

        double hidden = column.Wrong + (Margin * column.WrongError);
        return (IsConfirmed(column.Scale, column.ScaleError) && hidden <= 0.5 * column.Label) || hidden <= 0.05 * largest ? Decision.Right : Decision.Open;
    }

    /// <summary>Whether a factor is 1 within the tolerance.</summary>
    private static bool IsConfirmed(double scale, double error) => Math.Abs(scale - 1) + (Margin * error) <= Tolerance;

    /// <summary>Whether what is wrong is no accident, more than the bias, and more than a share of the derivative.</summary>
    private static bool IsOff(PairRegression.Column column, double errorRate, double floor, double tolerance) =>
        column.Chance <= errorRate && column.Wrong > floor && column.Wrong > tolerance * Math.Max(column.Label, column.Right);

    /// <summary>A bound of the third order of what the model of the labels does not know.</summary>
    private double UnknownOrder(Vector<double> from, Vector<double> to, ref double structure)
    {
        double square = ((from * from) + (to * to)) / 2;
        double correlation = square > 0 ? (from * to) / square : 0;
        structure = Math.Max(structure, (Math.Abs(correlation) + (2 / Math.Sqrt(Math.Min(from.Count, _data.Count)))) / _leastCorrelation);
        return Math.Sqrt(Math.Min(1, structure) / from.Count) * (from + to).L2Norm() * (1 - correlation);
    }

    /// <summary>What explains some columns whatever is wrong with them: their labels, and their coordinates times some inputs.</summary>
    private Matrix<double> Freed(SamplePairs pairs, double[] weights, Matrix<double> supplied, int[] columns, int inputs)
    {
        int p = _data.Tangents;
        int width = 1 + inputs;
        return Matrix<double>.Build.Dense(pairs.Count, columns.Length * width, (pair, index) =>
        {
            int column = columns[index / width];
            int feature = (index % width) - 1;
            return feature < 0
                ? supplied[pair, column]
                : weights[pair] * ((pairs.FromFactor[(pair * p) + column] * _data.Input[0, pairs.From[pair], feature])
                    + (pairs.ToFactor[(pair * p) + column] * _data.Input[0, pairs.To[pair], feature]));
        });
    }

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
