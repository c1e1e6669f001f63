namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// Random jets, a few in memory that stand for many: a stored data set without its memory. Inputs may be zero outside a
/// disk of pixels at a random place, as images of a thing on a black background are.
/// </summary>
internal sealed class TableSource : IJetSource<float>
{
    private const int Stored = 256;

    private readonly MemoryJetSource<float> _table;

    public TableSource(JetLayout layout, int inputs, int outputs, int count, bool asImages = false)
    {
        int stored = Math.Min(Stored, count);
        var input = new JetBatch<float>(layout, stored, inputs);
        var target = new JetBatch<float>(layout, stored, outputs);
        var random = new Random(1);
        foreach (ref float value in input.Data)
        {
            value = random.NextSingle() - 0.5f;
        }

        foreach (ref float value in target.Data)
        {
            value = random.NextSingle() - 0.5f;
        }

        if (asImages)
        {
            ClearBackground(input, random);
        }

        _table = new MemoryJetSource<float>(input, target);
        Count = count;
    }

    public JetLayout Layout => _table.Layout;

    public int InputFeatures => _table.InputFeatures;

    public int OutputFeatures => _table.OutputFeatures;

    public int Count { get; }

    public void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target)
    {
        Span<long> stored = stackalloc long[1];
        for (int s = 0; s < samples.Length; s++)
        {
            stored[0] = samples[s] % _table.Count;
            _table.Fill(stored, input.Slice(s, 1), target.Slice(s, 1));
        }
    }

    private static void ClearBackground(JetBatch<float> input, Random random)
    {
        int side = (int)Math.Sqrt(input.Features);
        double radius = 0.23 * side;
        for (int s = 0; s < input.Samples; s++)
        {
            double x = radius + (random.NextDouble() * (side - (2 * radius)));
            double y = radius + (random.NextDouble() * (side - (2 * radius)));
            for (int f = 0; f < input.Features; f++)
            {
                bool inside = Math.Pow((f % side) - x, 2) + Math.Pow((f / side) - y, 2) < radius * radius;
                for (int c = 0; c < input.Layout.Count && !inside; c++)
                {
                    input[c, s, f] = 0;
                }
            }
        }
    }
}
