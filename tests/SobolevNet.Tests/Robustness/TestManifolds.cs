using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Tests.Robustness;

/// <summary>Manifolds with known derivatives to test oracles on.</summary>
internal static class TestManifolds
{
    public const int BlobSide = 16;

    private static readonly CubeManifold TheCube = new(new CubeRenderer());

    public static CubeManifold Cube => TheCube;

    /// <summary>C and y are random cubic polynomials of r: nothing about them is special.</summary>
    public static IDataManifold Cubic(int p = 3, int n = 40, int m = 2, ulong seed = 5)
    {
        double[] lower = new double[p];
        double[] upper = new double[p];
        Array.Fill(lower, -0.5);
        Array.Fill(upper, 0.5);
        var input = new Cubic(p, n, seed);
        var target = new Cubic(p, m, seed + 1);
        return DataManifold.Create(lower, upper, n, m, (r, x, y) =>
        {
            input.Write(r, x);
            target.Write(r, y);
        });
    }

    /// <summary>
    /// Two Gaussian blobs of different brightness and width that move about a 16 × 16 image; the targets are their distance vector
    /// and the product of their heights: four degrees of freedom, three targets.
    /// </summary>
    public static IDataManifold Blobs() =>
        DataManifold.Create([-0.6, -0.6, 0.1, -0.6], [-0.1, 0.6, 0.6, 0.6], BlobSide * BlobSide, 3, (r, image, y) =>
        {
            AddBlob(image, r[0], r[1], 0, 0.25, 1);
            AddBlob(image, r[2], r[3], 2, 0.2, 0.7);
            y[0, 0, 0] = r[2] - r[0];
            y[0, 0, 1] = r[3] - r[1];
            y[0, 0, 2] = r[1] * r[3];
            if (y.Layout.Order > 0)
            {
                y[1 + 2, 0, 0] = 1;
                y[1 + 0, 0, 0] = -1;
                y[1 + 3, 0, 1] = 1;
                y[1 + 1, 0, 1] = -1;
                y[1 + 1, 0, 2] = r[3];
                y[1 + 3, 0, 2] = r[1];
            }

            if (y.Layout.Order > 1)
            {
                y[y.Layout.Second(1, 3), 0, 2] = 1;
            }
        }, inputsShareUnit: true);

    /// <summary>The second tangent is twice the first one everywhere: no pose can be told from an image.</summary>
    public static IDataManifold Degenerate() =>
        DataManifold.Create([0, 0], [1, 1], 5, 1, (r, x, y) =>
        {
            for (int k = 0; k < 5; k++)
            {
                double a = k + 1;
                double s = r[0] + (2 * r[1]);
                x[0, 0, k] = Math.Sin(a * s);
                for (int i = 0; i < 2 && x.Layout.Order > 0; i++)
                {
                    x[1 + i, 0, k] = a * Math.Cos(a * s) * (i + 1);
                }

                foreach (var second in x.Layout.Seconds)
                {
                    x[x.Layout.Second(second.I, second.J), 0, k] = -a * a * Math.Sin(a * s) * (second.I + 1) * (second.J + 1);
                }
            }

            y[0, 0, 0] = r[0];
            if (y.Layout.Order > 0)
            {
                y[1, 0, 0] = 1;
            }
        });

    /// <summary>A circle of radius 1 in the plane, by its angle: the center is far from it in every direction.</summary>
    public static IDataManifold Circle() =>
        DataManifold.Create([-1], [1], 2, 1, (r, x, y) =>
        {
            double[] cosine = [Math.Cos(r[0]), -Math.Sin(r[0]), -Math.Cos(r[0])];
            double[] sine = [Math.Sin(r[0]), Math.Cos(r[0]), -Math.Sin(r[0])];
            for (int c = 0; c < x.Layout.Count; c++)
            {
                (x[c, 0, 0], x[c, 0, 1]) = (cosine[c], sine[c]);
                y[c, 0, 0] = c == 0 ? r[0] : c == 1 ? 1 : 0;
            }
        });

    /// <summary>The curve (r, sin 5r) in the plane; near its turns a full step to the nearest point goes astray.</summary>
    public static IDataManifold Wave() =>
        DataManifold.Create([-1], [1], 2, 1, (r, x, y) =>
        {
            double[] sine = [Math.Sin(5 * r[0]), 5 * Math.Cos(5 * r[0]), -25 * Math.Sin(5 * r[0])];
            for (int c = 0; c < x.Layout.Count; c++)
            {
                (x[c, 0, 0], x[c, 0, 1]) = (c == 0 ? r[0] : c == 1 ? 1 : 0, sine[c]);
                y[c, 0, 0] = x[c, 0, 0];
            }
        });

    private static void AddBlob(JetSpan<double> image, double u, double v, int tangent, double width, double height)
    {
        for (int row = 0; row < BlobSide; row++)
        {
            for (int column = 0; column < BlobSide; column++)
            {
                int f = (row * BlobSide) + column;
                double a = (((2.0 * column / (BlobSide - 1)) - 1) - u) / width;
                double b = (((2.0 * row / (BlobSide - 1)) - 1) - v) / width;
                double g = height * Math.Exp(-0.5 * ((a * a) + (b * b)));
                image[0, 0, f] += g;
                if (image.Layout.Order > 0)
                {
                    image[1 + tangent, 0, f] += g * a / width;
                    image[2 + tangent, 0, f] += g * b / width;
                }

                if (image.Layout.Order > 1)
                {
                    double w = width * width;
                    image[image.Layout.Second(tangent, tangent), 0, f] += g * ((a * a) - 1) / w;
                    image[image.Layout.Second(tangent, tangent + 1), 0, f] += g * a * b / w;
                    image[image.Layout.Second(tangent + 1, tangent + 1), 0, f] += g * ((b * b) - 1) / w;
                }
            }
        }
    }
}

/// <summary>f(r) = a + Σ bᵢrᵢ + ½Σ cᵢⱼrᵢrⱼ + ⅙Σ dᵢⱼₖrᵢrⱼrₖ with random coefficients, feature by feature.</summary>
internal sealed class Cubic
{
    private readonly int _p;
    private readonly double[] _constant;
    private readonly double[,] _linear;
    private readonly double[,,] _square;
    private readonly double[,,,] _cube;

    public Cubic(int p, int features, ulong seed)
    {
        var random = new RandomStream(seed);
        _p = p;
        _constant = new double[features];
        _linear = new double[features, p];
        _square = new double[features, p, p];
        _cube = new double[features, p, p, p];
        for (int f = 0; f < features; f++)
        {
            _constant[f] = random.NextNormal();
            for (int i = 0; i < p; i++)
            {
                _linear[f, i] = random.NextNormal();
                for (int j = 0; j <= i; j++)
                {
                    _square[f, i, j] = _square[f, j, i] = 0.5 * random.NextNormal();
                    for (int k = 0; k <= j; k++)
                    {
                        double d = 0.5 * random.NextNormal();
                        (_cube[f, i, j, k], _cube[f, i, k, j], _cube[f, j, i, k]) = (d, d, d);
                        (_cube[f, j, k, i], _cube[f, k, i, j], _cube[f, k, j, i]) = (d, d, d);
                    }
                }
            }
        }
    }

    public void Write(ReadOnlySpan<double> r, JetSpan<double> jet)
    {
        for (int f = 0; f < jet.Features; f++)
        {
            double value = _constant[f];
            for (int i = 0; i < _p; i++)
            {
                value += _linear[f, i] * r[i];
                double slope = _linear[f, i];
                for (int j = 0; j < _p; j++)
                {
                    value += 0.5 * _square[f, i, j] * r[i] * r[j];
                    slope += _square[f, i, j] * r[j];
                    double bend = _square[f, i, j];
                    for (int k = 0; k < _p; k++)
                    {
                        value += _cube[f, i, j, k] * r[i] * r[j] * r[k] / 6;
                        slope += 0.5 * _cube[f, i, j, k] * r[j] * r[k];
                        bend += _cube[f, i, j, k] * r[k];
                    }

                    if (jet.Layout.Order > 1)
                    {
                        jet[jet.Layout.Second(i, j), 0, f] = bend;
                    }
                }

                if (jet.Layout.Order > 0)
                {
                    jet[1 + i, 0, f] = slope;
                }
            }

            jet[0, 0, f] = value;
        }
    }
}
