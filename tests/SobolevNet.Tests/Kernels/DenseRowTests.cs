using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

/// <summary>The products and activations of single samples against those of batches, to the bit.</summary>
public class DenseRowTests
{
    public static TheoryData<Activation, int> EveryCase => JetActivationTests.EveryCase();

    [Theory]
    [MemberData(nameof(EveryCase))]
    public void Run_EveryWidthOfALayer_HasTheBitsOfProductAndActivation(Activation activation, int width)
    {
        Check<float>(activation, (VectorWidth)width);
        Check<double>(activation, (VectorWidth)width);
    }

    [Fact]
    public void Run_MemoryThatDoesNotFit_IsRefused()
    {
        var kernel = DenseRow<float>.Create(Activation.Tanh);
        var weights = new PackedMatrix<float>(5, 7);
        int padded = weights.Panels * weights.PanelWidth;
        Refused(() => kernel.Run(new float[4], weights, new float[padded], new float[padded]));
        Refused(() => kernel.Run(new float[5], weights, new float[padded - 1], new float[padded]));
        Refused(() => kernel.Run(new float[5], weights, new float[padded], new float[padded - 1]));
        Refused(() => Gemm.MultiplyFewRows<float>(new float[9], 5, 2, weights, new float[2 * padded], padded));
        Refused(() => Gemm.MultiplyFewRows<float>(new float[10], 5, 2, weights, new float[2 * padded], padded - 1));
        Refused(() => Gemm.MultiplyFewRows<float>(new float[10], 5, 2, weights, new float[(2 * padded) - 1], padded));

        static void Refused(Action act) => act.Should().Throw<ArgumentException>();
    }

    private static void Check<T>(Activation activation, VectorWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var workspace = new Workspace<T>();
        var kernel = DenseRow<T>.Create(activation, width);
        var reference = JetActivation<T>.Create(activation, width);
        foreach (var (depth, columns, rows) in new[] { (1, 1, 1), (3, 16, 2), (5, 31, 3), (17, 33, 15), (2, 64, 16), (40, 65, 6), (7, 129, 29) })
        {
            var weights = new PackedMatrix<T>(depth, columns, width);
            weights.Pack(Uniform.Values<T>(depth * columns, 1));
            int stride = weights.Panels * weights.PanelWidth;
            T[] bias = new T[stride], x = Uniform.Values<T>(rows * (depth + 2), 2);
            Uniform.Values<T>(columns, 3).CopyTo(bias, 0);
            T[] product = new T[rows * stride], few = new T[rows * stride], expected = new T[rows * stride], actual = new T[stride];
            Gemm.Multiply(x, depth + 2, rows, weights, product, stride, workspace);
            Gemm.MultiplyFewRows(x, depth + 2, rows, weights, few, stride);
            few.Should().Equal(product);
            reference.Forward(JetLayout.Value, rows, stride, stride, product, bias, expected, workspace);
            for (int r = 0; r < rows; r++)
            {
                kernel.Run(x.AsSpan(r * (depth + 2), depth), weights, bias, actual);
                actual[..columns].Should().Equal(expected[(r * stride)..((r * stride) + columns)]);
            }
        }
    }
}
