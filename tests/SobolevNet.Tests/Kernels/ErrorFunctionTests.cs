using System.Numerics;
using MathNet.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

public sealed unsafe class ErrorFunctionTests
{
    private enum Function
    {
        NormalCdf,
        Density,
        Erf,
        Erfc,
    }

    /// <summary>z, Φ(z), φ(z) to 20 digits, from a computation with 40 digits; z is the double nearest to what is written.</summary>
    private static readonly (double Z, double Cdf, double Density)[] NormalReference =
    [
        (-37.5, 4.6053530095819548438e-308, 1.7282337322841052208e-306),
        (-30.1, 2.4226672179857587657e-199, 7.3002593842806107243e-198),
        (-20.3, 6.4292444676983463386e-92, 1.3082885546815290281e-90),
        (-10.7, 5.0889108550273179952e-27, 5.4918978318178446174e-26),
        (-6.25, 2.0522634252189388816e-10, 1.3140018181558838858e-9),
        (-3.3, 0.0004834241423837775071, 0.0017225689390536811513),
        (-1.9, 0.028716559816001805229, 0.065615814774676602338),
        (-1.0, 0.15865525393145705141, 0.2419707245191433498),
        (-0.3, 0.38208857781104736693, 0.38138781546052408688),
        (-0.0078125, 0.49688329513915741955, 0.39893010583499324766),
        (0.0, 0.5, 0.39894228040143267794),
        (0.2, 0.57925970943910302738, 0.39104269397545587714),
        (0.9, 0.81593987465324051735, 0.2660852498987548165),
        (2.6, 0.99533881197628125096, 0.013582969233685614179),
        (5.5, 0.99999998101043753411, 1.0769760042543276359e-7),
        (8.0, 0.9999999999999993779, 5.052271083536892288e-15),
    ];

    /// <summary>x, erf(x), erfc(x), computed likewise.</summary>
    private static readonly (double X, double Erf, double Erfc)[] ErrorReference =
    [
        (1e-300, 1.1283791670955126022e-300, 1.0),
        (1e-12, 1.1283791670955125512e-12, 0.99999999999887162083),
        (0.001, 0.0011283787909692364034, 0.9988716212090307636),
        (0.3, 0.32862675945912741619, 0.67137324054087258381),
        (0.5, 0.52049987781304653768, 0.47950012218695346232),
        (0.7, 0.67780119383741844228, 0.32219880616258155772),
        (0.72, 0.69143312313875112094, 0.30856687686124887906),
        (1.3, 0.93400794494065244585, 0.06599205505934755415),
        (2.9, 0.99995890212190054114, 0.000041097878099458857996),
        (4.2, 0.99999999714450582041, 2.8554941795921842402e-9),
        (5.9, 0.9999999999999999281, 7.1904097835504777249e-17),
        (9.7, 1.0, 7.9361075632145117461e-43),
        (15.3, 1.0, 7.9765601254207000252e-104),
        (20.9, 1.0, 5.3285670069808687593e-192),
        (26.4, 1.0, 4.4017768588035427204e-305),
    ];

    public static TheoryData<int> Widths => [.. VectorWidths.Supported.Select(width => (int)width)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void NormalCdf_Double_MatchesConstantsRelatively(int width)
    {
        double[] z = [.. NormalReference.Select(row => row.Z)];
        double[] cdf = Evaluate<double>(width, Function.NormalCdf, z);
        double[] density = Evaluate<double>(width, Function.Density, z);
        for (int k = 0; k < z.Length; k++)
        {
            RelativeError(cdf[k], NormalReference[k].Cdf).Should().BeLessThan(1e-15, $"Φ({z[k]})");
            RelativeError(density[k], NormalReference[k].Density).Should().BeLessThan(1e-15, $"φ({z[k]})");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void ErfAndErfc_Double_MatchConstantsRelatively(int width)
    {
        double[] x = [.. ErrorReference.Select(row => row.X), .. ErrorReference.Select(row => -row.X)];
        double[] erf = Evaluate<double>(width, Function.Erf, x);
        double[] erfc = Evaluate<double>(width, Function.Erfc, x);
        for (int k = 0; k < x.Length; k++)
        {
            var expected = ErrorReference[k % ErrorReference.Length];
            bool negative = k >= ErrorReference.Length;
            RelativeError(erf[k], negative ? -expected.Erf : expected.Erf).Should().BeLessThan(1e-15, $"erf({x[k]})");
            RelativeError(erfc[k], negative ? 1 + expected.Erf : expected.Erfc).Should().BeLessThan(1e-15, $"erfc({x[k]})");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void ErfAndErfc_DoubleOverTheAxis_MatchMathNet(int width)
    {
        double[] x = [.. Enumerable.Range(-2600, 5201).Select(k => k * 0.00997)];
        double[] erf = Evaluate<double>(width, Function.Erf, x);
        double[] erfc = Evaluate<double>(width, Function.Erfc, x);
        for (int k = 0; k < x.Length; k++)
        {
            // The tolerance is MathNet's: its tail is rounded as exp(−x²) is.
            RelativeError(erf[k], SpecialFunctions.Erf(x[k])).Should().BeLessThan(2e-15, $"erf({x[k]})");
            RelativeError(erfc[k], SpecialFunctions.Erfc(x[k])).Should().BeLessThan(2e-15 + (3e-16 * x[k] * x[k]), $"erfc({x[k]})");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void AllFunctions_FloatOverTheAxis_MatchDoubleRelatively(int width)
    {
        float[] x = [.. Enumerable.Range(-2600, 5201).Select(k => k * 0.0035f)];
        foreach (var function in Enum.GetValues<Function>())
        {
            float[] single = Evaluate(width, function, x);
            double[] reference = Evaluate<double>(0, function, [.. x.Select(element => (double)element)]);
            for (int k = 0; k < x.Length; k++)
            {
                RelativeError(single[k], reference[k]).Should().BeLessThan(5e-7, $"{function}({x[k]})");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void NormalCdf_AnyArgument_IsOneMinusItsMirrorImage(int width)
    {
        double[] z = [.. Enumerable.Range(0, 1000).Select(k => k * 0.0271)];
        double[] upper = Evaluate(width, Function.NormalCdf, z);
        double[] lower = Evaluate<double>(width, Function.NormalCdf, [.. z.Select(element => -element)]);
        for (int k = 0; k < z.Length; k++)
        {
            upper[k].Should().BeApproximately(1 - lower[k], z[k] == 0 ? 5e-16 : 0);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void AllFunctions_AtTheEndsOfTheAxis_GiveLimits(int width)
    {
        Ends<double>(width);
        Ends<float>(width);
    }

    private static void Ends<T>(int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] ends = [T.NegativeInfinity, T.CreateChecked(-1e30), T.CreateChecked(1e30), T.PositiveInfinity, T.NaN];
        (Function, double[])[] limits =
        [
            (Function.NormalCdf, [0, 0, 1, 1, double.NaN]),
            (Function.Density, [0, 0, 0, 0, double.NaN]),
            (Function.Erf, [-1, -1, 1, 1, double.NaN]),
            (Function.Erfc, [2, 2, 0, 0, double.NaN]),
        ];
        foreach (var (function, expected) in limits)
        {
            double[] values = [.. Evaluate(width, function, ends).Select(double.CreateChecked)];
            for (int k = 0; k < values.Length; k++)
            {
                (Math.Abs(values[k] - expected[k]) < 1e-40 || (double.IsNaN(values[k]) && double.IsNaN(expected[k])))
                    .Should().BeTrue($"{function}({ends[k]}) is {values[k]}");
            }
        }
    }

    private static double RelativeError(double actual, double expected) =>
        actual == expected ? 0 : Math.Abs(actual - expected) / Math.Abs(expected);

    private static T[] Evaluate<T>(int width, Function function, T[] x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] results = new T[x.Length];
        VectorDispatch<T>.Run(new Evaluation<T>(function, x, results), (VectorWidth)width);
        return results;
    }

    private readonly struct Evaluation<T>(Function function, T[] x, T[] results) : IVectorOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var source = new T[GemmShape.Blocks(x.Length, TSimd.Width) * TSimd.Width];
            var destination = new T[source.Length];
            x.CopyTo(source, 0);
            fixed (T* from = source, to = destination)
            {
                for (int k = 0; k < source.Length; k += TSimd.Width)
                {
                    TVector argument = TSimd.Load(from + k);
                    TVector density = TSimd.Zero;
                    TVector value = function switch
                    {
                        Function.NormalCdf => ErrorFunction<TSimd, TVector, T>.NormalCdf(argument),
                        Function.Erf => ErrorFunction<TSimd, TVector, T>.Erf(argument),
                        Function.Erfc => ErrorFunction<TSimd, TVector, T>.Erfc(argument),
                        _ => ErrorFunction<TSimd, TVector, T>.NormalCdf(argument, out density),
                    };
                    TSimd.Store(function == Function.Density ? density : value, to + k);
                }
            }

            destination.AsSpan(0, x.Length).CopyTo(results);
        }
    }
}
