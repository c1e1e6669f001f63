using System.Numerics;
using System.Runtime.Intrinsics;

namespace SobolevNet.Kernels;

/// <summary>Work that is written once for every vector width: a struct that holds its operands.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface IVectorOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Does the work with the instructions of one width.</summary>
    void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>The one switch over vector widths: runs an operation with the instructions of a width.</summary>
/// <remarks>
/// A new kernel is a struct that implements <see cref="IVectorOperation{T}"/>, and a method that checks the arguments and calls
/// <see cref="Run"/>. The operation and the width are type arguments, so the JIT compiles each pair by itself and a call costs
/// the switch. A kernel that is called for small pieces of work (an activation, a polygon's edge) is an abstract class whose
/// implementation for a width is made once by such an operation and then held.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal static class VectorDispatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Runs an operation.</summary>
    /// <param name="operation">The operation, with its operands.</param>
    /// <param name="width">The width, which must be supported; null for <see cref="VectorWidths.Current"/>.</param>
    /// <returns>The operation as it is afterwards: where its result is what it keeps, that is read from here.</returns>
    public static TOperation Run<TOperation>(TOperation operation, VectorWidth? width = null)
        where TOperation : struct, IVectorOperation<T>
    {
        switch (width ?? VectorWidths.Current)
        {
            case VectorWidth.Bits512:
                operation.Run<Simd512<T>, Vector512<T>>();
                break;
            case VectorWidth.Bits256:
                operation.Run<Simd256<T>, Vector256<T>>();
                break;
            case VectorWidth.Bits128:
                operation.Run<Simd128<T>, Vector128<T>>();
                break;
            default:
                operation.Run<SimdScalar<T>, T>();
                break;
        }

        return operation;
    }
}
