using System.Globalization;

namespace SobolevNet.Rendering;

/// <summary>A vector in space; right-handed coordinates, the camera looks along −z.</summary>
/// <remarks>Poses and points of the renderer are in double precision; <see cref="System.Numerics.Vector3"/> has single precision.</remarks>
public readonly struct Vector3D
{
    /// <summary>Makes a vector.</summary>
    /// <param name="x">The component to the right.</param>
    /// <param name="y">The component upward.</param>
    /// <param name="z">The component towards the camera.</param>
    public Vector3D(double x, double y, double z) => (X, Y, Z) = (x, y, z);

    /// <summary>The component to the right.</summary>
    public double X { get; }

    /// <summary>The component upward.</summary>
    public double Y { get; }

    /// <summary>The component towards the camera.</summary>
    public double Z { get; }

    /// <summary>The Euclidean length.</summary>
    public double Length
    {
        get
        {
            double square = Dot(this);
            if (square is > 1e-280 and < 1e300)
            {
                return Math.Sqrt(square);
            }

            // The squares leave the range of double: scaled by the largest component they do not.
            double largest = Math.Max(Math.Abs(X), Math.Max(Math.Abs(Y), Math.Abs(Z)));
            if (largest == 0 || !double.IsFinite(largest))
            {
                return largest;
            }

            var scaled = new Vector3D(X / largest, Y / largest, Z / largest);
            return largest * Math.Sqrt(scaled.Dot(scaled));
        }
    }

    /// <summary>Whether no component is infinite or NaN.</summary>
    internal bool IsFinite => double.IsFinite(X) && double.IsFinite(Y) && double.IsFinite(Z);

    /// <summary>A component by its index: 0 is x, 1 is y, 2 is z.</summary>
    /// <param name="index">0, 1 or 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is not 0, 1 or 2.</exception>
    internal double this[int index] => index switch
    {
        0 => X,
        1 => Y,
        2 => Z,
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, "A vector has the components 0, 1 and 2."),
    };

    /// <summary>Adds component by component.</summary>
    /// <param name="a">A vector.</param>
    /// <param name="b">A vector.</param>
    /// <returns>a + b.</returns>
    public static Vector3D operator +(Vector3D a, Vector3D b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    /// <summary>Subtracts component by component.</summary>
    /// <param name="a">A vector.</param>
    /// <param name="b">A vector.</param>
    /// <returns>a − b.</returns>
    public static Vector3D operator -(Vector3D a, Vector3D b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    /// <summary>The opposite vector.</summary>
    /// <param name="a">A vector.</param>
    /// <returns>−a.</returns>
    public static Vector3D operator -(Vector3D a) => new(-a.X, -a.Y, -a.Z);

    /// <summary>Scales a vector.</summary>
    /// <param name="factor">A number.</param>
    /// <param name="a">A vector.</param>
    /// <returns>factor·a.</returns>
    public static Vector3D operator *(double factor, Vector3D a) => new(factor * a.X, factor * a.Y, factor * a.Z);

    /// <summary>The components, for messages.</summary>
    /// <returns>"(X, Y, Z)".</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({X}, {Y}, {Z})");

    /// <summary>The scalar product.</summary>
    /// <param name="other">A vector.</param>
    /// <returns>The sum of the products of components.</returns>
    public double Dot(Vector3D other) => (X * other.X) + (Y * other.Y) + (Z * other.Z);

    /// <summary>The vector product, right-handed.</summary>
    /// <param name="other">A vector.</param>
    /// <returns>this × <paramref name="other"/>.</returns>
    public Vector3D Cross(Vector3D other) => new(
        (Y * other.Z) - (Z * other.Y),
        (Z * other.X) - (X * other.Z),
        (X * other.Y) - (Y * other.X));
}
