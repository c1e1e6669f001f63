using System.Numerics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

public sealed unsafe class MultiplyAddTests
{
    public static TheoryData<int> Widths => [.. VectorWidths.Supported.Select(width => (int)width)];

    [Fact]
    public void IsFused_WhereTheMachineHasTheInstruction_AndOnlyThere() =>
        MultiplyAddHardware.IsFused.Should().Be(Fma.IsSupported || AdvSimd.IsSupported, "software takes 20 times as long");

    [Theory]
    [MemberData(nameof(Widths))]
    public void MultiplyAdd_EveryWidth_RoundsOnceOrTwiceAsTheMachineDoes(int width)
    {
        Check<double>(width, MultiplyAddHardware.IsFused ? double.FusedMultiplyAdd : static (a, b, c) => (a * b) + c);
        Check<float>(width, MultiplyAddHardware.IsFused ? float.FusedMultiplyAdd : static (a, b, c) => (a * b) + c);

        static void Check<T>(int width, Func<T, T, T, T> expected)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (var (a, b) in Factors<T>())
            {
                var (sum, _, _) = Evaluate(width, a, b);
                sum.Should().Be(expected(a, b, -(a * b)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void RoundingError_OfAProduct_IsExact(int width)
    {
        Check<double>(width);
        Check<float>(width);

        static void Check<T>(int width)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (var (a, b) in Factors<T>())
            {
                var (_, error, bySplitting) = Evaluate(width, a, b);
                T expected = T.FusedMultiplyAdd(a, b, -(a * b));
                error.Should().Be(expected);
                bySplitting.Should().Be(expected);
            }
        }
    }

    private static IEnumerable<(T A, T B)> Factors<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new RandomStream(1);
        for (int k = 0; k < 300; k++)
        {
            yield return (T.CreateTruncating(random.NextNormal() * (1 << (k % 20))), T.CreateTruncating(random.NextNormal()));
        }
    }

    private static (T MultiplyAdd, T Error, T ErrorBySplitting) Evaluate<T>(int width, T a, T b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        VectorDispatch<T>.Run(new Products<T>(a, b), (VectorWidth)width).Result;

    private struct Products<T>(T a, T b) : IVectorOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public (T MultiplyAdd, T Error, T ErrorBySplitting) Result { get; private set; }

        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            TVector x = TSimd.Broadcast(a), y = TSimd.Broadcast(b), product = TSimd.Multiply(x, y);
            T* results = stackalloc T[3 * 16];
            TSimd.Store(TSimd.MultiplyAdd(x, y, TSimd.Subtract(TSimd.Zero, product)), results);
            TSimd.Store(RoundingError<TSimd, TVector, T>.OfProduct(x, y, product), results + 16);
            TSimd.Store(RoundingError<TSimd, TVector, T>.OfProductBySplitting(x, y, product), results + 32);
            Result = (results[0], results[16], results[32]);
        }
    }
}
