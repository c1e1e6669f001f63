namespace SobolevNet.Kernels;

/// <summary>The kernel at one vector width: second pass, from tiles of basis functions to the image.</summary>
internal sealed unsafe partial class PolygonKernel<TSimd, TVector, T>
{
    public override void Finish(PolygonWorkspace<T> workspace, PixelLattice<T> lattice, T background, JetSpan<T> image)
    {
        JetLayout layout = image.Layout;
        for (int component = 0; component < layout.Count; component++)
        {
            image.Row(component, 0).Fill(component == 0 ? background : T.Zero);
        }

        var polygons = new PolygonLayout(layout.Firsts.Length, layout.Seconds.Length);
        fixed (T* pixels = image.Data)
        {
            for (int row = workspace.RowStart; row < workspace.RowEnd; row++)
            {
                T* destination = pixels + (row * lattice.Columns);
                FinishValues(workspace, lattice, background, row, destination);
                if (polygons.Firsts > 0)
                {
                    FinishDerivatives(workspace, lattice, polygons, row, destination, image.ComponentStride);
                }
            }
        }
    }

    /// <summary>Writes the values of a row; columns from the last one touched on stay background.</summary>
    private static void FinishValues(
        PolygonWorkspace<T> workspace, PixelLattice<T> lattice, T background, int row, T* pixels)
    {
        T* values = workspace.Values.Pointer + (row * lattice.PaddedColumns);
        TVector level = TSimd.Broadcast(background);
        for (int j = 0; j < workspace.ColumnEnd; j += TSimd.Width)
        {
            TVector sum = TSimd.Add(TSimd.Load(values + j), level);
            if (j + TSimd.Width <= workspace.ColumnEnd)
            {
                TSimd.Store(sum, pixels + j);
            }
            else
            {
                TSimd.Store(sum, values + j);
                Copy(values + j, pixels + j, workspace.ColumnEnd - j);
            }
        }
    }

    private static void FinishDerivatives(
        PolygonWorkspace<T> workspace, PixelLattice<T> lattice, PolygonLayout polygons, int row, T* pixels, int componentStride)
    {
        int inRow = CollectTiles(workspace, row, out int rangeStart, out int rangeEnd);
        rangeEnd = Math.Min(rangeEnd, lattice.Columns);
        var tiles = workspace.Active.Reserve(2 * workspace.TileCount);
        var near = tiles + inRow;
        T* rim = stackalloc T[PolygonLayout.Block * PixelLattice<T>.Padding];
        for (int j = rangeStart; j < rangeEnd; j += TSimd.Width)
        {
            int active = 0;
            for (int k = 0; k < inRow; k++)
            {
                if (j + TSimd.Width > tiles[k].Start && j < tiles[k].End)
                {
                    near[active] = tiles[k];
                    near[active].Functions += j;
                    active++;
                }
            }

            bool inside = j + TSimd.Width <= lattice.Columns;
            for (int block = 0; block < polygons.FirstBlocks + polygons.SecondBlocks; block++)
            {
                bool first = block < polygons.FirstBlocks;
                int k = PolygonLayout.Block * (first ? block : block - polygons.FirstBlocks);
                int count = Math.Min(PolygonLayout.Block, (first ? polygons.Firsts : polygons.Seconds) - k);
                T* destination = pixels + ((1 + k + (first ? 0 : polygons.Firsts)) * componentStride) + j;
                Combine(
                    near, active, first, inside ? destination : rim, inside ? componentStride : PixelLattice<T>.Padding, count);
                for (int c = 0; !inside && c < count; c++)
                {
                    Copy(rim + (c * PixelLattice<T>.Padding), destination + (c * componentStride), lattice.Columns - j);
                }
            }
        }
    }

    /// <summary>The tiles that touch a row, and the columns that any of them touches.</summary>
    private static int CollectTiles(PolygonWorkspace<T> workspace, int row, out int rangeStart, out int rangeEnd)
    {
        rangeStart = int.MaxValue;
        rangeEnd = 0;
        int active = 0;
        var destination = workspace.Active.Reserve(2 * workspace.TileCount);
        foreach (ref readonly PolygonTile tile in workspace.Tiles)
        {
            if (row < tile.RowStart || row >= tile.RowEnd)
            {
                continue;
            }

            int* range = workspace.Ranges.Pointer + tile.Ranges + (2 * (row - tile.RowStart));
            if (range[0] == range[1])
            {
                continue;
            }

            destination[active++] = new PolygonWorkspace<T>.ActiveTile
            {
                Functions = workspace.Functions.Pointer + tile.Values
                    + ((row - tile.RowStart) * tile.Functions * tile.Stride) - tile.FirstColumn,
                Stride = tile.Stride,
                Start = range[0],
                End = range[1],
                FirstFunctions = tile.FirstFunctions,
                SecondFunctions = tile.Functions,
                Coefficients = workspace.Coefficients.Pointer + tile.Coefficients,
            };
            rangeStart = Math.Min(rangeStart, range[0]);
            rangeEnd = Math.Max(rangeEnd, range[1]);
        }

        return active;
    }

    /// <summary>
    /// One block of components of one vector of columns: Σ over tiles and basis functions, in registers. Each tile's
    /// coefficients move on to the next block.
    /// </summary>
    private static void Combine(
        PolygonWorkspace<T>.ActiveTile* tiles, int active, bool first, T* destination, int stride, int count)
    {
        TVector sum0 = TSimd.Zero, sum1 = TSimd.Zero, sum2 = TSimd.Zero, sum3 = TSimd.Zero;
        TVector sum4 = TSimd.Zero, sum5 = TSimd.Zero, sum6 = TSimd.Zero;
        for (int k = 0; k < active; k++)
        {
            var tile = tiles + k;
            T* coefficient = tile->Coefficients;
            T* function = tile->Functions;
            int functionStride = tile->Stride;
            for (int f = first ? tile->FirstFunctions : tile->SecondFunctions; f > 0; f--)
            {
                TVector basis = TSimd.Load(function);
                sum0 = TSimd.MultiplyAdd(basis, TSimd.Broadcast(coefficient[0]), sum0);
                sum1 = TSimd.MultiplyAdd(basis, TSimd.Broadcast(coefficient[1]), sum1);
                sum2 = TSimd.MultiplyAdd(basis, TSimd.Broadcast(coefficient[2]), sum2);
                sum3 = TSimd.MultiplyAdd(basis, TSimd.Broadcast(coefficient[3]), sum3);
                sum4 = TSimd.MultiplyAdd(basis, TSimd.Broadcast(coefficient[4]), sum4);
                sum5 = TSimd.MultiplyAdd(basis, TSimd.Broadcast(coefficient[5]), sum5);
                sum6 = TSimd.MultiplyAdd(basis, TSimd.Broadcast(coefficient[6]), sum6);
                function += functionStride;
                coefficient += PolygonLayout.Block;
            }

            tile->Coefficients = coefficient;
        }

        switch (count)
        {
            case 7:
                TSimd.Store(sum6, destination + (6 * stride));
                goto case 6;
            case 6:
                TSimd.Store(sum5, destination + (5 * stride));
                goto case 5;
            case 5:
                TSimd.Store(sum4, destination + (4 * stride));
                goto case 4;
            case 4:
                TSimd.Store(sum3, destination + (3 * stride));
                goto case 3;
            case 3:
                TSimd.Store(sum2, destination + (2 * stride));
                goto case 2;
            case 2:
                TSimd.Store(sum1, destination + stride);
                goto default;
            default:
                TSimd.Store(sum0, destination);
                break;
        }
    }

    private static void Copy(T* source, T* destination, int count) =>
        new ReadOnlySpan<T>(source, count).CopyTo(new Span<T>(destination, count));
}
