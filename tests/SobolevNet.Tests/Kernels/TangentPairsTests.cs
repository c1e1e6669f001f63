using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

/// <summary>Second derivatives along pairs of tangents and their reverse, against the definition in double precision.</summary>
public class TangentPairsTests
{
    public static TheoryData<int> Widths => [.. VectorWidths.Supported.Select(width => (int)width)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Double_EverySizeAndWidth_AgreesWithTheDefinition(int width) => Check<double>((VectorWidth)width, 1e-12);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Float_EverySizeAndWidth_AgreesWithTheDefinition(int width) => Check<float>((VectorWidth)width, 4e-6);

    [Fact]
    public void Forward_PaddingThatIsNotANumber_IsLeftOut()
    {
        var block = new AdjointBlock(Samples: 2, Seeds: 1, Tangents: 3, Features: 16, Stride: 16);
        double[] z = Filled(block.ValueLength), curvature = Filled(block.CurvatureLength), q = Filled(2 * 16);
        foreach (double[] rows in new[] { z, curvature, q })
        {
            for (int k = 0; k < rows.Length; k++)
            {
                rows[k] = k % 16 < 13 ? rows[k] : double.NaN;
            }
        }

        double[] pairs = new double[2 * TangentPairs.Length(1, 3)];
        TangentPairs.Forward<double>(block, 13, z, curvature, q, pairs, accumulate: false, new Workspace<double>());
        pairs[1].Should().BeApproximately(13, 1e-12, "all are one");
        pairs[TangentPairs.Length(1, 3)].Should().BeApproximately(13, 1e-12);
    }

    [Fact]
    public void Kernels_BlocksThatDoNotFit_AreRefused()
    {
        var block = new AdjointBlock(Samples: 3, Seeds: 2, Tangents: 1, Features: 16, Stride: 16);
        double[] value = new double[96], curvature = new double[144], adjoint = new double[96], pairs = new double[3 * TangentPairs.Length(2, 1)];
        var workspace = new Workspace<double>();
        Refused(() => Forward(block with { Tangents = 0 }, 16, value, curvature, adjoint, pairs));
        Refused(() => Forward(block with { Features = 15 }, 15, value, curvature, adjoint, pairs));
        Refused(() => Forward(block, 17, value, curvature, adjoint, pairs));
        Refused(() => Forward(block, 16, value[1..], curvature, adjoint, pairs));
        Refused(() => Forward(block, 16, value, curvature[1..], adjoint, pairs));
        Refused(() => Forward(block, 16, value, curvature, adjoint[1..], pairs));
        Refused(() => Forward(block, 16, value, curvature, adjoint, pairs[1..]));
        Refused(() => TangentPairs.Upward<double>(block, value, curvature, adjoint[1..], adjoint, pairs, workspace));
        Refused(() => TangentPairs.Upward<double>(block, value, curvature, adjoint, adjoint[1..], pairs, workspace));
        Refused(() => TangentPairs.Upward<double>(block, value, curvature, adjoint, adjoint, pairs[1..], workspace));

        void Forward(AdjointBlock sizes, int features, double[] z, double[] c, double[] q, double[] result) =>
            TangentPairs.Forward<double>(sizes, features, z, c, q, result, accumulate: false, workspace);
    }

    private static void Refused(Action act) => act.Should().Throw<ArgumentException>();

    private static double[] Filled(long count)
    {
        double[] values = new double[count];
        Array.Fill(values, 1.0);
        return values;
    }

    private static void Check<T>(VectorWidth width, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ulong seed = 0;
        foreach (int tangents in new[] { 1, 3, 16, 30, 45 })
        {
            foreach (int seeds in new[] { 1, 3 })
            {
                foreach (var (samples, features, stride) in new[] { (1, 16, 16), (3, 48, 48), (2, 32, 35) })
                {
                    Check<T>(width, new AdjointBlock(samples, seeds, tangents, features, stride), seed++, tolerance);
                }
            }
        }
    }

    /// <summary>The value rows of z hold σ', those of the curvature σ'' and, last, σ'''.</summary>
    private static void Check<T>(VectorWidth width, AdjointBlock block, ulong seed, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new RandomStream(seed);
        var (samples, seeds, tangents, _, stride) = block;
        int step = TangentPairs.Stride(tangents);
        T[] z = Random(samples * (1 + tangents) * stride), curvature = Random(samples * (2 + tangents) * stride);
        T[] q = Random(samples * seeds * stride), pAdjoint = Random(samples * seeds * stride);
        T[] pairs = Random(samples * seeds * tangents * step);
        T[] z0 = [.. z], curvature0 = [.. curvature], q0 = [.. q], pairs0 = [.. pairs];
        var workspace = new Workspace<T>();
        double D(T value) => double.CreateTruncating(value);
        double Z(int i, int s, int f) => D(z0[(((i * samples) + s) * stride) + f]);
        double C(int row, int s, int f) => D(curvature0[(((row * samples) + s) * stride) + f]);
        double Q(int s, int u, int f) => D(q0[(((s * seeds) + u) * stride) + f]);
        int Pair(int s, int u, int i, int j) => (((((s * seeds) + u) * tangents) + i) * step) + j;

        TangentPairs.Forward<T>(block, block.Features, z, curvature, q, pairs, accumulate: true, workspace, width);
        for (int s = 0; s < samples; s++)
        {
            for (int u = 0; u < seeds; u++)
            {
                for (int i = 0; i < tangents; i++)
                {
                    for (int j = i; j < tangents; j++)
                    {
                        double sum = Enumerable.Range(0, block.Features).Sum(f => C(0, s, f) * Q(s, u, f) * Z(1 + i, s, f) * Z(1 + j, s, f));
                        Close(pairs[Pair(s, u, i, j)], D(pairs0[Pair(s, u, i, j)]) + sum);
                    }
                }
            }
        }

        TangentPairs.Forward<T>(block, block.Features, z, curvature, q, pairs, accumulate: false, workspace, width);
        Close(pairs[Pair(0, 0, 0, tangents - 1)], Enumerable.Range(0, block.Features).Sum(f => C(0, 0, f) * Q(0, 0, f) * Z(1, 0, f) * Z(tangents, 0, f)));
        z.Should().Equal(z0);
        q.Should().Equal(q0);

        // Upward takes the adjoint of Σ Gᵢⱼ yᵢⱼ over i ≤ j as G + Gᵀ.
        T[] matrices = Random(pairs.Length);
        double[] g = [.. matrices.Select(D)];
        for (int start = 0; start < matrices.Length; start += tangents * step)
        {
            TangentPairs.Symmetrize(matrices.AsSpan(start, tangents * step), tangents);
        }

        TangentPairs.Upward<T>(block, z, curvature, q, pAdjoint, matrices, workspace, width);
        for (int s = 0; s < samples; s++)
        {
            for (int f = 0; f < stride; f++)
            {
                if (f >= block.Features)
                {
                    z[(s * stride) + f].Should().Be(z0[(s * stride) + f], "what lies between rows stays as it is");
                    curvature[(s * stride) + f].Should().Be(curvature0[(s * stride) + f], "what lies between rows stays as it is");
                    continue;
                }

                double value = 0;
                double[] slopes = new double[tangents];
                for (int u = 0; u < seeds; u++)
                {
                    double along = 0;
                    double adjoint = D(pAdjoint[(((s * seeds) + u) * stride) + f]);
                    for (int i = 0; i < tangents; i++)
                    {
                        for (int j = i; j < tangents; j++)
                        {
                            double weight = g[Pair(s, u, i, j)];
                            along += weight * Z(1 + i, s, f) * Z(1 + j, s, f);
                            slopes[i] += weight * C(0, s, f) * Q(s, u, f) * Z(1 + j, s, f);
                            slopes[j] += weight * C(0, s, f) * Q(s, u, f) * Z(1 + i, s, f);
                        }
                    }

                    Close(q[(((s * seeds) + u) * stride) + f], (Z(0, s, f) * adjoint) + (C(0, s, f) * along));
                    value += Q(s, u, f) * ((C(0, s, f) * adjoint) + (C(1 + tangents, s, f) * along));
                }

                Close(curvature[(s * stride) + f], value);
                z[(s * stride) + f].Should().Be(z0[(s * stride) + f], "σ' is needed by the downward sweep");
                for (int i = 0; i < tangents; i++)
                {
                    Close(curvature[((((1 + i) * samples) + s) * stride) + f], slopes[i]);
                    Close(z[((((1 + i) * samples) + s) * stride) + f], C(0, s, f) * Z(1 + i, s, f));
                }
            }
        }

        T[] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating((float)random.NextNormal()))];

        // Sums of up to a thousand terms of size one: the bound is relative to that size where the sum itself is small.
        void Close(T actual, double expected)
        {
            double error = Math.Abs(D(actual) - expected);
            if (!(error <= tolerance * Math.Max(30, Math.Abs(expected))))
            {
                Assert.Fail($"{actual} instead of {expected}, {block}");
            }
        }
    }
}
