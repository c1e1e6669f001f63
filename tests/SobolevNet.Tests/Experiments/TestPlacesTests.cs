using SobolevNet.Experiments.Cube;
using SobolevNet.Experiments.CubeImages;
using SobolevNet.Rendering;

namespace SobolevNet.Tests.Experiments;

public class TestPlacesTests
{
    private static readonly CubeRenderer Renderer = new(new CubeRendererOptions { Rows = 11, Columns = 11, Sigma = 0.12 });
    private static readonly PoseRange Range = new(0.3, 0.2);
    private static readonly CubeSource Training = new(Renderer, 1, 9, seed: 5, range: Range);
    private static readonly CubeSource Test = new(Renderer, 0, 42, seed: 6, range: Range);

    [Fact]
    public void Rows_OfTestImages_AreQuartersByTheDistancesOfTheirDefinition()
    {
        double[] errors = [.. Enumerable.Range(0, Test.Count).Select(k => 1.0 + (k * 29 % 42))];

        var rows = TestPlaces.Of(Test, Training, default).Rows(errors);

        var poses = Enumerable.Range(0, Test.Count).Select(k => Test.PoseOf(k)).ToArray();
        rows[0].Should().BeEquivalentTo(new { Distance = TestPlaces.Edge, rows[1].From, rows[4].To, Images = 42, MedianPercent = 21.5 });
        rows[0].ErrorPercent.Should().BeApproximately(Math.Sqrt(errors.Average(error => error * error)), 1e-12);
        Expect(TestPlaces.Edge, rows.Skip(1).Take(4), [.. poses.Select(FromEdge)], errors);
        Expect(TestPlaces.Neighbor, rows.Skip(5), [.. poses.Select(FromNeighbor)], errors);
    }

    [Fact]
    public void Rows_NewTrainingImagesInEveryEpoch_HaveNoNeighbors()
    {
        var endless = new CubeSource(Renderer, 1, 9, seed: 5, isEndless: true, Range);
        TestPlaces.Of(Test, endless, default).Rows(new double[Test.Count]).Select(row => row.Distance).Should().HaveCount(5).And.AllBe(TestPlaces.Edge);
    }

    [Fact]
    public void Rows_FewerImagesThanParts_LeavesEmptyPartsOut()
    {
        var few = new CubeSource(Renderer, 0, 2, seed: 6, range: Range);
        var rows = TestPlaces.Of(few, Training, default).Rows([3, 4]);
        rows.Select(row => row.Images).Should().Equal(2, 1, 1, 1, 1);
        rows.Skip(1).Take(2).Select(row => row.ErrorPercent).Should().BeEquivalentTo([3.0, 4.0]);
    }

    [Fact]
    public void VertexErrors_OfANetwork_HaveTheErrorOfTheEvaluationAsRootMeanSquare()
    {
        var network = Mlp<float>.Create(Test.InputFeatures, [5], Test.OutputFeatures, seed: 1);

        double[] errors = CubeTargets.VertexErrors(network, Test, default);

        double rms = Math.Sqrt(errors.Average(error => error * error)) / CubeTargets.VertexDeviation(Test, default);
        rms.Should().BeApproximately(Evaluation.Of(network, Test, balanced: false).NormalizedRmse, 1e-6);
        errors.Distinct().Should().HaveCount(Test.Count);
    }

    private static void Expect(string name, IEnumerable<PlaceRow> rows, double[] distances, double[] errors)
    {
        int[] order = [.. Enumerable.Range(0, distances.Length).OrderBy(k => distances[k])];
        rows.Should().HaveCount(4).And.OnlyContain(row => row.Distance == name);
        rows.Select(row => row.Images).Should().Equal(10, 11, 10, 11);
        int from = 0;
        foreach (var row in rows)
        {
            double[] inside = [.. order[from..(from + row.Images)].Select(k => errors[k]).Order()];
            row.From.Should().BeApproximately(distances[order[from]], 1e-12);
            row.To.Should().BeApproximately(distances[order[from + row.Images - 1]], 1e-12);
            row.ErrorPercent.Should().BeApproximately(Math.Sqrt(inside.Sum(error => error * error) / row.Images), 1e-12);
            row.MedianPercent.Should().Be(row.Images == 11 ? inside[5] : (inside[4] + inside[5]) / 2);
            from += row.Images;
        }
    }

    private static double FromEdge(Pose pose)
    {
        double[] shares = [pose.Angle / 0.3, pose.Translation.X / 0.2, pose.Translation.Y / 0.2, pose.Translation.Z / 0.2];
        return 1 - shares.Max(Math.Abs);
    }

    /// <summary>By the eight vertices themselves.</summary>
    private static double FromNeighbor(Pose pose)
    {
        double h = Renderer.Options.HalfEdge;
        return Enumerable.Range(0, Training.Count).Min(k =>
        {
            double square = 0;
            for (int vertex = 0; vertex < 8; vertex++)
            {
                var corner = new Vector3D((vertex & 1) == 0 ? h : -h, (vertex & 2) == 0 ? h : -h, (vertex & 4) == 0 ? h : -h);
                double length = (pose.Transform(corner) - Training.PoseOf(k).Transform(corner)).Length;
                square += length * length / 8;
            }

            return Math.Sqrt(square) / 0.12;
        });
    }
}
