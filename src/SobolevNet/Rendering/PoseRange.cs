namespace SobolevNet.Rendering;

/// <summary>The poses that are drawn at random: how far the body is rotated and translated from its base pose.</summary>
/// <remarks>
/// The axis is uniform on the sphere, the angle uniform in ±<see cref="MaximalAngle"/> unless <see cref="AngleExponent"/> says otherwise,
/// and each component of the translation uniform in ±<see cref="MaximalTranslation"/>. The default range is that of the paper's data set;
/// everywhere in it the same three faces of the cube are visible, which keeps the image a smooth function of the pose.
/// </remarks>
public sealed class PoseRange
{
    /// <summary>Makes a range.</summary>
    /// <param name="maximalAngle">Radians, in [0, π].</param>
    /// <param name="maximalTranslation">Units of space, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is negative, too large or not finite.</exception>
    public PoseRange(double maximalAngle = Math.PI / 8, double maximalTranslation = 0.52)
    {
        if (!(maximalAngle is >= 0 and <= Math.PI))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maximalAngle), maximalAngle, "The largest angle of a pose range is in [0, π] radians.");
        }

        if (!(maximalTranslation >= 0 && double.IsFinite(maximalTranslation)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maximalTranslation), maximalTranslation, "The largest translation of a pose range is finite and at least 0.");
        }

        MaximalAngle = maximalAngle;
        MaximalTranslation = maximalTranslation;
    }

    /// <summary>The default range: ±π/8 radians, ±0.52.</summary>
    public static PoseRange Default { get; } = new();

    /// <summary>Bound of the angle in radians.</summary>
    public double MaximalAngle { get; }

    /// <summary>Bound of each component of the translation.</summary>
    public double MaximalTranslation { get; }

    /// <summary>
    /// The density of the angle's size is proportional to its power with this exponent; finite and at least 0. With 0, the default, the
    /// angle is uniform, so each of the many large rotations is rare and learned worst; 2 spreads rotations
    /// about evenly (as long as they are small).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double AngleExponent
    {
        get;
        init => field = value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(AngleExponent), value, "The exponent of the angle's density is finite and at least 0.");
    }

    /// <summary>The root mean square of an angle that is drawn, in radians.</summary>
    internal double AngleDeviation => MaximalAngle * Math.Sqrt((1 + AngleExponent) / (3 + AngleExponent));

    /// <summary>Draws an angle.</summary>
    /// <param name="stream">Where the number comes from; it is advanced.</param>
    /// <returns>Radians.</returns>
    internal double DrawAngle(ref RandomStream stream)
    {
        double angle = stream.NextUniform(-MaximalAngle, MaximalAngle);
        return AngleExponent == 0 || angle == 0
            ? angle
            : Math.CopySign(MaximalAngle * Math.Pow(Math.Abs(angle) / MaximalAngle, 1 / (1 + AngleExponent)), angle);
    }
}
