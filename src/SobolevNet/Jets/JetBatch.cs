namespace SobolevNet;

/// <summary>The jets of a batch of samples: values with their plain partial derivatives, in memory of its own.</summary>
/// <remarks>
/// Shape (components, samples, features), component-major and dense: all values first, then all first derivatives along
/// the first tangent, and so on by <see cref="JetLayout"/>. A batch truncated to a lower order is a prefix of it.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class JetBatch<T>
    where T : unmanaged
{
    private readonly T[] _data;

    /// <summary>Makes a batch of zeros.</summary>
    /// <param name="layout">The components present.</param>
    /// <param name="samples">Number of samples, at least 0.</param>
    /// <param name="features">Number of features of a sample, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public JetBatch(JetLayout layout, int samples, int features)
        : this(layout, samples, features, null)
    {
    }

    /// <summary>Wraps an array; nothing is copied.</summary>
    /// <param name="layout">The components present.</param>
    /// <param name="samples">Number of samples, at least 0.</param>
    /// <param name="features">Number of features of a sample, at least 1.</param>
    /// <param name="data">Exactly components · samples · features elements; zeros if null.</param>
    /// <exception cref="ArgumentException">The array has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public JetBatch(JetLayout layout, int samples, int features, T[]? data)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        long length = (long)samples * features;
        length = length > Array.MaxLength ? long.MaxValue : length * layout.Count;
        if (length > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(samples), samples, $"{layout.Count} components · {samples} samples · {features} features is more than one array holds.");
        }

        if (data is not null && data.Length != length)
        {
            throw new ArgumentException(
                $"The array has {data.Length} elements; the shape ({layout.Count}, {samples}, {features}) needs {length}.", nameof(data));
        }

        Layout = layout;
        Samples = samples;
        Features = features;
        _data = data ?? new T[length];
    }

    /// <summary>The components present.</summary>
    public JetLayout Layout { get; }

    /// <summary>Number of samples.</summary>
    public int Samples { get; }

    /// <summary>Number of features of a sample.</summary>
    public int Features { get; }

    /// <summary>All elements, shape (components, samples, features).</summary>
    public Span<T> Data => _data;

    /// <summary>One element.</summary>
    /// <param name="component">Component index.</param>
    /// <param name="sample">Sample index.</param>
    /// <param name="feature">Feature index.</param>
    /// <exception cref="ArgumentOutOfRangeException">The component, sample or feature does not exist.</exception>
    public ref T this[int component, int sample, int feature] => ref AsSpan()[component, sample, feature];

    /// <summary>Views the whole batch.</summary>
    /// <param name="batch">The batch.</param>
    public static implicit operator JetSpan<T>(JetBatch<T> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.AsSpan();
    }

    /// <summary>Views the whole batch.</summary>
    /// <returns>The view.</returns>
    public JetSpan<T> AsSpan() => new(_data, Layout, Samples, Features);

    /// <summary>One component of one sample, shape (features).</summary>
    /// <param name="component">Component index.</param>
    /// <param name="sample">Sample index.</param>
    /// <returns>The row.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The component or sample does not exist.</exception>
    public Span<T> Row(int component, int sample) => AsSpan().Row(component, sample);

    /// <summary>One component of all samples, shape (samples, features), row-major.</summary>
    /// <param name="component">Component index.</param>
    /// <returns>The rows of that component.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The component does not exist.</exception>
    public Span<T> Component(int component) => AsSpan().Component(component);
}
