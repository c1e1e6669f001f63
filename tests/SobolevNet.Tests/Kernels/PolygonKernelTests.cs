using System.Numerics;
using CsCheck;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

/// <summary>The memory of the polygon kernel: it writes its own tile, its own tables and its own rows, whatever the geometry.</summary>
public sealed unsafe class PolygonKernelTests
{
    private const int Large = 1 << 13;
    private const int Rows = 9;
    private const int Columns = 37;

    private static readonly Gen<double> Place =
        Gen.Select(Gen.Int[-12, 46], Gen.OneOf(0, 0.5, 1e-9, -1e-9, 1e-6, -1e-6), Gen.Double[0, 1], Gen.Bool)
            .Select((column, nudge, inside, grid) => column + (grid ? nudge : inside));

    /// <summary>Pixels in units of σ; the reach is a whole number of most of them.</summary>
    private static readonly Gen<double> Spacing = Gen.OneOf(0.3, 0.5, 2.0 / 3, 1.0, 0.1 * 3, 8.5 / 11, 2.5);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(2, 3)]
    public void AddPiece_AtAnyPlace_WritesItsOwnMemoryAlone(int firsts, int seconds)
    {
        var layout = new PolygonLayout(firsts, seconds);
        Gen.Select(Place, Place, Place, Place, Spacing, Gen.Int[0, 3])
            .Sample(
                (u0, u, v0, v, spacing, kind) =>
                {
                    // Half of the pieces run along a column, a quarter along a row.
                    double u1 = kind < 2 ? u0 : u;
                    double v1 = kind == 2 ? v0 : v;
                    foreach (var width in VectorWidths.Supported)
                    {
                        Piece<float>(width, layout, spacing, u0, u1, v0, v1);
                        Piece<double>(width, layout, spacing, u0, u1, v0, v1);
                    }
                },
                iter: 250,
                threads: 1);
    }

    [Fact]
    public void AddVertex_AtAnyPlace_WritesItsOwnMemoryAlone() =>
        Gen.Select(Place, Place, Spacing).Sample(
            (u, v, spacing) =>
            {
                foreach (var width in VectorWidths.Supported)
                {
                    Guarded<float>(width, spacing, 1, (kernel, workspace, lattice) => kernel.AddVertex(workspace, lattice, u * spacing, -v * spacing, 0));
                    Guarded<double>(width, spacing, 1, (kernel, workspace, lattice) => kernel.AddVertex(workspace, lattice, u * spacing, -v * spacing, 0));
                }
            },
            iter: 250,
            threads: 1);

    [Fact]
    public void AddTile_LargerThanMemoryReaches_IsRefused()
    {
        var workspace = new PolygonWorkspace<float>();
        var act = () => { workspace.AddTile(0, 1 << 13, 0, 1 << 16, 5); };
        act.Should().Throw<ArgumentException>().WithMessage("*too large*").WithParameterName("image");
    }

    private static void Piece<T>(VectorWidth width, PolygonLayout layout, double spacing, double u0, double u1, double v0, double v1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double length = spacing * Math.Sqrt(((u1 - u0) * (u1 - u0)) + ((v1 - v0) * (v1 - v0)));
        if (length > PolygonAccuracy<T>.LongestPiece)
        {
            double part = PolygonAccuracy<T>.LongestPiece / length;
            (u1, v1, length) = (u0 + (part * (u1 - u0)), v0 + (part * (v1 - v0)), PolygonAccuracy<T>.LongestPiece);
        }

        var piece = new EdgePiece(
            u0 * spacing, -v0 * spacing, (u1 - u0) * spacing, (v0 - v1) * spacing, 1, 0, 0, 1, PolygonAccuracy<T>.Nodes(length), 1, 0);
        Guarded<T>(width, spacing, layout.StoredEdgeFunctions, (kernel, workspace, lattice) => kernel.AddPiece(workspace, lattice, piece, layout));
    }

    private static void Guarded<T>(
        VectorWidth width, double spacing, int functions, Action<PolygonKernel<T>, PolygonWorkspace<T>, PixelLattice<T>> add)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var lattice = new PixelLattice<T>(Rows, Columns, 0, spacing, 0, spacing);
        var workspace = new PolygonWorkspace<T>();
        workspace.Begin(lattice, 0, Rows, Columns);
        T mark = T.CreateChecked(12345);
        workspace.Functions.Reserve(Large);
        workspace.Tables.Reserve(Large);
        workspace.Ranges.Reserve(Large);
        workspace.Values.Reserve(Large);
        workspace.Functions.Span(0, Large).Fill(mark);
        workspace.Tables.Span(0, Large).Fill(mark);
        workspace.Ranges.Span(0, Large).Fill(-7);
        workspace.Values.Span(0, Large).Fill(mark);
        workspace.AddTile(0, 1, 0, 64, 1);
        var (usedBefore, rangesBefore) = (workspace.FunctionsUsed, workspace.RangesUsed);

        add(PolygonKernel<T>.Create(width), workspace, lattice);

        workspace.Functions.Span(0, usedBefore).IndexOfAnyExcept(mark).Should().Be(-1, "tiles before are not touched");
        workspace.Functions.Span(workspace.FunctionsUsed, Large - workspace.FunctionsUsed).IndexOfAnyExcept(mark).Should().Be(-1, "a tile ends");
        workspace.Ranges.Span(0, rangesBefore).IndexOfAnyExcept(-7).Should().Be(-1);
        workspace.Ranges.Span(workspace.RangesUsed, Large - workspace.RangesUsed).IndexOfAnyExcept(-7).Should().Be(-1);
        for (int row = 0; row < Rows; row++)
        {
            // A vector that starts at the last column ends one short of the padding's last element at the widest.
            workspace.Values.Span(((row + 1) * lattice.PaddedColumns) - 1, 1)[0].Should().Be(mark, $"row {row} ends");
        }

        workspace.Values.Span(Rows * lattice.PaddedColumns, Large - (Rows * lattice.PaddedColumns)).IndexOfAnyExcept(mark).Should().Be(-1);
        if (workspace.TileCount == 1)
        {
            return;
        }

        // A tile's own memory: a row's range lies in it, with a vector of zeros on either side.
        var tile = workspace.Tiles[1];
        int vector = width == VectorWidth.Scalar ? 1 : (int)width / 8 / System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        tile.Functions.Should().Be(functions);
        for (int row = tile.RowStart; row < tile.RowEnd; row++)
        {
            var range = workspace.Ranges.Span(tile.Ranges + (2 * (row - tile.RowStart)), 2);
            range[0].Should().BeGreaterThanOrEqualTo(tile.FirstColumn + vector);
            range[1].Should().BeInRange(range[0], tile.FirstColumn + tile.Stride - vector);
            for (int function = 0; function < functions && range[1] > range[0]; function++)
            {
                var stored = workspace.Functions.Span(
                    tile.Values + ((((row - tile.RowStart) * functions) + function) * tile.Stride), tile.Stride);
                stored.Slice(range[0] - tile.FirstColumn - vector, vector).IndexOfAnyExcept(T.Zero).Should().Be(-1);
                stored.Slice(range[1] - tile.FirstColumn, vector).IndexOfAnyExcept(T.Zero).Should().Be(-1);
                stored[(range[0] - tile.FirstColumn)..(range[1] - tile.FirstColumn)].Contains(mark).Should().BeFalse();
            }
        }
    }
}
