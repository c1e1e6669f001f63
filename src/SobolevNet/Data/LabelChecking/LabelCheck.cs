using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.LabelChecking;

/// <summary>
/// Compares derivatives that were supplied as labels with the values, and warns of the usual mistakes: a wrong sign,
/// a wrong scale, exchanged axes, columns left at zero, derivatives of something else.
/// </summary>
/// <remarks>
/// <para>
/// Without a function, differences of values between samples are compared with the derivatives at both ends. Near pairs show mistakes in smooth labels; where noise
/// hides single differences, averages over all pairs of samples show them. Second derivatives are compared with differences of the first ones. Samples that are too
/// few, too sparse or too noisy, curved functions of many inputs, and columns that the samples cannot tell apart give <see cref="LabelProblem.Inconclusive"/> with the
/// reason, not a warning.
/// </para>
/// <para>
/// Labels that are missing are left out: samples with all labels are compared, and where fewer than 64 have all, each output or column with the samples that know it.
/// </para>
/// <para>
/// Units, offsets and the order of rows change no verdict; exact copies of a sample count once; the same labels give the same report.
/// </para>
/// <para>With the function that the labels came from, they are compared with its finite differences, which is exact.</para>
/// </remarks>
/// <example>
/// <code>
/// var data = JetData.FromJacobian(x, y, dydx);
/// var report = LabelCheck.Run(data);
/// if (report.HasProblems) Console.WriteLine(report);
/// </code>
/// </example>
public static class LabelCheck
{
    // Design
    //
    // LabelSamples reads the labels, in an order and in units of their own. Then each output is tested. With a function there is one question:
    //
    //   Do labels agree with estimates? PathDifferences differentiates the function, EstimateTest compares.
    //
    // Without a function SampleCheck asks one of two:
    //
    //   1. Do labels explain the differences of values between pairs of samples (PairTest)? The trapezoidal rule y(t) − y(s) = Σₖ ½(aₖ ∂ₖy(s) + bₖ ∂ₖy(t)) holds
    //      up to the third order in the distance, so right labels leave a rest whose mean is 0 whatever the inputs. Any dependence on the inputs is a mistake or
    //      curvature. SamplePairs makes pairs from near to far: near ones have little curvature, far ones average noise away.
    //   2. Where samples do not lie along each other's tangents (random directions): do labels agree with quadratic functions fitted to the neighbors' values, or
    //      for second derivatives to their first ones (LocalFit, EstimateTest)?
    //
    // Second derivatives go the same way as slopes of the first ones; on a manifold, CarriedPairs carries tangents from sample to sample.
    //
    // No column's verdict leans on other columns. PairRegression explains the rest by all columns at once, each by a model of its label, a constant, and the slope of a
    // model of the values (SmoothModel); only what no other column can explain counts. So inputs may depend on each other, and columns that the samples cannot tell apart
    // stay open. LocalFit uses no labels of other columns.
    //
    // A column is called wrong only if all of these hold; a column that is neither wrong nor confirmed is open, and the report says why:
    //
    //   * What is wrong is no accident: a probability of 10⁻⁵ for each column, all distances together, and more than 0.3 of the derivative.
    //   * It is no curvature. Curvature is bounded by what the labels' model knows of it, plus the smaller of two: by the mean value theorem, half the differences of slopes
    //     that the model does not know, as far as they are not proven to be noise; and what a model of the values leaves unexplained of their differences, for what bends the
    //     values escapes the model too. With many inputs, neighbors are nearly as far apart as any samples and prove nothing to be noise. So curved functions of many inputs
    //     stay open, and those that are nearly linear, or that the model predicts, are judged.
    //   * There are four samples for each direction of the regression, and the column still looks wrong when other columns may have any factor and slope.
    //
    // What is wrong is named by what mends it: a factor or an exchange that PairTest then accepts. Mended columns show mistakes that they hid.
    //
    // LabelVerdicts collects, LabelMessages puts findings into sentences, LabelReport holds the result.

    /// <summary>The most tangents that are checked from samples alone.</summary>
    private const int MaxTangents = 128;

    /// <summary>Outputs checked without a function, at most.</summary>
    private const int MaxOutputs = 16;

    /// <summary>Input features whose derivatives are compared when a path is given, at most.</summary>
    private const int MaxInputFeatures = 256;

    /// <summary>Checks labels against each other.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The labels; an endless source is checked on its first samples.</param>
    /// <param name="options">Settings; the defaults if left out.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentException">
    /// The source has no derivatives, no sample knows a value and a first derivative of the same output, or an option is out of range.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static LabelReport Run<T>(IJetSource<T> source, LabelCheckOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options = CheckArguments(source, options);
        var loaded = LabelSamples.Load(source, options.MaxSamples, cancellationToken);
        var data = loaded.HasMissing ? loaded : loaded.Normalized();
        var firsts = new LabelVerdicts(data, source.Count);
        if (data.Tangents > MaxTangents)
        {
            firsts.AddWhole(
                LabelProblem.Inconclusive,
                $"{data.Tangents} tangents are too many to check from samples; check a source of up to {MaxTangents} chosen directions.");
            return new LabelReport(source.Layout, loaded.Count, firsts.Findings(), []);
        }

        int[] outputs = Spread(data.Outputs, MaxOutputs);
        if (outputs.Length < data.Outputs)
        {
            firsts.AddWhole(
                LabelProblem.Inconclusive,
                $"Only {outputs.Length} of the {data.Outputs} outputs were checked ({string.Join(", ", outputs)}); " +
                "check the others by sources of their own, or give the function.");
        }

        var seconds = new LabelVerdicts(data, source.Count);
        if (loaded.HasMissing)
        {
            new KnownLabelCheck(data, firsts, seconds, cancellationToken).Run(outputs);
        }
        else
        {
            new SampleCheck(data, outputs, firsts, seconds, cancellationToken).Run(withSeconds: data.Layout.Order == 2);
        }

        return new LabelReport(
            source.Layout, loaded.Count, [.. firsts.Findings(), .. seconds.Findings()], [.. firsts.Components(), .. seconds.Components()]);
    }

    /// <summary>Checks labels against the function y = f(x) that they came from.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The labels.</param>
    /// <param name="function">f; it is evaluated near the samples, along their tangents.</param>
    /// <param name="options">Settings; the defaults if left out.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentException">
    /// The source has no derivatives, an option is out of range, or the function does not give a sample's values.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static LabelReport Run<T>(
        IJetSource<T> source, LabelFunction<T> function, LabelCheckOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(function);
        options = CheckArguments(source, options);
        var data = LabelSamples.Load(source, options.MaxFunctionSamples, cancellationToken);
        return RunPath(source, data, AlongTangents(data, function), comparesInput: false, options, cancellationToken);
    }

    /// <summary>Checks labels against the path x(r), y(r) that they came from; the input's derivatives are checked too.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The labels.</param>
    /// <param name="path">Moves a sample along its tangents.</param>
    /// <param name="options">Settings; the defaults if left out.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentException">
    /// The source has no derivatives, an option is out of range, or the path does not pass through a sample.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static LabelReport Run<T>(
        IJetSource<T> source, LabelPath<T> path, LabelCheckOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(path);
        options = CheckArguments(source, options);
        var data = LabelSamples.Load(source, options.MaxFunctionSamples, cancellationToken);
        return RunPath(source, data, path, comparesInput: true, options, cancellationToken);
    }

    private static LabelCheckOptions CheckArguments<T>(IJetSource<T> source, LabelCheckOptions? options)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Layout is null)
        {
            throw new ArgumentException("The source's Layout is null.", nameof(source));
        }

        options ??= new LabelCheckOptions();
        options.Check();
        return source.Layout.Order > 0
            ? options
            : throw new ArgumentException($"The source ({source.Layout}) has no derivatives to check.", nameof(source));
    }

    /// <summary>Some indices below a number, evenly spread.</summary>
    private static int[] Spread(int count, int most)
    {
        int chosen = Math.Min(count, most);
        return [.. Enumerable.Range(0, chosen).Select(k => (int)((long)k * count / chosen))];
    }

    private static LabelPath<T> AlongTangents<T>(LabelSamples data, LabelFunction<T> function)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (number, offset, input, target) =>
        {
            var layout = data.Layout;
            int sample = Array.BinarySearch(data.Numbers, number);
            for (int f = 0; f < input.Length; f++)
            {
                double x = data.Input[0, sample, f];
                for (int k = 0; k < layout.Firsts.Length; k++)
                {
                    x += offset[layout.Firsts[k]] * data.Input[1 + k, sample, f];
                }

                for (int q = 0; q < layout.Seconds.Length; q++)
                {
                    var second = layout.Seconds[q];
                    double factor = second.I == second.J ? 0.5 : 1;
                    x += factor * offset[second.I] * offset[second.J] * data.Input[1 + layout.Firsts.Length + q, sample, f];
                }

                input[f] = T.CreateChecked(x);
            }

            function(input, target);
        };

    private static LabelReport RunPath<T>(
        IJetSource<T> source,
        LabelSamples data,
        LabelPath<T> path,
        bool comparesInput,
        LabelCheckOptions options,
        CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The step balances the rounding of values against the curvature of the function.
        double step = options.Step ?? (typeof(T) == typeof(float) ? 2e-2 : 1e-3);
        var differences = new PathDifferences<T>(data, path, step, comparesInput ? "path" : "function");
        differences.Run(cancellationToken);
        var findings = new List<LabelFinding>();
        var components = new List<LabelComponent>();
        if (comparesInput)
        {
            Compare("input ", data.Input, differences.Input, [Spread(data.Input.Features, MaxInputFeatures)]);
        }

        Compare(string.Empty, data.Target, differences.Target, [.. Enumerable.Range(0, data.Outputs).Select(output => new[] { output })]);
        return new LabelReport(source.Layout, data.Count, findings, components);

        void Compare(string subject, JetBatch<double> supplied, JetBatch<double> estimated, int[][] featureSets)
        {
            for (int order = 1; order <= data.Layout.Order; order++)
            {
                var verdicts = new LabelVerdicts(data, source.Count, subject);
                int[] ofOrder = [.. Enumerable.Range(0, data.Layout.Count).Where(c => data.Layout.OrderOf(c) == order)];
                double[][] take(JetBatch<double> batch, int[] features) =>
                    [.. ofOrder.Select(c => Enumerable.Range(0, data.Count).SelectMany(s => features.Select(f => batch[c, s, f])).ToArray())];
                bool isExchanged = subject.Length == 0 && order == 1 && AxisOrder.IsExchanged(supplied, estimated, data.Tangents);
                if (isExchanged)
                {
                    verdicts.AddWhole(LabelProblem.SwappedAxes, AxisOrder.Message);
                }

                foreach (int[] features in featureSets)
                {
                    double[][] labels = take(supplied, features);
                    double[][] estimates = take(estimated, features);
                    bool isComplete = !labels.Any(column => TensorPrimitives.IsNaNAny<double>(column));

                    // Columns that know different samples are not compared with each other.
                    foreach (int[] columns in isComplete ? [[.. ofOrder.Select((_, k) => k)]] : ofOrder.Select((_, k) => new[] { k }))
                    {
                        int[][] known = [.. columns.Select(k => Enumerable.Range(0, labels[k].Length).Where(s => !double.IsNaN(labels[k][s])).ToArray())];
                        var evidence = new EstimateTest
                        {
                            Components = [.. columns.Select(k => ofOrder[k])],
                            Output = features[0],
                            Estimated = [.. columns.Select((k, place) => known[place].Select(s => estimates[k][s]).ToArray())],
                            Supplied = [.. columns.Select((k, place) => known[place].Select(s => labels[k][s]).ToArray())],
                            Predictability = 1,
                            IsExact = true,
                            Reach = [.. columns.Select(k => ReachOf(data, ofOrder[k]))],
                        };
                        var found = known.Any(rows => rows.Length == 0) ? [LabelVerdict.Open(evidence.Components[0], features[0], LabelMessages.TooFewKnown)] : evidence.Diagnose();
                        verdicts.Add(evidence.Components, features[0], isExchanged ? [] : found, evidence.Figures());
                    }
                }

                findings.AddRange(verdicts.Findings());
                components.AddRange(verdicts.Components());
            }
        }
    }

    private static double ReachOf(LabelSamples data, int component)
    {
        if (component <= data.Tangents)
        {
            return data.TangentScale[component - 1];
        }

        var second = data.Layout.Seconds[component - 1 - data.Tangents];
        return data.TangentScale[second.FirstI - 1] * data.TangentScale[second.FirstJ - 1];
    }
}
