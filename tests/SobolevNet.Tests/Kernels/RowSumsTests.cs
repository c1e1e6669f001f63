using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

public class RowSumsTests
{
    public static TheoryData<int> Widths => [.. VectorWidths.Supported.Select(width => (int)width)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Add_EveryLengthAndWidth_IsTheSumInOrder(int width)
    {
        var random = new RandomStream(1);
        foreach (int length in new[] { 1, 15, 16, 63, 64, 65, 150 })
        {
            foreach (int count in new[] { 0, 1, 7 })
            {
                int stride = length + 3;
                float[] rows = [.. Enumerable.Range(0, (count * stride) + 1).Select(_ => (float)random.NextNormal())];
                float[] sum = [.. Enumerable.Range(0, length + 1).Select(_ => (float)random.NextNormal())];
                float[] expected = [.. sum];
                for (int row = 0; row < count; row++)
                {
                    for (int f = 0; f < length; f++)
                    {
                        expected[f] += rows[(row * stride) + f];
                    }
                }

                RowSums.Add<float>(rows, stride, count, sum.AsSpan(0, length), (VectorWidth)width);
                sum.Should().Equal(expected);
            }
        }
    }

    [Fact]
    public void Add_RowsThatDoNotFit_AreRefused()
    {
        Action act = () => RowSums.Add<double>(new double[9], 5, 2, new double[5]);
        act.Should().Throw<ArgumentException>();
    }
}
