using System.Numerics;

namespace SobolevNet;

/// <summary>The samples of several sources in a row, with the components of all; see <see cref="JetSource.Concat"/>.</summary>
internal sealed class ConcatenatedJetSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Part[] _parts;
    private readonly int[] _starts;
    private readonly int[] _tangentInputs;
    private readonly double[] _tangentScales;

    /// <summary>Takes checked sources.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="tangentInputs">The input that each tangent is, in all sources with derivatives; empty if tangents are anything else.</param>
    public ConcatenatedJetSource(IJetSource<T>[] sources, int[] tangentInputs)
    {
        Sources = sources;
        _tangentInputs = tangentInputs;
        Layout = Union(sources);
        _parts = [.. sources.Select(source => new Part(source, this))];
        _starts = new int[sources.Length];
        for (int k = 0; k < sources.Length; k++)
        {
            _starts[k] = Count;
            Count += sources[k].Count;
        }

        _tangentScales = [.. Enumerable.Range(0, Layout.Tangents).Select(tangent => Scale(sources, tangent))];
        HasMissingLabels = sources.Any(source => source.HasMissingLabels || !source.Layout.Equals(Layout));
        HasSampleWeights = sources.Any(source => source.HasSampleWeights);
        SamplesPerBlock = sources.Max(source => source.SamplesPerBlock);
        InputsShareUnit = sources.All(source => source.InputsShareUnit);
        InputOrder = Math.Min(sources.Max(source => source.InputOrder), Layout.Order);
    }

    public IJetSource<T>[] Sources { get; }

    public JetLayout Layout { get; }

    public int InputFeatures => Sources[0].InputFeatures;

    public int OutputFeatures => Sources[0].OutputFeatures;

    public int Count { get; }

    public int InputOrder { get; }

    public ReadOnlySpan<int> TangentInputs => _tangentInputs;

    public bool HasMissingLabels { get; }

    public bool HasSampleWeights { get; }

    public bool InputsShareUnit { get; }

    public int SamplesPerBlock { get; }

    public double TangentScale(int tangent) => TangentScales.Get(_tangentScales, Layout, tangent);

    public double SampleWeight(long sample)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)sample, (ulong)Count, nameof(sample));
        int k = Find(sample);
        return SampleWeights.Of(Sources[k], sample - _starts[k]);
    }

    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        int start = 0;
        while (start < samples.Length)
        {
            int k = Find(samples[start]);
            int end = start + 1;
            while (end < samples.Length && Find(samples[end]) == k)
            {
                end++;
            }

            int count = end - start;
            _parts[k].Fill(samples.Slice(start, count), _starts[k], input.Slice(start, count), target.Slice(start, count));
            start = end;
        }
    }

    /// <summary>The source that a sample is of.</summary>
    private int Find(long sample)
    {
        int at = Array.BinarySearch(_starts, (int)sample);
        return at >= 0 ? at : ~at - 1;
    }

    private static JetLayout Union(IJetSource<T>[] sources)
    {
        var layout = sources.Select(source => source.Layout).MaxBy(one => one.Count)!;
        return sources.All(source => layout.StartsWith(source.Layout))
            ? layout
            : JetLayout.Create(
                sources.Max(source => source.Layout.Tangents),
                sources.SelectMany(source => source.Layout.Firsts.ToArray()).Distinct(),
                sources.SelectMany(source => source.Layout.Seconds.ToArray()).Select(second => (second.I, second.J)).Distinct());
    }

    private static double Scale(IJetSource<T>[] sources, int tangent)
    {
        var (squares, count, first) = (0.0, 0.0, 1.0);
        bool areSame = true;
        foreach (var source in sources)
        {
            if (tangent < source.Layout.Tangents && source.Layout.First(tangent) >= 0)
            {
                double scale = source.TangentScale(tangent);
                first = count > 0 ? first : scale;
                areSame &= scale == first;
                squares += scale * scale * source.Count;
                count += source.Count;
            }
        }

        return areSame ? first : Math.Sqrt(squares / count);
    }

    /// <summary>One source, whose samples it writes with the components of all.</summary>
    private sealed class Part
    {
        /// <summary>Samples asked of the source at once.</summary>
        private const int MostSamples = 64;

        private const int MostRows = 4096;

        private readonly IJetSource<T> _source;
        private readonly ConcatenatedJetSource<T> _all;
        private readonly int[] _components;
        private readonly int _group;
        private readonly ScratchPool<Scratch> _scratches = new();

        public Part(IJetSource<T> source, ConcatenatedJetSource<T> all)
        {
            (_source, _all) = (source, all);
            _components = Components(all.Layout, source.Layout);
            _group = Math.Clamp(MostRows / source.Layout.Count, 1, MostSamples);
        }

        /// <summary>Writes some samples, which count from <paramref name="first"/>.</summary>
        public void Fill(ReadOnlySpan<long> samples, int first, JetSpan<T> input, JetSpan<T> target)
        {
            Span<long> numbers = stackalloc long[Math.Min(_group, samples.Length)];
            for (int start = 0; start < samples.Length; start += _group)
            {
                int count = Math.Min(_group, samples.Length - start);
                for (int s = 0; s < count; s++)
                {
                    numbers[s] = samples[start + s] - first;
                }

                Fill(numbers[..count], input.Slice(start, count), target.Slice(start, count));
            }
        }

        private void Fill(ReadOnlySpan<long> numbers, JetSpan<T> input, JetSpan<T> target)
        {
            if (_source.Layout.StartsWith(target.Layout))
            {
                _source.Fill(numbers, input, target);
                return;
            }

            var scratch = _scratches.TryTake() ?? new Scratch(_source, _group);
            var layout = _source.Layout.Truncate(target.Layout.Order);
            var inputLayout = _source.TangentInputs.IsEmpty ? layout : JetLayout.Value;
            var x = new JetSpan<T>(scratch.Input.AsSpan(0, inputLayout.Count * numbers.Length * input.Features), inputLayout, numbers.Length, input.Features);
            var y = new JetSpan<T>(scratch.Target.AsSpan(0, layout.Count * numbers.Length * target.Features), layout, numbers.Length, target.Features);
            _source.Fill(numbers, x, y);
            Copy(y, target, T.NaN);
            Copy(x, input, T.Zero);
            _scratches.Return(scratch);
            if (input.Layout.Order > 0 && !_all.TangentInputs.IsEmpty)
            {
                UnitTangents.Write(input, _all.TangentInputs);
            }
        }

        private void Copy(JetSpan<T> from, JetSpan<T> to, T lacking)
        {
            for (int c = 0; c < to.Layout.Count; c++)
            {
                int component = _components[c];
                if (component >= 0 && component < from.Layout.Count)
                {
                    from.Component(component).CopyTo(to.Component(c));
                }
                else
                {
                    to.Component(c).Fill(lacking);
                }
            }
        }

        /// <summary>The component of a source that each component of all is; −1 where it lacks that.</summary>
        private static int[] Components(JetLayout all, JetLayout own)
        {
            int[] components = new int[all.Count];
            Array.Fill(components, -1, 1, all.Count - 1);
            for (int k = 0; k < all.Firsts.Length && own.Order > 0; k++)
            {
                components[1 + k] = own.First(all.Firsts[k]);
            }

            for (int k = 0; k < all.Seconds.Length && own.Order > 1; k++)
            {
                components[1 + all.Firsts.Length + k] = own.Second(all.Seconds[k].I, all.Seconds[k].J);
            }

            return components;
        }
    }

    private sealed class Scratch(IJetSource<T> source, int samples)
    {
        public T[] Input { get; } = new T[source.Layout.Count * samples * source.InputFeatures];

        public T[] Target { get; } = new T[source.Layout.Count * samples * source.OutputFeatures];
    }
}
