using System.Numerics;
using System.Runtime.Intrinsics.X86;

namespace SobolevNet.Kernels;

/// <summary>The element-by-element updates of the optimizers, each in one pass over memory.</summary>
/// <remarks>An element's result depends on that element alone, so a range may be cut anywhere.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class OptimizerKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The kernel at the machine's vector width.</summary>
    public static OptimizerKernel<T> Current { get; } = Create();

    /// <summary>The kernel at a vector width, which must be supported; null for the machine's.</summary>
    public static OptimizerKernel<T> Create(VectorWidth? width = null) => VectorDispatch<T>.Run(default(Creation), width).Kernel!;

    /// <summary>
    /// Adam with decoupled decay: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← decay·w − rate·m/(√(v·correction) + ε).
    /// </summary>
    public abstract void Adam(
        Span<T> weights, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second, T beta1, T beta2, T rate, T correction, T epsilon, T decay);

    /// <summary>Momentum: v ← μv + g, w ← decay·w − rate·(v, or g + μv with Nesterov's look-ahead).</summary>
    public abstract void Momentum(
        Span<T> weights, ReadOnlySpan<T> gradient, Span<T> velocity, T momentum, T rate, T decay, bool nesterov);

    private struct Creation : IVectorOperation<T>
    {
        public OptimizerKernel<T>? Kernel { get; private set; }

        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct =>
            Kernel = new OptimizerKernel<TSimd, TVector, T>();
    }
}

/// <summary>The updates at one vector width.</summary>
internal sealed unsafe class OptimizerKernel<TSimd, TVector, T> : OptimizerKernel<T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many elements ahead data is asked for.</summary>
    private const int Ahead = 128;

    public override void Adam(
        Span<T> weights, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second, T beta1, T beta2, T rate, T correction, T epsilon, T decay)
    {
        Check(weights.Length, gradient.Length, first.Length, second.Length);
        fixed (T* w = weights, g = gradient, m = first, v = second)
        {
            int k = 0;
            for (; k <= weights.Length - TSimd.Width; k += TSimd.Width)
            {
                Prefetch(w + k, m + k, v + k);
                AdamStep<TSimd, TVector>(w + k, g + k, m + k, v + k, beta1, beta2, rate, correction, epsilon, decay);
            }

            for (; k < weights.Length; k++)
            {
                AdamStep<SimdScalar<T>, T>(w + k, g + k, m + k, v + k, beta1, beta2, rate, correction, epsilon, decay);
            }
        }
    }

    public override void Momentum(
        Span<T> weights, ReadOnlySpan<T> gradient, Span<T> velocity, T momentum, T rate, T decay, bool nesterov)
    {
        Check(weights.Length, gradient.Length, velocity.Length, velocity.Length);
        fixed (T* w = weights, g = gradient, v = velocity)
        {
            int k = 0;
            for (; k <= weights.Length - TSimd.Width; k += TSimd.Width)
            {
                MomentumStep<TSimd, TVector>(w + k, g + k, v + k, momentum, rate, decay, nesterov);
            }

            for (; k < weights.Length; k++)
            {
                MomentumStep<SimdScalar<T>, T>(w + k, g + k, v + k, momentum, rate, decay, nesterov);
            }
        }
    }

    private static void AdamStep<TS, TV>(T* w, T* g, T* m, T* v, T beta1, T beta2, T rate, T correction, T epsilon, T decay)
        where TS : struct, ISimd<TV, T>
        where TV : struct
    {
        var gradient = TS.Load(g);
        var first = TS.MultiplyAdd(TS.Broadcast(beta1), TS.Load(m), TS.Multiply(TS.Broadcast(T.One - beta1), gradient));
        var square = TS.Multiply(gradient, gradient);
        var second = TS.MultiplyAdd(TS.Broadcast(beta2), TS.Load(v), TS.Multiply(TS.Broadcast(T.One - beta2), square));
        TS.Store(first, m);
        TS.Store(second, v);
        var size = TS.Add(TS.Sqrt(TS.Multiply(second, TS.Broadcast(correction))), TS.Broadcast(epsilon));
        var step = TS.Divide(TS.Multiply(TS.Broadcast(rate), first), size);
        TS.Store(TS.Subtract(TS.Multiply(TS.Broadcast(decay), TS.Load(w)), step), w);
    }

    /// <summary>Adam reads and writes three streams from beyond the second-level cache; asking ahead gains a tenth there.</summary>
    private static void Prefetch(T* w, T* m, T* v)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(w + Ahead);
            Sse.Prefetch0(m + Ahead);
            Sse.Prefetch0(v + Ahead);
        }
    }

    private static void MomentumStep<TS, TV>(T* w, T* g, T* v, T momentum, T rate, T decay, bool nesterov)
        where TS : struct, ISimd<TV, T>
        where TV : struct
    {
        var gradient = TS.Load(g);
        var velocity = TS.MultiplyAdd(TS.Broadcast(momentum), TS.Load(v), gradient);
        TS.Store(velocity, v);
        var direction = nesterov ? TS.MultiplyAdd(TS.Broadcast(momentum), velocity, gradient) : velocity;
        var weights = TS.Multiply(TS.Broadcast(decay), TS.Load(w));
        TS.Store(TS.Subtract(weights, TS.Multiply(TS.Broadcast(rate), direction)), w);
    }

    private static void Check(int weights, int gradient, int first, int second)
    {
        if (gradient != weights || first != weights || second != weights)
        {
            throw new ArgumentException($"An update of {weights} weights has {gradient} gradients and states of {first} and {second}.");
        }
    }
}
