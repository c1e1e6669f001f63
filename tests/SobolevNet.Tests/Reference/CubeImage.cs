using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace SobolevNet.Tests.Reference;

/// <summary>
/// The cube by its conventions, written down a second time with matrices: vertices, visible faces and pixels, at a pose and
/// at points of its local chart. Pixels by area quadrature.
/// </summary>
public sealed class CubeImage
{
    private static readonly int[][] Faces = [[4, 6, 7, 5], [1, 3, 2, 0], [0, 2, 6, 4], [5, 7, 3, 1], [5, 1, 0, 4], [3, 7, 6, 2]];

    private readonly Matrix<double> _rotation;
    private readonly Vector<double> _translation;
    private readonly double _halfEdge;
    private readonly double _sigma;
    private readonly double _focalLength;
    private readonly double _cameraDistance;
    private readonly double _background;
    private readonly double[] _intensities;

    public CubeImage(
        double[] axis,
        double angle,
        double[] translation,
        double halfEdge = 0.2,
        double sigma = 0.03,
        double focalLength = 5,
        double cameraDistance = 5,
        double background = 0,
        double[]? intensities = null)
    {
        _rotation = Rotation(axis, angle) * Rotation([0, 1, 0], -0.6154797) * Rotation([1, 0, 0], -Math.PI / 4)
            * Rotation([0, 0, 1], -Math.PI / 2);
        _translation = Vector<double>.Build.DenseOfArray(translation);
        (_halfEdge, _sigma, _focalLength, _cameraDistance) = (halfEdge, sigma, focalLength, cameraDistance);
        _background = background;
        _intensities = intensities ?? [1 / 6.0, 2 / 6.0, 3 / 6.0, 4 / 6.0, 5 / 6.0, 1];
        Visible = [.. Enumerable.Range(0, 6).Where(face => Area(Outline(Faces[face], Projected(new double[6]))) > 0)];
    }

    /// <summary>The faces seen at the pose, numbered from 0; held fixed over the chart.</summary>
    public int[] Visible { get; }

    /// <summary>The vertices in space at (τ, ω) of the chart.</summary>
    public double[][] Vertices(double[] chart)
    {
        double angle = Math.Sqrt(chart[3..].Sum(x => x * x));
        var turn = angle == 0 ? DenseMatrix.CreateIdentity(3) : Rotation([.. chart[3..].Select(x => x / angle)], angle);
        var shift = _translation + Vector<double>.Build.DenseOfArray(chart[..3]);
        return
        [
            .. Enumerable.Range(0, 8).Select(k =>
            {
                var corner = Vector<double>.Build.DenseOfArray([Sign(k & 4), Sign(k & 2), Sign(k & 1)]) * _halfEdge;
                return ((turn * _rotation * corner) + shift).ToArray();
            }),
        ];
    }

    /// <summary>A pixel's intensity at (τ, ω) of the chart.</summary>
    public double Pixel(double[] chart, double u, double v)
    {
        var projected = Projected(chart);
        return _background + Visible.Sum(
            face => (_intensities[face] - _background) * PolygonImage.Value(Outline(Faces[face], projected), u, v, _sigma));
    }

    private static double Sign(int bit) => bit != 0 ? 1 : -1;

    /// <summary>exp of the cross-product matrix, by Rodrigues' formula for matrices: I + sin θ K + (1 − cos θ) K².</summary>
    private static Matrix<double> Rotation(double[] axis, double angle)
    {
        var cross = DenseMatrix.OfArray(new[,]
        {
            { 0, -axis[2], axis[1] },
            { axis[2], 0, -axis[0] },
            { -axis[1], axis[0], 0 },
        });
        return DenseMatrix.CreateIdentity(3) + (Math.Sin(angle) * cross) + ((1 - Math.Cos(angle)) * cross * cross);
    }

    private static (double U, double V)[] Outline(int[] face, (double U, double V)[] projected) =>
        [.. face.Select(vertex => projected[vertex])];

    private static double Area((double U, double V)[] outline)
    {
        double sum = 0;
        for (int k = 0; k < outline.Length; k++)
        {
            var (a, b) = (outline[k], outline[(k + 1) % outline.Length]);
            sum += 0.5 * ((a.U * b.V) - (b.U * a.V));
        }

        return sum;
    }

    private (double U, double V)[] Projected(double[] chart) =>
    [
        .. Vertices(chart).Select(x => (
            _focalLength * x[0] / (x[2] - _cameraDistance), _focalLength * x[1] / (x[2] - _cameraDistance))),
    ];
}
