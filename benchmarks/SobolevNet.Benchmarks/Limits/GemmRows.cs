using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>The three products of a training step, at the shapes of 1681-512-512-512-9 and of wider layers.</summary>
internal static class GemmRows
{
    private const double OneThread = 0.90;
    private const double AllThreads = 0.85;

    public static IEnumerable<LimitRow> Measure(Machine machine)
    {
        foreach (var clock in machine.Clocks)
        {
            foreach (var (rows, inputs, outputs) in new[] { (224, 1681, 512), (224, 512, 512), (224, 1024, 1024) })
            {
                yield return Product<float>(machine, clock, "forward", rows, inputs, outputs);
                if (inputs != 1681)
                {
                    yield return Product<float>(machine, clock, "input gradient", rows, inputs, outputs);
                }

                yield return Gradient<float>(machine, clock, 8 * rows, inputs, outputs);
            }
        }

        yield return Product<double>(machine, machine.One, "forward", 224, 512, 512);
        yield return Product<double>(machine, machine.One, "input gradient", 224, 512, 512);
        yield return Gradient<double>(machine, machine.One, 1792, 512, 512);
    }

    /// <summary>Forward and input gradient; every thread takes its own groups of rows.</summary>
    private static LimitRow Product<T>(Machine machine, Clock clock, string form, int rows, int inputs, int outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // As in a pass over a batch, a group's rows and results were not touched since the step before.
        const int Groups = 8;
        int strideA = JetTape<T>.Stride(inputs);
        int strideC = JetTape<T>.Stride(outputs);
        T[] a = GemmFixture.Values<T>(clock.Threads * Groups * rows * strideA, 1);
        T[] c = new T[clock.Threads * Groups * rows * strideC];
        T[] w = GemmFixture.Values<T>(inputs * outputs, 2);
        var b = new PackedMatrix<T>(inputs, outputs);
        if (form == "forward")
        {
            b.PackTransposed(w);
        }
        else
        {
            b.Pack(w);
        }

        var workspaces = Enumerable.Range(0, clock.Threads).Select(_ => new Workspace<T>()).ToArray();
        void Work(int worker)
        {
            for (int group = 0; group < Groups; group++)
            {
                int row = ((worker * Groups) + group) * rows;
                Gemm.Multiply<T>(a.AsSpan(row * strideA), strideA, rows, b, c.AsSpan(row * strideC), strideC, workspaces[worker]);
            }
        }

        Work(0);
        GemmFixture.CheckProduct<T>(a, strideA, rows, w, form == "forward", inputs, outputs, c, strideC);
        double share = clock.ShareOfPeak<T>(2.0 * Groups * rows * inputs * outputs, Work);
        return machine.OfPeak<T>(
            clock, $"Product, {form}, {rows} × {inputs} × {outputs}", share, clock == machine.One ? OneThread : AllThreads);
    }

    /// <summary>Weight gradient; threads share the output features.</summary>
    private static LimitRow Gradient<T>(Machine machine, Clock clock, int rows, int inputs, int outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int strideA = JetTape<T>.Stride(inputs);
        int strideZ = JetTape<T>.Stride(outputs);
        T[] z = GemmFixture.Values<T>(rows * strideZ, 1);
        T[] a = GemmFixture.Values<T>(rows * strideA, 2);
        T[] g = new T[inputs * outputs];
        var workspaces = Enumerable.Range(0, clock.Threads).Select(_ => new Workspace<T>()).ToArray();
        int share = outputs / clock.Threads;
        void Work(int worker) => Gemm.MultiplyTransposed<T>(
            z, strideZ, a, strideA, rows, inputs, worker * share, share, g, inputs, accumulate: false, workspaces[worker]);
        Work(0);
        GemmFixture.CheckGradient<T>(z, strideZ, a, strideA, rows, inputs, share, g);
        double ratio = clock.ShareOfPeak<T>(2.0 * rows * inputs * share, Work);
        return machine.OfPeak<T>(
            clock, $"Product, weight gradient, {rows} × {inputs} × {outputs}", ratio, clock == machine.One ? OneThread : AllThreads);
    }
}
