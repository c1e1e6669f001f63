using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>C = A·B for a few short rows: A is read where it lies, and C has room for whole panels, so that nothing is packed or copied.</summary>
internal readonly unsafe struct GemmFewRows<T>(T* a, nint strideA, int rows, PackedMatrix<T> b, T* c, nint strideC) : IVectorOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        T* panel = b.Pointer;
        T* to = c;
        for (int left = b.Panels; left > 0; left--)
        {
            int height;
            for (int row = 0; row < rows; row += height)
            {
                height = Math.Min(rows - row, GemmTile<TSimd, TVector, T>.MaxRows);
                GemmTile<TSimd, TVector, T>.Run<FactorsByRow>(
                    height, b.Depth, a + (row * strideA), strideA, panel, panelWidth, to + (row * strideC), strideC, false, null);
            }

            panel += (nint)b.Depth * panelWidth;
            to += panelWidth;
        }
    }
}
