using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

/// <summary>Products with the live columns alone against the products with all of them.</summary>
public class LiveGemmTests
{
    public static TheoryData<int> Widths() => [.. VectorWidths.Supported.Select(width => (int)width)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Multiply_RowsWithZeroColumns_GivesTheBitsOfTheFullProduct(int width)
    {
        foreach (var (samples, components, columns, outputs) in Shapes)
        {
            CheckForward<float>((VectorWidth)width, samples, components, columns, outputs);
            CheckForward<double>((VectorWidth)width, samples, components, columns, outputs);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void MultiplyTransposed_RowsWithZeroColumns_MatchesTheFullProduct(int width)
    {
        foreach (var (samples, components, columns, outputs) in Shapes)
        {
            CheckGradient<float>((VectorWidth)width, samples, components, columns, outputs, 1e-5);
            CheckGradient<double>((VectorWidth)width, samples, components, columns, outputs, 1e-13);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void MultiplyTransposed_AnySplitOfTheRange_GivesTheSameBits(int width)
    {
        const int Samples = 5;
        const int Components = 7;
        const int Columns = 200;
        const int Outputs = 150;
        float[] a = Sparse<float>(Samples, Components, Columns, 2, out _);
        float[] z = Uniform.Values<float>(Samples * Components * Outputs, 3);
        var live = Find(a, Samples, 2, Components, Columns);
        float[] Gradient(int count)
        {
            float[] g = new float[Outputs * Columns];
            for (int first = 0; first < Outputs; first += count)
            {
                LiveGemm.MultiplyTransposed<float>(
                    z, Outputs, a, Columns, Samples, 2, Components, Components, live, 0, Columns, first, Math.Min(count, Outputs - first), g,
                    Columns, false, new Workspace<float>(), (VectorWidth)width);
            }

            return g;
        }

        Gradient(9).Should().Equal(Gradient(150));
        Gradient(64).Should().Equal(Gradient(150));
    }

    [Fact]
    public void Multiply_MatricesThatAreTooShort_AreRefusedByName()
    {
        const int Samples = 3;
        const int Components = 4;
        const int Columns = 20;
        const int Outputs = 6;
        float[] a = Sparse<float>(Samples, Components, Columns, Samples, out _);
        var live = Find(a, Samples, Samples, Components, Columns);
        var b = new PackedMatrix<float>(Columns, Outputs);
        void Multiply(int lengthA, int lengthC) => LiveGemm.Multiply<float>(
            a.AsSpan(0, lengthA), Columns, Samples, Components, live, 0, b, new float[lengthC], Outputs, new Workspace<float>());

        FluentActions.Invoking(() => Multiply(a.Length, 72)).Should().NotThrow();
        FluentActions.Invoking(() => Multiply(a.Length, 71)).Should().Throw<ArgumentException>().WithParameterName("c");
        FluentActions.Invoking(() => Multiply(a.Length - 1, 72)).Should().Throw<ArgumentException>().WithParameterName("a");
    }

    [Fact]
    public void Find_RunsWithSmallGaps_ClosesThemAndCountsColumns()
    {
        var live = new LiveColumns(40, 1);
        float[] rows = new float[80];
        (rows[2], rows[40 + 4], rows[8], rows[40 + 13], rows[39]) = (1, -1, 2, 3, 4);
        live.Find<float>(0, rows, 40, 2, new Workspace<float>()).Should().BeTrue();
        live.Of(0).ToArray().Should().Equal(new ColumnRun(2, 7), new ColumnRun(13, 1), new ColumnRun(39, 1));
        live.CountOf(0).Should().Be(9);
    }

    [Fact]
    public void Find_MostColumnsLive_IsRefused()
    {
        var live = new LiveColumns(40, 1);
        float[] rows = [.. Enumerable.Repeat(1f, 30), .. new float[10], .. new float[40]];
        live.Find<float>(0, rows, 40, 2, new Workspace<float>()).Should().BeFalse();
        live.AreFew(0).Should().BeFalse();
        rows.AsSpan(0, 40).Clear();
        rows.AsSpan(40, 30).Fill(1);
        live.Find<float>(0, rows, 40, 2, new Workspace<float>()).Should().BeFalse("later components count as well");
    }

    [Fact]
    public void Find_AllZero_GivesNoColumn()
    {
        var live = new LiveColumns(33, 1);
        live.Find<double>(0, new double[66], 33, 2, new Workspace<double>()).Should().BeTrue();
        live.CountOf(0).Should().Be(0);
        live.Of(0).Length.Should().Be(0);
    }

    private static IEnumerable<(int Samples, int Components, int Columns, int Outputs)> Shapes =>
        [(3, 28, 1681, 33), (5, 7, 257, 130), (8, 13, 128, 9), (1, 28, 60, 64), (2, 4, 17, 1), (4, 30, 131, 40)];

    private static void CheckForward<T>(VectorWidth width, int samples, int components, int columns, int outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] a = Sparse<T>(samples, components, columns, samples, out _);
        var live = Find(a, samples, samples, components, columns);
        var b = new PackedMatrix<T>(columns, outputs, width);
        b.PackTransposed(Uniform.Values<T>(columns * outputs, 1));
        int stride = outputs + 3;
        T[] expected = new T[samples * components * stride];
        T[] actual = new T[expected.Length];
        Gemm.Multiply<T>(a, columns, samples * components, b, expected, stride, new Workspace<T>());
        LiveGemm.Multiply<T>(a, columns, samples, components, live, 0, b, actual, stride, new Workspace<T>());
        actual.Should().Equal(expected);
    }

    private static void CheckGradient<T>(VectorWidth width, int samples, int components, int columns, int outputs, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Groups of two; the last component of the rows belongs to the layout but not to the input.
        const int GroupSamples = 2;
        int rowsOfSample = components + 1;
        T[] a = Sparse<T>(samples, rowsOfSample, columns, GroupSamples, out _);
        var live = new LiveColumns(columns, samples);
        var workspace = new Workspace<T>();
        int strideZ = outputs + 2;
        T[] z = Uniform.Values<T>(samples * rowsOfSample * strideZ, 2);
        T[] start = Uniform.Values<T>(outputs * columns, 3);
        T[] expected = [.. start];
        for (int first = 0; first < samples; first += GroupSamples)
        {
            int count = Math.Min(GroupSamples, samples - first);
            int row = first * rowsOfSample;
            for (int s = 0; s < count; s++)
            {
                live.Find<T>(first + s, a.AsSpan((row + s) * columns), count * columns, components, workspace).Should().BeTrue();
            }

            Gemm.MultiplyTransposed<T>(
                z.AsSpan(row * strideZ), strideZ, a.AsSpan(row * columns), columns, count * components, columns, 0, outputs, expected,
                columns, true, workspace, width);
        }

        T[] actual = [.. start];
        LiveGemm.MultiplyTransposed<T>(
            z, strideZ, a, columns, samples, GroupSamples, rowsOfSample, components, live, 0, columns, 0, outputs, actual, columns, true,
            workspace, width);
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = Math.Abs(double.CreateChecked(actual[i] - expected[i]));
            if (!(difference <= tolerance * Math.Sqrt(samples * components)))
            {
                Assert.Fail($"element {i}: {actual[i]} instead of {expected[i]}");
            }
        }
    }

    private static LiveColumns Find<T>(T[] a, int samples, int groupSamples, int components, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var live = new LiveColumns(columns, samples);
        for (int sample = 0; sample < samples; sample++)
        {
            int first = sample / groupSamples * groupSamples;
            int count = Math.Min(groupSamples, samples - first);
            live.Find<T>(
                    sample, a.AsSpan(((first * components) + (sample - first)) * columns), count * columns, components, new Workspace<T>())
                .Should().BeTrue();
        }

        return live;
    }

    /// <summary>Rows of groups, component-major; each sample has its own live columns, about a third, in runs of all lengths.</summary>
    private static T[] Sparse<T>(int samples, int components, int columns, int groupSamples, out int live)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] a = Uniform.Values<T>(samples * components * columns, 4);
        var random = new Random(5);
        live = 0;
        for (int sample = 0; sample < samples; sample++)
        {
            int first = sample / groupSamples * groupSamples;
            int count = Math.Min(groupSamples, samples - first);
            for (int column = 0; column < columns;)
            {
                int run = random.Next(1, 20);
                int gap = random.Next(10, 60);
                live += run;
                for (int k = column + run; k < Math.Min(columns, column + run + gap); k++)
                {
                    for (int c = 0; c < components; c++)
                    {
                        a[(((first * components) + (c * count) + sample - first) * columns) + k] = T.Zero;
                    }
                }

                column += run + gap;
            }
        }

        return a;
    }
}
