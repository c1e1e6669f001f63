using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

/// <summary>What kernels accept and refuse: blocks that just fit, blocks that lack one element, and blocks without any.</summary>
public class KernelGuardTests
{
    [Theory]
    [InlineData(0, 0, 0, 0, true)]
    [InlineData(0, 0, 5, 0, true)]
    [InlineData(0, 5, 0, 0, true)]
    [InlineData(5, 1, 5, 0, true)]
    [InlineData(4, 1, 5, 9, false)]
    [InlineData(10, 2, 5, 5, true)]
    [InlineData(9, 2, 5, 5, false)]
    [InlineData(11, 2, 5, 6, true)]
    [InlineData(10, 2, 5, 6, false)]
    [InlineData(99, 2, 5, 4, false)]
    [InlineData(99, -1, 5, 5, false)]
    [InlineData(99, 1, -1, 5, false)]
    [InlineData(99, 65_537, 1, 65_536, false)]
    public void CheckMatrix_OfAMatrix_AcceptsWhatFits(int length, int rows, int columns, int stride, bool fits)
    {
        var check = FluentActions.Invoking(() => Gemm.CheckMatrix(length, rows, columns, stride, "x"));
        if (fits)
        {
            check.Should().NotThrow();
        }
        else
        {
            check.Should().Throw<ArgumentException>().WithMessage($"*{rows} × {columns} with stride {stride}*{length} elements*").WithParameterName("x");
        }
    }

    [Fact]
    public void PackedMatrix_OfOneElement_IsTheSmallest()
    {
        var matrix = new PackedMatrix<double>(1, 1);
        matrix.Pack([3.0]);
        matrix.Data[0].Should().Be(3);
        FluentActions.Invoking(() => new PackedMatrix<double>(0, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("depth");
        FluentActions.Invoking(() => new PackedMatrix<double>(1, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("columns");
    }

    [Fact]
    public void Pack_OfPartsAtTheEnds_IsTakenAndNothingBeyond()
    {
        var matrix = new PackedMatrix<double>(3, 40);
        double[] source = new double[120];
        foreach (var (first, count) in new[] { (0, 0), (3, 0), (0, 3), (2, 1) })
        {
            FluentActions.Invoking(() => matrix.Pack(source, first, count)).Should().NotThrow();
        }

        foreach (var (first, count) in new[] { (-1, 1), (0, -1), (0, 4), (3, 1) })
        {
            FluentActions.Invoking(() => matrix.Pack(source, first, count)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("firstRow");
        }

        FluentActions.Invoking(() => matrix.PackTransposed(source, matrix.Panels, 0)).Should().NotThrow();
        FluentActions.Invoking(() => matrix.PackTransposed(source, matrix.Panels, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("firstPanel");
        foreach (int length in new[] { 119, 121 })
        {
            FluentActions.Invoking(() => matrix.Pack(new double[length])).Should().Throw<ArgumentException>().WithParameterName("source");
            FluentActions.Invoking(() => matrix.PackTransposed(new double[length])).Should().Throw<ArgumentException>().WithParameterName("source");
        }
    }

    [Fact]
    public void MultiplyTransposed_OfNoRows_IsZeroOrWhatWasThere()
    {
        double[] gradient = [1, 2, 3, 4, 5, 6, 7];
        var workspace = new Workspace<double>();
        Gemm.MultiplyTransposed<double>([], 3, [], 2, 0, 2, 1, 2, gradient, 2, accumulate: true, workspace);
        gradient.Should().Equal(1, 2, 3, 4, 5, 6, 7);
        Gemm.MultiplyTransposed<double>([], 3, [], 2, 0, 2, 1, 2, gradient, 2, accumulate: false, workspace);
        gradient.Should().Equal(1, 2, 0, 0, 0, 0, 7);
        FluentActions.Invoking(() => Gemm.MultiplyTransposed<double>([], 3, [], 2, 0, 2, -1, 2, gradient, 2, false, workspace))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("first");
        FluentActions.Invoking(() => Gemm.MultiplyTransposed<double>([], 3, [], 2, 0, 2, 0, -1, gradient, 2, false, workspace))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
    }

    [Fact]
    public void Products_OfMatricesThatJustFit_AreTakenAndNotWithOneElementLess()
    {
        // Z is 4 × 3, A is 4 × 2, the part of G is 2 × 2 from row 1 on.
        var workspace = new Workspace<double>();
        void Multiply(int z, int a, int g) =>
            Gemm.MultiplyTransposed<double>(new double[z], 3, new double[a], 2, 4, 2, 1, 2, new double[g], 2, false, workspace);

        FluentActions.Invoking(() => Multiply(12, 8, 6)).Should().NotThrow();
        FluentActions.Invoking(() => Multiply(11, 8, 6)).Should().Throw<ArgumentException>().WithParameterName("z");
        FluentActions.Invoking(() => Multiply(12, 7, 6)).Should().Throw<ArgumentException>().WithParameterName("a");
        FluentActions.Invoking(() => Multiply(12, 8, 5)).Should().Throw<ArgumentException>().WithParameterName("g");

        // W is 3 × 2, two rows.
        void Transposed(int a, int w, int c) => Gemm.MultiplyStoredTransposed<double>(new double[a], 2, 2, new double[w], 3, 2, new double[c], 3, workspace);
        void Stored(int a, int w, int c) => Gemm.MultiplyStored<double>(new double[a], 3, 2, new double[w], 3, 2, new double[c], 2, workspace);
        FluentActions.Invoking(() => Transposed(4, 6, 6)).Should().NotThrow();
        FluentActions.Invoking(() => Transposed(3, 6, 6)).Should().Throw<ArgumentException>().WithParameterName("a");
        FluentActions.Invoking(() => Transposed(4, 5, 6)).Should().Throw<ArgumentException>().WithParameterName("w");
        FluentActions.Invoking(() => Transposed(4, 6, 5)).Should().Throw<ArgumentException>().WithParameterName("c");
        FluentActions.Invoking(() => Stored(6, 6, 4)).Should().NotThrow();
        FluentActions.Invoking(() => Stored(5, 6, 4)).Should().Throw<ArgumentException>().WithParameterName("a");
        FluentActions.Invoking(() => Stored(6, 5, 4)).Should().Throw<ArgumentException>().WithParameterName("w");
        FluentActions.Invoking(() => Stored(6, 6, 3)).Should().Throw<ArgumentException>().WithParameterName("c");

        FluentActions.Invoking(() => Transposition.Run<double>(new double[6], 2, 3, 2, new double[6], 3)).Should().NotThrow();
        FluentActions.Invoking(() => Transposition.Run<double>(new double[5], 2, 3, 2, new double[6], 3)).Should().Throw<ArgumentException>().WithParameterName("source");
        FluentActions.Invoking(() => Transposition.Run<double>(new double[6], 2, 3, 2, new double[5], 3)).Should().Throw<ArgumentException>().WithParameterName("destination");
    }

    [Fact]
    public void MultiplyTransposed_OfLiveColumns_AcceptsWhatJustFits()
    {
        // Two samples in one group, of four rows each, of which two components are used; Z is 8 × 3, A is 8 × 10.
        var live = new LiveColumns(10, 2);
        double[] rows = new double[80];
        var workspace = new Workspace<double>();
        for (int sample = 0; sample < 2; sample++)
        {
            live.Find<double>(sample, rows, 20, 2, workspace);
        }

        void Multiply(int z, int a, int g, int first, int rowsOfSample) => LiveGemm.MultiplyTransposed<double>(
            new double[z], 3, rows.AsSpan(0, a), 10, 2, 2, rowsOfSample, 2, live, 0, 10, first, 2, new double[g], 10, false, workspace);

        FluentActions.Invoking(() => Multiply(24, 80, 30, 1, 4)).Should().NotThrow();
        FluentActions.Invoking(() => Multiply(24, 80, 30, 0, 2)).Should().NotThrow("as many rows as components are enough");
        FluentActions.Invoking(() => Multiply(23, 80, 30, 1, 4)).Should().Throw<ArgumentException>().WithParameterName("z");
        FluentActions.Invoking(() => Multiply(24, 79, 30, 1, 4)).Should().Throw<ArgumentException>().WithParameterName("a");
        FluentActions.Invoking(() => Multiply(24, 80, 29, 1, 4)).Should().Throw<ArgumentException>().WithParameterName("g");
        FluentActions.Invoking(() => Multiply(24, 80, 30, -1, 4)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("first");
        FluentActions.Invoking(() => Multiply(24, 80, 30, 0, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("rowsOfSample");
    }

    [Fact]
    public void JetActivation_OfBlocksThatJustFit_IsTakenAndNotWithOneElementLess()
    {
        // Three components of two samples, the last row without its padding.
        const int Fits = (5 * 6) + 4;
        var layout = JetLayout.Full(2, 1);
        var kernel = JetActivation<double>.Create(Activation.Tanh);
        var workspace = new Workspace<double>();
        void Forward(int z, int bias, int a, int features = 4) =>
            kernel.Forward(layout, 2, features, 6, new double[z], new double[bias], new double[a], workspace);

        FluentActions.Invoking(() => Forward(Fits, 4, Fits)).Should().NotThrow();
        FluentActions.Invoking(() => Forward(Fits + 2, 6, Fits + 2, features: 6)).Should().NotThrow();
        FluentActions.Invoking(() => Forward(Fits - 1, 4, Fits)).Should().Throw<ArgumentException>().WithMessage($"*needs {Fits} *of 4;*{Fits - 1}*");
        FluentActions.Invoking(() => Forward(Fits, 3, Fits)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Forward(Fits, 4, Fits - 1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Forward(99, 7, 99, features: 7)).Should().Throw<ArgumentException>("rows would overlap");
        FluentActions.Invoking(() => kernel.Forward(layout, 0, 4, 6, [], new double[4], [], workspace)).Should().NotThrow("no samples need no memory");
    }

    [Fact]
    public void AdjointActivation_OfNoSamplesOrOneSeed_IsTaken()
    {
        var kernel = AdjointActivation<double>.Create(Activation.Tanh);
        var block = new AdjointBlock(Samples: 1, Seeds: 1, Tangents: 0, Features: 16, Stride: 16);
        double[] rows = new double[64], bias = new double[16];
        foreach (var taken in new[] { block, block with { Samples = 0 } })
        {
            FluentActions.Invoking(() => kernel.Forward(taken, rows, bias, rows, rows)).Should().NotThrow();
        }

        foreach (var refused in new[] { block with { Samples = -1 }, block with { Seeds = 0 }, block with { Tangents = -1 } })
        {
            FluentActions.Invoking(() => kernel.Forward(refused, rows, bias, rows, rows)).Should().Throw<ArgumentException>().WithMessage("*multiple of*");
        }
    }
}
