using System.Numerics;

namespace SobolevNet;

/// <summary>A finite source of jets that lie in memory.</summary>
/// <remarks>
/// Usually made by <see cref="JetData"/> from labels or by <see cref="JetSource.Materialize"/> from another source.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MemoryJetSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[]? _tangentScales;
    private readonly double[]? _weights;
    private readonly int[] _tangentInputs;

    /// <summary>Wraps two batches; nothing is copied, and neither may be changed while the source is in use.</summary>
    /// <param name="input">
    /// Shape (components, samples, n). Its layout is the target's, or that truncated to order 1 when all second derivatives
    /// of the input are zero (a straight path); leaving them out saves their memory.
    /// </param>
    /// <param name="target">Shape (components, samples, m).</param>
    /// <param name="tangentScales">The scale of each tangent, see <see cref="IJetSource{T}.TangentScale"/>; all 1 if left out.</param>
    /// <param name="allowMissing">Whether NaN in the target stands for a label that is missing; else it is refused.</param>
    /// <param name="weights">The weight of each sample, see <see cref="IJetSource{T}.SampleWeight"/>; none if left out.</param>
    /// <exception cref="ArgumentException">
    /// The batches are empty, do not fit each other, or hold infinity or NaN that is not allowed; or the scales or the weights do not fit.
    /// </exception>
    public MemoryJetSource(
        JetBatch<T> input, JetBatch<T> target, ReadOnlySpan<double> tangentScales = default, bool allowMissing = false, ReadOnlySpan<double> weights = default)
        : this(input, target, tangentScales, allowMissing, weights, origin: null)
    {
    }

    /// <summary>Makes a source of what another one gave; errors name the argument that it was, unless that is null.</summary>
    internal MemoryJetSource(
        JetBatch<T> input, JetBatch<T> target, ReadOnlySpan<double> tangentScales, bool allowMissing, ReadOnlySpan<double> weights, string? origin)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(target);
        if (target.Samples == 0)
        {
            throw new ArgumentException("The batch has no samples.", nameof(target));
        }

        if (input.Samples != target.Samples)
        {
            throw new ArgumentException(
                $"The input has {input.Samples} samples and the target {target.Samples}; they must be as many.", nameof(input));
        }

        if (!target.Layout.StartsWith(input.Layout) || input.Layout.Order < Math.Min(1, target.Layout.Order))
        {
            throw new ArgumentException(
                $"The input's layout ({input.Layout}) is not the target's ({target.Layout}) or that truncated to order 1.", nameof(input));
        }

        CheckFinite(input, allowNaN: false, nameof(input), origin);
        CheckFinite(target, allowMissing, nameof(target), origin);
        _tangentScales = TangentScales.Check(tangentScales, target.Layout.Tangents, origin ?? nameof(tangentScales));
        _weights = SampleWeights.Check(weights, target.Samples, origin ?? nameof(weights));
        HasMissingLabels = allowMissing && NotFinite.In(target.AsSpan()) is not null;
        Input = input;
        Target = target;
        InputOrder = input.Layout.Order == 2 && AllZero(input, input.Layout.CountOf(1) + 1) ? 1 : input.Layout.Order;
        _tangentInputs = UnitTangents.Find(input, InputOrder);
    }

    /// <summary>The inputs, shape (components, samples, n); second derivatives may be left out when all are zero.</summary>
    public JetBatch<T> Input { get; }

    /// <summary>The targets, shape (components, samples, m).</summary>
    public JetBatch<T> Target { get; }

    /// <inheritdoc/>
    public JetLayout Layout => Target.Layout;

    /// <inheritdoc/>
    public int InputFeatures => Input.Features;

    /// <inheritdoc/>
    public int OutputFeatures => Target.Features;

    /// <inheritdoc/>
    public int Count => Target.Samples;

    /// <inheritdoc/>
    public int InputOrder { get; }

    /// <summary>The number of the input that each tangent is, where the first derivatives of all inputs given are the same unit vectors; else empty.</summary>
    public ReadOnlySpan<int> TangentInputs => _tangentInputs;

    /// <inheritdoc/>
    public bool InputsShareUnit { get; init; }

    /// <summary>Whether a label is missing.</summary>
    public bool HasMissingLabels { get; }

    /// <inheritdoc/>
    public bool HasSampleWeights => _weights is not null;

    /// <inheritdoc/>
    public double TangentScale(int tangent) => TangentScales.Get(_tangentScales, Layout, tangent);

    /// <inheritdoc/>
    public double SampleWeight(long sample) => SampleWeights.Get(_weights, Count, sample);

    /// <inheritdoc/>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        CopyRows(Input, samples, input);
        CopyRows(Target, samples, target);
    }

    /// <summary>Copies some samples' rows; components that the batch does not store are zero.</summary>
    internal static void CopyRows(JetBatch<T> batch, ReadOnlySpan<long> samples, JetSpan<T> destination)
    {
        int features = batch.Features;
        for (int c = 0; c < destination.Layout.Count; c++)
        {
            var to = destination.Component(c);
            if (c >= batch.Layout.Count)
            {
                to.Clear();
                continue;
            }

            ReadOnlySpan<T> from = batch.Component(c);
            for (int s = 0; s < samples.Length && features == 1; s++)
            {
                to[s] = from[(int)samples[s]];
            }

            for (int s = 0; s < samples.Length && features > 1; s++)
            {
                from.Slice((int)samples[s] * features, features).CopyTo(to[(s * features)..]);
            }
        }
    }

    private static void CheckFinite(JetBatch<T> batch, bool allowNaN, string name, string? origin)
    {
        if (NotFinite.In(batch.AsSpan(), allowNaN) is var (component, sample, feature))
        {
            T number = batch[component, sample, feature];
            throw new ArgumentException(
                $"The {name} holds {number} in component {component} ({batch.Layout.NameOf(component)}), sample {sample}, feature {feature}; only finite numbers " +
                $"can be trained on.{(name == "target" ? MissingLabels.Advice(number) : string.Empty)}",
                origin ?? name);
        }
    }

    private static bool AllZero(JetBatch<T> batch, int firstComponent)
    {
        for (int c = firstComponent; c < batch.Layout.Count; c++)
        {
            if (batch.Component(c).ContainsAnyExcept(T.Zero))
            {
                return false;
            }
        }

        return true;
    }
}
