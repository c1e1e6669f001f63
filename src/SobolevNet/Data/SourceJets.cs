using System.Numerics;

namespace SobolevNet;

/// <summary>Full jets of some samples of a source, for an endless source that makes one sample of each.</summary>
/// <remarks>
/// For one thread at a time. Behind number k of the endless source is sample k mod N of a finite one with N samples. Where the tangents
/// are input coordinates (<see cref="Coordinates"/>), the derivatives of inputs are unit vectors, which are not loaded: with 5,000 inputs those of one
/// sample would take 100 MB.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SourceJets<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows that are asked of the source at once.</summary>
    private const int Rows = 112;

    private readonly IJetSource<T> _source;
    private readonly JetLayout[] _layouts;
    private readonly T[] _input;
    private readonly T[] _target;
    private readonly long[] _numbers;
    private JetLayout _layout;
    private int _count;

    /// <summary>Reserves memory.</summary>
    /// <param name="source">Gives full jets.</param>
    /// <param name="order">The highest order that is loaded.</param>
    public SourceJets(IJetSource<T> source, int order)
    {
        _source = source;
        _layouts = [.. Enumerable.Range(0, order + 1).Select(source.Layout.Truncate)];
        _layout = _layouts[0];
        Coordinates = CoordinatesOf(source);
        _input = new T[Most(k => Size(k) * InputLayout(_layouts[k]).Count) * source.InputFeatures];
        _target = new T[Most(k => Size(k) * _layouts[k].Count) * source.OutputFeatures];
        _numbers = new long[Size(0)];

        int Most(Func<int, int> rows) => Enumerable.Range(0, _layouts.Length).Max(rows);
    }

    /// <summary>The input coordinate that each tangent is; null if tangents are anything else.</summary>
    public int[]? Coordinates { get; }

    /// <summary>How many samples are loaded at once.</summary>
    /// <param name="order">The order they are loaded with.</param>
    public int Size(int order) => Math.Max(1, Rows / _layouts[order].Count);

    /// <summary>Loads the samples behind some numbers.</summary>
    /// <param name="numbers">At most <see cref="Size"/> numbers of the endless source.</param>
    /// <param name="order">The order of the jets.</param>
    public void Load(ReadOnlySpan<long> numbers, int order)
    {
        for (int s = 0; s < numbers.Length; s++)
        {
            _numbers[s] = _source.IsEndless ? numbers[s] : numbers[s] % _source.Count;
        }

        (_layout, _count) = (_layouts[order], numbers.Length);
        _source.Fill(
            _numbers.AsSpan(0, _count), View(_input, InputLayout(_layout), _source.InputFeatures), View(_target, _layout, _source.OutputFeatures));
    }

    /// <summary>The input of a loaded sample; without derivatives where tangents are <see cref="Coordinates"/>.</summary>
    /// <param name="sample">Its place among those loaded.</param>
    public JetSpan<T> Input(int sample) => View(_input, InputLayout(_layout), _source.InputFeatures).Slice(sample, 1);

    /// <summary>The target of a loaded sample.</summary>
    /// <param name="sample">Its place among those loaded.</param>
    public JetSpan<T> Target(int sample) => View(_target, _layout, _source.OutputFeatures).Slice(sample, 1);

    private static int[]? CoordinatesOf(IJetSource<T> source)
    {
        // None of the sources made of another one changes the derivatives of inputs.
        while (source is IDerivedJetSource<T> derived)
        {
            source = derived.Source;
        }

        return source is JacobianJetSource<T> jacobian ? jacobian.Directions.ToArray() : null;
    }

    private JetLayout InputLayout(JetLayout layout) => Coordinates is null ? layout : JetLayout.Value;

    private JetSpan<T> View(T[] memory, JetLayout layout, int features) =>
        new(memory.AsSpan(0, layout.Count * _count * features), layout, _count, features);
}
