using SobolevNet.Kernels;

namespace SobolevNet.FrontEnds;

/// <summary>Matrix products in double precision that the threads of a team share; the same bits for any number of them.</summary>
internal sealed class SharedProduct
{
    private const int Tile = 64;

    private readonly WorkerTeam _team;
    private readonly Workspace<double>[] _workspaces;

    public SharedProduct(WorkerTeam team)
    {
        _team = team;
        _workspaces = [.. Enumerable.Range(0, team.Workers).Select(_ => new Workspace<double>())];
    }

    /// <summary>A·B, shape (rows, columns of B), A being (rows × depth of B).</summary>
    public double[] Multiply(double[] a, int rows, PackedMatrix<double> b)
    {
        double[] result = new double[rows * b.Columns];
        _team.Run((rows + Tile - 1) / Tile, (tile, worker) =>
        {
            int first = tile * Tile;
            Gemm.Multiply<double>(
                a.AsSpan(first * b.Depth), b.Depth, Math.Min(Tile, rows - first), b, result.AsSpan(first * b.Columns), b.Columns,
                _workspaces[worker]);
        });
        return result;
    }

    /// <summary>G (+)= AᵀA over some rows of A, shape (columns, columns).</summary>
    public void Gram(double[] a, int firstRow, int rows, int columns, double[] g, bool accumulate) =>
        _team.Run((columns + Tile - 1) / Tile, (tile, worker) =>
        {
            int first = tile * Tile;
            var part = a.AsSpan(firstRow * columns);
            Gemm.MultiplyTransposed<double>(
                part, columns, part, columns, rows, columns, first, Math.Min(Tile, columns - first), g, columns, accumulate, _workspaces[worker]);
        });

    /// <summary>A matrix (rows × columns) as the right-hand factor of products.</summary>
    public static PackedMatrix<double> Pack(double[] matrix, int rows, int columns)
    {
        var packed = new PackedMatrix<double>(rows, columns);
        packed.Pack(matrix);
        return packed;
    }

    /// <summary>The transpose of a matrix (rows × columns) as the right-hand factor of products.</summary>
    public static PackedMatrix<double> PackTransposed(double[] matrix, int rows, int columns)
    {
        var packed = new PackedMatrix<double>(columns, rows);
        packed.PackTransposed(matrix);
        return packed;
    }
}
