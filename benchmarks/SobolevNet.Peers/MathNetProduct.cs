using MathNet.Numerics.LinearAlgebra.Single;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace SobolevNet.Peers;

/// <summary>MathNet's managed provider.</summary>
internal static class MathNetProduct
{
    public static string Measure()
    {
        LinearAlgebraControl.UseManaged();
        MathNet.Numerics.Control.UseSingleThread();
        var a = DenseMatrix.OfColumnMajor(ProductShape.Depth, ProductShape.Rows, ProductShape.A).Transpose();
        var w = DenseMatrix.OfColumnMajor(ProductShape.Depth, ProductShape.Columns, ProductShape.W);
        MathNet.Numerics.LinearAlgebra.Matrix<float> c = new DenseMatrix(ProductShape.Rows, ProductShape.Columns);
        return ProductShape.Measure(() => a.Multiply(w, c), (r, n) => c[r, n], 1);
    }
}
