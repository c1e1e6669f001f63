namespace SobolevNet.Benchmarks.Limits;

/// <summary>A few jets in memory that stand for many: a stored data set without its memory.</summary>
internal sealed class TableSource : IJetSource<float>
{
    private const int Stored = 256;

    private readonly MemoryJetSource<float> _table;

    private TableSource(MemoryJetSource<float> table, int count) => (_table, Count) = (table, count);

    public JetLayout Layout => _table.Layout;

    public int InputFeatures => _table.InputFeatures;

    public int OutputFeatures => _table.OutputFeatures;

    public int Count { get; }

    /// <summary>The first samples of a source, over and over.</summary>
    public static TableSource Of(IJetSource<float> source, int count) =>
        new(source.Subset([.. Enumerable.Range(0, Math.Min(Stored, Math.Min(count, source.Count))).Select(k => (long)k)]).Materialize(), count);

    /// <summary>Random jets, none of whose elements is zero.</summary>
    public static TableSource Random(JetLayout layout, int inputs, int outputs, int count)
    {
        int stored = Math.Min(Stored, count);
        var input = new JetBatch<float>(layout, stored, inputs, GemmFixture.Values<float>(layout.Count * stored * inputs, 1));
        var target = new JetBatch<float>(layout, stored, outputs, GemmFixture.Values<float>(layout.Count * stored * outputs, 2));
        return new TableSource(new MemoryJetSource<float>(input, target), count);
    }

    public double TangentScale(int tangent) => _table.TangentScale(tangent);

    public void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target)
    {
        Span<long> stored = stackalloc long[1];
        for (int s = 0; s < samples.Length; s++)
        {
            stored[0] = samples[s] % _table.Count;
            _table.Fill(stored, input.Slice(s, 1), target.Slice(s, 1));
        }
    }
}
