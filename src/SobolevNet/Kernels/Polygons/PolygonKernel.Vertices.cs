namespace SobolevNet.Kernels;

/// <summary>The kernel at one vector width: first pass, the Gaussians at vertices.</summary>
internal sealed unsafe partial class PolygonKernel<TSimd, TVector, T>
{
    public override void AddVertex(
        PolygonWorkspace<T> workspace, PixelLattice<T> lattice, double u, double v, int coefficients)
    {
        double reach = PolygonAccuracy<T>.Reach;
        var (rowStart, rowEnd) = lattice.RowsWithin(v - reach, v + reach);
        var (first, columnEnd) = lattice.ColumnsWithin(u - reach, u + reach);
        if (rowStart == rowEnd || first == columnEnd)
        {
            return;
        }

        int width = RoundUp(columnEnd - first);
        int rows = RoundUp(rowEnd - rowStart);
        ref PolygonTile tile = ref workspace.AddTile(rowStart, rowEnd, first - TSimd.Width, width + (2 * TSimd.Width), 1);
        tile.Coefficients = coefficients;
        T* columnTable = workspace.Tables.Reserve(width + rows);
        T* rowTable = columnTable + width;
        FillTable(lattice.ColumnHigh + first, lattice.ColumnLow + first, u, width, Broadcast(1), columnTable);
        FillTable(lattice.RowHigh + rowStart, lattice.RowLow + rowStart, v, rows, Broadcast(InverseTau), rowTable);
        T* destination = workspace.Functions.Pointer + tile.Values + TSimd.Width;
        int* ranges = workspace.Ranges.Pointer + tile.Ranges;
        for (int row = rowStart; row < rowEnd; row++)
        {
            double z = lattice.Row(row) - v;
            double chord = Math.Sqrt(Math.Max(0, (reach * reach) - (z * z)));
            var (start, end) = WholeVectors(lattice, u - chord, u + chord, first, columnEnd);
            TVector factor = TSimd.Broadcast(rowTable[row - rowStart]);
            TSimd.Store(TSimd.Zero, destination + (start - first) - TSimd.Width);
            for (int j = start - first; j < end - first; j += TSimd.Width)
            {
                TSimd.Store(TSimd.Multiply(factor, TSimd.Load(columnTable + j)), destination + j);
            }

            TSimd.Store(TSimd.Zero, destination + (end - first));
            (ranges[0], ranges[1]) = (start, end);
            ranges += 2;
            destination += tile.Stride;
        }
    }

    /// <summary>scale·exp(−z²/2) of the distances of some positions from a point.</summary>
    private static void FillTable(T* positions, T* positionsLow, double point, int count, TVector scale, T* table)
    {
        var (high, low) = PixelLattice<T>.Split(point);
        TVector pointHigh = TSimd.Broadcast(high);
        TVector pointLow = TSimd.Broadcast(low);
        for (int j = 0; j < count; j += TSimd.Width)
        {
            TVector z = TSimd.Add(
                TSimd.Subtract(TSimd.Load(positions + j), pointHigh), TSimd.Subtract(TSimd.Load(positionsLow + j), pointLow));
            TSimd.Store(TSimd.Multiply(scale, PixelGaussian<TSimd, TVector, T>.Exponential(z)), table + j);
        }
    }
}
