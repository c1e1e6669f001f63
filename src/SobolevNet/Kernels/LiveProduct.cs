using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>C = A·B with the live columns of A alone.</summary>
/// <remarks>
/// The live columns of some samples are packed, [sample][tile][k][row], with the places of the rows of B that belong to
/// them. Then a panel of B after the other meets all these samples, so that it is fetched once from afar; of each sample it
/// lends the micro-kernel the rows that the index names. A panel of 1681 rows (210 KB) and the packed samples share the
/// second-level cache.
/// </remarks>
internal readonly unsafe struct LiveProduct<T> : IVectorOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Bytes of packed samples.</summary>
    private const int BlockBytes = 384 * 1024;

    private readonly T* _a;
    private readonly nint _strideA;
    private readonly int _samples;
    private readonly int _components;
    private readonly LiveColumns _live;
    private readonly int _firstSample;
    private readonly PackedMatrix<T> _b;
    private readonly T* _c;
    private readonly nint _strideC;
    private readonly Workspace<T> _workspace;

    public LiveProduct(
        T* a, nint strideA, int samples, int components, LiveColumns live, int firstSample, PackedMatrix<T> b, T* c, nint strideC,
        Workspace<T> workspace)
    {
        _a = a;
        _strideA = strideA;
        _samples = samples;
        _components = components;
        _live = live;
        _firstSample = firstSample;
        _b = b;
        _c = c;
        _strideC = strideC;
        _workspace = workspace;
    }

    public void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int perColumn = (_components * sizeof(T)) + sizeof(nint);
        for (int start = 0; start < _samples;)
        {
            int end = start;
            int columns = 0;
            do
            {
                columns += _live.CountOf(_firstSample + end++);
            }
            while (end < _samples && (columns + _live.CountOf(_firstSample + end)) * (long)perColumn <= BlockBytes);

            RunBlock<TSimd, TVector>(start, end, columns);
            start = end;
        }
    }

    private void RunBlock<TSimd, TVector>(int start, int end, int columns)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int tiles = GemmShape.Blocks(_components, GemmTile<TSimd, TVector, T>.MaxRows);
        int edgeLength = GemmTile<TSimd, TVector, T>.MaxRows * panelWidth;
        int indexLength = columns * sizeof(nint) / sizeof(T);
        T* edge = _workspace.Pointer(edgeLength + indexLength + (columns * _components));
        nint* index = (nint*)(edge + edgeLength);
        T* packed = edge + edgeLength + indexLength;
        Pack(start, end, tiles, panelWidth, packed, index);
        for (int panel = 0; panel < _b.Panels; panel++)
        {
            T* panelB = _b.Pointer + ((nint)panel * _b.Depth * panelWidth);
            int width = Math.Min(panelWidth, _b.Columns - (panel * panelWidth));
            T* tileA = packed;
            nint* rows = index;
            for (int sample = start; sample < end; sample++)
            {
                int depth = _live.CountOf(_firstSample + sample);
                for (int tile = 0; tile < tiles; tile++)
                {
                    int component = GemmShape.Start(tile, tiles, _components);
                    int height = GemmShape.Start(tile + 1, tiles, _components) - component;
                    T* tileC = _c + (((component * _samples) + sample) * _strideC) + (panel * panelWidth);
                    GemmTile<TSimd, TVector, T>.RunPart<IndexedDepth>(
                        height, width, depth, tileA, height, panelB, 0, tileC, _samples * _strideC, false, edge, rows);
                    tileA += (nint)depth * height;
                }

                rows += depth;
            }
        }
    }

    private void Pack(int start, int end, int tiles, int panelWidth, T* packed, nint* index)
    {
        for (int sample = start; sample < end; sample++)
        {
            var runs = _live.Of(_firstSample + sample);
            nint depth = _live.CountOf(_firstSample + sample);
            for (int tile = 0; tile < tiles; tile++)
            {
                int component = GemmShape.Start(tile, tiles, _components);
                int height = GemmShape.Start(tile + 1, tiles, _components) - component;
                T* from = _a + (((component * _samples) + sample) * _strideA);
                foreach (var run in runs)
                {
                    GemmPacking.Transpose(from + run.Start, _samples * _strideA, height, run.Length, packed, height);
                    packed += (nint)run.Length * height;
                }
            }

            foreach (var run in runs)
            {
                for (int k = 0; k < run.Length; k++)
                {
                    *index++ = (nint)(run.Start + k) * panelWidth;
                }
            }
        }
    }
}
