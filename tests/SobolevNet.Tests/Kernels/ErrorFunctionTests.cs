using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

public sealed unsafe class ErrorFunctionTests
{
    private enum Function
    {
        NormalCdf,
        Density,
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
                    // Φ as its tail gives it on either side of 0.
                    TVector z = TSimd.Load(from + k);
                    TVector tail = ErrorFunction<TSimd, TVector, T>.LiftedTail(ErrorFunction<TSimd, TVector, T>.Bound(TSimd.Abs(z)), out var density);
                    tail = Exponential<TSimd, TVector, T>.Lower(tail);
                    density = Exponential<TSimd, TVector, T>.Lower(density);
                    TVector value = TSimd.SelectLess(z, TSimd.Zero, tail, TSimd.Subtract(TSimd.Broadcast(T.One), tail));
                    TSimd.Store(function == Function.Density ? density : value, to + k);
                }
            }

            destination.AsSpan(0, x.Length).CopyTo(results);
        }
    }
}
