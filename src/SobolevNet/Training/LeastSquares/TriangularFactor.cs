using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>The upper triangular factor R of a QR decomposition, RᵀR = AᵀA, of a matrix A whose rows come in blocks.</summary>
/// <remarks>
/// <para>
/// Householder reflections eliminate each block below R, a panel of columns at a time. The columns right of a panel are multiplied by the product I − V T Vᵀ of its reflections;
/// the threads share them. The result does not depend on the number of threads.
/// </para>
/// <para>
/// AᵀA is never formed. Its rounding errors hide all singular values below 10⁻⁸ of the largest one; those of R hide only what is below 10⁻¹⁶.
/// </para>
/// </remarks>
internal sealed class TriangularFactor
{
    /// <summary>Columns of a panel.</summary>
    private const int PanelColumns = 16;

    /// <summary>Columns right of a panel that one task multiplies.</summary>
    private const int TaskColumns = 128;

    /// <summary>Rows that are eliminated at a time, at most.</summary>
    private const int MaxRows = 640;

    /// <summary>Rows of a diagonal matrix that are added at a time.</summary>
    private const int DiagonalRows = 64;

    /// <summary>Elements from a column of a panel to the next: not a power of two, so that they do not fall into the same sets of a cache.</summary>
    private const int Stride = MaxRows + 8;

    private readonly int _size;
    private readonly WorkerTeam _team;
    private readonly double[] _factor;
    private readonly double[] _diagonal;
    private readonly double[] _reflectors = new double[PanelColumns * Stride];
    private readonly double[] _reflectorRows = new double[PanelColumns * MaxRows];
    private readonly double[] _triangle = new double[PanelColumns * PanelColumns];
    private readonly double[] _overlaps = new double[PanelColumns];
    private readonly double[] _products;
    private readonly double[] _changes;
    private readonly Workspace<double>[] _workspaces;
    private readonly Action<int, int> _reflect;
    private Memory<double> _block;
    private int _rows;
    private int _first;
    private int _columns;

    /// <summary>Reserves memory.</summary>
    /// <param name="size">Columns of A.</param>
    /// <param name="team">Does the work.</param>
    public TriangularFactor(int size, WorkerTeam team)
    {
        (_size, _team) = (size, team);
        _factor = new double[size * size];
        _diagonal = new double[DiagonalRows * size];
        (_products, _changes) = (new double[PanelColumns * size], new double[PanelColumns * size]);
        _workspaces = [.. Enumerable.Range(0, team.Workers).Select(_ => new Workspace<double>())];
        _reflect = Reflect;
    }

    /// <summary>Begins with an A without rows.</summary>
    public void Clear() => Array.Clear(_factor);

    /// <summary>Begins with the A of another factor of the same size.</summary>
    public void CopyFrom(TriangularFactor other) => other._factor.CopyTo(_factor, 0);

    /// <summary>Adds rows to A.</summary>
    /// <param name="block">The rows, shape (rows, size); they are overwritten.</param>
    /// <param name="rows">How many there are.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <param name="first">The first column that is not zero.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void Append(double[] block, int rows, CancellationToken cancellationToken, int first = 0)
    {
        int pieces = GemmShape.Blocks(rows, MaxRows);
        for (int piece = 0; piece < pieces; piece++)
        {
            int start = GemmShape.Start(piece, pieces, rows);
            _rows = GemmShape.Start(piece + 1, pieces, rows) - start;
            _block = block.AsMemory(start * _size, _rows * _size);
            for (_first = first; _first < _size; _first += _columns)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _columns = Math.Min(PanelColumns, _size - _first);
                EliminatePanel();
                int rest = _size - _first - _columns;
                _team.Run((rest + TaskColumns - 1) / TaskColumns, _reflect, 2L * _columns * _rows * rest);
            }
        }
    }

    /// <summary>Adds a diagonal matrix to AᵀA.</summary>
    /// <param name="diagonal">Its elements, at least 0.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void AddDiagonal(ReadOnlySpan<double> diagonal, CancellationToken cancellationToken)
    {
        for (int start = 0; start < _size; start += DiagonalRows)
        {
            int rows = Math.Min(DiagonalRows, _size - start);
            Array.Clear(_diagonal);
            for (int row = 0; row < rows; row++)
            {
                _diagonal[(row * _size) + start + row] = Math.Sqrt(diagonal[start + row]);
            }

            Append(_diagonal, rows, cancellationToken, start);
        }
    }

    /// <summary>Computes the diagonal of AᵀA.</summary>
    public void SquaredColumns(Span<double> squares)
    {
        squares.Clear();
        for (int row = 0; row < _size; row++)
        {
            var elements = Row(row);
            var sums = squares[row..];
            TensorPrimitives.MultiplyAdd(elements, elements, sums, sums);
        }
    }

    /// <summary>Replaces b by the solution x of AᵀA x = b.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TrySolve(Span<double> vector)
    {
        for (int row = 0; row < _size; row++)
        {
            double pivot = Row(row)[0];
            if (pivot == 0 || !double.IsFinite(pivot))
            {
                return false;
            }

            double solved = vector[row] /= pivot;
            var rest = vector[(row + 1)..];
            TensorPrimitives.MultiplyAdd(Row(row)[1..], -solved, rest, rest);
        }

        for (int row = _size - 1; row >= 0; row--)
        {
            double known = TensorPrimitives.Dot<double>(Row(row)[1..], vector[(row + 1)..]);
            vector[row] = (vector[row] - known) / Row(row)[0];
        }

        return true;
    }

    /// <summary>A row of R from the diagonal on.</summary>
    public ReadOnlySpan<double> Row(int row) => _factor.AsSpan((row * _size) + row, _size - row);

    /// <summary>Computes the reflections that eliminate a panel of the block, and −T of their product.</summary>
    private void EliminatePanel()
    {
        Transposition.Run<double>(_block.Span[_first..], _size, _rows, _columns, _reflectors, Stride);
        for (int k = 0; k < _columns; k++)
        {
            var top = _factor.AsSpan(((_first + k) * _size) + _first, _columns);
            var reflector = Reflector(k);
            double rest = TensorPrimitives.SumOfSquares<double>(reflector);
            double factor = 0;
            if (rest > 0)
            {
                double before = top[k];
                double after = -Math.CopySign(Math.Sqrt((before * before) + rest), before);
                factor = (after - before) / after;
                TensorPrimitives.Divide(reflector, before - after, reflector);
                top[k] = after;
            }

            for (int right = k + 1; right < _columns; right++)
            {
                var column = Reflector(right);
                double change = -factor * (top[right] + TensorPrimitives.Dot<double>(reflector, column));
                top[right] += change;
                TensorPrimitives.MultiplyAdd(reflector, change, column, column);
            }

            ExtendTriangle(k, factor);
        }

        Transposition.Run<double>(_reflectors, Stride, _columns, _rows, _reflectorRows, _columns);
    }

    /// <summary>Adds a reflection I − factor v vᵀ to the product of the earlier ones.</summary>
    private void ExtendTriangle(int k, double factor)
    {
        for (int left = 0; left < k; left++)
        {
            _overlaps[left] = TensorPrimitives.Dot<double>(Reflector(left), Reflector(k));
        }

        for (int row = 0; row < k; row++)
        {
            var known = _triangle.AsSpan((row * _columns) + row, k - row);
            _triangle[(row * _columns) + k] = -factor * TensorPrimitives.Dot<double>(known, _overlaps.AsSpan(row, k - row));
        }

        _triangle[(k * _columns) + k] = -factor;
        _triangle.AsSpan(k * _columns, k).Clear();
    }

    /// <summary>Multiplies some columns of R and of the block by the product of the panel's reflections.</summary>
    private void Reflect(int task, int worker)
    {
        int start = _first + _columns + (task * TaskColumns);
        int count = Math.Min(TaskColumns, _size - start);
        var workspace = _workspaces[worker];
        var block = _block.Span[start..];
        var products = _products.AsSpan(start);
        var changes = _changes.AsSpan(start);
        for (int k = 0; k < _columns; k++)
        {
            _factor.AsSpan(((_first + k) * _size) + start, count).CopyTo(products[(k * _size)..]);
        }

        Gemm.MultiplyTransposed<double>(_reflectorRows, _columns, block, _size, _rows, count, 0, _columns, products, _size, accumulate: true, workspace);
        Gemm.MultiplyTransposed<double>(_triangle, _columns, products, _size, _columns, count, 0, _columns, changes, _size, accumulate: false, workspace);
        Gemm.MultiplyTransposed<double>(_reflectors, Stride, changes, _size, _columns, count, 0, _rows, block, _size, accumulate: true, workspace);
        for (int k = 0; k < _columns; k++)
        {
            var top = _factor.AsSpan(((_first + k) * _size) + start, count);
            TensorPrimitives.Add(top, changes.Slice(k * _size, count), top);
        }
    }

    private Span<double> Reflector(int k) => _reflectors.AsSpan(k * Stride, _rows);
}
