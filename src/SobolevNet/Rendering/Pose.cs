namespace SobolevNet.Rendering;

/// <summary>Where a rigid body is: rotated by an angle about an axis through the origin, then translated.</summary>
/// <remarks>
/// <para>A point x goes to Rot(axis, angle)·x + translation; Rot is right-handed. The default value is the identity.</para>
/// <para>
/// Derivatives are taken in a local chart with six coordinates, in the order tx ty tz rx ry rz: the pose at (τ, ω) has the rotation
/// exp([ω]×)·Rot(axis, angle) and the translation plus τ. <see cref="Retract"/> applies the chart and
/// <see cref="LocalCoordinates"/> inverts it.
/// </para>
/// </remarks>
public readonly struct Pose
{
    /// <summary>Coordinates of the local chart: three of translation, three of rotation.</summary>
    public const int DegreesOfFreedom = 6;

    /// <summary>Makes a pose.</summary>
    /// <param name="axis">The axis of rotation; scaled to length 1. Not zero.</param>
    /// <param name="angle">Radians.</param>
    /// <param name="translation">Units of space.</param>
    /// <exception cref="ArgumentException">An argument is not finite, or the axis is zero.</exception>
    public Pose(Vector3D axis, double angle, Vector3D translation)
    {
        // Scaling by the largest component first keeps the squares in range whatever the axis' length.
        double largest = Math.Max(Math.Abs(axis.X), Math.Max(Math.Abs(axis.Y), Math.Abs(axis.Z)));
        if (!axis.IsFinite || largest == 0)
        {
            throw new ArgumentException($"The axis {axis} has no direction; it must be finite and not zero.", nameof(axis));
        }

        if (!double.IsFinite(angle))
        {
            throw new ArgumentException($"The angle {angle} is not finite.", nameof(angle));
        }

        if (!translation.IsFinite)
        {
            throw new ArgumentException($"The translation {translation} is not finite.", nameof(translation));
        }

        var scaled = new Vector3D(axis.X / largest, axis.Y / largest, axis.Z / largest);
        Axis = (1 / scaled.Length) * scaled;
        Angle = angle;
        Translation = translation;
    }

    /// <summary>No rotation, no translation.</summary>
    public static Pose Identity => default;

    /// <summary>The axis of rotation, of length 1 (zero in the default value, whose angle is 0).</summary>
    public Vector3D Axis { get; }

    /// <summary>The angle of rotation in radians.</summary>
    public double Angle { get; }

    /// <summary>The translation.</summary>
    public Vector3D Translation { get; }

    /// <summary>Draws a pose at random.</summary>
    /// <param name="stream">Where the numbers come from; it is advanced.</param>
    /// <param name="range">The range of poses.</param>
    /// <returns>The pose.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="range"/> is null.</exception>
    public static Pose Draw(ref RandomStream stream, PoseRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        Span<double> axis = stackalloc double[3];
        stream.NextUnitVector(axis);
        double angle = range.DrawAngle(ref stream);
        double bound = range.MaximalTranslation;
        double x = stream.NextUniform(-bound, bound);
        double y = stream.NextUniform(-bound, bound);
        double z = stream.NextUniform(-bound, bound);
        return new Pose(new Vector3D(axis[0], axis[1], axis[2]), angle, new Vector3D(x, y, z));
    }

    /// <summary>Applies the pose's rotation alone to a vector (Rodrigues' formula).</summary>
    /// <param name="vector">A vector.</param>
    /// <returns>Rot(axis, angle)·vector.</returns>
    public Vector3D Rotate(Vector3D vector)
    {
        // 1 − cos θ as 2 sin²(θ/2), which does not cancel at small angles.
        double half = Math.Sin(0.5 * Angle);
        Vector3D across = Axis.Cross(vector);
        return vector + (Math.Sin(Angle) * across) + (2 * half * half * Axis.Cross(across));
    }

    /// <summary>Where a point goes.</summary>
    /// <param name="point">A point.</param>
    /// <returns>Rot(axis, angle)·point + translation.</returns>
    public Vector3D Transform(Vector3D point) => Rotate(point) + Translation;

    /// <summary>This pose after another: the result moves x to this(first(x)).</summary>
    /// <param name="first">The pose applied first.</param>
    /// <returns>The composition; its angle is in [0, π].</returns>
    /// <exception cref="ArgumentException">The translation would exceed the range of double.</exception>
    public Pose Compose(Pose first)
    {
        Vector3D translation = Rotate(first.Translation) + Translation;
        return translation.IsFinite
            ? Rotated(this, first, translation)
            : throw new ArgumentException(
                $"The translations {first.Translation} and {Translation} together exceed the range of double.", nameof(first));
    }

    /// <summary>The inverse pose.</summary>
    /// <returns>The inverse.</returns>
    public Pose Inverse()
    {
        Pose back = InverseRotation();
        return new Pose(back.Axis, -Angle, -back.Rotate(Translation));
    }

    /// <summary>The pose at coordinates (τ, ω) of this pose's local chart.</summary>
    /// <param name="delta">Six numbers: τx τy τz in units of space, ωx ωy ωz in radians.</param>
    /// <returns>The pose with the rotation exp([ω]×)·Rot(axis, angle) and the translation <see cref="Translation"/> + τ.</returns>
    /// <exception cref="ArgumentException">There are not six finite numbers, or they lead further than numbers reach.</exception>
    public Pose Retract(ReadOnlySpan<double> delta)
    {
        if (delta.Length != DegreesOfFreedom)
        {
            throw new ArgumentException(
                $"A step has {DegreesOfFreedom} coordinates (tx ty tz rx ry rz), not {delta.Length}.", nameof(delta));
        }

        var tau = new Vector3D(delta[0], delta[1], delta[2]);
        var omega = new Vector3D(delta[3], delta[4], delta[5]);
        if (!tau.IsFinite || !double.IsFinite(omega.Length) || !(Translation + tau).IsFinite)
        {
            throw new ArgumentException($"The step ({tau}, {omega}) is not finite, or leads too far from {Translation}.", nameof(delta));
        }

        double angle = omega.Length;
        Pose rotation = angle == 0 ? default : new Pose(omega, angle, default);
        return Rotated(rotation, this, Translation + tau);
    }

    /// <summary>The coordinates of another pose in this pose's local chart: the inverse of <see cref="Retract"/>.</summary>
    /// <param name="other">The other pose.</param>
    /// <param name="delta">Six numbers, written: τ, then ω with |ω| ≤ π.</param>
    /// <exception cref="ArgumentException">
    /// There is not room for exactly six numbers, or the translations are further apart than the range of double.
    /// </exception>
    public void LocalCoordinates(Pose other, Span<double> delta)
    {
        if (delta.Length != DegreesOfFreedom)
        {
            throw new ArgumentException(
                $"A step has {DegreesOfFreedom} coordinates (tx ty tz rx ry rz), not {delta.Length}.", nameof(delta));
        }

        Vector3D tau = other.Translation - Translation;
        if (!tau.IsFinite)
        {
            throw new ArgumentException(
                $"The translations {other.Translation} and {Translation} are further apart than the range of double.", nameof(other));
        }

        Pose rotation = Rotated(other, InverseRotation(), default);
        for (int k = 0; k < 3; k++)
        {
            delta[k] = tau[k];
            delta[3 + k] = rotation.Angle * rotation.Axis[k];
        }
    }

    /// <summary>The inverse of the rotation alone; the default value, which has no axis, gets one.</summary>
    private Pose InverseRotation() => new(Axis.Length == 0 ? new Vector3D(0, 0, 1) : Axis, -Angle, default);

    /// <summary>The rotation of <paramref name="second"/> after that of <paramref name="first"/>, by unit quaternions.</summary>
    private static Pose Rotated(Pose second, Pose first, Vector3D translation)
    {
        var (sine2, w2) = Math.SinCos(0.5 * second.Angle);
        var (sine1, w1) = Math.SinCos(0.5 * first.Angle);
        Vector3D v2 = sine2 * second.Axis;
        Vector3D v1 = sine1 * first.Axis;
        double w = (w2 * w1) - v2.Dot(v1);
        Vector3D v = (w2 * v1) + (w1 * v2) + v2.Cross(v1);
        if (w < 0)
        {
            (w, v) = (-w, -v);
        }

        double length = v.Length;
        return length == 0
            ? new Pose(new Vector3D(0, 0, 1), 0, translation)
            : new Pose(v, 2 * Math.Atan2(length, w), translation);
    }
}
