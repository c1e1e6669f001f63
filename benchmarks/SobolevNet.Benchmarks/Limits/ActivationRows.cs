using SobolevNet.Kernels;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>The fused activation of 28 components and its reverse, on a group's rows.</summary>
internal static class ActivationRows
{
    private const int Samples = 8;
    private const int Features = 512;

    public static IEnumerable<LimitRow> Measure(Machine machine)
    {
        var layout = JetLayout.Full(6, 2);
        int stride = JetTape<float>.Stride(Features);
        int length = layout.Count * Samples * stride;
        var z = GemmFixture.Aligned(GemmFixture.Values<float>(length, 1));
        var bias = GemmFixture.Aligned(GemmFixture.Values<float>(stride, 2));
        var a = AlignedMemory.Zeros<float>(length);
        // Small, so that z̄ replacing z call after call does not grow.
        var adjoint = GemmFixture.Aligned([.. GemmFixture.Values<float>(length, 3).Select(value => 1e-3f * value)]);
        var activation = JetActivation<float>.Create(Activation.Tanh);
        var workspace = new Workspace<float>();
        activation.Forward(layout, Samples, Features, stride, z, bias, a, workspace);
        CheckForward(layout, stride, z, bias, a);

        double elements = (double)Samples * Features;
        int firsts = layout.Firsts.Length;
        int seconds = layout.Seconds.Length;

        // Forward: tanh with two derivatives about 30 operations; σ'zᵢ and σ''zᵢ two each; σ'zᵢⱼ + (σ''zᵢ)zⱼ three.
        yield return Row(
            "forward", 2 * layout.Count * elements * sizeof(float), (30 + (2 * firsts) + (3 * seconds)) * elements,
            () => activation.Forward(layout, Samples, Features, stride, z, bias, a, workspace));

        // Reverse: σ'āᵢⱼ, its two shares of the first derivatives and two sums of the value, nine a pair; five a first one.
        var work = GemmFixture.Aligned([.. z]);
        activation.Reverse(layout, Samples, Features, stride, work, bias, a, adjoint, workspace);
        CheckReverse(layout, stride, z, bias, adjoint, work);
        yield return Row(
            "reverse", ((3 * layout.Count) + 1) * elements * sizeof(float), (40 + (5 * firsts) + (9 * seconds)) * elements,
            () => activation.Reverse(layout, Samples, Features, stride, work, bias, a, adjoint, workspace));

        LimitRow Row(string form, double bytes, double flop, Action work)
        {
            double memory = bytes / Machine.CopyRate((int)bytes);
            double arithmetic = flop / machine.Peak<float>(machine.One);
            double limit = Math.Max(memory, arithmetic);
            Clock.WarmUp(work);

            double time = Clock.Best(
                () =>
                {
                    for (int k = 0; k < 10; k++)
                    {
                        work();
                    }
                },
                20) / 10;
            return LimitRow.OfTime(
                $"Fused tanh, {form}, 28 × {Samples} × {Features}", time * 1e6, "µs", limit * 1e6, 0.75,
                memory > arithmetic
                    ? $"copying {bytes / 1024:F0} KB (arithmetic alone {arithmetic * 1e6:F0} µs)"
                    : $"arithmetic (memory alone {memory * 1e6:F0} µs)");
        }
    }

    /// <summary>Values, first and mixed derivatives of the forward pass, by the definition in double precision.</summary>
    private static void CheckForward(JetLayout layout, int stride, ArraySegment<float> z, ArraySegment<float> bias, ArraySegment<float> a)
    {
        int second = layout.Second(1, 4);
        int i = layout.First(1);
        int j = layout.First(4);
        for (int s = 0; s < Samples; s++)
        {
            for (int f = 0; f < Features; f += 5)
            {
                double At(ArraySegment<float> rows, int component) => rows[(((component * Samples) + s) * stride) + f];
                double y = Math.Tanh(At(z, 0) + bias[f]);
                double slope = 1 - (y * y);
                Check(At(a, 0), y);
                Check(At(a, i), slope * At(z, i));
                Check(At(a, second), (-2 * y * slope * At(z, i) * At(z, j)) + (slope * At(z, second)));
            }
        }

    }

    /// <summary>Adjoints of the value, of a first and of a mixed component, by the definition in double precision.</summary>
    private static void CheckReverse(JetLayout layout, int stride, ArraySegment<float> z, ArraySegment<float> bias, ArraySegment<float> adjoint, ArraySegment<float> actual)
    {
        int second = layout.Second(1, 4);
        int i = layout.First(1);
        for (int s = 0; s < Samples; s++)
        {
            for (int f = 0; f < Features; f += 5)
            {
                double At(ArraySegment<float> rows, int component) => rows[(((component * Samples) + s) * stride) + f];
                double y = Math.Tanh(At(z, 0) + bias[f]);
                double d1 = 1 - (y * y);
                double d2 = -2 * y * d1;
                double d3 = d1 * ((6 * y * y) - 2);
                double value = d1 * At(adjoint, 0);
                double first = d1 * At(adjoint, i);
                foreach (int tangent in Enumerable.Range(1, layout.Firsts.Length))
                {
                    value += d2 * At(z, tangent) * At(adjoint, tangent);
                }

                for (int pair = 0; pair < layout.Seconds.Length; pair++)
                {
                    int component = 1 + layout.Firsts.Length + pair;
                    var (zi, zj) = (At(z, layout.Seconds[pair].FirstI), At(z, layout.Seconds[pair].FirstJ));
                    value += ((d2 * At(z, component)) + (d3 * zi * zj)) * At(adjoint, component);
                    first += layout.Seconds[pair].FirstI == i ? d2 * zj * At(adjoint, component) : 0;
                    first += layout.Seconds[pair].FirstJ == i ? d2 * zi * At(adjoint, component) : 0;
                }

                Check(1e3 * At(actual, 0), 1e3 * value);
                Check(1e3 * At(actual, i), 1e3 * first);
                Check(1e3 * At(actual, second), 1e3 * d1 * At(adjoint, second));
            }
        }
    }

    private static void Check(double actual, double expected)
    {
        if (!(Math.Abs(actual - expected) <= 4e-6 * (1 + Math.Abs(expected))))
        {
            throw new InvalidOperationException($"The activation is wrong: {actual} instead of {expected}.");
        }
    }
}
