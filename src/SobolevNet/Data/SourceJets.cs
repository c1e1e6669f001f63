using System.Numerics;

namespace SobolevNet;

/// <summary>Full jets of some samples of a source, for an endless source that makes one sample of each.</summary>
/// <remarks>For one thread at a time. Behind number k of the endless source is sample k mod N of a finite one with N samples.</remarks>
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
        int rows = Enumerable.Range(0, _layouts.Length).Max(k => Size(k) * _layouts[k].Count);
        _input = new T[rows * source.InputFeatures];
        _target = new T[rows * source.OutputFeatures];
        _numbers = new long[Size(0)];
    }

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
        _source.Fill(_numbers.AsSpan(0, _count), View(_input, _source.InputFeatures), View(_target, _source.OutputFeatures));
    }

    /// <summary>The input of a loaded sample.</summary>
    /// <param name="sample">Its place among those loaded.</param>
    public JetSpan<T> Input(int sample) => View(_input, _source.InputFeatures).Slice(sample, 1);

    /// <summary>The target of a loaded sample.</summary>
    /// <param name="sample">Its place among those loaded.</param>
    public JetSpan<T> Target(int sample) => View(_target, _source.OutputFeatures).Slice(sample, 1);

    private JetSpan<T> View(T[] memory, int features) =>
        new(memory.AsSpan(0, _layout.Count * _count * features), _layout, _count, features);
}
