namespace SobolevNet.Rendering;

/// <summary>What a <see cref="CubeRenderer"/> draws and how. The defaults are the paper's cube and image.</summary>
public sealed class CubeRendererOptions
{
    /// <summary>Rows of the image, at least 2.</summary>
    public int Rows { get; init; } = 41;

    /// <summary>Columns of the image, at least 2.</summary>
    public int Columns { get; init; } = 41;

    /// <summary>The image spans u from −HalfWidth to HalfWidth, centers of the outer columns.</summary>
    public double HalfWidth { get; init; } = 1;

    /// <summary>The image spans v from −HalfHeight to HalfHeight, centers of the outer rows.</summary>
    public double HalfHeight { get; init; } = 1;

    /// <summary>Standard deviation of the Gaussian that smooths the image, in units of the image plane.</summary>
    public double Sigma { get; init; } = 0.03;

    /// <summary>Focal length f: u = f·X/(Z − d), v = f·Y/(Z − d).</summary>
    public double FocalLength { get; init; } = 5;

    /// <summary>The camera is at (0, 0, d) and looks along −z.</summary>
    public double CameraDistance { get; init; } = 5;

    /// <summary>Half the length of an edge of the cube.</summary>
    public double HalfEdge { get; init; } = 0.2;

    /// <summary>Intensities of faces 1 to 6 (+x, −x, −z, +z, −y, +y).</summary>
    public IReadOnlyList<double> Intensities { get; init; } = [1 / 6.0, 2 / 6.0, 3 / 6.0, 4 / 6.0, 5 / 6.0, 1];

    /// <summary>Intensity of the background.</summary>
    public double Background { get; init; }
}
