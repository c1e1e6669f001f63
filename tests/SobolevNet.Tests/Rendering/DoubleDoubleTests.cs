using System.Numerics;
using CsCheck;
using SobolevNet.Rendering;

namespace SobolevNet.Tests.Rendering;

/// <summary>Pairs of doubles against whole numbers of any size.</summary>
public sealed class DoubleDoubleTests
{
    private static readonly Gen<DoubleDouble> Numbers =
        Gen.Select(Gen.Long[-(1L << 53), 1L << 53], Gen.Long[-(1L << 51), 1L << 51], Gen.Int[-60, 60]).Select((high, low, power) =>
            DoubleDouble.Sum(Math.ScaleB(high, power + 54), Math.ScaleB(low, power)));

    [Fact]
    public void Arithmetic_OfAnyNumbers_IsRightToThirtyDigits() =>
        Gen.Select(Numbers, Numbers).Sample((a, b) =>
        {
            var (x, y) = (Whole(a), Whole(b));
            Near(a + b, x + y, BigInteger.One);
            Near(a - b, x - y, BigInteger.One);
            Near(a * b, x * y, BigInteger.Pow(2, Shift));
            Near(-a, -x, BigInteger.One);
            if (!y.IsZero)
            {
                var quotient = Whole(a / b);
                Near(quotient * y, x << Shift, BigInteger.One);
            }
        });

    [Fact]
    public void Sum_OfNearlyOppositeProducts_IsExact()
    {
        // (2⁵² + 1)² − 2⁵²·(2⁵² + 2) = 1: 53 bits of the products cancel.
        double a = Math.ScaleB(1, 52) + 1;
        var difference = ((DoubleDouble)a * a) - ((DoubleDouble)(a - 1) * (a + 1));
        difference.Should().Be((DoubleDouble)1);
        DoubleDouble.Sum(1e100, 1).Should().Be(new DoubleDouble(1e100, 1));
    }

    private const int Shift = 400;

    private static BigInteger Whole(DoubleDouble number) => Whole(number.High) + Whole(number.Low);

    private static BigInteger Whole(double number)
    {
        if (number == 0)
        {
            return BigInteger.Zero;
        }

        int power = Math.ILogB(number) - 52;
        var digits = new BigInteger(Math.ScaleB(number, -power));
        int shift = power + Shift;
        return shift >= 0 ? digits << shift : digits >> -shift;
    }

    /// <summary>The number found, in units of 2⁻⁴⁰⁰ times a factor, is relatively near the expected one.</summary>
    private static void Near(DoubleDouble found, BigInteger expected, BigInteger factor) => Near(Whole(found) * factor, expected, factor);

    private static void Near(BigInteger found, BigInteger expected, BigInteger factor)
    {
        var error = BigInteger.Abs(found - expected);
        (error << 101).Should().BeLessThanOrEqualTo(BigInteger.Max(BigInteger.Abs(expected), factor << 101));
    }
}
