namespace SobolevNet.Rendering;

/// <summary>Perspective projection of jets.</summary>
internal static class PinholeProjection
{
    /// <summary>The largest coordinate in the image plane; products of two do not overflow.</summary>
    private const double Farthest = 1e150;

    /// <summary>Projects jets of points: u = f·X/W, v = f·Y/W with W = Z − d.</summary>
    /// <remarks>
    /// Differentiating u·W = f·X: uᵢ = (f·Xᵢ − u Zᵢ)/W and uᵢⱼ = (f·Xᵢⱼ − u Zᵢⱼ − uᵢ Zⱼ − uⱼ Zᵢ)/W.
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
        int points = space.Features / 3;
        var position = space.Row(0, 0);
        var values = plane.Row(0, 0);
        for (int point = 0; point < points; point++)
        {
            double depth = position[(3 * point) + 2] - cameraDistance;
            if (!(depth < 0 && double.IsFinite(depth)))
            {
                throw new ArgumentException(
                    $"Vertex {point} is at z = {position[(3 * point) + 2]}, not in front of the camera at z = {cameraDistance} " +
                    $"(translation {pose.Translation}).",
                    nameof(pose));
            }

            double scale = focalLength / depth;
            double u = scale * position[3 * point];
            double v = scale * position[(3 * point) + 1];
            if (!(Math.Abs(u) <= Farthest && Math.Abs(v) <= Farthest))
            {
                throw new ArgumentException(
                    $"Vertex {point} is seen at ({u}, {v}), further than {Farthest} from the image (translation {pose.Translation}).",
                    nameof(pose));
            }

            (values[2 * point], values[(2 * point) + 1]) = (u, v);
        }

        for (int k = 1; k <= layout.Firsts.Length; k++)
        {
            var derivative = space.Row(k, 0);
            var result = plane.Row(k, 0);
            for (int point = 0; point < points; point++)
            {
                int from = 3 * point;
                int to = 2 * point;
                double inverse = 1 / (position[from + 2] - cameraDistance);
                result[to] = inverse * ((focalLength * derivative[from]) - (values[to] * derivative[from + 2]));
                result[to + 1] = inverse * ((focalLength * derivative[from + 1]) - (values[to + 1] * derivative[from + 2]));
            }
        }

        for (int k = 0; k < layout.Seconds.Length; k++)
        {
            var second = layout.Seconds[k];
            var derivative = space.Row(1 + layout.Firsts.Length + k, 0);
            var result = plane.Row(1 + layout.Firsts.Length + k, 0);
            var spaceI = space.Row(second.FirstI, 0);
            var spaceJ = space.Row(second.FirstJ, 0);
            var planeI = plane.Row(second.FirstI, 0);
            var planeJ = plane.Row(second.FirstJ, 0);
            for (int point = 0; point < points; point++)
            {
                int from = 3 * point;
                int to = 2 * point;
                double inverse = 1 / (position[from + 2] - cameraDistance);
                var (z, zi, zj) = (derivative[from + 2], spaceI[from + 2], spaceJ[from + 2]);
                result[to] = inverse * ((focalLength * derivative[from])
                    - (values[to] * z) - (planeI[to] * zj) - (planeJ[to] * zi));
                result[to + 1] = inverse * ((focalLength * derivative[from + 1])
                    - (values[to + 1] * z) - (planeI[to + 1] * zj) - (planeJ[to + 1] * zi));
            }
        }
    }
}
