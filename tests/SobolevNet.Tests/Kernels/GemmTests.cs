using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

/// <summary>
/// Products against plain sums in double precision, over odd shapes, unaligned memory, every vector width and both types.
/// The tolerance is the bound of a sum of k rounded terms, (k + 1)·ε·Σ|a||b|, plus that of the reference itself; memory around a result must stay untouched.
/// </summary>
public class GemmTests
{
    private const double Guard = 777;

    public static TheoryData<int, Type> WidthsAndTypes()
    {
        var data = new TheoryData<int, Type>();
        foreach (var width in VectorWidths.Supported)
        {
            data.Add((int)width, typeof(float));
            data.Add((int)width, typeof(double));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(WidthsAndTypes))]
    public void Multiply_RowsOneToThirtyAndOddShapes_MatchesPlainSums(int width, Type type) =>
        ForType(type, new MultiplyCheck((VectorWidth)width));

    [Theory]
    [MemberData(nameof(WidthsAndTypes))]
    public void MultiplyTransposed_OddShapes_MatchesPlainSums(int width, Type type) =>
        ForType(type, new TransposedCheck((VectorWidth)width));

    [Theory]
    [MemberData(nameof(WidthsAndTypes))]
    public void Multiply_AnyGroupingOfRows_GivesTheSameBits(int width, Type type) =>
        ForType(type, new GroupingCheck((VectorWidth)width));

    [Theory]
    [MemberData(nameof(WidthsAndTypes))]
    public void MultiplyTransposed_AnySplitOfTheRange_GivesTheSameBits(int width, Type type) =>
        ForType(type, new SplitCheck((VectorWidth)width));

    [Theory]
    [InlineData(typeof(float))]
    [InlineData(typeof(double))]
    public void Multiply_EveryWidth_GivesTheSameBits(Type type) => ForType(type, new WidthCheck());

    [Theory]
    [MemberData(nameof(WidthsAndTypes))]
    public void PackedMatrix_PackedByRanges_EqualsPackedAtOnce(int width, Type type) =>
        ForType(type, new PackingCheck((VectorWidth)width));

    [Theory]
    [MemberData(nameof(WidthsAndTypes))]
    public void Multiply_IntoPaddedRows_GivesTheSameBitsAndZerosAtMost(int width, Type type) =>
        ForType(type, new PaddingCheck((VectorWidth)width));

    [Fact]
    public void Multiply_AfterWarmUp_AllocatesNothing()
    {
        var b = new PackedMatrix<float>(65, 130);
        var workspace = new Workspace<float>();
        float[] a = new float[100 * 65], c = new float[100 * 130], g = new float[130 * 65];
        void Step()
        {
            Gemm.Multiply(a, 65, 100, b, c, 130, workspace);
            Gemm.Multiply(a, 65, 1, b, c, 130, workspace);
            Gemm.MultiplyStoredTransposed(a, 65, 100, g, 130, 65, c, 130, workspace);
            Gemm.MultiplyStored(c, 130, 100, g, 130, 65, a, 65, workspace);
            Gemm.MultiplyTransposed(c, 130, a, 65, 100, 65, 0, 130, g, 65, true, workspace);
        }

        Step();
        Allocations.Least(Step).Should().Be(0);
    }

    [Fact]
    public void Multiply_MatrixThatDoesNotFit_IsRefused()
    {
        var b = new PackedMatrix<float>(5, 7);
        var workspace = new Workspace<float>();
        Action shortA = () => Gemm.Multiply<float>(new float[9], 5, 2, b, new float[14], 7, workspace);
        Action shortC = () => Gemm.Multiply<float>(new float[10], 5, 2, b, new float[13], 7, workspace);
        Action overlap = () => Gemm.Multiply<float>(new float[10], 5, 2, b, new float[14], 6, workspace);
        Action shortPadding = () => Gemm.Multiply<float>(new float[10], 5, 2, b, new float[15], 8, workspace, isPadded: true);
        shortPadding.Should().Throw<ArgumentException>().WithParameterName("c");
        shortA.Should().Throw<ArgumentException>().WithMessage("*2 × 5*").WithParameterName("a");
        shortC.Should().Throw<ArgumentException>().WithMessage("*2 × 7*").WithParameterName("c");
        overlap.Should().Throw<ArgumentException>().WithParameterName("c");
    }

    [Fact]
    public void MultiplyStored_MatrixThatDoesNotFit_IsRefused()
    {
        var workspace = new Workspace<float>();
        Action shortW = () => Gemm.MultiplyStored<float>(new float[14], 7, 2, new float[34], 7, 5, new float[10], 5, workspace);
        Action shortC = () => Gemm.MultiplyStored<float>(new float[14], 7, 2, new float[35], 7, 5, new float[9], 5, workspace);
        Action shortA = () => Gemm.MultiplyStoredTransposed<float>(new float[9], 5, 2, new float[35], 7, 5, new float[14], 7, workspace);
        shortW.Should().Throw<ArgumentException>().WithParameterName("w");
        shortC.Should().Throw<ArgumentException>().WithParameterName("c");
        shortA.Should().Throw<ArgumentException>().WithParameterName("a");
    }

    [Fact]
    public void MultiplyTransposed_MatrixThatDoesNotFit_IsRefused()
    {
        var workspace = new Workspace<double>();
        double[] z = new double[12], a = new double[20], g = new double[15];
        Action range = () => Gemm.MultiplyTransposed<double>(z, 3, a, 5, 4, 5, 2, 2, g, 5, false, workspace);
        Action rows = () => Gemm.MultiplyTransposed<double>(z, 3, a, 5, 5, 5, 0, 3, g, 5, false, workspace);
        range.Should().Throw<ArgumentException>();
        rows.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Pack_ColumnsThatDoNotFillThePanels_FillsThemUpWithZeros()
    {
        const int Depth = 3;
        foreach (var (width, columns) in VectorWidths.Supported.SelectMany(width => Enumerable.Range(1, 40).Select(columns => (width, columns))))
        {
            // What lies behind the matrix in memory does not count.
            double[] memory = [.. Uniform.Values<double>(Depth * columns, 1), .. Enumerable.Repeat(double.NaN, 100)];
            var source = memory.AsSpan(0, Depth * columns);
            var rows = new PackedMatrix<double>(Depth, columns, width);
            var transposed = new PackedMatrix<double>(Depth, columns, width);
            rows.Pack(source);
            transposed.PackTransposed(source);
            double[] expectedRows = new double[rows.Data.Length];
            double[] expectedTransposed = new double[rows.Data.Length];
            for (int n = 0; n < columns; n++)
            {
                for (int k = 0; k < Depth; k++)
                {
                    int to = (((n / rows.PanelWidth * Depth) + k) * rows.PanelWidth) + (n % rows.PanelWidth);
                    (expectedRows[to], expectedTransposed[to]) = (source[(k * columns) + n], source[(n * Depth) + k]);
                }
            }

            rows.Data.SequenceEqual(expectedRows).Should().BeTrue($"{columns} columns, {width}");
            transposed.Data.SequenceEqual(expectedTransposed).Should().BeTrue($"{columns} columns, {width}");
        }
    }

    private static void ForType(Type type, ICheck check)
    {
        if (type == typeof(float))
        {
            check.Run<float>();
        }
        else
        {
            check.Run<double>();
        }
    }

    private interface ICheck
    {
        void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    /// <summary>Memory full of a guard value, so that a write outside the result is seen.</summary>
    private static T[] Guarded<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[length];
        Array.Fill(values, T.CreateChecked(Guard));
        return values;
    }

    private static double Epsilon<T>() => typeof(T) == typeof(float) ? Math.Pow(2, -24) : Math.Pow(2, -53);

    private static void Compare<T>(T actual, double expected, double magnitude, int depth, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double error = Math.Abs(double.CreateChecked(actual) - expected);
        if (!(error <= (depth + 1) * (Epsilon<T>() + (2 * Epsilon<double>())) * magnitude))
        {
            Assert.Fail($"{what}: {actual} instead of {expected}, depth {depth}");
        }
    }

    private sealed class MultiplyCheck(VectorWidth width) : ICheck
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var workspace = new Workspace<T>();
            int[] lengths = [1, 9, 17, 33, 257];
            foreach (int depth in lengths)
            {
                foreach (int columns in lengths)
                {
                    for (int rows = 1; rows <= 30; rows += columns * depth > 3000 ? 5 : 1)
                    {
                        Check(rows, depth, columns, workspace);
                    }
                }
            }

            foreach (var (rows, depth, columns) in new[] { (29, 1681, 33), (15, 513, 9), (3, 33, 1681), (300, 17, 6), (257, 300, 65) })
            {
                Check(rows, depth, columns, workspace);
            }
        }

        private void Check<T>(int rows, int depth, int columns, Workspace<T> workspace)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            const int Offset = 3;
            int strideA = depth + 5;
            int strideC = columns + 3;
            T[] a = Uniform.Values<T>((rows * strideA) + Offset, rows);
            T[] w = Uniform.Values<T>(columns * depth, depth);
            T[] transposed = new T[columns * depth];
            for (int n = 0; n < columns; n++)
            {
                for (int k = 0; k < depth; k++)
                {
                    transposed[(k * columns) + n] = w[(n * depth) + k];
                }
            }

            T[] c = Guarded<T>((rows * strideC) + Offset);
            T[] second = Guarded<T>((rows * strideC) + Offset);
            var b = new PackedMatrix<T>(depth, columns, width);
            b.PackTransposed(w);
            Gemm.Multiply(a.AsSpan(Offset), strideA, rows, b, c.AsSpan(Offset), strideC, workspace);
            b.Pack(transposed);
            Gemm.Multiply(a.AsSpan(Offset), strideA, rows, b, second.AsSpan(Offset), strideC, workspace);
            second.Should().Equal(c);
            Array.Fill(second, T.CreateChecked(Guard));
            Gemm.MultiplyStoredTransposed(
                a.AsSpan(Offset), strideA, rows, w, columns, depth, second.AsSpan(Offset), strideC, workspace, width);
            second.Should().Equal(c, "weights as they are stored give the same bits");
            Array.Fill(second, T.CreateChecked(Guard));
            Gemm.MultiplyStored(
                a.AsSpan(Offset), strideA, rows, transposed, depth, columns, second.AsSpan(Offset), strideC, workspace, width);
            second.Should().Equal(c, "weights as they are stored give the same bits");
            for (int i = 0; i < c.Length; i++)
            {
                int r = (i - Offset) / strideC;
                int n = (i - Offset) % strideC;
                if (i < Offset || n >= columns)
                {
                    c[i].Should().Be(T.CreateChecked(Guard), "element {0} is outside the result", i);
                    continue;
                }

                double sum = 0;
                double magnitude = 0;
                for (int k = 0; k < depth; k++)
                {
                    double term = double.CreateChecked(a[Offset + (r * strideA) + k]) * double.CreateChecked(w[(n * depth) + k]);
                    sum += term;
                    magnitude += Math.Abs(term);
                }

                Compare(c[i], sum, magnitude, depth, $"row {r} of {rows}, column {n} of {columns}");
            }
        }
    }

    private sealed class TransposedCheck(VectorWidth width) : ICheck
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var workspace = new Workspace<T>();
            bool accumulate = false;
            foreach (int rows in new[] { 0, 1, 2, 15, 28, 128, 129, 257 })
            {
                foreach (int columns in new[] { 1, 6, 9, 17, 33, 65 })
                {
                    foreach (var (outputs, first, count) in new[] { (1, 0, 1), (9, 0, 9), (33, 1, 31), (70, 14, 29), (64, 64, 0) })
                    {
                        Check(rows, columns, outputs, first, count, accumulate, workspace);
                        accumulate = !accumulate;
                    }
                }
            }

            Check(56, 1681, 30, 2, 27, true, workspace);
            Check(600, 300, 300, 0, 300, false, workspace);

            // More rows and more features than are packed at once.
            Check(2101, 40, 33, 1, 31, true, workspace);
            Check(20, 70, 530, 3, 525, false, workspace);
        }

        private void Check<T>(
            int rows, int columns, int outputs, int first, int count, bool accumulate, Workspace<T> workspace)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            const int Offset = 5;
            int strideZ = outputs + 1;
            int strideA = columns + 2;
            int strideG = columns + 3;
            T[] z = Uniform.Values<T>((rows * strideZ) + Offset, rows);
            T[] a = Uniform.Values<T>((rows * strideA) + Offset, columns);
            T[] start = Uniform.Values<T>((outputs * strideG) + Offset, outputs);
            T[] g = [.. start];
            Gemm.MultiplyTransposed(
                z.AsSpan(Offset), strideZ, a.AsSpan(Offset), strideA, rows, columns, first, count, g.AsSpan(Offset), strideG,
                accumulate, workspace, width);
            for (int i = 0; i < g.Length; i++)
            {
                int o = (i - Offset) / strideG;
                int n = (i - Offset) % strideG;
                if (i < Offset || n >= columns || o < first || o >= first + count)
                {
                    g[i].Should().Be(start[i], "element {0} is outside the result", i);
                    continue;
                }

                double sum = accumulate ? double.CreateChecked(start[i]) : 0;
                double magnitude = Math.Abs(sum);
                for (int r = 0; r < rows; r++)
                {
                    double term = double.CreateChecked(z[Offset + (r * strideZ) + o]) * double.CreateChecked(a[Offset + (r * strideA) + n]);
                    sum += term;
                    magnitude += Math.Abs(term);
                }

                Compare(g[i], sum, magnitude, rows, $"feature {o}, column {n} of {columns}, rows {rows}");
            }
        }
    }

    private sealed class GroupingCheck(VectorWidth width) : ICheck
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (var (depth, columns) in new[] { (300, 70), (40, 9), (9, 200), (520, 1) })
            {
                const int Rows = 61;
                T[] a = Uniform.Values<T>(Rows * depth, 1);
                var b = new PackedMatrix<T>(depth, columns, width);
                b.PackTransposed(Uniform.Values<T>(depth * columns, 2));
                T[] whole = new T[Rows * columns];
                Gemm.Multiply(a, depth, Rows, b, whole, columns, new Workspace<T>());
                foreach (int group in new[] { 1, 2, 7, 14, 28, 60 })
                {
                    T[] parts = new T[Rows * columns];
                    var workspace = new Workspace<T>();
                    for (int row = 0; row < Rows; row += group)
                    {
                        Gemm.Multiply(
                            a.AsSpan(row * depth), depth, Math.Min(group, Rows - row), b, parts.AsSpan(row * columns), columns,
                            workspace);
                    }

                    parts.Should().Equal(whole, "groups of {0} rows change nothing", group);
                }
            }
        }
    }

    private sealed class SplitCheck(VectorWidth width) : ICheck
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (int columns in new[] { 6, 70 })
            {
                const int Rows = 600;
                const int Outputs = 45;
                T[] z = Uniform.Values<T>(Rows * Outputs, 1);
                T[] a = Uniform.Values<T>(Rows * columns, 2);
                T[] start = Uniform.Values<T>(Outputs * columns, 3);
                T[] whole = [.. start];
                Gemm.MultiplyTransposed<T>(
                    z, Outputs, a, columns, Rows, columns, 0, Outputs, whole, columns, true, new Workspace<T>(), width);
                foreach (int count in new[] { 1, 14, 15, 44 })
                {
                    T[] parts = [.. start];
                    var workspace = new Workspace<T>();
                    for (int first = 0; first < Outputs; first += count)
                    {
                        Gemm.MultiplyTransposed<T>(
                            z, Outputs, a, columns, Rows, columns, first, Math.Min(count, Outputs - first), parts, columns, true,
                            workspace, width);
                    }

                    parts.Should().Equal(whole, "ranges of {0} output features change nothing", count);
                }

                T[] inTwo = [.. start];
                var space = new Workspace<T>();
                const int Cut = 101;
                Gemm.MultiplyTransposed<T>(z, Outputs, a, columns, Cut, columns, 0, Outputs, inTwo, columns, true, space, width);
                Gemm.MultiplyTransposed<T>(
                    z.AsSpan(Cut * Outputs), Outputs, a.AsSpan(Cut * columns), columns, Rows - Cut, columns, 0, Outputs, inTwo,
                    columns, true, space, width);
                inTwo.Should().Equal(whole, "the sum goes on where it was left");
            }
        }
    }

    private sealed class WidthCheck : ICheck
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            const int Rows = 33;
            const int Depth = 270;
            const int Columns = 49;
            T[] a = Uniform.Values<T>(Rows * Depth, 1);
            T[] w = Uniform.Values<T>(Depth * Columns, 2);
            List<T[]> results = [];
            foreach (var width in VectorWidths.Supported)
            {
                var b = new PackedMatrix<T>(Depth, Columns, width);
                b.PackTransposed(w);
                T[] c = new T[Rows * Columns];
                Gemm.Multiply(a, Depth, Rows, b, c, Columns, new Workspace<T>());
                results.Add(c);
            }

            results.Should().AllSatisfy(result => result.Should().Equal(results[0]));
        }
    }

    private sealed class PaddingCheck(VectorWidth width) : ICheck
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (var (rows, depth, columns, stride) in new[] { (33, 270, 31, 32), (9, 5, 17, 32), (20, 300, 33, 48), (7, 31, 31, 31), (15, 8, 63, 80) })
            {
                T[] a = Uniform.Values<T>(rows * depth, 1);
                var b = new PackedMatrix<T>(depth, columns, width);
                b.PackTransposed(Uniform.Values<T>(depth * columns, 2));
                T[] expected = new T[rows * columns], actual = new T[(rows * stride) + 1];
                Array.Fill(actual, T.CreateChecked(Guard));
                Gemm.Multiply(a, depth, rows, b, expected, columns, new Workspace<T>());
                Gemm.Multiply(a, depth, rows, b, actual, stride, new Workspace<T>(), isPadded: true);
                actual[^1].Should().Be(T.CreateChecked(Guard));
                for (int r = 0; r < rows; r++)
                {
                    actual[(r * stride)..((r * stride) + columns)].Should().Equal(expected[(r * columns)..((r + 1) * columns)]);
                    T[] padding = [T.Zero, T.CreateChecked(Guard)];
                    actual[((r * stride) + columns)..((r + 1) * stride)].Should().BeSubsetOf(padding);
                }
            }
        }
    }

    private sealed class PackingCheck(VectorWidth width) : ICheck
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            const int Depth = 37;
            const int Columns = 75;
            T[] w = Uniform.Values<T>(Depth * Columns, 1);
            var whole = new PackedMatrix<T>(Depth, Columns, width);
            var parts = new PackedMatrix<T>(Depth, Columns, width);
            whole.Pack(w);
            for (int row = 0; row < Depth; row += 10)
            {
                parts.Pack(w, row, Math.Min(10, Depth - row));
            }

            parts.Data.ToArray().Should().Equal(whole.Data.ToArray());
            whole.PackTransposed(w);
            for (int panel = 0; panel < parts.Panels; panel++)
            {
                parts.PackTransposed(w, panel, 1);
            }

            parts.Data.ToArray().Should().Equal(whole.Data.ToArray());
        }
    }
}
