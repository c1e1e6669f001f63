using System.Numerics;

namespace SobolevNet;

/// <summary>Full jets of some samples of a source, in memory of its own.</summary>
/// <remarks>
/// For one thread at a time. Where the tangents are inputs (<see cref="IJetSource{T}.TangentInputs"/>), the derivatives of inputs are unit vectors, which are
/// loaded only on demand: with 5,000 inputs those of one sample take 100 MB.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SourceJets<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows that are asked of the source at once.</summary>
    private const int Rows = 112;

    private readonly JetLayout[] _layouts;
    private readonly bool _loadsDerivatives;
    private readonly int _inputFeatures;
    private readonly int _outputFeatures;
    private readonly T[] _input;
    private readonly T[] _target;
    private JetLayout _layout;
    private int _count;

    /// <summary>Reserves memory.</summary>
    /// <param name="source">A source of full jets, whose shape counts.</param>
    /// <param name="order">The highest order that is loaded.</param>
    /// <param name="loadsUnitVectors">Whether derivatives of inputs that are unit vectors are loaded too.</param>
    public SourceJets(IJetSource<T> source, int order, bool loadsUnitVectors = false)
    {
        (_inputFeatures, _outputFeatures) = (source.InputFeatures, source.OutputFeatures);
        _layouts = [.. Enumerable.Range(0, order + 1).Select(source.Layout.Truncate)];
        _layout = _layouts[0];
        _loadsDerivatives = loadsUnitVectors || source.TangentInputs.IsEmpty;
        _input = new T[Most(k => Size(k) * InputLayout(_layouts[k]).Count) * source.InputFeatures];
        _target = new T[Most(k => Size(k) * _layouts[k].Count) * source.OutputFeatures];

        int Most(Func<int, int> rows) => Enumerable.Range(0, _layouts.Length).Max(rows);
    }

    /// <summary>How many samples are loaded at once.</summary>
    /// <param name="order">The order they are loaded with.</param>
    public int Size(int order) => Math.Max(1, Rows / _layouts[order].Count);

    /// <summary>Loads samples.</summary>
    /// <param name="source">The source, or one of the same shape.</param>
    /// <param name="samples">At most <see cref="Size"/> numbers of samples.</param>
    /// <param name="order">The order of the jets.</param>
    public void Load(IJetSource<T> source, ReadOnlySpan<long> samples, int order)
    {
        (_layout, _count) = (_layouts[order], samples.Length);
        source.Fill(samples, View(_input, InputLayout(_layout), _inputFeatures), View(_target, _layout, _outputFeatures));
    }

    /// <summary>The inputs of the loaded samples; without derivatives where these are unit vectors that are not loaded.</summary>
    public JetSpan<T> Inputs => View(_input, InputLayout(_layout), _inputFeatures);

    /// <summary>The input of a loaded sample.</summary>
    /// <param name="sample">Its place among those loaded.</param>
    public JetSpan<T> Input(int sample) => Inputs.Slice(sample, 1);

    /// <summary>The target of a loaded sample.</summary>
    /// <param name="sample">Its place among those loaded.</param>
    public JetSpan<T> Target(int sample) => View(_target, _layout, _outputFeatures).Slice(sample, 1);

    private JetLayout InputLayout(JetLayout layout) => _loadsDerivatives ? layout : JetLayout.Value;

    private JetSpan<T> View(T[] memory, JetLayout layout, int features) =>
        new(memory.AsSpan(0, layout.Count * _count * features), layout, _count, features);
}
