using SobolevNet.Rendering;

namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/rendering.md, and README's cube.</summary>
public class RenderingExamples
{
    [Fact]
    public void Cubes_AreLearnedFromImagesWithDerivatives()
    {
        using var console = new ConsoleCapture();

        #region example: cube
        // Images of 41 × 41 pixels of a cube in random poses; wanted are three of its vertices. Both come with their derivatives
        // by the six degrees of freedom of the pose, exactly, and are rendered while training goes on.
        var cubes = new CubeSource(new CubeRenderer(), order: 1, count: 1_000, seed: 1);
        var network = Mlp<float>.Create(cubes.InputFeatures, hidden: [64, 64], cubes.OutputFeatures, Activation.Silu, seed: 7);
        var options = new SobolevTrainingOptions { Epochs = 20, BatchSize = 50 };
        TrainingResult result = new SobolevTrainer<float>(network, options).Fit(cubes, validation: cubes.Fresh(200, seed: 2));
        Console.WriteLine($"error on fresh images {result.Validation!.NormalizedRmse:P1}");
        #endregion

        result.Validation.NormalizedRmse.Should().BeLessThan(0.4);
    }

    [Fact]
    public void Cube_IsRenderedWithAllItsDerivatives()
    {
        using var folder = new WorkingFolder();

        #region example: render
        var renderer = new CubeRenderer(new CubeRendererOptions { Rows = 64, Columns = 64, Sigma = 0.05 });
        var pose = new Pose(axis: new Vector3D(0, 0, 1), angle: 0.2, translation: new Vector3D(0.1, -0.2, 0));
        var layout = JetLayout.Full(Pose.DegreesOfFreedom, order: 2);                       // 28 components
        var image = new JetBatch<double>(layout, samples: 1, renderer.Pixels);
        var vertices = new JetBatch<double>(layout, samples: 1, features: 24);              // x y z of all eight
        renderer.Render<double>(pose, image, vertices);

        Span<double> byRotationAboutX = image.Row(layout.First(3), 0);
        Span<double> bySlidingAndTurning = image.Row(layout.Second(0, 5), 0);
        NpyFile.Write<double>("jet.npy", image.Data, layout.Count, 64, 64);
        #endregion

        const double H = 1e-5;
        var turned = new JetBatch<double>(JetLayout.Value, 1, renderer.Pixels);
        renderer.Render<double>(pose.Retract([0, 0, 0, H, 0, 0]), turned);
        byRotationAboutX[2000].Should().BeApproximately((turned[0, 0, 2000] - image[0, 0, 2000]) / H, 1e-2);
        bySlidingAndTurning.ContainsAnyExcept(0).Should().BeTrue();
        NpyFile.Read<double>("jet.npy").Shape.ToArray().Should().Equal(28, 64, 64);
    }

    [Fact]
    public void Polygons_OfYourOwn_AreRenderedAlongAnyMotion()
    {
        #region example: polygons
        // A bright triangle with two motions: sliding to the right (tangent 0) and growing about the origin (tangent 1).
        var layout = JetLayout.Full(tangents: 2, order: 2);
        var corners = new JetBatch<double>(layout, samples: 1, features: 6);                // u v of each vertex
        double[] place = [-0.3, -0.2, 0.4, -0.2, 0.0, 0.5];
        place.CopyTo(corners.Row(0, 0));
        new double[] { 1, 0, 1, 0, 1, 0 }.CopyTo(corners.Row(layout.First(0), 0));
        place.CopyTo(corners.Row(layout.First(1), 0));

        var renderer = new GaussianPolygonRenderer(new PixelGrid(rows: 32, columns: 32), sigma: 0.06);
        var scene = new PolygonScene(vertexCount: 3, faces: [[0, 1, 2]], intensities: [1.0]);
        var image = new JetBatch<float>(layout, samples: 1, features: 32 * 32);
        renderer.Render<float>(scene, corners, visible: [true], image);
        #endregion

        double pixel = renderer.Grid.ColumnSpacing * renderer.Grid.RowSpacing;
        double Total(int component) => image.Row(component, 0).ToArray().Sum(value => (double)value) * pixel;
        Total(0).Should().BeApproximately(0.245, 1e-4, "the smoothed image holds the area");
        Total(layout.First(0)).Should().BeApproximately(0, 1e-4, "sliding moves no light in or out");
        Total(layout.First(1)).Should().BeApproximately(2 * 0.245, 1e-4, "an area grows by twice the rate of a length");
    }

    [Fact]
    public void Labels_AreCheckedAndKept()
    {
        using var folder = new WorkingFolder();
        using var console = new ConsoleCapture();
        var random = new RandomStream(seed: 4);
        var (x, y, dydx) = (new double[400, 2], new double[400], new double[400, 2]);
        for (int s = 0; s < 400; s++)
        {
            (x[s, 0], x[s, 1]) = (random.NextUniform(-1, 1), random.NextUniform(-1, 1));
            y[s] = Math.Sin(x[s, 0]) * Math.Exp(x[s, 1]);
            dydx[s, 0] = Math.Cos(x[s, 0]) * Math.Exp(x[s, 1]);
            dydx[s, 1] = -y[s];
        }

        #region example: label check
        var data = JetData.FromJacobian(x, y, dydx);
        LabelReport report = LabelCheck.Run(data);
        if (report.HasProblems)
        {
            Console.WriteLine(report);              // here: the second column has the wrong sign
        }
        #endregion

        report.Findings.Should().Contain(finding => finding.Component == 2 && finding.Ratio < -0.8);
        console.Text.Should().NotBeEmpty();

        #region example: npz
        JetData.Save("labels.npz", data);
        IJetSource<float> loaded = JetData.Load<float>("labels.npz");
        #endregion

        (loaded.Count, loaded.Layout).Should().Be((400, data.Layout));
    }
}
