using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.LabelChecking;

/// <summary>The samples that a label check looks at, in double precision.</summary>
internal sealed class LabelSamples
{
    /// <summary>Numbers held at most; image jets of high order get fewer samples.</summary>
    private const long MaxElements = 20_000_000;

    private const ulong OrderSeed = 0x0DE5;

    private readonly Func<double, double, bool> _isConstant;

    private LabelSamples(JetBatch<double> input, JetBatch<double> target, long[] numbers, double[] scales, Func<double, double, bool> isConstant, bool sharesUnit)
    {
        Layout = target.Layout;
        Input = input;
        Target = target;
        Numbers = numbers;
        TangentScale = scales;
        _isConstant = isConstant;
        InputsShareUnit = sharesUnit;
        Tangents = Layout.Firsts.Length;
    }

    public JetLayout Layout { get; }

    /// <summary>Shape (components, S, n).</summary>
    public JetBatch<double> Input { get; }

    /// <summary>Shape (components, S, m); NaN where a label is missing.</summary>
    public JetBatch<double> Target { get; }

    /// <summary>The number that each sample has in the source.</summary>
    public long[] Numbers { get; }

    public int Count => Numbers.Length;

    /// <summary>Whether a label is missing in a sample.</summary>
    public bool HasMissing => TensorPrimitives.IsNaNAny<double>(Target.Data);

    public int Outputs => Target.Features;

    /// <summary>How many first derivatives the layout has; they are counted from 0 here, and are components 1 + k.</summary>
    public int Tangents { get; }

    /// <summary>The scale of each of those tangents, see <see cref="IJetSource{T}.TangentScale"/>.</summary>
    public double[] TangentScale { get; }

    /// <summary>Whether all inputs are measured in one unit.</summary>
    public bool InputsShareUnit { get; }

    /// <summary>Reads at most <paramref name="maxSamples"/> samples, chosen by <see cref="CompleteSamples"/>.</summary>
    /// <exception cref="ArgumentException">The source gives NaN or infinity.</exception>
    public static LabelSamples Load<T>(IJetSource<T> source, int maxSamples, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        long elements = (long)layout.Count * ((long)source.InputFeatures + source.OutputFeatures);
        int count = (int)Math.Max(2, Math.Min(maxSamples, MaxElements / elements));
        long[] numbers = CompleteSamples.Choose(source, count, cancellationToken);
        count = numbers.Length;
        var input = new JetBatch<double>(layout, count, source.InputFeatures);
        var target = new JetBatch<double>(layout, count, source.OutputFeatures);
        const int chunk = 32;
        var partInput = new JetBatch<T>(layout, chunk, source.InputFeatures);
        var partTarget = new JetBatch<T>(layout, chunk, source.OutputFeatures);
        for (int start = 0; start < count; start += chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int size = Math.Min(chunk, count - start);
            var from = partInput.AsSpan().Slice(0, size);
            var to = partTarget.AsSpan().Slice(0, size);
            source.Fill(numbers.AsSpan(start, size), from, to);
            Widen(from, input.AsSpan().Slice(start, size), numbers.AsSpan(start, size), "input", allowNaN: false);
            Widen(to, target.AsSpan().Slice(start, size), numbers.AsSpan(start, size), "target", source.HasMissingLabels);
        }

        double[] scales = new double[layout.Firsts.Length];
        for (int k = 0; k < scales.Length; k++)
        {
            scales[k] = source.TangentScale(layout.Firsts[k]);
        }

        return new LabelSamples(input, target, numbers, scales, FeatureSize.IsConstant<T>, source.InputsShareUnit);
    }

    /// <summary>
    /// The same samples in an order that does not depend on that of the rows, each different one once, in units in which inputs
    /// and outputs are of size 1: so no verdict depends on the rows' order, on units or on offsets.
    /// </summary>
    public LabelSamples Normalized()
    {
        int[] rows = Order();
        var (input, target) = (Select(Input, rows), Select(Target, rows));
        LabelUnits.Normalize(input, target, _isConstant, InputsShareUnit);
        double[] scales = new double[Tangents];
        Array.Fill(scales, 1);
        return new LabelSamples(input, target, [.. rows.Select(row => Numbers[row])], scales, _isConstant, InputsShareUnit);
    }

    /// <summary>
    /// The rows in an order that depends on their contents alone: sorted, exact copies left out, and the rest shuffled by a fixed seed. So any part of them is a
    /// random choice, and copies do not count as evidence several times.
    /// </summary>
    private int[] Order()
    {
        int[] rows = [.. Enumerable.Range(0, Count)];
        Array.Sort(rows, Compare);
        int[] different = [.. rows.Where((row, place) => place == 0 || Compare(rows[place - 1], row) != 0)];
        RandomStream.For(StreamPurpose.LabelOrder, OrderSeed).Shuffle(different.AsSpan());
        return different;

        int Compare(int a, int b)
        {
            int order = 0;
            for (int c = 0; c < Layout.Count && order == 0; c++)
            {
                order = ((ReadOnlySpan<double>)Input.Row(c, a)).SequenceCompareTo(Input.Row(c, b));
                order = order != 0 ? order : ((ReadOnlySpan<double>)Target.Row(c, a)).SequenceCompareTo(Target.Row(c, b));
            }

            return order;
        }
    }

    /// <summary>The first samples; of normalized ones, a random choice.</summary>
    public LabelSamples Take(int count)
    {
        int[] rows = [.. Enumerable.Range(0, Math.Min(count, Count))];
        return rows.Length == Count
            ? this
            : new LabelSamples(Select(Input, rows), Select(Target, rows), Numbers[..rows.Length], TangentScale, _isConstant, InputsShareUnit);
    }

    /// <summary>The samples that know the value of an output and some of its components.</summary>
    public int[] KnownRows(int output, int[] components) => [.. Enumerable.Range(0, Count).Where(
        s => !double.IsNaN(Target[0, s, output]) && components.All(c => !double.IsNaN(Target[c, s, output])))];

    /// <summary>Some samples as if all outputs were one of them, so that these have its units, and labels that are missing were 0.</summary>
    public LabelSamples Known(int output, int[] rows)
    {
        var target = Select(Target, rows);
        for (int c = 0; c < Layout.Count; c++)
        {
            for (int s = 0; s < rows.Length; s++)
            {
                double label = target[c, s, output];
                target.Row(c, s).Fill(double.IsNaN(label) ? 0 : label);
            }
        }

        return new LabelSamples(Select(Input, rows), target, [.. rows.Select(row => Numbers[row])], TangentScale, _isConstant, InputsShareUnit);
    }

    /// <summary>The component of the second derivative along two tangents counted as in <see cref="Tangents"/>, or −1.</summary>
    public int Second(int k, int l) => Layout.Second(Layout.Firsts[k], Layout.Firsts[l]);

    private static JetBatch<double> Select(JetBatch<double> batch, int[] rows)
    {
        var chosen = new JetBatch<double>(batch.Layout, rows.Length, batch.Features);
        for (int c = 0; c < batch.Layout.Count; c++)
        {
            for (int s = 0; s < rows.Length; s++)
            {
                batch.Row(c, rows[s]).CopyTo(chosen.Row(c, s));
            }
        }

        return chosen;
    }

    private static void Widen<T>(JetSpan<T> from, JetSpan<double> to, ReadOnlySpan<long> numbers, string name, bool allowNaN)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (NotFinite.In(from, allowNaN) is var (component, sample, feature))
        {
            throw new ArgumentException(
                $"Feature {feature} of component {from.Layout.NameOf(component)} of the {name} of sample {numbers[sample]} is {from[component, sample, feature]}; " +
                "labels must be finite.",
                "source");
        }

        for (int c = 0; c < from.Layout.Count; c++)
        {
            TensorPrimitives.ConvertTruncating<T, double>(from.Component(c), to.Component(c));
        }
    }
}
