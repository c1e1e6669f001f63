using System.Text.Json;
using SobolevNet.Rendering;

namespace SobolevNet.Tests.Rendering;

/// <summary>
/// A pose of the default cube with its image and derivatives, computed elsewhere by area quadrature and Richardson
/// differences, without any closed form. Errors: image 2e-15, first derivatives 2e-12, second ones 2e-9.
/// </summary>
internal sealed class CubeReferencePose
{
    private readonly JsonElement _element;

    private CubeReferencePose(JsonElement element) => _element = element;

    public static IReadOnlyList<CubeReferencePose> All { get; } = Load();

    public string Name => _element.GetProperty("name").GetString()!;

    public Pose Pose => new(
        Vector(_element.GetProperty("axis")), _element.GetProperty("angle").GetDouble(), Vector(_element.GetProperty("translation")));

    public int[] VisibleFaces => [.. _element.GetProperty("visible_faces").EnumerateArray().Select(face => face.GetInt32())];

    /// <summary>Shape (rows, columns).</summary>
    public double[][] Image => [.. _element.GetProperty("image").EnumerateArray().Select(Numbers)];

    /// <summary>Some pixels with their six first and 21 second derivatives.</summary>
    public IEnumerable<(int Row, int Column, double Value, double[] First, double[] Second)> Pixels =>
        _element.GetProperty("pixels").EnumerateArray().Select(pixel => (
            pixel.GetProperty("row").GetInt32(),
            pixel.GetProperty("col").GetInt32(),
            pixel.GetProperty("value").GetDouble(),
            Numbers(pixel.GetProperty("first")),
            Numbers(pixel.GetProperty("second"))));

    public Vector3D[] Vertices => [.. _element.GetProperty("vertices").EnumerateArray().Select(Vector)];

    public double[][] Projected => [.. _element.GetProperty("projected").EnumerateArray().Select(Numbers)];

    /// <summary>Shape (vertices, tangents).</summary>
    public Vector3D[][] VertexFirst => Vectors("vertex_first");

    /// <summary>Shape (vertices, pairs).</summary>
    public Vector3D[][] VertexSecond => Vectors("vertex_second");

    private static CubeReferencePose[] Load()
    {
        using var stream = typeof(CubeReferencePose).Assembly.GetManifestResourceStream("cube-poses.json")!;
        var root = JsonDocument.Parse(stream).RootElement;
        return [.. root.GetProperty("poses").EnumerateArray().Select(pose => new CubeReferencePose(pose))];
    }

    private static Vector3D Vector(JsonElement element)
    {
        double[] numbers = Numbers(element);
        return new Vector3D(numbers[0], numbers[1], numbers[2]);
    }

    private static double[] Numbers(JsonElement element) => [.. element.EnumerateArray().Select(number => number.GetDouble())];

    private Vector3D[][] Vectors(string name) =>
        [.. _element.GetProperty(name).EnumerateArray().Select(row => row.EnumerateArray().Select(Vector).ToArray())];
}
