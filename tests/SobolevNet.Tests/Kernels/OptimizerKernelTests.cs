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

    [Fact]
    public void Updates_EveryLengthAndWidth_WriteTheirOwnMemoryAlone()
    {
        foreach (var width in VectorWidths.Supported)
        {
            var kernel = OptimizerKernel<double>.Create(width);
            for (int length = 0; length <= 20; length++)
            {
                double[][] rows = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Repeat(7.0, length + 40).ToArray())];
                Span<double> Own(int k) => rows[k].AsSpan(20, length);
                kernel.Adam(Own(0), Own(1), Own(2), Own(3), 0.9, 0.99, 0.1, 1.5, 1e-3, 0.98);
                kernel.Momentum(Own(0), Own(1), Own(2), 0.9, 0.1, 0.98, nesterov: false);
                rows.Should().AllSatisfy(row => row[..20].Concat(row[^20..]).Should().OnlyContain(value => value == 7));
                Own(0).IndexOf(7).Should().Be(-1);
            }
        }
    }

    [Theory]
    [InlineData(4, 5, 5)]
    [InlineData(5, 4, 5)]
    [InlineData(5, 5, 4)]
    public void Updates_OfUnequalLengths_AreRefused(int gradient, int first, int second)
    {
        var kernel = OptimizerKernel<double>.Create();
        double[] Of(int length) => new double[length];
        FluentActions.Invoking(() => kernel.Adam(Of(5), Of(gradient), Of(first), Of(second), 0.9, 0.99, 0.1, 1.5, 1e-3, 0.98)).Should().Throw<ArgumentException>();
        if (second == 5)
        {
            FluentActions.Invoking(() => kernel.Momentum(Of(5), Of(gradient), Of(first), 0.9, 0.1, 0.98, nesterov: true)).Should().Throw<ArgumentException>();
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
