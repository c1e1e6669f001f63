using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// The Sobolev loss E = Σₖ λₖ Eₖ: for each order k the squared error of all components of that order, divided by a
/// normalizer that is measured from the data.
/// </summary>
/// <remarks>
/// <para>
/// With weights v_c of components and u_f of outputs, and means over samples s:
/// Eₖ = mean_s Σ_{c of order k} Σ_f v_c u_f (N − y)² / Sₖ, where S₀ = mean_s Σ_f u_f (y − ȳ)² and, for k ≥ 1,
/// Sₖ = mean_s Σ_c Σ_f v_c u_f y². So √E₀ is the normalized RMS error, and Eₖ = 1 is what a constant network has.
/// </para>
/// <para>
/// Labels that are missing are left out of all sums, and samples count by their weights: mean_s a = Σ_s w_s a / Σ_s w_s, both in Eₖ and in Sₖ, with a = 0 where a label is
/// missing. So every order is compared with what is known of it, and every known label of an order counts the same, in whichever mini-batch it is.
/// </para>
/// <para>
/// v_c is 1, or ℓᵢ² and ℓᵢ²ℓⱼ² where the source gives the scales ℓ of its tangents. u_f is 1, or the inverse square of the output's size
/// where outputs are balanced: its variance, or where it is constant the square of its value; where values are constant or not trained,
/// what the derivatives say (<see cref="SobolevTrainingOptions.BalanceOutputs"/>). Both are multiplied by the weights that the options give
/// (<see cref="SobolevTrainingOptions.OutputWeights"/>, <see cref="SobolevTrainingOptions.ComponentWeights"/>). An order without a size of its own has that of the values,
/// and values that do not vary have Σ_f u_f times the squares of the sizes. Source: method, section 3.
/// </para>
/// </remarks>
internal sealed class SobolevLoss
{
    /// <summary>Samples whose losses are summed at a time; few enough for the stack.</summary>
    private const int SamplesOfBlock = 128;

    private readonly double[] _componentWeights;
    private readonly double[] _outputWeights;
    private readonly double[] _outputMeans;
    private readonly double[] _normalizers;

    /// <summary>Makes a loss with known weights and normalizers.</summary>
    /// <param name="layout">The components that targets have.</param>
    /// <param name="componentWeights">v_c, one for each component, finite and at least 0.</param>
    /// <param name="outputWeights">u_f, one for each output, finite and at least 0.</param>
    /// <param name="outputMeans">ȳ, one for each output.</param>
    /// <param name="normalizers">Sₖ for orders 0 to the layout's, finite and above 0.</param>
    /// <exception cref="ArgumentException">A length or element is out of range.</exception>
    public SobolevLoss(
        JetLayout layout, ReadOnlySpan<double> componentWeights, ReadOnlySpan<double> outputWeights, ReadOnlySpan<double> outputMeans,
        ReadOnlySpan<double> normalizers)
    {
        ArgumentNullException.ThrowIfNull(layout);
        Layout = layout;
        _componentWeights = Checked(componentWeights, layout.Count, allowZero: true, nameof(componentWeights));
        _outputWeights = Checked(outputWeights, outputMeans.Length, allowZero: true, nameof(outputWeights));
        _outputMeans = outputMeans.ToArray();
        _normalizers = Checked(normalizers, layout.Order + 1, allowZero: false, nameof(normalizers));
    }

    /// <summary>The components that targets have.</summary>
    public JetLayout Layout { get; }

    /// <summary>v_c of each component.</summary>
    public ReadOnlySpan<double> ComponentWeights => _componentWeights;

    /// <summary>u_f of each output.</summary>
    public ReadOnlySpan<double> OutputWeights => _outputWeights;

    /// <summary>ȳ, the mean of each output.</summary>
    public ReadOnlySpan<double> OutputMeans => _outputMeans;

    /// <summary>Sₖ of each order.</summary>
    public ReadOnlySpan<double> Normalizers => _normalizers;

    /// <summary>
    /// The share of samples in which each label is known, shape (components, outputs); null where it is not measured. No part of a checkpoint: only the first step
    /// asks for it.
    /// </summary>
    public double[]? KnownShares { get; set; }

    /// <summary>
    /// The losses of each sample and order, and the adjoint of Σₖ λₖ Eₖ where the mean over samples has the given weight.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="output">
    /// The network's jets, shape (components, samples, outputs), whose layout is <see cref="Layout"/> or that truncated; replaced
    /// by their adjoints ∂E/∂output.
    /// </param>
    /// <param name="target">The targets, same shape.</param>
    /// <param name="orderWeights">λₖ of each order of the layout.</param>
    /// <param name="sampleWeight">The weight of a sample in the mean: 1 over the batch size.</param>
    /// <param name="losses">Receives Eₖ of each sample before weighting, shape (samples, orders).</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public void Evaluate<T>(
        JetSpan<T> output, JetSpan<T> target, ReadOnlySpan<double> orderWeights, double sampleWeight, Span<double> losses)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = output.Layout;
        int orders = layout.Order + 1;
        if (!Layout.StartsWith(layout) || !layout.Equals(target.Layout) || output.Features != _outputWeights.Length
            || target.Features != output.Features || target.Samples != output.Samples)
        {
            throw new ArgumentException(
                $"The output has {layout}, {output.Samples} samples and {output.Features} features, the target {target.Layout}, " +
                $"{target.Samples} and {target.Features}; expected {Layout} or less of it and {_outputWeights.Length} features.",
                nameof(output));
        }

        if (orderWeights.Length < orders || losses.Length != output.Samples * orders)
        {
            throw new ArgumentException(
                $"There are {orderWeights.Length} weights and room for {losses.Length} losses; expected {orders} and {output.Samples * orders}.",
                nameof(losses));
        }

        int outputs = output.Features;
        if (outputs == 1)
        {
            EvaluateOneOutput(output, target, orderWeights, sampleWeight, losses);
            return;
        }

        losses.Clear();
        for (int c = 0; c < layout.Count; c++)
        {
            int order = layout.OrderOf(c);
            double weight = _componentWeights[c] / _normalizers[order];
            double slope = 2 * orderWeights[order] * weight * sampleWeight;
            var rows = output.Component(c);
            var targets = target.Component(c);
            for (int s = 0; s < output.Samples; s++)
            {
                var row = rows.Slice(s * outputs, outputs);
                var wanted = targets.Slice(s * outputs, outputs);
                double sum = 0;
                for (int f = 0; f < row.Length; f++)
                {
                    double error = double.CreateTruncating(row[f]) - double.CreateTruncating(wanted[f]);
                    double weighted = _outputWeights[f] * error;
                    sum += weighted * error;
                    row[f] = T.CreateTruncating(slope * weighted);
                }

                losses[(s * orders) + order] += weight * sum;
            }
        }
    }

    /// <summary>The same for networks with one output: derivatives by many inputs are many components of one number.</summary>
    private void EvaluateOneOutput<T>(
        JetSpan<T> output, JetSpan<T> target, ReadOnlySpan<double> orderWeights, double sampleWeight, Span<double> losses)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = output.Layout;
        int orders = layout.Order + 1;
        Span<double> sums = stackalloc double[SamplesOfBlock];
        for (int start = 0; start < output.Samples; start += SamplesOfBlock)
        {
            int samples = Math.Min(SamplesOfBlock, output.Samples - start);
            for (int order = 0, c = 0; order < orders; order++)
            {
                sums.Clear();
                for (int end = c + layout.CountOf(order); c < end; c++)
                {
                    double weight = _componentWeights[c] / _normalizers[order];
                    double slope = 2 * orderWeights[order] * weight * sampleWeight;
                    SquaredErrors.Run(
                        output.Component(c).Slice(start, samples), target.Component(c).Slice(start, samples), _outputWeights[0], slope, weight, sums);
                }

                for (int s = 0; s < samples; s++)
                {
                    losses[((start + s) * orders) + order] = sums[s];
                }
            }
        }
    }

    /// <summary>Measures the normalizers of a source, as <see cref="SobolevTrainer{T}"/> does.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The training data; all samples are looked at if they lie in memory or in files, else 4,096 chosen at random.</param>
    /// <param name="balanceOutputs">Whether each output is weighed by the inverse square of its size, see <see cref="SobolevTrainingOptions.BalanceOutputs"/>.</param>
    /// <param name="weights">How much each output and component counts; all the same if null.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentException">The source gives values that are not finite, or whose squares overflow.</exception>
    public static SobolevLoss Measure<T>(IJetSource<T> source, bool balanceOutputs = true, LossWeights? weights = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(source);
        SourceArgument.Check(source);
        using var team = new WorkerTeam(1);
        var time = new MeasuringTime(null, CancellationToken.None);
        var statistics = SourceStatistics.Measure(source, team, time);
        bool[] all = new bool[source.Layout.Order + 1];
        Array.Fill(all, true);
        weights ??= LossWeights.Equal(source.Layout, source.OutputFeatures);
        return Of(statistics, source, weights, OutputSizes.Measure(statistics, source, weights, all, team, time), balanceOutputs);
    }

    /// <summary>The loss that statistics of a source give.</summary>
    /// <param name="statistics">Of the source.</param>
    /// <param name="source">The training data.</param>
    /// <param name="weights">How much each output and component counts.</param>
    /// <param name="sizes">The size of each output.</param>
    /// <param name="balanceOutputs">Whether outputs are weighed by their sizes.</param>
    /// <exception cref="ArgumentException">A weight or a normalizer overflows.</exception>
    internal static SobolevLoss Of<T>(SourceStatistics statistics, IJetSource<T> source, LossWeights weights, double[] sizes, bool balanceOutputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        int outputs = source.OutputFeatures;
        double[] componentWeights = ComponentScales(source, layout, statistics.Name);
        TensorPrimitives.Multiply(componentWeights, weights.Components.AsSpan(0, layout.Count), componentWeights);
        double[] outputWeights = [.. weights.Outputs];
        if (balanceOutputs)
        {
            TensorPrimitives.Multiply(FeatureSize.Weights(sizes), outputWeights, outputWeights);
        }

        double[] spreads = FeatureSize.Spreads<T>(statistics.OutputMeans, statistics.OutputVariances);
        double[] normalizers = new double[layout.Order + 1];
        double fallback = 0;
        for (int f = 0; f < outputs; f++)
        {
            normalizers[0] += spreads[f] > 0 ? outputWeights[f] * statistics.OutputVariances[f] * statistics.KnownShares[f] : 0;
            fallback += outputWeights[f] * sizes[f] * sizes[f];
            for (int c = 1; c < layout.Count; c++)
            {
                int k = (c * outputs) + f;
                normalizers[layout.OrderOf(c)] += componentWeights[c] * outputWeights[f] * statistics.OutputSquares[k] * statistics.KnownShares[k];
            }
        }

        // An order whose targets are all zero (the second derivatives of a linear map) has no size of its own; nor have values that do not vary.
        normalizers[0] = normalizers[0] > 0 ? normalizers[0] : fallback;
        for (int order = 0; order < normalizers.Length; order++)
        {
            normalizers[order] = normalizers[order] > 0 ? normalizers[order] : normalizers[0];
            if (!double.IsFinite(normalizers[order]))
            {
                throw new ArgumentException(
                    $"The targets of order {order} in the scales of their tangents are so large that their squares overflow. Give labels or coordinates in another unit.",
                    statistics.Name);
            }
        }

        return new SobolevLoss(layout, componentWeights, outputWeights, statistics.OutputMeans, normalizers) { KnownShares = statistics.KnownShares };
    }

    /// <summary>The squares of the scales of each component's tangents.</summary>
    private static double[] ComponentScales<T>(IJetSource<T> source, JetLayout layout, string name)
        where T : unmanaged
    {
        double[] squares = [.. TangentProducts.Scales(source, layout).Select(scale => scale * scale)];
        int bad = Array.FindIndex(squares, square => !(double.IsFinite(square) && square > 0));
        return bad < 0
            ? squares
            : throw new ArgumentException(
                $"The weight of {layout.NameOf(bad)}, the square of the scales of its tangents, is {squares[bad]}. Give coordinates in another unit.", name);
    }

    /// <summary>A loss of the right shape, whose numbers a checkpoint will replace.</summary>
    internal static SobolevLoss Empty(JetLayout layout, int outputs)
    {
        double[] ones = new double[Math.Max(layout.Count, outputs)];
        Array.Fill(ones, 1);
        return new SobolevLoss(layout, ones.AsSpan(0, layout.Count), ones.AsSpan(0, outputs), new double[outputs], ones.AsSpan(0, layout.Order + 1));
    }

    private static double[] Checked(ReadOnlySpan<double> values, int length, bool allowZero, string name)
    {
        if (values.Length != length)
        {
            throw new ArgumentException($"{name} has {values.Length} elements; expected {length}.", name);
        }

        foreach (double value in values)
        {
            if (!double.IsFinite(value) || value < 0 || (value == 0 && !allowZero))
            {
                throw new ArgumentException($"{name} has the element {value}; expected finite and {(allowZero ? "at least" : "above")} 0.", name);
            }
        }

        return values.ToArray();
    }
}
