using System.Runtime.InteropServices;

namespace SobolevNet.Peers;

/// <summary>sgemm of whatever BLAS the system has, OpenBLAS first.</summary>
internal static unsafe class BlasProduct
{
    private static readonly string[] Names = ["libopenblas.so.0", "libopenblas", "libblas.so.3"];

    /// <summary>Whether OpenBLAS is there, which alone can be told which kernels to use.</summary>
    public static bool IsOpenBlas => NativeLibrary.TryLoad(Names[0], out _) || NativeLibrary.TryLoad(Names[1], out _);

    public static string Measure()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library) && NativeLibrary.TryGetExport(library, "sgemm_", out nint address))
            {
                return $"{Measure((delegate* unmanaged<byte*, byte*, int*, int*, int*, float*, float*, int*, float*, int*, float*, float*, int*, void>)address)} ({name})";
            }
        }

        return $"none found ({string.Join(", ", Names)})";
    }

    private static string Measure(
        delegate* unmanaged<byte*, byte*, int*, int*, int*, float*, float*, int*, float*, int*, float*, float*, int*, void> sgemm)
    {
        float[] c = new float[ProductShape.Rows * ProductShape.Columns];
        void Product()
        {
            // Column-major: Cᵀ (512 × 1792) = W·Aᵀ, where both operands are stored with the depth first.
            (byte transposed, byte plain) = ((byte)'T', (byte)'N');
            (int rows, int depth, int columns) = (ProductShape.Rows, ProductShape.Depth, ProductShape.Columns);
            (float one, float zero) = (1, 0);
            fixed (float* w = ProductShape.W, a = ProductShape.A, result = c)
            {
                sgemm(&transposed, &plain, &columns, &rows, &depth, &one, w, &depth, a, &depth, &zero, result, &columns);
            }
        }

        return ProductShape.Measure(Product, (r, n) => c[(r * ProductShape.Columns) + n], 5);
    }
}
