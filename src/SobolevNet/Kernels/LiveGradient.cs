using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>G (+)= Zᵀ·A with the live columns of A alone: the gradient of the first layer's weights.</summary>
/// <remarks>
/// Gᵀ is summed in the workspace, a row for each column of A and lanes for output features, so that a sample touches just
/// the rows of its live columns: the tile's rows, wherever they lie, are loaded, the sample's components (28 terms) are
/// added, and the rows are stored again. That costs about a tenth over one long sum, and spares four fifths of the terms.
/// A part of 128 output features, of which samples touch half, stays in the second-level cache. At the end Gᵀ is transposed.
/// </remarks>
internal readonly unsafe struct LiveGradient<T> : IVectorOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Bytes of a row of Gᵀ that is summed at once.</summary>
    private const int RowBytes = 512;

    private readonly T* _z;
    private readonly nint _strideZ;
    private readonly T* _a;
    private readonly nint _strideA;
    private readonly int _samples;
    private readonly int _groupSamples;
    private readonly int _rowsOfSample;
    private readonly int _components;
    private readonly LiveColumns _live;
    private readonly int _firstSample;
    private readonly int _columns;
    private readonly int _first;
    private readonly int _count;
    private readonly T* _g;
    private readonly nint _strideG;
    private readonly bool _accumulate;
    private readonly Workspace<T> _workspace;

    public LiveGradient(
        T* z, nint strideZ, T* a, nint strideA, int samples, int groupSamples, int rowsOfSample, int components, LiveColumns live,
        int firstSample, int columns, int first, int count, T* g, nint strideG, bool accumulate, Workspace<T> workspace)
    {
        _z = z;
        _strideZ = strideZ;
        _a = a;
        _strideA = strideA;
        _samples = samples;
        _groupSamples = groupSamples;
        _rowsOfSample = rowsOfSample;
        _components = components;
        _live = live;
        _firstSample = firstSample;
        _columns = columns;
        _first = first;
        _count = count;
        _g = g;
        _strideG = strideG;
        _accumulate = accumulate;
        _workspace = workspace;
    }

    public void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int part = RowBytes / sizeof(T);
        for (int start = 0; start < _count; start += part)
        {
            RunPart<TSimd, TVector>(_first + start, Math.Min(part, _count - start));
        }
    }

    private void RunPart<TSimd, TVector>(int first, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int panels = GemmShape.Blocks(count, panelWidth);
        int padded = panels * panelWidth;
        int transposedLength = _columns * padded;
        int indexLength = _columns * sizeof(nint) / sizeof(T);
        int zLength = _components * padded;
        T* transposed = _workspace.Pointer(transposedLength + indexLength + zLength + (_components * _columns));
        nint* index = (nint*)(transposed + transposedLength);
        T* packedZ = transposed + transposedLength + indexLength;
        T* packedA = packedZ + zLength;
        new Span<T>(transposed, transposedLength + indexLength + zLength).Clear();
        T* g = _g + (first * _strideG);
        if (_accumulate)
        {
            GemmPacking.Transpose(g, _strideG, count, _columns, transposed, padded);
        }

        for (int start = 0; start < _samples; start += _groupSamples)
        {
            int samples = Math.Min(_groupSamples, _samples - start);
            nint firstRow = (nint)start * _rowsOfSample;
            for (int s = 0; s < samples; s++)
            {
                GemmPacking.Copy(
                    _z + ((firstRow + s) * _strideZ) + first, samples * _strideZ, _components, count, packedZ, padded);
                int live = Pack(_live.Of(_firstSample + start + s), _live.CountOf(_firstSample + start + s), firstRow + s, samples * _strideA, padded, packedA, index);
                int tiles = GemmShape.Blocks(live, GemmTile<TSimd, TVector, T>.MaxRows);
                for (int panel = 0; panel < panels; panel++)
                {
                    for (int tile = 0; tile < tiles; tile++)
                    {
                        int row = GemmShape.Start(tile, tiles, live);
                        int height = GemmShape.Start(tile + 1, tiles, live) - row;
                        GemmTile<TSimd, TVector, T>.Run<IndexedRows>(
                            height, _components, packedA + row, live, packedZ + (panel * panelWidth), padded,
                            transposed + (panel * panelWidth), 0, true, index + row);
                    }
                }
            }
        }

        GemmPacking.Transpose(transposed, padded, _columns, count, g, _strideG);
    }

    /// <summary>Copies the live columns of a sample to [component][column] and notes their rows of Gᵀ.</summary>
    private int Pack(ReadOnlySpan<ColumnRun> runs, int live, nint row, nint step, int padded, T* packed, nint* index)
    {
        T* from = _a + (row * _strideA);
        foreach (var run in runs)
        {
            GemmPacking.Copy(from + run.Start, step, _components, run.Length, packed, live);
            packed += run.Length;
            for (int k = 0; k < run.Length; k++)
            {
                *index++ = (nint)(run.Start + k) * padded;
            }
        }

        return live;
    }
}
