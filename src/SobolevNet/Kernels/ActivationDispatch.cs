using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>Work that is written once for every activation and vector width.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface IActivationOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Does the work for one activation, which comes on vectors and on single numbers.</summary>
    void Run<TFunction, TScalarFunction, TSimd, TVector>()
        where TFunction : struct, IActivationFunction<TVector>
        where TScalarFunction : struct, IActivationFunction<T>
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>The one list of activations: runs an operation for an activation at a vector width.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class ActivationDispatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Runs an operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="activation">The activation.</param>
    /// <param name="width">The width, which must be supported; null for <see cref="VectorWidths.Current"/>.</param>
    /// <returns>The operation as it is afterwards.</returns>
    public static TOperation Run<TOperation>(TOperation operation, Activation activation, VectorWidth? width = null)
        where TOperation : struct, IActivationOperation<T> =>
        VectorDispatch<T>.Run(new AtWidth<TOperation>(operation, activation), width).Operation;

    private struct AtWidth<TOperation>(TOperation operation, Activation activation) : IVectorOperation<T>
        where TOperation : struct, IActivationOperation<T>
    {
        public readonly TOperation Operation => operation;

        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            switch (activation)
            {
                case Activation.Identity:
                    operation.Run<IdentityFunction<TSimd, TVector, T>, IdentityFunction<SimdScalar<T>, T, T>, TSimd, TVector>();
                    break;
                case Activation.Tanh:
                    operation.Run<Tanh<TSimd, TVector, T>, Tanh<SimdScalar<T>, T, T>, TSimd, TVector>();
                    break;
                case Activation.Sigmoid:
                    operation.Run<Sigmoid<TSimd, TVector, T>, Sigmoid<SimdScalar<T>, T, T>, TSimd, TVector>();
                    break;
                case Activation.Softplus:
                    operation.Run<Softplus<TSimd, TVector, T>, Softplus<SimdScalar<T>, T, T>, TSimd, TVector>();
                    break;
                case Activation.Gelu:
                    operation.Run<Gelu<TSimd, TVector, T>, Gelu<SimdScalar<T>, T, T>, TSimd, TVector>();
                    break;
                case Activation.Silu:
                    operation.Run<Silu<TSimd, TVector, T>, Silu<SimdScalar<T>, T, T>, TSimd, TVector>();
                    break;
                case Activation.Sine:
                    operation.Run<Sine<TSimd, TVector, T>, Sine<SimdScalar<T>, T, T>, TSimd, TVector>();
                    break;
                case Activation.Relu:
                    operation.Run<Relu<TSimd, TVector, T>, Relu<SimdScalar<T>, T, T>, TSimd, TVector>();
                    break;
                case Activation.GeluTanh:
                    operation.Run<GeluTanh<TSimd, TVector, T>, GeluTanh<SimdScalar<T>, T, T>, TSimd, TVector>();
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(activation), activation, "Unknown activation.");
            }
        }
    }
}
