using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

public class OptimizerKernelTests
{
    [Fact]
    public void Updates_EveryLengthAndWidth_AgreeWithTheDefinition()
    {
        foreach (var width in VectorWidths.Supported)
        {
            for (int length = 0; length <= 70; length++)
            {
                Check<double>(width, length, 1e-14);
                Check<float>(width, length, 2e-6);
            }
        }
    }

    private static void Check<T>(VectorWidth width, int length, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new RandomStream(3, (ulong)length);
        double[] Random() => [.. Enumerable.Range(0, length).Select(_ => (double)(float)random.NextNormal())];
        var (w, g, m, v) = (Random(), Random(), Random(), Random().Select(Math.Abs).ToArray());
        T[] Convert(double[] values) => [.. values.Select(T.CreateTruncating)];
        T Number(double value) => T.CreateTruncating(value);
        var kernel = OptimizerKernel<T>.Create(width);

        var (weights, first, second) = (Convert(w), Convert(m), Convert(v));
        kernel.Adam(weights, Convert(g), first, second, Number(0.9), Number(0.99), Number(0.1), Number(1.5), Number(1e-3), Number(0.98));
        for (int k = 0; k < length; k++)
        {
            double mean = (0.9 * m[k]) + (0.1 * g[k]);
            double square = (0.99 * v[k]) + (0.01 * g[k] * g[k]);
            Close(first[k], mean);
            Close(second[k], square);
            Close(weights[k], (0.98 * w[k]) - (0.1 * mean / (Math.Sqrt(1.5 * square) + 1e-3)));
        }

        foreach (bool nesterov in new[] { false, true })
        {
            (weights, first) = (Convert(w), Convert(m));
            kernel.Momentum(weights, Convert(g), first, Number(0.9), Number(0.1), Number(0.98), nesterov);
            for (int k = 0; k < length; k++)
            {
                double velocity = (0.9 * m[k]) + g[k];
                Close(first[k], velocity);
                Close(weights[k], (0.98 * w[k]) - (0.1 * (nesterov ? g[k] + (0.9 * velocity) : velocity)));
            }
        }

        void Close(T actual, double expected) =>
            double.CreateTruncating(actual).Should().BeApproximately(expected, tolerance * Math.Max(1, Math.Abs(expected)));
    }
}
