using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>Answers for any number of samples, to calls from any number of threads: memory for each call, and blocks of large batches on several threads.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="architecture">The network's shape.</param>
/// <param name="threads">Most threads of a call.</param>
internal sealed class BatchInference<T>(MlpArchitecture architecture, int threads)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Multiply-adds of a block, at least: some ten times what handing it to another thread takes.</summary>
    private const double WorkOfBlock = 1 << 21;

    /// <summary>Blocks for each thread, so that a thread that is held up has fewer.</summary>
    private const int BlocksOfThread = 4;

    private readonly ScratchPool<InferenceScratch<T>> _scratches = new();

    private delegate void Ask(InferenceScratch<T> scratch, PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> answers);

    /// <summary>The outputs.</summary>
    /// <param name="network">The network, packed.</param>
    /// <param name="x">Shape (S, n).</param>
    /// <param name="y">Receives shape (S, m).</param>
    public void Evaluate(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> y) =>
        Run(network, x, y, 1, static (scratch, network, x, y) => scratch.Evaluate(network, x, y));

    /// <summary>Jacobians by all inputs.</summary>
    /// <param name="network">The network, packed for reverse passes too.</param>
    /// <param name="x">Shape (S, n).</param>
    /// <param name="jacobian">Receives shape (S, m, n).</param>
    public void Jacobian(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> jacobian) =>
        Run(network, x, jacobian, 1.0 + architecture.Outputs, static (scratch, network, x, y) => scratch.Jacobian(network, x, y));

    /// <summary>Hessians by all inputs.</summary>
    /// <param name="network">The network, packed for reverse passes too.</param>
    /// <param name="x">Shape (S, n).</param>
    /// <param name="hessian">Receives shape (S, m, n, n).</param>
    public void Hessian(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> hessian) =>
        Run(
            network, x, hessian, (1.0 + architecture.Outputs) * (1 + architecture.Inputs),
            static (scratch, network, x, y) => scratch.Hessian(network, x, y));

    /// <summary>Jets, by the thread that calls.</summary>
    /// <param name="network">The network, packed.</param>
    /// <param name="input">Shape (components, S, n).</param>
    /// <param name="output">Receives shape (components, S, m).</param>
    public void Propagate(PackedNetwork<T> network, JetSpan<T> input, JetSpan<T> output)
    {
        var scratch = Take();
        scratch.Propagate(network, input, output);
        Return(scratch);
    }

    private void Run(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> answers, double rows, Ask ask)
    {
        int samples = x.Length / architecture.Inputs;
        int blocks = 1;
        if (samples > 1 && threads > 1)
        {
            double work = samples * rows * architecture.ParameterCount;
            blocks = (int)Math.Clamp(work / WorkOfBlock, 1, Math.Min(samples, (double)BlocksOfThread * threads));
        }

        if (blocks > 1)
        {
            RunBlocks(network, x, answers, samples, blocks, ask);
            return;
        }

        var scratch = Take();
        ask(scratch, network, x, answers);
        Return(scratch);
    }

    private void RunBlocks(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> answers, int samples, int blocks, Ask ask)
    {
        int inputs = architecture.Inputs;
        int size = answers.Length / samples;
        SharedSpans.Run(x, answers, blocks, threads, (block, all, to) =>
        {
            int start = GemmShape.Start(block, blocks, samples);
            int count = GemmShape.Start(block + 1, blocks, samples) - start;
            var scratch = Take();
            ask(scratch, network, all.Slice(start * inputs, count * inputs), to.Slice(start * size, count * size));
            Return(scratch);
        });
    }

    private InferenceScratch<T> Take() => _scratches.TryTake() ?? new InferenceScratch<T>(architecture);

    private void Return(InferenceScratch<T> scratch)
    {
        if (scratch.IsWorthKeeping)
        {
            _scratches.Return(scratch);
        }
    }
}
