using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>The kernel at one vector width: first pass, from edge pieces to values and tiles of basis functions.</summary>
/// <remarks>
/// Lanes are neighboring columns, from the first column that a piece touches on (columns past the image's last are computed
/// and not used); where nodes are placed and in the table over rows, lanes are nodes. A tile keeps a vector of zeros on
/// either side of a row's range, so that the second pass may read it at any column.
/// </remarks>
/// <typeparam name="TSimd">The vector instructions.</typeparam>
/// <typeparam name="TVector">The vector type.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe partial class PolygonKernel<TSimd, TVector, T> : PolygonKernel<T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Room = NodeTable<T>.Room;
    private const double InverseTau = 0.15915494309189533577;
    private const double InverseRootTau = 0.39894228040143267794;

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
        if (rowStart == rowEnd || columnStart == lattice.Columns)
        {
            // Above, below or right of the image: nothing to add.
            return;
        }

        int width = RoundUp(columnEnd - columnStart);
        T* tables = workspace.Tables.Reserve((PieceTables.Count * Room) + (2 * piece.Nodes * width));
        var placed = new PieceTables(tables, width, piece.Nodes);
        PlaceNodes(piece, layout.Seconds > 0, placed);
        FillColumnTables(lattice, columnStart, placed);
        PolygonTile tile = default;
        int functions = layout.StoredEdgeFunctions;
        if (functions > 0)
        {
            ref PolygonTile added = ref workspace.AddTile(
                rowStart, rowEnd, columnStart - TSimd.Width, width + (2 * TSimd.Width), functions);
            added.FirstFunctions = PolygonLayout.EdgeFirstFunctions;
            added.Coefficients = piece.Coefficients;
            tile = added;
        }

        AddRows(workspace, lattice, piece, placed, tile, rowStart, rowEnd, columnStart, columnEnd);
    }

    /// <summary>Positions and weights of the nodes along the piece.</summary>
    private static void PlaceNodes(in EdgePiece piece, bool second, PieceTables tables)
    {
        var rule = NodeTable<T>.WithNodes(piece.Nodes);
        double length = piece.End - piece.Start;
        var u = new NodeLine(piece.U + (piece.Start * piece.DeltaU), length * piece.DeltaU);
        var v = new NodeLine(piece.V + (piece.Start * piece.DeltaV), length * piece.DeltaV);
        TVector one = Broadcast(1);
        TVector start = Broadcast(piece.Start);
        TVector extent = Broadcast(length);
        TVector derivativeScale = Broadcast(length * InverseTau);
        TVector valueScale = Broadcast(-piece.Intensity * piece.DeltaV * length * InverseRootTau);
        for (int q = 0; q < piece.Nodes; q += TSimd.Width)
        {
            TVector x = TSimd.Load(rule.High + q);
            TVector low = TSimd.Load(rule.Low + q);
            TSimd.Store(u.At(x, low, out TVector rest), tables.NodeU + q);
            TSimd.Store(rest, tables.NodeULow + q);
            TSimd.Store(v.At(x, low, out rest), tables.NodeV + q);
            TSimd.Store(rest, tables.NodeVLow + q);
            TVector t = TSimd.MultiplyAdd(extent, x, start);
            TVector complement = TSimd.Subtract(one, t);
            TVector weight = TSimd.Load(rule.Weights + q);
            TSimd.Store(TSimd.Multiply(weight, valueScale), tables.ValueWeight + q);
            weight = TSimd.Multiply(weight, derivativeScale);
            TVector atStart = TSimd.Multiply(weight, complement);
            TVector atEnd = TSimd.Multiply(weight, t);
            TSimd.Store(second ? TSimd.Multiply(atStart, complement) : atStart, tables.Weight0 + q);
            TSimd.Store(second ? TSimd.Multiply(atStart, t) : atEnd, tables.Weight1 + q);
            TSimd.Store(TSimd.Multiply(atEnd, t), tables.Weight2 + q);
        }
    }

    /// <summary>Φ and √(2π)φ of every column's distance from every node, shapes (nodes, width).</summary>
    private static void FillColumnTables(PixelLattice<T> lattice, int first, PieceTables tables)
    {
        T* columnHigh = lattice.ColumnHigh + first;
        T* columnLow = lattice.ColumnLow + first;
        T* distribution = tables.Distribution;
        T* density = tables.Density;
        for (int q = 0; q < tables.Nodes; q++)
        {
            TVector high = TSimd.Broadcast(tables.NodeU[q]);
            TVector low = TSimd.Broadcast(tables.NodeULow[q]);
            for (int j = 0; j < tables.Width; j += TSimd.Width)
            {
                TVector z = TSimd.Add(
                    TSimd.Subtract(TSimd.Load(columnHigh + j), high), TSimd.Subtract(TSimd.Load(columnLow + j), low));
                TSimd.Store(PixelGaussian<TSimd, TVector, T>.Distribution(z, out TVector exponential), distribution + j);
                TSimd.Store(exponential, density + j);
            }

            distribution += tables.Width;
            density += tables.Width;
        }
    }

    private static void AddRows(
        PolygonWorkspace<T> workspace,
        PixelLattice<T> lattice,
        in EdgePiece piece,
        PieceTables tables,
        in PolygonTile tile,
        int rowStart,
        int rowEnd,
        int first,
        int last)
    {
        T reach = T.CreateTruncating(PolygonAccuracy<T>.Reach);
        var line = new EdgeLine(piece);
        int* ranges = workspace.Ranges.Pointer + tile.Ranges;
        T* functions = workspace.Functions.Pointer + tile.Values + TSimd.Width;

        // Rows go down, so the nodes near a row move along the piece: forward if it falls, backward if it rises.
        bool rises = piece.DeltaV > 0;
        int start = rises ? tables.Nodes : 0;
        int end = start;
        for (int row = rowStart; row < rowEnd; row++)
        {
            var (high, low) = (lattice.RowHigh[row], lattice.RowLow[row]);
            if (rises)
            {
                while (end > 0 && tables.Above(end - 1, high, low) > reach)
                {
                    end--;
                }

                start = Math.Min(start, end);
                while (start > 0 && tables.Above(start - 1, high, low) >= -reach)
                {
                    start--;
                }
            }
            else
            {
                while (start < tables.Nodes && tables.Above(start, high, low) > reach)
                {
                    start++;
                }

                end = Math.Max(end, start);
                while (end < tables.Nodes && tables.Above(end, high, low) >= -reach)
                {
                    end++;
                }
            }

            int rangeStart = first;
            int rangeEnd = first;
            if (start < end)
            {
                (rangeStart, rangeEnd) = ColumnRange(lattice, tables, start, end, first, last);
                T beyond = FillRowFactors(tables, high, low, start, end);
                T* values = workspace.Values.Pointer + (row * lattice.PaddedColumns);
                T* destination = functions - first;
                for (int j = rangeStart; j < rangeEnd; j += TSimd.Width)
                {
                    switch (tile.Functions)
                    {
                        case 0:
                            AddValues(tables, j - first, start, end, values + j);
                            break;
                        case PolygonLayout.EdgeFirstFunctions:
                            AddFirst(tables, j - first, start, end, values + j, destination + j, tile.Stride);
                            break;
                        default:
                            AddSecond(
                                tables, j - first, start, end, values + j, destination + j, tile.Stride,
                                line.Distance(lattice, row, j));
                            break;
                    }
                }

                TVector level = TSimd.Broadcast(beyond);
                for (int j = rangeEnd; j < workspace.ColumnEnd; j += TSimd.Width)
                {
                    TSimd.Store(TSimd.Add(TSimd.Load(values + j), level), values + j);
                }

                for (int function = 0; function < tile.Functions; function++)
                {
                    TSimd.Store(TSimd.Zero, destination + (function * tile.Stride) + rangeStart - TSimd.Width);
                    TSimd.Store(TSimd.Zero, destination + (function * tile.Stride) + rangeEnd);
                }
            }

            if (tile.Functions > 0)
            {
                ranges[0] = rangeStart;
                ranges[1] = rangeEnd;
                ranges += 2;
                functions += tile.Functions * tile.Stride;
            }
        }
    }

    /// <summary>The columns within reach of some nodes: whole vectors from the tile's first column.</summary>
    private static (int Start, int End) ColumnRange(
        PixelLattice<T> lattice, PieceTables tables, int start, int end, int first, int last)
    {
        double reach = PolygonAccuracy<T>.Reach;
        double a = tables.U(start);
        double b = tables.U(end - 1);
        return WholeVectors(lattice, Math.Min(a, b) - reach, Math.Max(a, b) + reach, first, last);
    }

    /// <summary>The columns within an interval, cut to a tile's columns [first, last): whole vectors from its first one.</summary>
    /// <remarks>
    /// A tile has room for its own columns, which come from the ends of a piece. A node's rounded position may lie outside of
    /// the piece, so the cut to the tile is what keeps every load and store within the tile's memory.
    /// </remarks>
    private static (int Start, int End) WholeVectors(PixelLattice<T> lattice, double low, double high, int first, int last)
    {
        if (last - first <= TSimd.Width)
        {
            return (first, first + RoundUp(last - first));
        }

        var (start, end) = lattice.ColumnsWithin(low, high);
        start = first + ((Math.Clamp(start, first, last) - first) / TSimd.Width * TSimd.Width);
        end = Math.Clamp(end, start, last);
        return (start, start + RoundUp(end - start));
    }

    /// <summary>The factors that belong to a row: node weights times exp(−z²/2) of the row's distance from each node.</summary>
    /// <returns>The row's constant to the right of the piece.</returns>
    private static T FillRowFactors(PieceTables tables, T high, T low, int start, int end)
    {
        TVector rowHigh = TSimd.Broadcast(high);
        TVector rowLow = TSimd.Broadcast(low);
        TVector sum = TSimd.Zero;
        for (int q = start / TSimd.Width * TSimd.Width; q < end; q += TSimd.Width)
        {
            TVector z = TSimd.Add(
                TSimd.Subtract(rowHigh, TSimd.Load(tables.NodeV + q)), TSimd.Subtract(rowLow, TSimd.Load(tables.NodeVLow + q)));
            TVector exponential = PixelGaussian<TSimd, TVector, T>.Exponential(z);
            TSimd.Store(TSimd.Multiply(exponential, TSimd.Load(tables.Weight0 + q)), tables.Factor0 + q);
            TSimd.Store(TSimd.Multiply(exponential, TSimd.Load(tables.Weight1 + q)), tables.Factor1 + q);
            TSimd.Store(TSimd.Multiply(exponential, TSimd.Load(tables.Weight2 + q)), tables.Factor2 + q);
            TVector value = TSimd.Multiply(exponential, TSimd.Load(tables.ValueWeight + q));
            TSimd.Store(value, tables.ValueFactor + q);
            sum = TSimd.Add(sum, value);
        }

        return TSimd.Sum(sum);
    }

    private static void AddValues(PieceTables tables, int column, int start, int end, T* values)
    {
        TVector value = TSimd.Load(values);
        T* distribution = tables.Distribution + (start * tables.Width) + column;
        for (int q = start; q < end; q++)
        {
            value = TSimd.MultiplyAdd(TSimd.Broadcast(tables.ValueFactor[q]), TSimd.Load(distribution), value);
            distribution += tables.Width;
        }

        TSimd.Store(value, values);
    }

    private static void AddFirst(
        PieceTables tables, int column, int start, int end, T* values, T* functions, int stride)
    {
        TVector value = TSimd.Load(values);
        TVector atStart = TSimd.Zero;
        TVector atEnd = TSimd.Zero;
        T* distribution = tables.Distribution + (start * tables.Width) + column;
        T* density = tables.Density + (start * tables.Width) + column;
        for (int q = start; q < end; q++)
        {
            TVector phi = TSimd.Load(density);
            atStart = TSimd.MultiplyAdd(TSimd.Broadcast(tables.Factor0[q]), phi, atStart);
            atEnd = TSimd.MultiplyAdd(TSimd.Broadcast(tables.Factor1[q]), phi, atEnd);
            value = TSimd.MultiplyAdd(TSimd.Broadcast(tables.ValueFactor[q]), TSimd.Load(distribution), value);
            distribution += tables.Width;
            density += tables.Width;
        }

        TSimd.Store(value, values);
        TSimd.Store(atStart, functions);
        TSimd.Store(atEnd, functions + stride);
    }

    private static void AddSecond(
        PieceTables tables, int column, int start, int end, T* values, T* functions, int stride, TVector distance)
    {
        TVector value = TSimd.Load(values);
        TVector n0 = TSimd.Zero;
        TVector n1 = TSimd.Zero;
        TVector n2 = TSimd.Zero;
        T* distribution = tables.Distribution + (start * tables.Width) + column;
        T* density = tables.Density + (start * tables.Width) + column;
        T* factor = tables.Factor0 + start;
        for (int q = start; q < end; q++)
        {
            TVector phi = TSimd.Load(density);
            n0 = TSimd.MultiplyAdd(TSimd.Broadcast(factor[0]), phi, n0);
            n1 = TSimd.MultiplyAdd(TSimd.Broadcast(factor[Room]), phi, n1);
            n2 = TSimd.MultiplyAdd(TSimd.Broadcast(factor[2 * Room]), phi, n2);
            value = TSimd.MultiplyAdd(TSimd.Broadcast(factor[3 * Room]), TSimd.Load(distribution), value);
            distribution += tables.Width;
            density += tables.Width;
            factor++;
        }

        TSimd.Store(value, values);
        TSimd.Store(TSimd.Add(n0, n1), functions);
        TSimd.Store(TSimd.Add(n1, n2), functions + stride);
        TSimd.Store(TSimd.Multiply(distance, n0), functions + (2 * stride));
        TSimd.Store(TSimd.Multiply(distance, n1), functions + (3 * stride));
        TSimd.Store(TSimd.Multiply(distance, n2), functions + (4 * stride));
    }

    private static int RoundUp(int columns) => (columns + TSimd.Width - 1) / TSimd.Width * TSimd.Width;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Broadcast(double value) => TSimd.Broadcast(T.CreateTruncating(value));

    /// <summary>Where the tables of a piece lie in the workspace.</summary>
    private readonly struct PieceTables(T* memory, int width, int nodes)
    {
        /// <summary>Tables over nodes; those over nodes and columns follow.</summary>
        public const int Count = 12;

        public int Width => width;

        public int Nodes => nodes;

        public T* NodeU => memory;

        public T* NodeULow => memory + Room;

        public T* NodeV => memory + (2 * Room);

        public T* NodeVLow => memory + (3 * Room);

        /// <summary>Weight of the first moment: (1−t)², or 1−t without second derivatives; over 2π.</summary>
        public T* Weight0 => memory + (4 * Room);

        /// <summary>Weight of the second moment: t(1−t), or t without second derivatives; over 2π.</summary>
        public T* Weight1 => memory + (5 * Room);

        /// <summary>Weight of the third moment, t²; over 2π.</summary>
        public T* Weight2 => memory + (6 * Room);

        /// <summary>Weight of the value, −c e_v; over √(2π).</summary>
        public T* ValueWeight => memory + (7 * Room);

        public T* Factor0 => memory + (8 * Room);

        public T* Factor1 => memory + (9 * Room);

        public T* Factor2 => memory + (10 * Room);

        public T* ValueFactor => memory + (11 * Room);

        public T* Distribution => memory + (Count * Room);

        public T* Density => memory + (Count * Room) + (nodes * width);

        /// <summary>How far a node lies above a row.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Above(int node, T rowHigh, T rowLow) => (NodeV[node] - rowHigh) + (NodeVLow[node] - rowLow);

        /// <summary>A node's column position, both parts of it.</summary>
        public double U(int node) => double.CreateTruncating(NodeU[node]) + double.CreateTruncating(NodeULow[node]);
    }

    /// <summary>
    /// A coordinate along a piece, offset + slope·x, as a sum of two numbers of type T: rounding errors of the product and
    /// of the sum are computed exactly and carried (Dekker, Knuth), so that float places a node as double would.
    /// </summary>
    private readonly struct NodeLine
    {
        private readonly TVector _offset;
        private readonly TVector _offsetLow;
        private readonly TVector _slope;
        private readonly TVector _slopeLow;

        public NodeLine(double offset, double slope)
        {
            var (high, low) = PixelLattice<T>.Split(offset);
            (_offset, _offsetLow) = (TSimd.Broadcast(high), TSimd.Broadcast(low));
            (high, low) = PixelLattice<T>.Split(slope);
            (_slope, _slopeLow) = (TSimd.Broadcast(high), TSimd.Broadcast(low));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At(TVector x, TVector xLow, out TVector low)
        {
            TVector product = TSimd.Multiply(_slope, x);
            TVector error = RoundingError<TSimd, TVector, T>.OfProduct(_slope, x, product);
            error = TSimd.MultiplyAdd(_slope, xLow, TSimd.MultiplyAdd(_slopeLow, x, error));
            TVector sum = TSimd.Add(product, _offset);
            TVector part = TSimd.Subtract(sum, product);
            TVector lost = TSimd.Add(
                TSimd.Subtract(product, TSimd.Subtract(sum, part)), TSimd.Subtract(_offset, part));
            low = TSimd.Add(TSimd.Add(lost, error), _offsetLow);
            return sum;
        }
    }

    /// <summary>The signed distance h of pixels from the line of an edge, positive on the side of the normal.</summary>
    /// <remarks>
    /// h is measured along the row from where the line crosses it, so that it is exact relative to itself; a line that hardly
    /// crosses rows is measured from A instead.
    /// </remarks>
    private readonly struct EdgeLine
    {
        private readonly double _u;
        private readonly double _v;
        private readonly double _shift;
        private readonly double _normalV;
        private readonly T _normalU;
        private readonly bool _crosses;

        public EdgeLine(in EdgePiece piece)
        {
            (_u, _v, _normalV) = (piece.U, piece.V, piece.NormalV);
            _normalU = T.CreateTruncating(piece.NormalU);
            _crosses = Math.Abs(piece.NormalU) > 0.05;
            _shift = _crosses ? piece.NormalV / piece.NormalU : 0;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Distance(PixelLattice<T> lattice, int row, int column)
        {
            double fall = lattice.Row(row) - _v;
            var (high, low) = PixelLattice<T>.Split(_u - (_shift * fall));
            TVector along = TSimd.Add(
                TSimd.Subtract(TSimd.Load(lattice.ColumnHigh + column), TSimd.Broadcast(high)),
                TSimd.Subtract(TSimd.Load(lattice.ColumnLow + column), TSimd.Broadcast(low)));
            return TSimd.MultiplyAdd(
                TSimd.Broadcast(_normalU), along, TSimd.Broadcast(T.CreateTruncating(_crosses ? 0 : _normalV * fall)));
        }
    }
}
