using System.Runtime.CompilerServices;

namespace SobolevNet;

/// <summary>
/// A view of the jets of some samples in memory that belongs to somebody else: the form in which sources fill
/// batches and passes read them.
/// </summary>
/// <remarks>
/// Shape (components, samples, features). Component c, sample s, feature f lies at
/// c·<see cref="ComponentStride"/> + s·<see cref="Features"/> + f of <see cref="Data"/>, so a row (one component of one
/// sample) is contiguous, and so are all rows of a component. Components follow <see cref="JetLayout"/>. A default view has
/// no samples and no features, and the layout <see cref="JetLayout.Value"/>.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct JetSpan<T>
    where T : unmanaged
{
    private readonly JetLayout? _layout;

    /// <summary>Views memory as jets.</summary>
    /// <param name="data">At least (components − 1)·stride + samples·features elements.</param>
    /// <param name="layout">The components present.</param>
    /// <param name="samples">Number of samples, at least 0.</param>
    /// <param name="features">Number of features of a row, at least 1.</param>
    /// <param name="componentStride">Elements from a component to the next; samples·features if left out or 0.</param>
    /// <exception cref="ArgumentException">The span is too short, or a size is out of range.</exception>
    public JetSpan(Span<T> data, JetLayout layout, int samples, int features, int componentStride = 0)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        long rows = (long)samples * features;
        long stride = componentStride == 0 ? rows : componentStride;
        if (stride < rows)
        {
            throw new ArgumentException(
                $"The component stride {componentStride} is below samples · features = {samples} · {features}.",
                nameof(componentStride));
        }

        long needed = rows > data.Length ? rows : ((layout.Count - 1L) * stride) + rows;
        if (data.Length < needed)
        {
            throw new ArgumentException(
                $"The span has {data.Length} elements; {layout.Count} components of {samples} samples with {features} " +
                $"features and component stride {stride} need {(rows > data.Length ? "at least " : string.Empty)}{needed}.",
                nameof(data));
        }

        Data = data;
        _layout = layout;
        Samples = samples;
        Features = features;
        ComponentStride = (int)stride;
    }

    /// <summary>A part of a view, which needs no checks.</summary>
    private JetSpan(Span<T> data, JetLayout layout, int samples, JetSpan<T> whole)
    {
        Data = data;
        _layout = layout;
        Samples = samples;
        Features = whole.Features;
        ComponentStride = whole.ComponentStride;
    }

    /// <summary>The memory viewed.</summary>
    public Span<T> Data { get; }

    /// <summary>The components present.</summary>
    public JetLayout Layout => _layout ?? JetLayout.Value;

    /// <summary>Number of samples.</summary>
    public int Samples { get; }

    /// <summary>Number of features of a row.</summary>
    public int Features { get; }

    /// <summary>Elements from a component to the next.</summary>
    public int ComponentStride { get; }

    /// <summary>One element.</summary>
    /// <param name="component">Component index.</param>
    /// <param name="sample">Sample index.</param>
    /// <param name="feature">Feature index.</param>
    /// <exception cref="ArgumentOutOfRangeException">The component, sample or feature does not exist.</exception>
    public ref T this[int component, int sample, int feature]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)feature, (uint)Features, nameof(feature));
            return ref Row(component, sample)[feature];
        }
    }

    /// <summary>One component of one sample, shape (features).</summary>
    /// <param name="component">Component index.</param>
    /// <param name="sample">Sample index.</param>
    /// <returns>The row.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The component or sample does not exist.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Row(int component, int sample)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)component, (uint)Layout.Count, nameof(component));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sample, (uint)Samples, nameof(sample));
        return Data.Slice((component * ComponentStride) + (sample * Features), Features);
    }

    /// <summary>One component of all samples, shape (samples, features), row-major.</summary>
    /// <param name="component">Component index.</param>
    /// <returns>The rows of that component.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The component does not exist.</exception>
    public Span<T> Component(int component)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)component, (uint)Layout.Count, nameof(component));
        return Data.Slice(component * ComponentStride, Samples * Features);
    }

    /// <summary>Some of the samples; no element is copied.</summary>
    /// <param name="start">First sample.</param>
    /// <param name="count">Number of samples.</param>
    /// <returns>The view.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the samples.</exception>
    public JetSpan<T> Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Samples - start);
        return new JetSpan<T>(Data[(start * Features)..], Layout, count, this);
    }

    /// <summary>The same jets without the components above an order; no element is copied.</summary>
    /// <param name="order">0, 1 or 2.</param>
    /// <returns>The view.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The order is not 0, 1 or 2.</exception>
    public JetSpan<T> Truncate(int order) => new(Data, Layout.Truncate(order), Samples, this);

    /// <summary>Sets every element of the viewed components to zero.</summary>
    public void Clear()
    {
        for (int c = 0; c < Layout.Count; c++)
        {
            Component(c).Clear();
        }
    }

    /// <summary>Copies all elements to a view with the same layout, samples and features.</summary>
    /// <param name="destination">Where to copy to.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void CopyTo(JetSpan<T> destination)
    {
        if (!destination.Layout.Equals(Layout) || destination.Samples != Samples || destination.Features != Features)
        {
            throw new ArgumentException(
                $"The destination ({destination.Layout}; {destination.Samples} samples, {destination.Features} features) " +
                $"differs in shape from the source ({Layout}; {Samples} samples, {Features} features).",
                nameof(destination));
        }

        for (int c = 0; c < Layout.Count; c++)
        {
            Component(c).CopyTo(destination.Component(c));
        }
    }
}
