using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

public class AdjointActivationTests
{
    public static TheoryData<Activation, int> EveryCase => JetActivationTests.EveryCase();

    [Theory]
    [MemberData(nameof(EveryCase))]
    public void Double_EverySizeAndWidth_AgreesWithTheDefinition(Activation activation, int width) =>
        Check<double>(activation, (VectorWidth)width, 1e-12);

    [Theory]
    [MemberData(nameof(EveryCase))]
    public void Float_EverySizeAndWidth_AgreesWithTheDefinition(Activation activation, int width) =>
        Check<float>(activation, (VectorWidth)width, 4e-6);

    [Fact]
    public void Sweeps_BlocksThatDoNotFit_AreRefused()
    {
        var kernel = AdjointActivation<double>.Create(Activation.Tanh);
        var block = new AdjointBlock(Samples: 3, Seeds: 2, Tangents: 1, Features: 16, Stride: 16);
        double[] value = new double[96], curvature = new double[144], adjoint = new double[192], bias = new double[16];
        Refused(() => kernel.Forward(block with { Features = 15 }, value, bias, value, curvature));
        Refused(() => kernel.Forward(block with { Features = 32 }, value, bias, value, curvature));
        Refused(() => kernel.Forward(block, value[1..], bias, value, curvature));
        Refused(() => kernel.Forward(block, value, bias[1..], value, curvature));
        Refused(() => kernel.Forward(block, value, bias, value[1..], curvature));
        Refused(() => kernel.Forward(block, value, bias, value, curvature[1..]));
        Refused(() => kernel.Adjoint(block, value, curvature, adjoint[1..], adjoint));
        Refused(() => kernel.Adjoint(block, value, curvature, adjoint, adjoint[1..]));
        Refused(() => kernel.Upward(block, value, curvature, adjoint[1..], adjoint));
        Refused(() => kernel.Upward(block, value, curvature, adjoint, adjoint[1..]));
        Refused(() => kernel.Downward(block, value, curvature, value[1..]));
    }

    private static void Refused(Action act) => act.Should().Throw<ArgumentException>();

    private static void Check<T>(Activation activation, VectorWidth width, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ulong seed = 0;
        foreach (int tangents in activation == Activation.Relu ? new[] { 0 } : [0, 1, 3])
        {
            foreach (int seeds in new[] { 1, 2, 5 })
            {
                foreach (var (samples, features, stride) in new[] { (1, 16, 16), (3, 48, 48), (2, 32, 35) })
                {
                    Check<T>(activation, width, new AdjointBlock(samples, seeds, tangents, features, stride), seed++, tolerance);
                }
            }
        }
    }

    private static void Check<T>(Activation activation, VectorWidth width, AdjointBlock block, ulong seed, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var kernel = AdjointActivation<T>.Create(activation, width);
        var random = new RandomStream(seed);
        int rows = block.Samples * (1 + block.Tangents);

        // An offset of one element makes the spans unaligned.
        Memory<T> z = Random(rows, 1.3), q = Random(rows * block.Seeds, 1), pAdjoint = Random(rows * block.Seeds, 1), aAdjoint = Random(rows, 1);
        T[] bias = Random(1, 0.5).ToArray();
        Memory<T> a = Zeros(rows), p = Zeros(rows * block.Seeds), curvature = Zeros(block.Samples * AdjointActivation<T>.CurvatureRows(block.Tangents));
        T[] z0 = z.ToArray(), q0 = q.ToArray();
        kernel.Forward(block, z.Span, bias, a.Span, curvature.Span);
        kernel.Adjoint(block, z.Span, curvature.Span, q.Span, p.Span);
        q.ToArray().Should().Equal(q0, "adjoints are read only");
        kernel.Upward(block, z.Span, curvature.Span, q.Span, pAdjoint.Span);
        kernel.Downward(block, z.Span, curvature.Span, aAdjoint.Span);

        for (int s = 0; s < block.Samples; s++)
        {
            for (int f = 0; f < block.Stride; f++)
            {
                if (f >= block.Features)
                {
                    for (int c = 0; c <= block.Tangents; c++)
                    {
                        a.Span[Value(c, s, f)].Should().Be(T.Zero, "what lies between rows stays as it is");
                        z.Span[Value(c, s, f)].Should().Be(z0[Value(c, s, f)], "what lies between rows stays as it is");
                    }

                    continue;
                }

                double Z(int c) => double.CreateTruncating(z0[Value(c, s, f)]) + (c == 0 ? double.CreateTruncating(bias[f]) : 0);
                double Q(int c, int u) => double.CreateTruncating(q0[Adjoint(c, s, u, f)]);
                double P(int c, int u) => double.CreateTruncating(pAdjoint.Span[Adjoint(c, s, u, f)]);
                double A(int c) => double.CreateTruncating(aAdjoint.Span[Value(c, s, f)]);
                double[] d = JetActivationTests.Derivatives(activation, Z(0));
                double[] zAdjoint = new double[1 + block.Tangents];
                zAdjoint[0] = d[1] * A(0);
                Close(a, Value(0, s, f), d[0]);
                for (int i = 1; i <= block.Tangents; i++)
                {
                    Close(a, Value(i, s, f), d[1] * Z(i));
                    zAdjoint[0] += d[2] * Z(i) * A(i);
                    zAdjoint[i] += d[1] * A(i);
                }

                // p = σ'(z) q and pᵢ = σ' qᵢ + σ'' zᵢ q as functions of z, zᵢ, q and qᵢ.
                for (int u = 0; u < block.Seeds; u++)
                {
                    double qAdjoint = d[1] * P(0, u);
                    zAdjoint[0] += d[2] * Q(0, u) * P(0, u);
                    Close(p, Adjoint(0, s, u, f), d[1] * Q(0, u));
                    for (int i = 1; i <= block.Tangents; i++)
                    {
                        Close(p, Adjoint(i, s, u, f), (d[1] * Q(i, u)) + (d[2] * Z(i) * Q(0, u)));
                        Close(q, Adjoint(i, s, u, f), d[1] * P(i, u));
                        qAdjoint += d[2] * Z(i) * P(i, u);
                        zAdjoint[0] += ((d[2] * Q(i, u)) + (d[3] * Z(i) * Q(0, u))) * P(i, u);
                        zAdjoint[i] += d[2] * Q(0, u) * P(i, u);
                    }

                    Close(q, Adjoint(0, s, u, f), qAdjoint);
                }

                for (int c = 0; c <= block.Tangents; c++)
                {
                    Close(z, Value(c, s, f), zAdjoint[c]);
                }
            }
        }

        int Value(int component, int sample, int feature) => (((component * block.Samples) + sample) * block.Stride) + feature;

        int Adjoint(int component, int sample, int seedOfSample, int feature) =>
            (((((component * block.Samples) + sample) * block.Seeds) + seedOfSample) * block.Stride) + feature;

        Memory<T> Zeros(int count) => new T[(count * block.Stride) + 1].AsMemory(1);

        Memory<T> Random(int count, double scale)
        {
            var values = Zeros(count);
            foreach (ref T value in values.Span)
            {
                value = T.CreateTruncating((float)(scale * random.NextNormal()));
            }

            return values;
        }

        void Close(Memory<T> block, int at, double expected)
        {
            // Sums of up to 50 terms of size about 5: the bound is relative to that size where the sum itself is small.
            double error = Math.Abs(double.CreateTruncating(block.Span[at]) - expected);
            if (!(error <= tolerance * Math.Max(10, Math.Abs(expected))))
            {
                Assert.Fail($"Element {at} is {block.Span[at]}, expected {expected}");
            }
        }
    }
}
