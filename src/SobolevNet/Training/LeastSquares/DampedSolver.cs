using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>Solves (H + D) x = b with a symmetric matrix H and a diagonal D by Cholesky's decomposition UᵀU.</summary>
/// <remarks>
/// Blocks of rows of U are finished one after the other; each is then subtracted from the rest of the matrix by products that the threads share. The result does not
/// depend on their number.
/// </remarks>
internal sealed class DampedSolver
{
    private const int BlockRows = 64;

    /// <summary>Columns of a block of rows that one task finishes.</summary>
    private const int BlockColumns = 256;

    private readonly int _size;
    private readonly WorkerTeam _team;
    private readonly double[] _factor;
    private readonly double[] _negative;
    private readonly Workspace<double>[] _workspaces;
    private readonly Action<int, int> _finish;
    private readonly Action<int, int> _subtract;
    private int _first;
    private int _end;

    /// <summary>Reserves memory.</summary>
    /// <param name="size">Rows of the matrix.</param>
    /// <param name="team">Does the work.</param>
    public DampedSolver(int size, WorkerTeam team)
    {
        (_size, _team) = (size, team);
        _factor = new double[size * size];
        _negative = new double[BlockRows * size];
        _workspaces = [.. Enumerable.Range(0, team.Workers).Select(_ => new Workspace<double>())];
        (_finish, _subtract) = (Finish, Subtract);
    }

    /// <summary>Decomposes a matrix.</summary>
    /// <param name="matrix">Its upper triangle, shape (size, size).</param>
    /// <param name="damping">The diagonal D.</param>
    /// <param name="cancellationToken">Stops within a block.</param>
    /// <returns>Whether the sum is positive definite.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public bool TryFactor(double[] matrix, ReadOnlySpan<double> damping, CancellationToken cancellationToken)
    {
        for (int row = 0; row < _size; row++)
        {
            matrix.AsSpan((row * _size) + row, _size - row).CopyTo(_factor.AsSpan((row * _size) + row));
            _factor[(row * _size) + row] += damping[row];
        }

        for (_first = 0; _first < _size; _first = _end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _end = Math.Min(_first + BlockRows, _size);
            if (!TryFactorDiagonal())
            {
                return false;
            }

            long work = (long)(_end - _first) * (_end - _first) * (_size - _end);
            _team.Run((_size - _end + BlockColumns - 1) / BlockColumns, _finish, work);
            _team.Run(SymmetricTiles.Count(_size - _end), _subtract, work);
        }

        return true;
    }

    /// <summary>Replaces b by x.</summary>
    public void Solve(Span<double> vector)
    {
        for (int row = 0; row < _size; row++)
        {
            double solved = vector[row] /= Row(row)[row];
            var rest = vector[(row + 1)..];
            TensorPrimitives.MultiplyAdd(Row(row)[(row + 1)..], -solved, rest, rest);
        }

        for (int row = _size - 1; row >= 0; row--)
        {
            double known = TensorPrimitives.Dot<double>(Row(row)[(row + 1)..], vector[(row + 1)..]);
            vector[row] = (vector[row] - known) / Row(row)[row];
        }
    }

    /// <summary>The square block on the diagonal.</summary>
    private bool TryFactorDiagonal()
    {
        for (int row = _first; row < _end; row++)
        {
            Eliminate(row, row, _end);
            double pivot = Row(row)[row];
            if (!(pivot > 0 && double.IsFinite(pivot)))
            {
                return false;
            }

            double root = Math.Sqrt(pivot);
            var rest = Row(row)[row.._end];
            TensorPrimitives.Divide(rest, root, rest);
        }

        return true;
    }

    /// <summary>Some columns of the rows right of the diagonal's block.</summary>
    private void Finish(int task, int worker)
    {
        int start = _end + (task * BlockColumns);
        int end = Math.Min(start + BlockColumns, _size);
        for (int row = _first; row < _end; row++)
        {
            Eliminate(row, start, end);
            var finished = Row(row)[start..end];
            TensorPrimitives.Divide(finished, Row(row)[row], finished);
            TensorPrimitives.Negate(finished, _negative.AsSpan(((row - _first) * _size) + start));
        }
    }

    /// <summary>Subtracts the earlier rows of the block from some columns of a row.</summary>
    private void Eliminate(int row, int start, int end)
    {
        var rest = Row(row)[start..end];
        for (int above = _first; above < row; above++)
        {
            TensorPrimitives.MultiplyAdd(Row(above)[start..end], -Row(above)[row], rest, rest);
        }
    }

    /// <summary>Subtracts the block's products from some rows below it.</summary>
    private void Subtract(int tile, int worker)
    {
        var (first, count) = SymmetricTiles.Tile(tile, _size - _end);
        int row = _end + first;
        Gemm.MultiplyTransposed<double>(
            _negative.AsSpan(row), _size, _factor.AsSpan((_first * _size) + row), _size, _end - _first, _size - row, 0, count,
            _factor.AsSpan((row * _size) + row), _size, accumulate: true, _workspaces[worker]);
    }

    private Span<double> Row(int row) => _factor.AsSpan(row * _size, _size);
}
