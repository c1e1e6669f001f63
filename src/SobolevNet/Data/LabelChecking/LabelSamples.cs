using System.Numerics;

namespace SobolevNet;

/// <summary>The samples that a label check looks at, in double precision.</summary>
internal sealed class LabelSamples
{
    /// <summary>Numbers held at most; image jets of high order get fewer samples.</summary>
    private const long MaxElements = 20_000_000;

    private LabelSamples(JetLayout layout, JetBatch<double> input, JetBatch<double> target, double[] scales)
    {
        Layout = layout;
        Input = input;
        Target = target;
        TangentScale = scales;
        Tangents = layout.Firsts.Length;
    }

    public JetLayout Layout { get; }

    /// <summary>Shape (components, S, n).</summary>
    public JetBatch<double> Input { get; }

    /// <summary>Shape (components, S, m).</summary>
    public JetBatch<double> Target { get; }

    public int Count => Target.Samples;

    public int Outputs => Target.Features;

    /// <summary>How many first derivatives the layout has; they are counted from 0 here, and are components 1 + k.</summary>
    public int Tangents { get; }

    /// <summary>Typical range of each of those tangents.</summary>
    public double[] TangentScale { get; }

    public static LabelSamples Load<T>(IJetSource<T> source, int maxSamples, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        long elements = (long)layout.Count * (source.InputFeatures + source.OutputFeatures);
        int count = (int)Math.Max(2, Math.Min(Math.Min(maxSamples, source.Count), MaxElements / elements));
        count = Math.Min(count, source.Count);
        var input = new JetBatch<double>(layout, count, source.InputFeatures);
        var target = new JetBatch<double>(layout, count, source.OutputFeatures);
        const int chunk = 32;
        var partInput = new JetBatch<T>(layout, chunk, source.InputFeatures);
        var partTarget = new JetBatch<T>(layout, chunk, source.OutputFeatures);
        Span<long> numbers = stackalloc long[chunk];
        for (int start = 0; start < count; start += chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int size = Math.Min(chunk, count - start);
            for (int k = 0; k < size; k++)
            {
                numbers[k] = start + k;
            }

            var from = partInput.AsSpan().Slice(0, size);
            var to = partTarget.AsSpan().Slice(0, size);
            source.Fill(numbers[..size], from, to);
            Widen(from, input.AsSpan().Slice(start, size));
            Widen(to, target.AsSpan().Slice(start, size));
        }

        double[] scales = new double[layout.Firsts.Length];
        for (int k = 0; k < scales.Length; k++)
        {
            scales[k] = source.TangentScale(layout.Firsts[k]);
        }

        return new LabelSamples(layout, input, target, scales);
    }

    /// <summary>The component of the second derivative along two tangents counted as in <see cref="Tangents"/>, or −1.</summary>
    public int Second(int k, int l) => Layout.Second(Layout.Firsts[k], Layout.Firsts[l]);

    private static void Widen<T>(JetSpan<T> from, JetSpan<double> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < from.Layout.Count; c++)
        {
            var source = from.Component(c);
            var destination = to.Component(c);
            for (int k = 0; k < source.Length; k++)
            {
                destination[k] = double.CreateChecked(source[k]);
            }
        }
    }
}
