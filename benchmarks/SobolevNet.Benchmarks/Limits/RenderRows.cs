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
            Check(source);
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

    /// <summary>
    /// Every component of an image against differences of values, drawn in double precision at neighboring poses of the chart.
    /// </summary>
    private static void Check(CubeSource source)
    {
        const int Sample = 3;
        const double Step = 1e-4;
        var layout = source.Layout;
        var pose = source.PoseOf(Sample);
        var single = new JetBatch<float>(layout, 1, source.InputFeatures);
        source.Fill([Sample], single, new JetBatch<float>(layout, 1, source.OutputFeatures));
        var image = new JetBatch<double>(JetLayout.Full(Pose.DegreesOfFreedom, 0), 1, source.InputFeatures);
        Compare(0, [(0, 0, 1)], -1, -1);
        for (int i = 0; i < layout.Firsts.Length; i++)
        {
            Compare(1 + i, [(1, 0, 0.5 / Step), (-1, 0, -0.5 / Step)], layout.Firsts[i], -1);
        }

        for (int pair = 0; pair < layout.Seconds.Length; pair++)
        {
            const double Weight = 0.25 / (Step * Step);
            var second = layout.Seconds[pair];
            Compare(
                1 + layout.Firsts.Length + pair, [(1, 1, Weight), (1, -1, -Weight), (-1, 1, -Weight), (-1, -1, Weight)], second.I, second.J);
        }

        void Compare(int component, (int I, int J, double Weight)[] terms, int i, int j)
        {
            var expected = new double[source.InputFeatures];
            foreach (var (stepI, stepJ, weight) in terms)
            {
                var moved = new double[Pose.DegreesOfFreedom];
                if (i >= 0)
                {
                    moved[i] += stepI * Step;
                }

                if (j >= 0)
                {
                    moved[j] += stepJ * Step;
                }

                source.Renderer.Render<double>(pose.Retract(moved), image);
                for (int k = 0; k < expected.Length; k++)
                {
                    expected[k] += weight * image[0, 0, k];
                }
            }

            double size = expected.Max(Math.Abs);
            for (int k = 0; k < expected.Length; k++)
            {
                if (!(Math.Abs(single[component, 0, k] - expected[k]) <= 1e-4 * size))
                {
                    throw new InvalidOperationException(
                        $"Component {component} of pixel {k} is {single[component, 0, k]} instead of {expected[k]}. Nothing is timed before that is right.");
                }
            }
        }
    }
}
