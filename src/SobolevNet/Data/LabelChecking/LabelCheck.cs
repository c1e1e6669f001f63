using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Compares derivatives that were supplied as labels with what the values say, and warns of the usual mistakes: a wrong sign,
/// a wrong scale, exchanged axes, columns left at zero, derivatives of something else.
/// </summary>
/// <remarks>
/// <para>
/// With nothing but samples, differences between neighbors are compared with the derivatives at both ends (trapezoidal rule:
/// y(t) − y(s) = Σₖ ½(aₖ ∂ₖy(s) + bₖ ∂ₖy(t)) + third order), which gives each component the factor that it should be multiplied
/// by; and a linear or quadratic function fitted to the values around a sample gives an estimate that needs no
/// labels at all. Second derivatives are compared with differences of the first ones. Noise in values or labels hides these differences; then
/// all samples together are asked: on average over pairs of samples, what the labels leave of the differences must not depend on anything known
/// beforehand. That finds wrong columns in pathwise derivatives of Monte Carlo payoffs, and small columns left at zero. Samples that are too
/// few, too sparse or too noisy to tell give <see cref="LabelProblem.Inconclusive"/>, not a warning.
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
    // The way of the labels through this folder, without a function:
    //   LabelSamples reads them; LabelOrder and LabelUnits bring them to an order and units of their own.
    //   NeighborCheck gathers evidence for each output:
    //     among up to 2,048 samples, NeighborFrames and PairEquations (differences of neighbors), PairFit (a factor for each column),
    //     LocalFit or DirectionalFit (estimates that need no labels); LabelDiagnosis names the mistake that explains them, AxisOrder transposed arrays;
    //     among all samples, SlopeTest, made of SlopePairs, SmoothModel and SlopeRegression; SlopeDiagnosis names its mistakes.
    //   LabelVerdicts joins both: a mistake that neighbors show is taken from them; else one that all samples show; a column passes only if
    //   neighbors or all samples confirm it. StillTangents adds what cannot be checked. LabelMessages puts findings into sentences.
    // With a function: PathDifferences gives exact estimates, judged by the same LabelDiagnosis.
    //
    // Chances of a false alarm: neighbors warn only where an assumed mistake explains their differences much better than the labels as they are;
    // the slope test at 5.5 standard errors (4·10⁻⁸), of up to 15 tests a column, so about 10⁻⁵ for 20 columns, and only of effects
    // larger than what it knows of its own bias. Both were measured on random sets: LabelCheckSetsTests.

    /// <summary>More tangents than this are not told apart.</summary>
    private const int MaxTangents = 128;

    /// <summary>Outputs looked at without a function.</summary>
    private const int MaxOutputs = 16;

    /// <summary>Input features up to which a function may be fitted in all of them.</summary>
    private const int MaxAmbientFeatures = 32;

    /// <summary>Input features whose derivatives are compared when a path is given.</summary>
    private const int MaxInputFeatures = 256;

    /// <summary>Checks labels against each other.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The labels; an endless source is checked on its first samples.</param>
    /// <param name="options">Settings; the defaults if left out.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentException">The source has no derivatives, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static LabelReport Run<T>(IJetSource<T> source, LabelCheckOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options = CheckArguments(source, options);
        var loaded = LabelSamples.Load(source, options.MaxSamples, cancellationToken);
        var data = loaded.Normalized();
        var firsts = new LabelVerdicts(data, source.Count);
        if (data.Tangents > MaxTangents)
        {
            firsts.AddWhole(
                LabelProblem.Inconclusive,
                $"{data.Tangents} tangents are too many to check from samples; check a source of up to {MaxTangents} chosen directions.");
            return new LabelReport(source.Layout, loaded.Count, firsts.Findings(), []);
        }

        int[] outputs = OutputsOf(data);
        if (outputs.Length < data.Outputs)
        {
            firsts.AddWhole(
                LabelProblem.Inconclusive,
                $"Only {outputs.Length} of the {data.Outputs} outputs were checked ({string.Join(", ", outputs)}); " +
                "check the others by sources of their own, or give the function.");
        }

        var check = new NeighborCheck(data, outputs, MaxAmbientFeatures, cancellationToken);
        check.CheckFirsts(firsts);
        var seconds = new LabelVerdicts(data, source.Count);
        if (data.Layout.Order == 2)
        {
            check.CheckSeconds(firsts, seconds);
        }

        StillTangents.Check(data, outputs, firsts, seconds);
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

    private static int[] OutputsOf(LabelSamples data) => Spread(data.Outputs, MaxOutputs);

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
                bool transposed = subject.Length == 0 && order == 1 && AxisOrder.CheckEstimates(supplied, estimated, data.Tangents, verdicts);
                foreach (int[] features in featureSets)
                {
                    var evidence = new LabelEvidence
                    {
                        Components = ofOrder,
                        Candidates = ofOrder,
                        Output = features[0],
                        Estimated = take(estimated, features),
                        Supplied = take(supplied, features),
                        Predictability = 1,
                        IsExact = true,
                        Reach = [.. ofOrder.Select(c => ReachOf(data, c))],
                    };
                    if (transposed)
                    {
                        verdicts.AddFigures(evidence);
                    }
                    else
                    {
                        verdicts.Add(evidence);
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
