using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>The kernel at one vector width: first pass, from edge pieces to tiles of basis functions.</summary>
/// <remarks>
/// Lanes are neighboring columns, aligned to multiples of the width from column 0, so that tiles of different edges meet in
/// the same vectors; columns past the image's last are computed and not used. In the table over rows lanes are nodes.
/// </remarks>
/// <typeparam name="TSimd">The vector instructions.</typeparam>
/// <typeparam name="TVector">The vector type.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe partial class PolygonKernel<TSimd, TVector, T> : PolygonKernel<T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double InverseRootTau = 0.39894228040143267794;

    /// <summary>Room for the nodes of a piece, a multiple of every width.</summary>
    private const int NodeRoom = GaussLegendreRule.MaximalNodes + PixelLattice<T>.Padding;

    public override int Width => TSimd.Width;

    public override void AddPiece(
        PolygonWorkspace<T> workspace, PixelLattice<T> lattice, in EdgePiece piece, PolygonLayout layout)
    {
        double reach = PolygonAccuracy<T>.Reach;
        double u0 = piece.U + (piece.Start * piece.DeltaU);
        double u1 = piece.U + (piece.End * piece.DeltaU);
        double v0 = piece.V + (piece.Start * piece.DeltaV);
        double v1 = piece.V + (piece.End * piece.DeltaV);
        var (rowStart, rowEnd) = lattice.RowsWithin(Math.Min(v0, v1) - reach, Math.Max(v0, v1) + reach);
        var (columnStart, columnEnd) = lattice.ColumnsWithin(Math.Min(u0, u1) - reach, Math.Max(u0, u1) + reach);
        workspace.Touch(rowStart, rowEnd, columnStart == lattice.Columns ? lattice.Columns : columnEnd);
        if (rowStart == rowEnd || columnStart == lattice.Columns)
        {
            // Right of the image: nothing to add, but what lies left of it reaches up to the rim.
            return;
        }

        int first = columnStart / TSimd.Width * TSimd.Width;
        int stride = (columnEnd - first + TSimd.Width - 1) / TSimd.Width * TSimd.Width;
        T* tables = workspace.Tables.Reserve((12 * NodeRoom) + (2 * piece.Nodes * stride));
        double* nodes = workspace.Nodes.Reserve(2 * NodeRoom);
        PlaceNodes(piece, layout, tables, nodes);
        T* distribution = tables + (12 * NodeRoom);
        T* density = distribution + (piece.Nodes * stride);
        FillColumnTables(lattice, piece.Nodes, tables, first, stride, distribution, density);

        PolygonTile tile = default;
        int functions = layout.StoredEdgeFunctions;
        if (functions > 0)
        {
            ref PolygonTile added = ref workspace.AddTile(rowStart, rowEnd, first, stride, functions);
            added.FirstFunctions = PolygonLayout.EdgeFirstFunctions;
            added.Coefficients = piece.Coefficients;
            tile = added;
        }

        AddRows(workspace, lattice, piece, tile, rowStart, rowEnd, first, stride, tables, nodes, distribution, density);
    }

    public override void AddVertex(
        PolygonWorkspace<T> workspace, PixelLattice<T> lattice, double u, double v, int coefficients)
    {
        double reach = PolygonAccuracy<T>.Reach;
        var (rowStart, rowEnd) = lattice.RowsWithin(v - reach, v + reach);
        var (columnStart, columnEnd) = lattice.ColumnsWithin(u - reach, u + reach);
        if (rowStart == rowEnd || columnStart == columnEnd)
        {
            return;
        }

        int first = columnStart / TSimd.Width * TSimd.Width;
        int stride = (columnEnd - first + TSimd.Width - 1) / TSimd.Width * TSimd.Width;
        ref PolygonTile tile = ref workspace.AddTile(rowStart, rowEnd, first, stride, 1);
        tile.Coefficients = coefficients;
        T* values = workspace.Functions.Pointer + tile.Values;
        int* ranges = workspace.Ranges.Pointer + tile.Ranges;

        // The table over columns, kept in the first row until that row's turn comes, last.
        var (high, low) = PixelLattice<T>.Split(u);
        for (int j = 0; j < stride; j += TSimd.Width)
        {
            TVector z = Distance(lattice, first + j, TSimd.Broadcast(high), TSimd.Broadcast(low));
            TSimd.Store(ErrorFunction<TSimd, TVector, T>.HalfSquareExponential(z), values + j);
        }

        for (int row = rowEnd - 1; row >= rowStart; row--)
        {
            double z = lattice.Row(row) - v;
            double chord = Math.Sqrt(Math.Max(0, (reach * reach) - (z * z)));
            var (start, end) = lattice.ColumnsWithin(u - chord, u + chord);
            ranges[2 * (row - rowStart)] = start / TSimd.Width * TSimd.Width;
            ranges[(2 * (row - rowStart)) + 1] = start == end ? 0 : end;
            TVector factor = TSimd.Broadcast(T.CreateTruncating(Math.Exp(-0.5 * z * z) / Math.Tau));
            T* destination = values + ((row - rowStart) * stride);
            for (int j = 0; j < stride; j += TSimd.Width)
            {
                TSimd.Store(TSimd.Multiply(factor, TSimd.Load(values + j)), destination + j);
            }
        }
    }

    /// <summary>
    /// Positions and weights of the nodes, in order of falling v, so that the nodes near a row move on as rows go down.
    /// </summary>
    private static void PlaceNodes(in EdgePiece piece, PolygonLayout layout, T* tables, double* nodes)
    {
        var rule = GaussLegendreRule.WithNodes(piece.Nodes);
        double length = piece.End - piece.Start;
        bool reverse = piece.DeltaV > 0;
        for (int q = 0; q < NodeRoom; q++)
        {
            if (q < piece.Nodes)
            {
                int k = reverse ? piece.Nodes - 1 - q : q;
                double t = piece.Start + (length * rule.Nodes[k]);
                double weight = length * rule.Weights[k] * InverseRootTau;
                nodes[q] = piece.U + (t * piece.DeltaU);
                nodes[NodeRoom + q] = piece.V + (t * piece.DeltaV);
                bool second = layout.Seconds > 0;
                tables[(4 * NodeRoom) + q] = T.CreateTruncating(weight * (1 - t) * (second ? 1 - t : 1));
                tables[(5 * NodeRoom) + q] = T.CreateTruncating(weight * t * (second ? 1 - t : 1));
                tables[(6 * NodeRoom) + q] = T.CreateTruncating(weight * t * t);
                tables[(7 * NodeRoom) + q] = T.CreateTruncating(-piece.Intensity * piece.DeltaV * weight);
                (tables[q], tables[NodeRoom + q]) = PixelLattice<T>.Split(nodes[q]);
                (tables[(2 * NodeRoom) + q], tables[(3 * NodeRoom) + q]) = PixelLattice<T>.Split(nodes[NodeRoom + q]);
            }
            else if (q < (piece.Nodes + TSimd.Width - 1) / TSimd.Width * TSimd.Width)
            {
                // Lanes past the last node: where it is, with no weight.
                tables[(2 * NodeRoom) + q] = tables[(2 * NodeRoom) + piece.Nodes - 1];
                tables[(3 * NodeRoom) + q] = tables[(3 * NodeRoom) + piece.Nodes - 1];
                for (int table = 4; table < 8; table++)
                {
                    tables[(table * NodeRoom) + q] = T.Zero;
                }
            }
        }
    }

    /// <summary>Φ and φ of every column's distance from every node, shapes (nodes, stride).</summary>
    private static void FillColumnTables(
        PixelLattice<T> lattice, int nodes, T* tables, int first, int stride, T* distribution, T* density)
    {
        for (int q = 0; q < nodes; q++)
        {
            TVector high = TSimd.Broadcast(tables[q]);
            TVector low = TSimd.Broadcast(tables[NodeRoom + q]);
            for (int j = 0; j < stride; j += TSimd.Width)
            {
                TVector z = Distance(lattice, first + j, high, low);
                TSimd.Store(ErrorFunction<TSimd, TVector, T>.NormalCdf(z, out TVector phi), distribution + (q * stride) + j);
                TSimd.Store(phi, density + (q * stride) + j);
            }
        }
    }

    private static TVector Distance(PixelLattice<T> lattice, int column, TVector high, TVector low)
    {
        return TSimd.Add(
            TSimd.Subtract(TSimd.Load(lattice.ColumnHigh + column), high),
            TSimd.Subtract(TSimd.Load(lattice.ColumnLow + column), low));
    }

    private static void AddRows(
        PolygonWorkspace<T> workspace,
        PixelLattice<T> lattice,
        in EdgePiece piece,
        in PolygonTile tile,
        int rowStart,
        int rowEnd,
        int first,
        int stride,
        T* tables,
        double* nodes,
        T* distribution,
        T* density)
    {
        double reach = PolygonAccuracy<T>.Reach;
        T* steps = workspace.Steps.Pointer;
        int stepsPerRow = (lattice.PaddedColumns / TSimd.Width) + 1;
        T* factors = tables + (8 * NodeRoom);
        int start = 0;
        int end = 0;
        for (int row = rowStart; row < rowEnd; row++)
        {
            // The nodes within reach of the row, and the columns within reach of those.
            double v = lattice.Row(row);
            while (start < piece.Nodes && nodes[NodeRoom + start] > v + reach)
            {
                start++;
            }

            end = Math.Max(end, start);
            while (end < piece.Nodes && nodes[NodeRoom + end] >= v - reach)
            {
                end++;
            }

            int rangeStart = 0;
            int rangeEnd = 0;
            if (start < end)
            {
                double low = Math.Min(nodes[start], nodes[end - 1]);
                double high = Math.Max(nodes[start], nodes[end - 1]);
                (rangeStart, rangeEnd) = lattice.ColumnsWithin(low - reach, high + reach);
                rangeStart = rangeStart / TSimd.Width * TSimd.Width;
                rangeEnd = (rangeEnd + TSimd.Width - 1) / TSimd.Width * TSimd.Width;
                T beyond = FillRowFactors(tables, factors, v, start, end);
                steps[(row * stepsPerRow) + (rangeEnd / TSimd.Width)] += beyond;
                T* values = workspace.Values.Pointer + (row * lattice.PaddedColumns);
                T* functions = workspace.Functions.Pointer + tile.Values + ((row - rowStart) * tile.Functions * stride);
                for (int j = rangeStart; j < rangeEnd; j += TSimd.Width)
                {
                    T* column = distribution + (j - first);
                    T* columnDensity = density + (j - first);
                    switch (tile.Functions)
                    {
                        case 0:
                            AddValues(factors, column, stride, start, end, values + j);
                            break;
                        case PolygonLayout.EdgeFirstFunctions:
                            AddFirst(factors, column, columnDensity, stride, start, end, values + j, functions + (j - first));
                            break;
                        default:
                            AddSecond(factors, column, columnDensity, stride, start, end, values + j, functions + (j - first));
                            MultiplyDistance(lattice, piece, v, j, functions + (j - first), stride);
                            break;
                    }
                }
            }

            if (tile.Functions > 0)
            {
                int* range = workspace.Ranges.Pointer + tile.Ranges + (2 * (row - rowStart));
                range[0] = rangeStart;
                range[1] = rangeEnd;
            }
        }
    }

    /// <summary>The factors that belong to a row: node weights times φ of the row's distance from each node.</summary>
    /// <returns>The row's constant to the right of the piece.</returns>
    private static T FillRowFactors(T* tables, T* factors, double v, int start, int end)
    {
        var (high, low) = PixelLattice<T>.Split(v);
        TVector rowHigh = TSimd.Broadcast(high);
        TVector rowLow = TSimd.Broadcast(low);
        TVector sum = TSimd.Zero;
        for (int q = start / TSimd.Width * TSimd.Width; q < end; q += TSimd.Width)
        {
            TVector z = TSimd.Add(
                TSimd.Subtract(rowHigh, TSimd.Load(tables + (2 * NodeRoom) + q)),
                TSimd.Subtract(rowLow, TSimd.Load(tables + (3 * NodeRoom) + q)));
            TVector exponential = ErrorFunction<TSimd, TVector, T>.HalfSquareExponential(z);
            TSimd.Store(TSimd.Multiply(exponential, TSimd.Load(tables + (4 * NodeRoom) + q)), factors + q);
            TSimd.Store(TSimd.Multiply(exponential, TSimd.Load(tables + (5 * NodeRoom) + q)), factors + NodeRoom + q);
            TSimd.Store(TSimd.Multiply(exponential, TSimd.Load(tables + (6 * NodeRoom) + q)), factors + (2 * NodeRoom) + q);
            TVector value = TSimd.Multiply(exponential, TSimd.Load(tables + (7 * NodeRoom) + q));
            TSimd.Store(value, factors + (3 * NodeRoom) + q);
            sum = TSimd.Add(sum, value);
        }

        return TSimd.Sum(sum);
    }

    private static void AddValues(T* factors, T* distribution, int stride, int start, int end, T* values)
    {
        TVector value = TSimd.Load(values);
        for (int q = start; q < end; q++)
        {
            value = TSimd.MultiplyAdd(
                TSimd.Broadcast(factors[(3 * NodeRoom) + q]), TSimd.Load(distribution + (q * stride)), value);
        }

        TSimd.Store(value, values);
    }

    private static void AddFirst(
        T* factors, T* distribution, T* density, int stride, int start, int end, T* values, T* functions)
    {
        TVector value = TSimd.Load(values);
        TVector atStart = TSimd.Zero;
        TVector atEnd = TSimd.Zero;
        for (int q = start; q < end; q++)
        {
            TVector phi = TSimd.Load(density + (q * stride));
            atStart = TSimd.MultiplyAdd(TSimd.Broadcast(factors[q]), phi, atStart);
            atEnd = TSimd.MultiplyAdd(TSimd.Broadcast(factors[NodeRoom + q]), phi, atEnd);
            value = TSimd.MultiplyAdd(
                TSimd.Broadcast(factors[(3 * NodeRoom) + q]), TSimd.Load(distribution + (q * stride)), value);
        }

        TSimd.Store(value, values);
        TSimd.Store(atStart, functions);
        TSimd.Store(atEnd, functions + stride);
    }

    private static void AddSecond(
        T* factors, T* distribution, T* density, int stride, int start, int end, T* values, T* functions)
    {
        TVector value = TSimd.Load(values);
        TVector n0 = TSimd.Zero;
        TVector n1 = TSimd.Zero;
        TVector n2 = TSimd.Zero;
        for (int q = start; q < end; q++)
        {
            TVector phi = TSimd.Load(density + (q * stride));
            n0 = TSimd.MultiplyAdd(TSimd.Broadcast(factors[q]), phi, n0);
            n1 = TSimd.MultiplyAdd(TSimd.Broadcast(factors[NodeRoom + q]), phi, n1);
            n2 = TSimd.MultiplyAdd(TSimd.Broadcast(factors[(2 * NodeRoom) + q]), phi, n2);
            value = TSimd.MultiplyAdd(
                TSimd.Broadcast(factors[(3 * NodeRoom) + q]), TSimd.Load(distribution + (q * stride)), value);
        }

        TSimd.Store(value, values);
        TSimd.Store(TSimd.Add(n0, n1), functions);
        TSimd.Store(TSimd.Add(n1, n2), functions + stride);
        TSimd.Store(n0, functions + (2 * stride));
        TSimd.Store(n1, functions + (3 * stride));
        TSimd.Store(n2, functions + (4 * stride));
    }

    /// <summary>
    /// Turns N₀, N₁, N₂ into hN₀, hN₁, hN₂. h is measured from where the edge's line crosses the row, so that it is exact
    /// relative to itself; lines that hardly cross rows are measured from A instead.
    /// </summary>
    private static void MultiplyDistance(
        PixelLattice<T> lattice, in EdgePiece piece, double v, int column, T* functions, int stride)
    {
        double across = piece.NormalV * (v - piece.V);
        bool crosses = Math.Abs(piece.NormalU) > 0.05;
        var (high, low) = PixelLattice<T>.Split(crosses ? piece.U - (across / piece.NormalU) : piece.U);
        TVector h = TSimd.MultiplyAdd(
            TSimd.Broadcast(T.CreateTruncating(piece.NormalU)),
            Distance(lattice, column, TSimd.Broadcast(high), TSimd.Broadcast(low)),
            TSimd.Broadcast(T.CreateTruncating(crosses ? 0 : across)));
        for (int function = PolygonLayout.EdgeFirstFunctions; function < PolygonLayout.EdgeFunctions; function++)
        {
            TSimd.Store(TSimd.Multiply(h, TSimd.Load(functions + (function * stride))), functions + (function * stride));
        }
    }
}
