using SobolevNet.Kernels;

namespace SobolevNet.Peers;

/// <summary>The library's product. Packing the weights, done once a step, is part of the time.</summary>
internal static class OwnProduct
{
    public static string Measure()
    {
        var b = new PackedMatrix<float>(ProductShape.Depth, ProductShape.Columns);
        var workspace = new Workspace<float>();
        float[] c = new float[ProductShape.Rows * ProductShape.Columns];
        return ProductShape.Measure(
            () =>
            {
                b.PackTransposed(ProductShape.W);
                Gemm.Multiply<float>(ProductShape.A, ProductShape.Depth, ProductShape.Rows, b, c, ProductShape.Columns, workspace);
            },
            (r, n) => c[(r * ProductShape.Columns) + n],
            20);
    }
}
