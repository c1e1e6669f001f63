using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>
/// The vector instructions that kernels are written in, so that one kernel serves every width. An implementation is an
/// empty struct; the JIT compiles a kernel once for each, with every call below replaced by an instruction.
/// </summary>
/// <remarks>
/// Kernels hold <typeparamref name="TVector"/> locals, never arrays of them, since only locals stay in registers.
/// </remarks>
/// <typeparam name="TVector">What a register holds: Vector512, 256 or 128 of <typeparamref name="T"/>, or T itself.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe interface ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Elements of a vector.</summary>
    static abstract int Width { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(T* source);

    static abstract void Store(TVector value, T* destination);

    static abstract TVector Broadcast(T value);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a·b + c, with one rounding where the machine has an instruction for it, else with two.</summary>
    /// <remarks>All widths of a machine do the same, so that they give the same bits.</remarks>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Abs(TVector a);

    static abstract TVector Sqrt(TVector a);

    static abstract TVector Min(TVector a, TVector b);

    static abstract TVector Max(TVector a, TVector b);

    /// <summary>a where x is below y, b elsewhere (and where x or y is not a number).</summary>
    static abstract TVector SelectLess(TVector x, TVector y, TVector a, TVector b);

    /// <summary>The magnitude of the first with the sign bit of the second.</summary>
    static abstract TVector CopySign(TVector magnitude, TVector sign);

    /// <summary>
    /// a·2ⁿ for a positive, normal a and a normal result; n comes as n + 1.5·2ᵐ, m the mantissa bits of T (23 or 52), the sum
    /// that rounds a number to the integer n.
    /// </summary>
    static abstract TVector MultiplyPowerOfTwo(TVector a, TVector shiftedExponent);

    /// <summary>Whether an element of x is below that of y.</summary>
    static abstract bool LessThanAny(TVector x, TVector y);

    /// <summary>The sum of all elements, in a fixed order.</summary>
    static abstract T Sum(TVector a);
}
