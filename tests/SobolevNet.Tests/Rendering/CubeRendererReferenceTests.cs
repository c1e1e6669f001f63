using SobolevNet.Rendering;

namespace SobolevNet.Tests.Rendering;

/// <summary>The renderer against images and derivatives computed elsewhere.</summary>
public sealed class CubeRendererReferenceTests
{
    public static TheoryData<string> Poses => [.. CubeReferencePose.All.Select(pose => pose.Name)];

    [Theory]
    [MemberData(nameof(Poses))]
    public void Render_ReferencePose_MatchesEveryPixel(string name)
    {
        var reference = Named(name);
        var image = Render(reference).Image;
        double[][] expected = reference.Image;
        for (int i = 0; i < 41; i++)
        {
            for (int j = 0; j < 41; j++)
            {
                image[0, 0, (41 * i) + j].Should().BeApproximately(expected[i][j], 1e-14, $"pixel ({i}, {j})");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Poses))]
    public void Render_ReferencePose_MatchesDerivatives(string name)
    {
        var reference = Named(name);
        var image = Render(reference).Image;
        foreach (var (row, column, value, first, second) in reference.Pixels)
        {
            int pixel = (41 * row) + column;
            image[0, 0, pixel].Should().BeApproximately(value, 1e-14);
            for (int k = 0; k < 6; k++)
            {
                image[1 + k, 0, pixel].Should().BeApproximately(first[k], 5e-12, $"∂{k} of pixel ({row}, {column})");
            }

            for (int k = 0; k < 21; k++)
            {
                image[7 + k, 0, pixel].Should().BeApproximately(
                    second[k], 5e-9, $"{image.Layout.NameOf(7 + k)} of pixel ({row}, {column})");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Poses))]
    public void Render_ReferencePose_MatchesVerticesAndTheirDerivatives(string name)
    {
        var reference = Named(name);
        var vertices = Render(reference).Vertices;
        for (int vertex = 0; vertex < 8; vertex++)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                int feature = (3 * vertex) + axis;
                vertices[0, 0, feature].Should().BeApproximately(reference.Vertices[vertex][axis], 1e-15);
                for (int k = 0; k < 6; k++)
                {
                    vertices[1 + k, 0, feature].Should().BeApproximately(
                        reference.VertexFirst[vertex][k][axis], 1e-11, $"∂{k} of vertex {vertex}, axis {axis}");
                }

                for (int k = 0; k < 21; k++)
                {
                    vertices[7 + k, 0, feature].Should().BeApproximately(
                        reference.VertexSecond[vertex][k][axis],
                        5e-9,
                        $"{vertices.Layout.NameOf(7 + k)} of vertex {vertex}, axis {axis}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Poses))]
    public void VisibleFacesAndProjection_ReferencePose_Match(string name)
    {
        var reference = Named(name);
        var renderer = new CubeRenderer();
        renderer.VisibleFaces(reference.Pose).Should().Equal(reference.VisibleFaces);
        var vertices = renderer.Vertices(reference.Pose);
        for (int vertex = 0; vertex < 8; vertex++)
        {
            var (u, v) = renderer.Project(vertices[vertex]);
            u.Should().BeApproximately(reference.Projected[vertex][0], 1e-15);
            v.Should().BeApproximately(reference.Projected[vertex][1], 1e-15);
        }
    }

    private static CubeReferencePose Named(string name) => CubeReferencePose.All.Single(pose => pose.Name == name);

    private static (JetBatch<double> Image, JetBatch<double> Vertices) Render(CubeReferencePose reference)
    {
        var layout = JetLayout.Full(6, 2);
        var image = new JetBatch<double>(layout, 1, 41 * 41);
        var vertices = new JetBatch<double>(layout, 1, 24);
        new CubeRenderer().Render<double>(reference.Pose, image, vertices);
        return (image, vertices);
    }
}
