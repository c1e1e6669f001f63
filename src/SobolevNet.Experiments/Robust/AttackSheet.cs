using System.Globalization;
using SkiaSharp;
using SobolevNet.Experiments.CubeImages;
using SobolevNet.Experiments.Plotting;
using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Experiments.Robust;

/// <summary>
/// The page of pictures of attacks: a clean image, the worst perturbation of it for each network, and the perturbed image with the answers
/// of the network and of the oracle drawn as cubes.
/// </summary>
internal static class AttackSheet
{
    private const int Cell = 205;
    private const int Images = 2;
    private static readonly SKColor Oracle = new(0x2E, 0xCC, 0x71);
    private static readonly SKColor Network = new(0xFF, 0x4D, 0x3D);

    /// <summary>Attacks the first images and draws the results.</summary>
    /// <param name="networks">The networks with their names.</param>
    /// <param name="settings">How attacks are made.</param>
    /// <param name="size">ρ.</param>
    /// <param name="path">The PNG file.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="cancellationToken">Stops the attacks.</param>
    public static void Save(
        IReadOnlyList<(string Name, Mlp<float> Network)> networks, MeasureSettings settings, double size, string path, int threads,
        CancellationToken cancellationToken)
    {
        var manifold = settings.Manifold();
        double[][] points = settings.Points(manifold)[..Math.Min(Images, settings.AttackImages)];
        using var sheet = new PictureSheet(Cell, 3 * points.Length);
        sheet.AddHeading(string.Create(
            CultureInfo.InvariantCulture,
            $"Worst perturbations of length {size}: clean image, perturbation (blue negative, red positive), perturbed image. Network red, oracle green."));
        var options = new AttackOptions { Steps = settings.AttackSteps, RandomStarts = settings.RandomStarts, Seed = settings.Seed };
        foreach (var (name, network) in networks)
        {
            var evaluator = new VulnerabilityEvaluator<float>(network, manifold, threads: threads);
            var pictures = new List<Picture>();
            foreach (double[] point in points)
            {
                var attack = evaluator.Attack(point, size, options, cancellationToken);
                var (clean, _) = evaluator.Answer(point, new double[manifold.InputFeatures]);
                pictures.AddRange(Row(manifold, point, clean, attack));
            }

            sheet.AddHeading(name);
            sheet.AddRow(pictures);
        }

        sheet.Save(path);
    }

    private static IEnumerable<Picture> Row(CubeManifold manifold, double[] point, double[] clean, AttackResult attack)
    {
        var renderer = manifold.Renderer;
        var (rows, columns) = (renderer.Grid.Rows, renderer.Grid.Columns);
        var image = new JetBatch<double>(JetLayout.Value, 1, renderer.Pixels);
        var target = new JetBatch<double>(JetLayout.Value, 1, manifold.OutputFeatures);
        renderer.Render<double>(CubeManifold.PoseOf(point), image, manifold.TargetVertices.ToArray(), target);
        double[] pixels = image.Data.ToArray();
        double[] perturbed = [.. pixels.Zip(attack.Perturbation, (pixel, change) => pixel + change)];
        yield return Cubes(renderer, pixels, clean, target.Data.ToArray(), "clean");
        yield return new Picture(
            ImagePixels.Signed(attack.Perturbation, rows, columns),
            string.Create(CultureInfo.InvariantCulture, $"up to {ImagePixels.LargestMagnitude(attack.Perturbation):0.###} a pixel"));
        yield return Cubes(renderer, perturbed, attack.NetworkOutput, attack.OracleOutput, "perturbed");
    }

    private static Picture Cubes(CubeRenderer renderer, double[] pixels, double[] network, double[] oracle, string what)
    {
        double edges = CubeTargets.VertexDistance<double>(network, oracle) / (2 * renderer.Options.HalfEdge);
        return new Picture(
            ImagePixels.Gray(pixels, renderer.Grid.Rows, renderer.Grid.Columns),
            string.Create(CultureInfo.InvariantCulture, $"{what}: {100 * edges:0.#} % of an edge off"),
            (canvas, place) =>
            {
                CubeOutline.DrawEdges(canvas, place, renderer, CubeOutline.FromNeighbors(oracle), Oracle);
                CubeOutline.DrawEdges(canvas, place, renderer, CubeOutline.FromNeighbors(network), Network);
            });
    }
}
