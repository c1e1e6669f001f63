using SobolevNet.Rendering;

namespace SobolevNet.Tests.Rendering;

public sealed class CubeRendererTests
{
    private static readonly CubeRenderer Renderer = new();

    [Fact]
    public void VisibleFaces_TrainingPoses_AreAlwaysTheSameThree()
    {
        var extremes = new List<Pose>();
        foreach (double angle in new[] { -Math.PI / 8, Math.PI / 8 })
        {
            for (int k = 0; k < 64; k++)
            {
                var stream = new RandomStream(8, (ulong)k);
                var axis = Pose.Draw(ref stream, PoseRange.Default).Axis;
                extremes.Add(new Pose(axis, angle, 0.52 * new Vector3D((k & 1) - ((k & 1) ^ 1), ((k >> 1) & 1) * 2 - 1, ((k >> 2) & 1) * 2 - 1)));
            }
        }

        for (int k = 0; k < 5000; k++)
        {
            var stream = new RandomStream(4, (ulong)k);
            extremes.Add(Pose.Draw(ref stream, PoseRange.Default));
        }

        foreach (var pose in extremes)
        {
            Renderer.VisibleFaces(pose).Should().Equal(1, 4, 6);
            foreach (var vertex in Renderer.Vertices(pose))
            {
                var (u, v) = Renderer.Project(vertex);
                Math.Max(Math.Abs(u), Math.Abs(v)).Should().BeLessThan(0.98);
            }
        }
    }

    [Fact]
    public void Render_PosesOverTheChart_FollowsTheTaylorPolynomialToThirdOrder()
    {
        // The image at Retract(s·δ) against the jet at the pose: the error must fall as s³.
        var pose = Drawn(1);
        double[] direction = [0.3, -0.2, 0.5, 0.4, 0.6, -0.3];
        var jet = Rendered<double>(pose, 2);
        double[] sizes = [8e-3, 4e-3, 2e-3];
        var errors = new double[sizes.Length];
        for (int k = 0; k < sizes.Length; k++)
        {
            double[] delta = [.. direction.Select(x => x * sizes[k])];
            var there = Rendered<double>(pose.Retract(delta), 0);
            for (int pixel = 0; pixel < 1681; pixel++)
            {
                double predicted = jet[0, 0, pixel];
                for (int i = 0; i < 6; i++)
                {
                    predicted += jet[1 + i, 0, pixel] * delta[i];
                    for (int j = 0; j < 6; j++)
                    {
                        predicted += 0.5 * jet[jet.Layout.Second(i, j), 0, pixel] * delta[i] * delta[j];
                    }
                }

                errors[k] = Math.Max(errors[k], Math.Abs(there[0, 0, pixel] - predicted));
            }
        }

        Math.Log2(errors[0] / errors[1]).Should().BeApproximately(3, 0.2);
        Math.Log2(errors[1] / errors[2]).Should().BeApproximately(3, 0.1);
    }

    [Fact]
    public void Render_HalfTurnAboutTheOpticalAxis_TurnsTheImage()
    {
        // Tangents turn with it: x and y of translation and rotation change sign, so components with an odd number of them do.
        var pose = Drawn(2);
        var turned = new Pose(new Vector3D(0, 0, 1), Math.PI, default).Compose(pose);
        var image = Rendered<double>(pose, 2);
        var after = Rendered<double>(turned, 2);
        for (int c = 0; c < image.Layout.Count; c++)
        {
            double sign = Sign(image.Layout, c);
            double scale = image.Row(c, 0).ToArray().Max(Math.Abs);
            for (int pixel = 0; pixel < 1681; pixel++)
            {
                after[c, 0, 1680 - pixel].Should().BeApproximately(sign * image[c, 0, pixel], 2e-13 * scale, image.Layout.NameOf(c));
            }
        }

        static double Sign(JetLayout layout, int component)
        {
            static double Of(int tangent) => tangent % 3 == 2 ? 1 : -1;
            switch (layout.OrderOf(component))
            {
                case 0:
                    return 1;
                case 1:
                    return Of(layout.Firsts[component - 1]);
                default:
                    var pair = layout.Seconds[component - 1 - layout.Firsts.Length];
                    return Of(pair.I) * Of(pair.J);
            }
        }
    }

    [Fact]
    public void Render_TotalIntensity_IsThatOfTheVisibleFaces()
    {
        // σ of two pixels makes the sum over pixels exact.
        var renderer = new CubeRenderer(new CubeRendererOptions { Rows = 81, Columns = 81, Sigma = 0.05, HalfHeight = 1, HalfWidth = 1 });
        var pose = Drawn(3);
        var image = new JetBatch<double>(JetLayout.Value, 1, renderer.Pixels);
        renderer.Render<double>(pose, image);
        var corners = renderer.Vertices(pose).Select(renderer.Project).ToArray();
        int[][] faces = [[4, 6, 7, 5], [], [], [5, 7, 3, 1], [], [3, 7, 6, 2]];
        double expected = 0;
        foreach (int face in renderer.VisibleFaces(pose))
        {
            for (int k = 0; k < 4; k++)
            {
                var (a, b) = (corners[faces[face - 1][k]], corners[faces[face - 1][(k + 1) % 4]]);
                expected += face / 6.0 * 0.5 * ((a.U * b.V) - (b.U * a.V));
            }
        }

        double sum = 0;
        foreach (double value in image.Data)
        {
            sum += value * renderer.Grid.ColumnSpacing * renderer.Grid.RowSpacing;
        }

        sum.Should().BeApproximately(expected, 1e-14);
    }

    [Fact]
    public void Render_Float_AgreesWithDoubleToAMillionthOfTheScale()
    {
        for (int k = 0; k < 40; k++)
        {
            var pose = Drawn(100 + k);
            var single = Rendered<float>(pose, 2);
            var exact = Rendered<double>(pose, 2);
            for (int order = 0; order <= 2; order++)
            {
                double scale = 0;
                double error = 0;
                for (int c = 0; c < exact.Layout.Count; c++)
                {
                    for (int pixel = 0; exact.Layout.OrderOf(c) == order && pixel < 1681; pixel++)
                    {
                        scale = Math.Max(scale, Math.Abs(exact[c, 0, pixel]));
                        error = Math.Max(error, Math.Abs(single[c, 0, pixel] - exact[c, 0, pixel]));
                    }
                }

                error.Should().BeLessThan(1e-6 * scale, $"order {order}, pose {k}");
            }
        }
    }

    [Fact]
    public void Render_OnManyThreads_GivesTheSameBits()
    {
        var poses = Enumerable.Range(0, 24).Select(Drawn).ToArray();
        var alone = poses.Select(pose => Rendered<float>(pose, 2).Data.ToArray()).ToArray();
        var together = new float[poses.Length][];
        Parallel.For(0, poses.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, k =>
            together[k] = Rendered<float>(poses[poses.Length - 1 - k], 2).Data.ToArray());
        for (int k = 0; k < poses.Length; k++)
        {
            together[poses.Length - 1 - k].Should().Equal(alone[k]);
        }
    }

    [Fact]
    public void Render_AfterTheFirstImages_AllocatesNothing()
    {
        foreach (int order in new[] { 0, 1, 2 })
        {
            var image = new JetBatch<float>(JetLayout.Full(6, order), 1, 1681);
            var vertices = new JetBatch<float>(image.Layout, 1, 24);
            for (int k = 0; k < 50; k++)
            {
                Renderer.Render<float>(Drawn(k), image, vertices);
            }

            // The runtime may allocate once on a busy machine, when it replaces code by better code; the renderer would each time.
            long least = long.MaxValue;
            for (int round = 0; round < 3; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int k = 0; k < 50; k++)
                {
                    Renderer.Render<float>(Drawn(k), image, vertices);
                }

                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            least.Should().Be(0);
        }
    }

    [Fact]
    public void Render_ChosenVertices_AreThoseOfAll()
    {
        var layout = JetLayout.Full(6, 2);
        var image = new JetBatch<double>(layout, 1, 1681);
        var all = new JetBatch<double>(layout, 1, 24);
        var some = new JetBatch<double>(layout, 1, 6);
        Renderer.Render<double>(Drawn(5), image, all);
        Renderer.Render<double>(Drawn(5), image, [6, 1], some);
        for (int c = 0; c < layout.Count; c++)
        {
            some.Row(c, 0).ToArray().Should().Equal([.. all.Row(c, 0)[18..21], .. all.Row(c, 0)[3..6]]);
        }
    }

    [Fact]
    public void CubeRenderer_BadInput_IsRefusedWithTheReason()
    {
        var image = new JetBatch<float>(JetLayout.Full(6, 1), 1, 1681);
        Refused(() => Renderer.Render<float>(Drawn(0), new JetBatch<float>(JetLayout.Full(5, 1), 1, 1681)), "*5 tangents*");
        Refused(() => Renderer.Render<float>(Drawn(0), new JetBatch<float>(JetLayout.Full(6, 1), 1, 1680)), "*41 · 41 = 1681 pixels*");
        Refused(() => Renderer.Render<float>(Drawn(0), new JetBatch<float>(JetLayout.Full(6, 1), 2, 1681)), "*2 samples*");
        Refused(() => Renderer.Render<float>(Drawn(0), image, new JetBatch<float>(JetLayout.Full(3, 2), 1, 24)), "*3 tangents*");
        Refused(() => Renderer.Render<float>(Drawn(0), image, new JetBatch<float>(JetLayout.Full(6, 1), 1, 23)), "*24 features*");
        Refused(() => Renderer.Render<float>(Drawn(0), image, [8], new JetBatch<float>(JetLayout.Full(6, 1), 1, 3)), "*Vertex 8 does not exist*");
        Refused(
            () => Renderer.Render<float>(new Pose(new Vector3D(0, 0, 1), 0, new Vector3D(0, 0, 4.9)), image),
            "*not in front of the camera at z = 5*");
        Bad(new CubeRendererOptions { Rows = 1 }, "*at least 2 rows*");
        Bad(new CubeRendererOptions { Columns = 0 }, "*at least 2 columns*");
        Bad(new CubeRendererOptions { Sigma = -0.1 }, "*σ must be finite and positive*");
        Bad(new CubeRendererOptions { FocalLength = double.NaN }, "*FocalLength is NaN*");
        Bad(new CubeRendererOptions { CameraDistance = 0.3 }, "*must be above 0.346*");
        Bad(new CubeRendererOptions { HalfEdge = 0 }, "*HalfEdge is 0*");
        Bad(new CubeRendererOptions { HalfWidth = double.PositiveInfinity }, "*HalfWidth*");
        Bad(new CubeRendererOptions { Intensities = [1, 2] }, "*6 intensities, not 2*");
        Bad(new CubeRendererOptions { Intensities = [1, 2, 3, 4, 5, double.NaN] }, "*not finite*");
        Bad(new CubeRendererOptions { Background = double.NaN }, "*background must be finite*");
    }

    private static void Bad(CubeRendererOptions options, string message) => Refused(() => _ = new CubeRenderer(options), message);

    private static void Refused(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);

    private static Pose Drawn(int index)
    {
        var stream = new RandomStream(17, (ulong)index);
        return Pose.Draw(ref stream, PoseRange.Default);
    }

    private static JetBatch<T> Rendered<T>(Pose pose, int order)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var image = new JetBatch<T>(JetLayout.Full(6, order), 1, 1681);
        Renderer.Render<T>(pose, image);
        return image;
    }
}
