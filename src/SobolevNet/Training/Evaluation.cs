using System.Numerics;
using System.Text.Json.Serialization;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>How far a network's jets are from a source's targets.</summary>
/// <remarks>
/// Errors are relative to the sizes of the targets, as the loss of training is (<see cref="SobolevLoss"/>): v_c is the square of the scales
/// of the component's tangents and u_f the inverse square of the output's size, so that no output or coordinate is hidden by one of another
/// unit. Not balanced, all v and u are 1. Targets that have no size to compare with still give finite errors: values that do not vary
/// are compared with their own size, derivatives that are all zero with the deviation of the values, and where all targets are zero the error is the
/// root mean square of the network itself. Labels that are missing (<see cref="IJetSource{T}.HasMissingLabels"/>) are left out, and sums are weighted by the samples'
/// weights. An order of which no label is known has the error NaN. The errors of a <see cref="TrainingResult"/> are also weighed by
/// <see cref="SobolevTrainingOptions.OutputWeights"/> and <see cref="SobolevTrainingOptions.ComponentWeights"/>, in the sums above and below.
/// </remarks>
public sealed class Evaluation
{
    internal Evaluation(int samples, double[] orderErrors, double maxError, ComponentErrors[] components) =>
        (Samples, OrderErrors, MaxError, Components) = (samples, orderErrors, maxError, components);

    /// <summary>Samples compared.</summary>
    public int Samples { get; }

    /// <summary>Whether the relative errors have weights of the training's options, which <see cref="ToString"/> says too.</summary>
    internal bool IsWeighted { get; init; }

    /// <summary>√(Σ u_f (N − y)² / Σ u_f (y − ȳ)²) over all samples and outputs, ȳ the mean over these samples: 0.01 is one per cent.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double NormalizedRmse => OrderErrors[0];

    /// <summary>
    /// √(Σ v_c u_f (N − y)² / Σ v_c u_f y²) over all components of each order; for order 0 the same as <see cref="NormalizedRmse"/>.
    /// </summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public IReadOnlyList<double> OrderErrors { get; }

    /// <summary>Largest absolute error of a value, of any output.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double MaxError { get; }

    /// <summary>
    /// The errors of each component of each output in the units of its targets, component by component: value of output 0, value of output 1, …, first
    /// derivative of output 0, …; not balanced. Means are weighted by the samples' weights; quantiles, the largest error and the worst samples are not.
    /// </summary>
    /// <remarks>
    /// Everything but the quantiles is of all samples compared. Quantiles are exact for up to 8,388,608 errors, samples times components times outputs; where there are more,
    /// they are those of as many samples as give so many errors, chosen at random. At most the first 65,536 errors of this list are described.
    /// </remarks>
    public IReadOnlyList<ComponentErrors> Components { get; }

    /// <summary>A table of the errors, at most 80 columns wide: of all components and outputs, or of the 16 with the largest relative errors.</summary>
    /// <returns>Lines of text in the invariant culture, without a line break at the end.</returns>
    public override string ToString() => EvaluationTable.Of(this);

    /// <summary>Compares a network with a source.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="source">The data, for instance fresh samples that training has not seen.</param>
    /// <param name="order">The highest order compared; values alone by default, which is fastest.</param>
    /// <param name="maxSamples">The most samples, the first ones, that are compared.</param>
    /// <param name="threads">Threads to use; all cores if 0. More than are useful are not started.</param>
    /// <param name="balanced">
    /// Whether outputs are weighed by their sizes and derivatives by the scales of their tangents, as in training. False: all have the weight 1,
    /// for outputs of one unit that are to count by their size.
    /// </param>
    /// <param name="cancellationToken">Stops the comparison.</param>
    /// <returns>The errors; the same to the bit for any number of threads.</returns>
    /// <exception cref="ArgumentException">
    /// The source does not fit the network, an input or a target compared is not finite, or the source's inputs do not have the derivatives that its
    /// <see cref="IJetSource{T}.InputOrder"/> and <see cref="IJetSource{T}.TangentInputs"/> declare.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static Evaluation Of<T>(
        Mlp<T> network, IJetSource<T> source, int order = 0, int maxSamples = int.MaxValue, int threads = 0, bool balanced = true,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSamples, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        SourceCheck.Fits(network, source);
        order = Math.Min(order, source.Layout.Order);
        var time = new MeasuringTime(null, cancellationToken);
        DeclarationCheck.Run(source.Truncate(order), nameof(source), time);
        using var team = new WorkerTeam(threads == 0 ? Environment.ProcessorCount : threads);
        var scale = balanced ? ErrorScale.Balanced : ErrorScale.Plain;
        long[] samples = Evaluator<T>.FirstSamples(Math.Min(source.Count, maxSamples));
        return new Evaluator<T>(network, source, order, samples, scale, team, isDetailed: true).Run(time);
    }
}
