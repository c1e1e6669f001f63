using SobolevNet.Rendering;

namespace SobolevNet.Experiments.CubeImages;

/// <summary>Ranges of poses, and how densely images fill them.</summary>
internal static class CubePoses
{
    /// <summary>A part of the default range: both bounds times a factor.</summary>
    public static PoseRange Part(double factor) => new(PoseRange.Default.MaximalAngle * factor, PoseRange.Default.MaximalTranslation * factor);

    /// <summary>How many times larger the default range is: the ratio of volumes in the six degrees of freedom, whose angles are small.</summary>
    public static double TimesSmaller(PoseRange range) =>
        Math.Pow(PoseRange.Default.MaximalAngle / range.MaximalAngle * (PoseRange.Default.MaximalTranslation / range.MaximalTranslation), 3);

    /// <summary>
    /// The distance between neighboring images in units of the edges' width: the sixth root of the volume that an image has to itself, where
    /// degrees of freedom are measured by how far they move the cube's vertices.
    /// </summary>
    /// <param name="range">Where the poses are.</param>
    /// <param name="renderer">Gives the width of the edges and the size of the cube.</param>
    /// <param name="images">The number of images.</param>
    public static double Spacing(PoseRange range, CubeRendererOptions renderer, int images)
    {
        double radius = Math.Sqrt(3) * renderer.HalfEdge;
        double volume = Math.Pow(2 * range.MaximalTranslation, 3) * (4 * Math.PI / 3) * Math.Pow(radius * range.MaximalAngle, 3);
        return Math.Pow(volume / images, 1.0 / 6) / renderer.Sigma;
    }
}
