using System.Numerics;
using System.Runtime.CompilerServices;
using SobolevNet.Kernels;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>Nothing but fused multiply-adds on registers: twelve independent chains, more than latency × units needs anywhere.</summary>
internal static class PeakKernel
{
    private const int Chains = 12;

    /// <summary>Floating-point operations of one call.</summary>
    public static double Flop<T>(VectorWidth width, int iterations)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        2.0 * Chains * iterations * Math.Max(1, (int)width / (8 * Unsafe.SizeOf<T>()));

    /// <summary>Runs at a vector width.</summary>
    public static void Run<T>(VectorWidth width, int iterations)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T result = VectorDispatch<T>.Run(new Chain<T>(iterations, T.CreateChecked(0.999)), width).Result;
        if (!T.IsFinite(result))
        {
            throw new InvalidOperationException("The chains of the peak kernel left the finite numbers.");
        }
    }

    private struct Chain<T>(int iterations, T factor) : IVectorOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Result { get; private set; }

        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct =>
            Result = PeakKernel.Run<TSimd, TVector, T>(iterations, factor);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Run<TSimd, TVector, T>(int iterations, T factor)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector f = TSimd.Broadcast(factor);
        TVector c0 = f, c1 = f, c2 = f, c3 = f, c4 = f, c5 = f, c6 = f, c7 = f, c8 = f, c9 = f, c10 = f, c11 = f;
        for (int i = 0; i < iterations; i++)
        {
            c0 = TSimd.MultiplyAdd(c0, f, f);
            c1 = TSimd.MultiplyAdd(c1, f, f);
            c2 = TSimd.MultiplyAdd(c2, f, f);
            c3 = TSimd.MultiplyAdd(c3, f, f);
            c4 = TSimd.MultiplyAdd(c4, f, f);
            c5 = TSimd.MultiplyAdd(c5, f, f);
            c6 = TSimd.MultiplyAdd(c6, f, f);
            c7 = TSimd.MultiplyAdd(c7, f, f);
            c8 = TSimd.MultiplyAdd(c8, f, f);
            c9 = TSimd.MultiplyAdd(c9, f, f);
            c10 = TSimd.MultiplyAdd(c10, f, f);
            c11 = TSimd.MultiplyAdd(c11, f, f);
        }

        var sum = TSimd.Add(TSimd.Add(TSimd.Add(c0, c1), TSimd.Add(c2, c3)), TSimd.Add(TSimd.Add(c4, c5), TSimd.Add(c6, c7)));
        return TSimd.Sum(TSimd.Add(sum, TSimd.Add(TSimd.Add(c8, c9), TSimd.Add(c10, c11))));
    }
}
