using System.Numerics;

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
/// v_c is 1, or ℓᵢ² and ℓᵢ²ℓⱼ² where the source gives the ranges ℓ of its tangents. u_f is 1, or the inverse variance of
/// the output where outputs are balanced. Source: method, section 3.
/// </para>
/// </remarks>
public sealed class SobolevLoss
{
    private readonly double[] _componentWeights;
    private readonly double[] _outputWeights;
    private readonly double[] _outputMeans;
    private readonly double[] _normalizers;

    /// <summary>Makes a loss with known weights and normalizers.</summary>
    /// <param name="layout">The components that targets have.</param>
    /// <param name="componentWeights">v_c, one for each component, finite and at least 0.</param>
    /// <param name="outputWeights">u_f, one for each output, finite and above 0.</param>
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
        _outputWeights = Checked(outputWeights, outputMeans.Length, allowZero: false, nameof(outputWeights));
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

        losses.Clear();
        for (int c = 0; c < layout.Count; c++)
        {
            int order = layout.OrderOf(c);
            double weight = _componentWeights[c] / _normalizers[order];
            double slope = 2 * orderWeights[order] * weight * sampleWeight;
            for (int s = 0; s < output.Samples; s++)
            {
                var row = output.Row(c, s);
                var wanted = target.Row(c, s);
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

    /// <summary>Measures the normalizers of a source.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The training data; at most 4,096 samples of it are looked at, evenly spread.</param>
    /// <param name="balanceOutputs">Whether each output is weighed by the inverse of its variance.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentException">The source gives values that are not finite.</exception>
    public static SobolevLoss Measure<T>(IJetSource<T> source, bool balanceOutputs = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(source);
        return Measure(SourceStatistics.Measure(source), source, balanceOutputs);
    }

    /// <summary>The loss that statistics of a source give.</summary>
    internal static SobolevLoss Measure<T>(SourceStatistics statistics, IJetSource<T> source, bool balanceOutputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        int outputs = source.OutputFeatures;
        var componentWeights = new double[layout.Count];
        var outputWeights = new double[outputs];
        Array.Fill(outputWeights, 1.0);
        double widest = statistics.OutputVariances.Max();
        for (int f = 0; balanceOutputs && widest > 0 && f < outputs; f++)
        {
            // A constant output has no variance to be weighed by; it counts as the widest does.
            double variance = statistics.OutputVariances[f];
            outputWeights[f] = variance > 1e-12 * widest ? widest / variance : 1;
        }

        var normalizers = new double[layout.Order + 1];
        for (int c = 0; c < layout.Count; c++)
        {
            componentWeights[c] = ComponentWeight(source, c);
            for (int f = 0; f < outputs; f++)
            {
                double square = c == 0 ? statistics.OutputVariances[f] : statistics.OutputSquares[(c * outputs) + f];
                normalizers[layout.OrderOf(c)] += componentWeights[c] * outputWeights[f] * square;
            }
        }

        // An order whose targets are all zero (the second derivatives of a linear map) has no size of its own.
        double fallback = normalizers[0] > 0 ? normalizers[0] : 1;
        for (int order = 0; order < normalizers.Length; order++)
        {
            normalizers[order] = normalizers[order] > 0 ? normalizers[order] : fallback;
        }

        return new SobolevLoss(layout, componentWeights, outputWeights, statistics.OutputMeans, normalizers);
    }

    private static double ComponentWeight<T>(IJetSource<T> source, int component)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        switch (layout.OrderOf(component))
        {
            case 0:
                return 1;
            case 1:
                return Square(layout.Firsts[component - 1]);
            default:
                var second = layout.Seconds[component - 1 - layout.Firsts.Length];
                return Square(second.I) * Square(second.J);
        }

        double Square(int tangent)
        {
            double scale = source.TangentScale(tangent);
            return double.IsFinite(scale) && scale > 0
                ? scale * scale
                : throw new ArgumentException($"The source's range of tangent {tangent} is {scale}; it must be finite and above 0.", nameof(source));
        }
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
