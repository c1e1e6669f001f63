namespace SobolevNet.Rendering;

/// <summary>Perspective projection of jets.</summary>
internal static class PinholeProjection
{
    /// <summary>Projects jets of points: u = f·X/W, v = f·Y/W with W = Z − d.</summary>
    /// <remarks>
    /// Differentiating x·W = X: xᵢ = (Xᵢ − x Zᵢ)/W and xᵢⱼ = (Xᵢⱼ − x Zᵢⱼ − xᵢ Zⱼ − xⱼ Zᵢ)/W.
    /// </remarks>
    /// <param name="space">Shape (components, 1, 3·points): X Y Z of each.</param>
    /// <param name="focalLength">f.</param>
    /// <param name="cameraDistance">d.</param>
    /// <param name="plane">Shape (components, 1, 2·points) with the same layout: u v of each; written.</param>
    /// <param name="pose">Named in the message if a point is not in front of the camera.</param>
    /// <exception cref="ArgumentException">A point is not in front of the camera.</exception>
    public static void Project(
        JetSpan<double> space, double focalLength, double cameraDistance, JetSpan<double> plane, Pose pose)
    {
        var layout = space.Layout;
        var position = space.Row(0, 0);
        for (int point = 0; point < space.Features / 3; point++)
        {
            int from = 3 * point;
            int to = 2 * point;
            double depth = position[from + 2] - cameraDistance;
            if (!(depth < 0))
            {
                throw new ArgumentException(
                    $"Vertex {point} is at z = {position[from + 2]}, not in front of the camera at z = {cameraDistance} " +
                    $"(translation {pose.Translation}).",
                    nameof(pose));
            }

            double inverse = 1 / depth;
            double x = position[from] * inverse;
            double y = position[from + 1] * inverse;
            var values = plane.Row(0, 0);
            values[to] = focalLength * x;
            values[to + 1] = focalLength * y;
            double scale = focalLength * inverse;
            for (int k = 1; k <= layout.Firsts.Length; k++)
            {
                var derivative = space.Row(k, 0);
                var result = plane.Row(k, 0);
                result[to] = scale * (derivative[from] - (x * derivative[from + 2]));
                result[to + 1] = scale * (derivative[from + 1] - (y * derivative[from + 2]));
            }

            for (int k = 0; k < layout.Seconds.Length; k++)
            {
                var second = layout.Seconds[k];
                int component = 1 + layout.Firsts.Length + k;
                var derivative = space.Row(component, 0);
                var result = plane.Row(component, 0);
                double zi = space.Row(second.FirstI, 0)[from + 2];
                double zj = space.Row(second.FirstJ, 0)[from + 2];
                var ui = plane.Row(second.FirstI, 0);
                var uj = plane.Row(second.FirstJ, 0);
                double z = derivative[from + 2];
                result[to] = (scale * (derivative[from] - (x * z))) - (inverse * ((ui[to] * zj) + (uj[to] * zi)));
                result[to + 1] = (scale * (derivative[from + 1] - (y * z)))
                    - (inverse * ((ui[to + 1] * zj) + (uj[to + 1] * zi)));
            }
        }
    }
}
