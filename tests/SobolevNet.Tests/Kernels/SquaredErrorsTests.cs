using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

public class SquaredErrorsTests
{
    [Fact]
    public void Run_AnyLength_HasTheBitsOfPlainCode()
    {
        for (int length = 0; length < 40; length++)
        {
            Check<float>(length);
            Check<double>(length);
        }
    }

    private static void Check<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new RandomStream((ulong)length);
        T[] rows = new T[length], targets = new T[length], adjoints = new T[length];
        double[] sums = new double[length], expected = new double[length];
        const double OutputWeight = 1.7, Slope = -0.3, Weight = 0.9;
        for (int s = 0; s < length; s++)
        {
            (rows[s], targets[s]) = (T.CreateTruncating(random.NextNormal()), T.CreateTruncating(random.NextNormal()));
            sums[s] = random.NextUniform();
            double error = double.CreateTruncating(rows[s]) - double.CreateTruncating(targets[s]);
            double weighted = OutputWeight * error;
            adjoints[s] = T.CreateTruncating(Slope * weighted);
            expected[s] = sums[s] + (Weight * (weighted * error));
        }

        SquaredErrors.Run<T>(rows, targets, OutputWeight, Slope, Weight, sums);
        rows.Should().Equal(adjoints);
        sums.Should().Equal(expected);
    }
}
