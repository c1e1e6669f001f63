namespace SobolevNet;

/// <summary>
/// Tests whether labels are the slopes of the values on average over all samples, which says something even where noise hides
/// every single difference of values.
/// </summary>
/// <remarks>
/// <para>
/// For any two samples (s, t) the rest r = y(t) − y(s) − Σₖ ½(aₖ gₖ(s) + bₖ gₖ(t)) has the mean 0 if the labels g are right, whatever the noise in
/// y and g, up to the third order in the distance. So r must not depend on any function z of the inputs that was chosen without r. Three such functions
/// are tried for each column, all columns at once by least squares: Δₖ (a wrong mean), Δₖ times a model of the labels (a wrong
/// sign or scale), and Δₖ times the difference between the slope of a model of the values and a model of the labels (anything else: a column
/// of zeros, of one number, of another input). Models are fitted to the other half of the samples.
/// </para>
/// <para>
/// Pairs go from near to far. Near pairs have hardly any error of third order, but noise hides their differences; far pairs
/// average the noise away. Each column is decided by the nearest pairs that can.
/// </para>
/// <para>
/// The third order is the only bias. What the model of the labels knows of it is subtracted (Simpson's rule), and an effect must be larger than that.
/// The rest of the labels, which the model does not know, is noise or structure. Noise is independent from sample to sample, so the
/// correlation c of the rests at both ends of pairs shows how much of it is structure: a share |c| of its variance at least. An effect must be
/// larger than √|c| (1 − c′) times the rest, c′ being the correlation at the distance of the pair: structure that hardly changes over a pair has hardly
/// any third order.
/// </para>
/// </remarks>
internal sealed class SlopeTest
{
    /// <summary>The share of a derivative that may be wrong unnoticed.</summary>
    private const double Tolerance = 0.3;

    private readonly LabelSamples _data;
    private readonly SlopePairs _pairs;
    private readonly SmoothModel _model;
    private readonly bool _isFlat;
    private readonly double[][] _middles;
    private readonly CancellationToken _cancellationToken;

    public SlopeTest(LabelSamples data, NeighborFrames frames, int maxInputs, CancellationToken cancellationToken)
    {
        _data = data;
        _isFlat = frames.IsFlat;
        _cancellationToken = cancellationToken;
        _model = new SmoothModel(data, maxInputs);
        _pairs = SlopePairs.Of(data, frames, cancellationToken);
        _middles = new double[_pairs.Levels.Count][];
    }

    /// <summary>Whether there are enough pairs along the tangents.</summary>
    public bool IsPossible => _pairs.Levels.Count > 0;

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
    /// <param name="Effect">How much the values differ from what the labels say, for pairs of the deciding distance.</param>
    /// <param name="Significance">The same in standard errors.</param>
    /// <param name="Scale">The factor that the labels should be multiplied by; NaN if unknown.</param>
    /// <param name="Error">Its standard error.</param>
    public readonly record struct Outcome(Decision Decision, double Effect, double Significance, double Scale, double Error);

    /// <summary>Tests all columns of labels of one quantity.</summary>
    /// <param name="values">The quantity, one number a sample.</param>
    /// <param name="labels">Its derivative along each tangent, one number a sample each.</param>
    /// <returns>The outcome for each column, and the slopes of a model of the values.</returns>
    public (Outcome[] Outcomes, double[][] Slopes) Run(double[] values, double[][] labels)
    {
        int p = labels.Length;
        int n = _data.Input.Features;
        var fits = new double[2][][];
        double[][] labelModel = [.. labels.Select(_ => new double[_data.Count])];
        double[][] slopes = [.. labels.Select(_ => new double[_data.Count])];
        double[] gradient = new double[n];
        for (int half = 0; half < 2; half++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            double[] ofValues = _model.Fit(1 - half, s => values[s]);
            fits[half] = [.. labels.Select(column => _model.Fit(1 - half, s => column[s]))];
            for (int s = half; s < _data.Count; s += 2)
            {
                _model.Gradient(ofValues, s, gradient);
                for (int k = 0; k < p; k++)
                {
                    labelModel[k][s] = _model.At(fits[half][k], s);
                    slopes[k][s] = System.Numerics.Tensors.TensorPrimitives.Dot<double>(_data.Input.Row(1 + k, s), gradient);
                }
            }
        }

        double structure = 0;
        var outcomes = new Outcome[p];
        for (int k = 0; k < p; k++)
        {
            outcomes[k] = new Outcome(Decision.Open, 0, 0, double.NaN, double.PositiveInfinity);
        }

        for (int level = 0; level < _pairs.Levels.Count && outcomes.Any(outcome => outcome.Decision == Decision.Open); level++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Decide(level, values, labels, fits, labelModel, slopes, outcomes, ref structure);
        }

        return (outcomes, slopes);
    }

    private void Decide(
        int level,
        double[] values,
        double[][] labels,
        double[][][] fits,
        double[][] labelModel,
        double[][] slopes,
        Outcome[] outcomes,
        ref double structure)
    {
        var pairs = _pairs.Levels[level];
        int count = pairs.From.Length;
        int p = labels.Length;
        double[] rest = new double[count];
        double[] supplied = new double[count * p];
        double[] constant = new double[count * p];
        double[] scaled = new double[count * p];
        double[] missing = new double[count * p];
        double thirdOrder = 0;
        double product = 0;
        double square = 0;
        double unknown = 0;
        double[]? middles = _isFlat ? (_middles[level] ??= Middles(pairs)) : null;
        for (int pair = 0; pair < count; pair++)
        {
            int s = pairs.From[pair];
            int t = pairs.To[pair];
            rest[pair] = values[t] - values[s];
            double known = 0;
            double restFrom = 0;
            double restTo = 0;
            for (int k = 0; k < p; k++)
            {
                int index = (pair * p) + k;
                double a = pairs.FromFactor[index];
                double b = pairs.ToFactor[index];
                supplied[index] = (a * labels[k][s]) + (b * labels[k][t]);
                constant[index] = a + b;
                scaled[index] = (a * labelModel[k][s]) + (b * labelModel[k][t]);
                missing[index] = (a * slopes[k][s]) + (b * slopes[k][t]) - scaled[index];
                rest[pair] -= supplied[index];

                // Simpson's rule needs straight tangents; without it, no part of the labels is known.
                restFrom += a * (labels[k][s] - (middles is null ? 0 : labelModel[k][s]));
                restTo += b * (labels[k][t] - (middles is null ? 0 : labelModel[k][t]));
                if (middles is not null)
                {
                    // Simpson's rule in place of the trapezoidal one.
                    double middle = System.Numerics.Tensors.TensorPrimitives.Dot<double>(
                        fits[s % 2][k], middles.AsSpan(pair * _model.Terms, _model.Terms));
                    known += 2.0 / 3 * (((a + b) * middle) - scaled[index]);
                }
            }

            rest[pair] -= known;
            thirdOrder += known * known / count;
            product += restFrom * restTo / count;
            square += ((restFrom * restFrom) + (restTo * restTo)) / (2 * count);
            unknown += (restFrom + restTo) * (restFrom + restTo) / count;
        }

        double root = Math.Sqrt(count);
        double correlation = square > 0 ? product / square : 0;
        structure = Math.Max(structure, Math.Abs(correlation) + (2 / Math.Sqrt(Math.Min(count, _data.Count))));
        double unknownOrder = Math.Sqrt(structure * unknown) * (1 - correlation);
        double[] size = [.. SlopeRegression.Lengths(scaled, p).Select(length => length / root)];
        double floor = Math.Max(Math.Max(Math.Sqrt(thirdOrder), unknownOrder), 0.003 * size.Max());
        double[][] directions = _model.Terms > 1 ? [constant, scaled, missing] : [constant, scaled];
        var tests = directions.Select(z => (
            Coefficients: SlopeRegression.Solve(pairs.From, pairs.To, rest, z, z, _data.Count),
            Size: SlopeRegression.Lengths(z, p))).ToList();
        var corrections = SlopeRegression.Solve(pairs.From, pairs.To, rest, scaled, supplied, _data.Count);
        for (int k = 0; k < p; k++)
        {
            if (outcomes[k].Decision != Decision.Open)
            {
                continue;
            }

            double scale = 1 + corrections[k].Value;
            double error = corrections[k].Error;
            var best = new Outcome(Decision.Open, 0, 0, scale, error);
            double hidden = 0;
            foreach (var (coefficients, sizes) in tests)
            {
                var coefficient = coefficients[k];
                if (double.IsNaN(coefficient.Value))
                {
                    continue;
                }

                double effect = Math.Abs(coefficient.Value) * sizes[k] / root;
                hidden = Math.Max(hidden, effect + (3 * coefficient.Error * sizes[k] / root));
                double own = Math.Abs(coefficient.Value) * coefficient.OwnLength / root;
                bool matters = own > floor && effect > Tolerance * size[k];
                if (matters && coefficient.IsCertain && effect > best.Effect)
                {
                    best = new Outcome(Decision.Wrong, effect, Math.Abs(coefficient.Value) / coefficient.Error, scale, error);
                }
            }

            if (best.Decision == Decision.Open)
            {
                bool isConfirmed = Math.Abs(scale - 1) + (3 * error) <= Tolerance && hidden <= 0.5 * size[k];
                bool isNothing = hidden <= 0.05 * size.Max();
                best = best with { Decision = isConfirmed || isNothing ? Decision.Right : Decision.Open };
            }

            outcomes[k] = best;
        }
    }

    /// <summary>The model's terms in the middle of each pair.</summary>
    private double[] Middles(SlopePairs.Level pairs)
    {
        double[] terms = new double[pairs.From.Length * _model.Terms];
        double[] middle = new double[_data.Input.Features];
        for (int pair = 0; pair < pairs.From.Length; pair++)
        {
            System.Numerics.Tensors.TensorPrimitives.Add<double>(_data.Input.Row(0, pairs.From[pair]), _data.Input.Row(0, pairs.To[pair]), middle);
            System.Numerics.Tensors.TensorPrimitives.Multiply<double>(middle, 0.5, middle);
            _model.Evaluate(middle, terms.AsSpan(pair * _model.Terms, _model.Terms));
        }

        return terms;
    }
}
