namespace SobolevNet.Experiments.Render;

/// <summary>report.json of a rendering.</summary>
internal sealed record RenderReport
{
    public string Experiment { get; init; } = "render";

    public required double[] Translation { get; init; }

    /// <summary>The axis, scaled to length 1.</summary>
    public required double[] Axis { get; init; }

    /// <summary>Radians.</summary>
    public required double Angle { get; init; }

    public required int Order { get; init; }

    public required int ImageSize { get; init; }

    public required double Sigma { get; init; }

    public required double FocalLength { get; init; }

    public required double CameraDistance { get; init; }

    /// <summary>Numbers of the visible faces, 1 to 6.</summary>
    public required int[] VisibleFaces { get; init; }

    /// <summary>The components of the arrays, in their order.</summary>
    public required string[] Components { get; init; }

    /// <summary>The largest magnitude of each component of the image.</summary>
    public required double[] LargestMagnitudes { get; init; }

    public required int[] JetShape { get; init; }

    public required int[] VerticesShape { get; init; }

    /// <summary>Positions of the eight vertices.</summary>
    public required double[][] Vertices { get; init; }
}
