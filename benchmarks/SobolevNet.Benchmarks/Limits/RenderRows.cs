using SobolevNet.Rendering;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>Drawing one image of a cube, with all its derivatives and without.</summary>
internal static class RenderRows
{
    private const double AllComponents = 60e-6;

    public static IEnumerable<LimitRow> Measure(Machine machine)
    {
        foreach (int order in new[] { 2, 1, 0 })
        {
            var source = new CubeSource(new CubeRenderer(), order, 64, seed: 1);
            var layout = source.Layout;
            var input = new JetBatch<float>(layout, 1, source.InputFeatures);
            var target = new JetBatch<float>(layout, 1, source.OutputFeatures);
            double seconds = Clock.Best(Draw, 40) / 64;
            yield return order == 2
                ? LimitRow.OfTime(
                    $"Image 41 × 41, {layout.Count} components, {input.Data.Length * sizeof(float) / 1024} KB", seconds * 1e6, "µs",
                    AllComponents * 1e6, 1, "the aim; a tenth of a step")
                : new LimitRow($"Image 41 × 41, {layout.Count} components", seconds * 1e6, "µs");

            void Draw()
            {
                for (long k = 0; k < 64; k++)
                {
                    source.Fill([k], input, target);
                }
            }
        }
    }
}
