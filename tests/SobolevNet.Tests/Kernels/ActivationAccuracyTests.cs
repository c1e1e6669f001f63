using System.Collections.Concurrent;
using System.Numerics;
using CsCheck;
using SobolevNet.Kernels;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Kernels;

/// <summary>
/// Activations and their derivatives to the third, as the kernels use them, against 1,300-bit numbers: over the whole axis,
/// tails and subnormal results included.
/// </summary>
/// <remarks>
/// An error is measured in units of rounding, ε = 2⁻²⁴ or 2⁻⁵³, relative to the result. Where a derivative is a sum that has
/// a zero away from z = 0, it is measured relative to the sum of the sizes of its terms: there the rounding of z alone moves
/// the result by as much. Results below the smallest normal number may be off by a few of the smallest subnormal number.
/// </remarks>
public class ActivationAccuracyTests
{
    private const double Tolerance = 12;

    private static readonly ConcurrentDictionary<(Activation, double), double[]> References = new();

    [Theory]
    [MemberData(nameof(JetActivationTests.EveryCase), MemberType = typeof(JetActivationTests))]
    public void Derivatives_DoubleOverTheAxis_AreRightToTheLastDigits(Activation activation, int width)
    {
        double[] edges = [5e-324, 1e-310, 1e-160, 36.74, 37.4, 37.6, 38.1, 38.5, 38.9, 354.3, 363, 372.5, 708.3, 709.5, 726, 744.4, 745.2, 752, 5000];
        Check(activation, width, [.. Common(), .. edges, .. Enumerable.Range(0, 22).Select(k => 46.3 + (31.7 * k))]);
    }

    [Theory]
    [MemberData(nameof(JetActivationTests.EveryCase), MemberType = typeof(JetActivationTests))]
    public void Derivatives_FloatOverTheAxis_AreRightToTheLastDigits(Activation activation, int width)
    {
        double[] edges = [1e-45, 1e-40, 9.010913848876953, 12.9, 13.3, 13.9, 14.4, 15.2, 43.6, 47, 51.9, 87.2, 88.1, 96, 103.2, 104.1, 108, 5000];
        Check(activation, width, [.. Common().Concat(edges).Select(z => (float)z).Where(z => z != 0)]);
    }

    [Theory]
    [MemberData(nameof(JetActivationTests.EveryCase), MemberType = typeof(JetActivationTests))]
    public void Derivatives_AnyFloat_AgreesWithDouble(Activation activation, int width) =>
        Gen.Single.Where(float.IsFinite).Array[32].Sample(
            z =>
            {
                double[] wide = [.. z.Select(element => (double)element)];
                double[][] actual = Evaluate(activation, (VectorWidth)width, z);
                double[][] expected = Evaluate(activation, VectorWidth.Scalar, wide);
                for (int k = 0; k < z.Length; k++)
                {
                    Compare<float>(activation, wide[k], [.. actual.Select(row => row[k])], [.. expected.Select(row => row[k])]);
                }
            },
            iter: 200);

    [Theory]
    [MemberData(nameof(JetActivationTests.EveryCase), MemberType = typeof(JetActivationTests))]
    public void Derivatives_NotANumber_StayNotANumber(Activation activation, int width)
    {
        double[][] result = Evaluate(activation, (VectorWidth)width, [double.NaN, 1, double.NaN]);
        double.IsNaN(result[0][0]).Should().BeTrue();
        result.Should().AllSatisfy(row => double.IsFinite(row[1]).Should().BeTrue());
    }

    [Theory]
    [MemberData(nameof(JetActivationTests.Smooth), MemberType = typeof(JetActivationTests))]
    public void Derivatives_EveryWidth_GivesTheSameBits(Activation activation)
    {
        float[] z = [.. Enumerable.Range(-500, 1003).Select(k => 0.0371f * k)];
        double[] wide = [.. Enumerable.Range(-500, 1003).Select(k => 0.1371 * k)];
        var scalar = (Evaluate(activation, VectorWidth.Scalar, z), Evaluate(activation, VectorWidth.Scalar, wide));
        foreach (var width in VectorWidths.Supported)
        {
            Evaluate(activation, width, z).Should().BeEquivalentTo(scalar.Item1, "float at {0}", width);
            Evaluate(activation, width, wide).Should().BeEquivalentTo(scalar.Item2, "double at {0}", width);
        }
    }

    [Fact]
    public void Sine_NextToItsZerosAndFarOff_IsRightToTheLastDigits()
    {
        // Multiples of half of pi, rounded, around 12,800 and 1,600,000, from where on numbers are computed one by one, and far beyond.
        double[] quarters =
        [
            .. Enumerable.Range(1, 40), 8148, 8149, 8150, 1_018_590, 1_018_592, 1_018_593, 1 << 20, 1e9, 1e15, 1e22, 1e30,
            .. Enumerable.Range(1, 60).Select(k => Math.Floor(Math.Pow(1.26, k))),
        ];
        double[] z = [.. quarters.Select(k => k * (Math.PI / 2)).SelectMany(z => new[] { z, Math.BitIncrement(z), Math.BitDecrement(z), 1.1 * z })];
        foreach (var width in VectorWidths.Supported)
        {
            Check(Activation.Sine, (int)width, z);
            Check(Activation.Sine, (int)width, [.. z.Select(z => (float)z)]);
            Evaluate(Activation.Sine, width, [double.PositiveInfinity, 0.5, double.NegativeInfinity])
                .Should().AllSatisfy(row => row.Select(double.IsNaN).Should().Equal(true, false, true));
        }
    }

    private static IEnumerable<double> Common()
    {
        double[] near = [0, 1e-38, 1e-30, 1e-12, 1e-7, 1e-4, 0.01, 0.04, 0.3, 0.33, 0.36, 0.6249, 0.6251, 0.6584789, 1.3169579, 1.4142136, 1.2784645, 0.7517916];
        return near.Concat(Enumerable.Range(1, 60).Select(k => 0.1371 * k)).Concat(Enumerable.Range(0, 22).Select(k => 8.63 + (1.6 * k)));
    }

    private static void Check<T>(Activation activation, int width, T[] sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] z = [.. sizes, .. sizes.Select(size => -size)];
        double[][] actual = Evaluate(activation, (VectorWidth)width, z);
        for (int k = 0; k < z.Length; k++)
        {
            double argument = double.CreateChecked(z[k]);
            double[] expected = References.GetOrAdd((activation, argument), static key => Derivatives(key.Item1, key.Item2));
            Compare<T>(activation, argument, [.. actual.Select(row => row[k])], expected);
        }
    }

    private static void Compare<T>(Activation activation, double z, double[] actual, double[] expected)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double epsilon = double.CreateChecked(T.BitIncrement(T.One) - T.One) / 2;
        double floor = double.CreateChecked(T.Epsilon);
        double[] sizes = Sizes(activation, z, expected);
        for (int order = 0; order < actual.Length; order++)
        {
            double error = Math.Abs(actual[order] - expected[order]);
            if (!(error <= (Tolerance * epsilon * sizes[order]) + (4 * floor)))
            {
                Assert.Fail(
                    $"{activation}, {typeof(T).Name}, order {order} at {z:R}: {actual[order]:R} instead of {expected[order]:R}, " +
                    $"{error / epsilon / sizes[order]:G4} units of rounding");
            }
        }
    }

    /// <summary>The result itself, or the sizes of the terms that it is a sum of.</summary>
    private static double[] Sizes(Activation activation, double z, double[] expected)
    {
        double[] sizes = [.. expected.Select(Math.Abs)];
        double size = Math.Abs(z);
        switch (activation)
        {
            case Activation.Tanh:
                sizes[3] = (2 + (6 * sizes[0] * sizes[0])) * sizes[1];
                break;
            case Activation.Sigmoid:
                sizes[3] = sizes[1] + (6 * sizes[1] * sizes[1]);
                break;
            case Activation.Gelu:
                double density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
                sizes[1] = Math.Max(sizes[1], size < 6 ? (size * density) + 0.5 : 0);
                sizes[2] = Math.Max(sizes[2], size < 6 ? density * (2 + (z * z)) : 0);
                sizes[3] = Math.Max(sizes[3], size is > 1 and < 6 ? density * size * ((z * z) + 4) : 0);
                break;
            case Activation.GeluTanh:
                double c = 2 * 0.7978845608028654, v1 = c * (1 + (0.134145 * z * z)), v3 = 6 * c * 0.044715, v2 = v3 * size;
                double l = 1 / (1 + Math.Exp(-c * z * (1 + (0.044715 * z * z)))), l1 = l * (1 - l), l2 = Math.Abs(l1 * (1 - (2 * l)));
                sizes[1] = Math.Max(sizes[1], size < 6 ? l + (size * l1 * v1) : 0);
                sizes[2] = Math.Max(sizes[2], size < 6 ? (l1 * ((2 * v1) + (size * v2))) + (size * l2 * v1 * v1) : 0);
                sizes[3] = Math.Max(
                    sizes[3],
                    size is > 0.7 and < 6 ? (l1 * ((3 * v2) + (size * v3))) + (3 * l2 * v1 * (v1 + (size * v2))) + (size * l1 * (1 + (6 * l1)) * v1 * v1 * v1) : 0);
                break;
            case Activation.Silu:
                double s = 1 / (1 + Math.Exp(-z)), slope = s * (1 - s), curve = Math.Abs(slope * (1 - (2 * s)));
                sizes[1] = Math.Max(sizes[1], size < 10 ? s + (size * slope) : 0);
                sizes[2] = Math.Max(sizes[2], size < 10 ? (2 * slope) + (size * curve) : 0);
                sizes[3] = Math.Max(sizes[3], size is > 1 and < 10 ? (3 * curve) + (size * slope * (1 + (6 * slope))) : 0);
                break;
        }

        return sizes;
    }

    /// <summary>Value to third derivative from the kernel: of a jet with one tangent 1, and in reverse of its second derivative's adjoint 1.</summary>
    private static double[][] Evaluate<T>(Activation activation, VectorWidth width, T[] z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int order = activation == Activation.Relu ? 1 : 2;
        var layout = JetLayout.Full(1, order);
        var kernel = JetActivation<T>.Create(activation, width);
        int features = z.Length;
        var before = new T[layout.Count * features];
        var after = new T[before.Length];
        var adjoint = new T[before.Length];
        z.CopyTo(before, 0);
        Array.Fill(before, T.One, features, features);
        Array.Fill(adjoint, T.One, order * features, features);
        var bias = new T[features];
        kernel.Forward(layout, 1, features, features, before, bias, after, new Workspace<T>());
        double[] Row(T[] rows, int row) => [.. rows.Skip(row * features).Take(features).Select(double.CreateChecked)];
        if (order == 1)
        {
            return [Row(after, 0), Row(after, 1)];
        }

        kernel.Reverse(layout, 1, features, features, before, bias, after, adjoint, new Workspace<T>());
        return [Row(after, 0), Row(after, 1), Row(after, 2), Row(before, 0)];
    }

    private static double[] Derivatives(Activation activation, double z)
    {
        var (zero, one, big) = (BigReal.FromDouble(0), BigReal.FromDouble(1), BigReal.FromDouble(z));
        var seeded = new Dual<Dual<Dual<BigReal>>>(new(new(big, one), new(one, zero)), new(new(one, zero), new(zero, zero)));
        var result = ReferenceNetwork.Activate(activation, seeded);
        BigReal[] all = [result.Value.Value.Value, result.Value.Value.Tangent, result.Value.Tangent.Tangent, result.Tangent.Tangent.Tangent];
        return [.. all.Select(element => element.Primal)];
    }
}
