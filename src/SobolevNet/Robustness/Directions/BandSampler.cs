using SobolevNet.Kernels;

namespace SobolevNet.Robustness;

/// <summary>
/// Random images of a frequency band: independent normal coefficients K of the orthonormal cosine modes in the band, scaled to unit
/// length, and the image Rᵀ K C with the modes of rows and columns in R and C.
/// </summary>
/// <remarks>Two small matrix products an image. Since the modes are orthonormal, the image's length is that of K.</remarks>
internal sealed class BandSampler : DirectionSampler
{
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _rowModes;
    private readonly int _columnModes;
    private readonly int[] _modes;
    private readonly double[] _rowBasis;
    private readonly PackedMatrix<double> _columnBasis;
    private readonly ScratchPool<Scratch> _scratches = new();

    public BandSampler(int rows, int columns, FrequencyBand band, string name)
        : this(rows, columns, ModesOf(rows, columns, band, name))
    {
    }

    private BandSampler(int rows, int columns, (int I, int J)[] modes)
        : base(rows * columns, modes.Length)
    {
        _rows = rows;
        _columns = columns;
        _rowModes = modes.Max(mode => mode.I) + 1;
        _columnModes = modes.Max(mode => mode.J) + 1;
        _modes = [.. modes.Select(mode => (mode.I * _columnModes) + mode.J)];

        // Rᵀ, shape (rows, modes): rows of the image first, as the left factor of the second product.
        _rowBasis = new double[rows * _rowModes];
        for (int y = 0; y < rows; y++)
        {
            for (int i = 0; i < _rowModes; i++)
            {
                _rowBasis[(y * _rowModes) + i] = Mode(i, y, rows);
            }
        }

        double[] columnBasis = new double[_columnModes * columns];
        for (int j = 0; j < _columnModes; j++)
        {
            for (int x = 0; x < columns; x++)
            {
                columnBasis[(j * columns) + x] = Mode(j, x, columns);
            }
        }

        _columnBasis = new PackedMatrix<double>(_columnModes, columns);
        _columnBasis.Pack(columnBasis);
    }

    /// <summary>Element x of the orthonormal cosine mode k of a row of n pixels.</summary>
    public static double Mode(int k, int x, int n) => Math.Sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.Cos(Math.PI * (x + 0.5) * k / n);

    internal override void DrawUnit(ref RandomStream random, TangentFrame? frame, Span<double> direction)
    {
        var scratch = _scratches.TryTake() ?? new Scratch(this);
        var drawn = scratch.Drawn.AsSpan();
        do
        {
            NormalNoise.Fill(ref random, drawn);
        }
        while (!VectorLength.TryNormalize(drawn));

        // Modes outside the band stay zero from the start.
        for (int k = 0; k < _modes.Length; k++)
        {
            scratch.Coefficients[_modes[k]] = drawn[k];
        }

        Gemm.Multiply<double>(scratch.Coefficients, _columnModes, _rowModes, _columnBasis, scratch.Rows, _columns, scratch.Workspace);
        scratch.PackedRows.Pack(scratch.Rows);
        Gemm.Multiply<double>(_rowBasis, _rowModes, _rows, scratch.PackedRows, direction, _columns, scratch.Workspace);
        _scratches.Return(scratch);
    }

    private static (int I, int J)[] ModesOf(int rows, int columns, FrequencyBand band, string name)
    {
        var modes = new List<(int I, int J)>();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                if (band.Contains(i, j, rows, columns))
                {
                    modes.Add((i, j));
                }
            }
        }

        if (modes.Count == 0)
        {
            throw new ArgumentException($"No cosine mode of {rows} × {columns} images is in the band {band.Low} to {band.High}.", name);
        }

        return [.. modes];
    }

    /// <summary>What one thread at a time works with.</summary>
    private sealed class Scratch(BandSampler sampler)
    {
        public double[] Drawn { get; } = new double[sampler._modes.Length];

        public double[] Coefficients { get; } = new double[sampler._rowModes * sampler._columnModes];

        public double[] Rows { get; } = new double[sampler._rowModes * sampler._columns];

        public PackedMatrix<double> PackedRows { get; } = new(sampler._rowModes, sampler._columns);

        public Workspace<double> Workspace { get; } = new();
    }
}
