using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>The kernel for one activation and one vector width.</summary>
/// <remarks>
/// One lane holds one feature of one sample. A step takes a vector of features of one sample through all components:
/// rows of different components are far apart, often by a power of two, so what is used more than once (zᵢ, and z̄ᵢ while
/// it is summed) is kept in a small contiguous buffer of the workspace rather than read from its row again. Without second
/// derivatives nothing is used more than once. The features left over at the end of a row take the same step with scalars.
/// The buffer starts at a cache line: a vector that straddles two is not forwarded from its store to the next load, and the
/// reverse pass of 28 components then takes 52 µs for 8 × 512 features on a Zen 4 rather than 23. Tried without gain:
/// prefetching rows (24 µs) and other distances of rows.
/// </remarks>
internal sealed unsafe class JetActivation<TFunction, TScalarFunction, TSimd, TVector, T> : JetActivation<T>
    where TFunction : struct, IActivationFunction<TVector>
    where TScalarFunction : struct, IActivationFunction<T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(
        JetLayout layout, int samples, int features, int stride, ReadOnlySpan<T> z, ReadOnlySpan<T> bias, Span<T> a,
        Workspace<T> workspace)
    {
        Check(layout, samples, features, stride, z.Length, bias.Length, a.Length);
        int vectorized = features - (features % TSimd.Width);
        T* tangents = Buffer(layout, 1, workspace);
        fixed (T* z0 = z, b0 = bias, a0 = a)
        {
            for (int s = 0; s < samples; s++)
            {
                T* zRow = z0 + ((long)s * stride);
                T* aRow = a0 + ((long)s * stride);
                int f = 0;
                for (; f < vectorized; f += TSimd.Width)
                {
                    ForwardStep<TFunction, TSimd, TVector>(layout, (long)samples * stride, zRow + f, b0 + f, aRow + f, tangents);
                }

                for (; f < features; f++)
                {
                    ForwardStep<TScalarFunction, SimdScalar<T>, T>(layout, (long)samples * stride, zRow + f, b0 + f, aRow + f, tangents);
                }
            }
        }

        GC.KeepAlive(workspace);
    }

    public override void Reverse(
        JetLayout layout, int samples, int features, int stride, Span<T> z, ReadOnlySpan<T> bias, ReadOnlySpan<T> a,
        ReadOnlySpan<T> adjoint, Workspace<T> workspace)
    {
        Check(layout, samples, features, stride, z.Length, bias.Length, adjoint.Length);
        int vectorized = features - (features % TSimd.Width);
        T* tangents = Buffer(layout, 2, workspace);
        fixed (T* z0 = z, b0 = bias, a0 = a, adjoint0 = adjoint)
        {
            for (int s = 0; s < samples; s++)
            {
                long row = (long)s * stride;
                int f = 0;
                for (; f < vectorized; f += TSimd.Width)
                {
                    ReverseStep<TFunction, TSimd, TVector>(
                        layout, (long)samples * stride, z0 + row + f, b0 + f, a0 + row + f, adjoint0 + row + f, tangents);
                }

                for (; f < features; f++)
                {
                    ReverseStep<TScalarFunction, SimdScalar<T>, T>(
                        layout, (long)samples * stride, z0 + row + f, b0 + f, a0 + row + f, adjoint0 + row + f, tangents);
                }
            }
        }

        GC.KeepAlive(workspace);
    }

    /// <summary>Room for some vectors of each tangent, or null where there are no second derivatives.</summary>
    private static T* Buffer(JetLayout layout, int vectors, Workspace<T> workspace) =>
        layout.Seconds.IsEmpty ? null : workspace.Pointer(checked(vectors * layout.Firsts.Length * TSimd.Width));

    private static void ForwardStep<TF, TS, TV>(JetLayout layout, long component, T* z, T* bias, T* a, T* tangents)
        where TF : struct, IActivationFunction<TV>
        where TS : struct, ISimd<TV, T>
        where TV : struct
    {
        var value = TS.Add(TS.Load(z), TS.Load(bias));
        var firsts = layout.Firsts;
        if (firsts.IsEmpty)
        {
            TS.Store(TF.Value(value), a);
            return;
        }

        TS.Store(TF.Evaluate(value, out var d1, out var d2, out _), a);
        for (int i = 0; i < firsts.Length; i++)
        {
            z += component;
            a += component;
            var tangent = TS.Load(z);
            TS.Store(TS.Multiply(d1, tangent), a);
            if (tangents != null)
            {
                TS.Store(tangent, tangents + (i * TS.Width));
            }
        }

        foreach (ref readonly var second in layout.Seconds)
        {
            z += component;
            a += component;
            var product = TS.Multiply(d2, TS.Load(tangents + ((second.FirstI - 1) * TS.Width)));
            TS.Store(TS.MultiplyAdd(product, TS.Load(tangents + ((second.FirstJ - 1) * TS.Width)), TS.Multiply(d1, TS.Load(z))), a);
        }
    }

    private static void ReverseStep<TF, TS, TV>(
        JetLayout layout, long component, T* z, T* bias, T* a, T* adjoint, T* tangents)
        where TF : struct, IActivationFunction<TV>
        where TS : struct, ISimd<TV, T>
        where TV : struct
    {
        TF.Derivatives(TS.Add(TS.Load(z), TS.Load(bias)), TS.Load(a), out var d1, out var d2, out var d3);
        var value = TS.Multiply(d1, TS.Load(adjoint));
        var firsts = layout.Firsts;
        T* sums = tangents == null ? null : tangents + (firsts.Length * TS.Width);
        T* zRow = z;
        T* adjointRow = adjoint;
        var second = TS.Zero;
        for (int i = 0; i < firsts.Length; i++)
        {
            zRow += component;
            adjointRow += component;
            var tangent = TS.Load(zRow);
            var tangentAdjoint = TS.Load(adjointRow);
            if (tangents != null)
            {
                TS.Store(tangent, tangents + (i * TS.Width));
            }

            TS.Store(TS.Multiply(d1, tangentAdjoint), tangents == null ? zRow : sums + (i * TS.Width));
            second = TS.MultiplyAdd(tangent, tangentAdjoint, second);
        }

        var third = TS.Zero;
        foreach (ref readonly var pair in layout.Seconds)
        {
            zRow += component;
            adjointRow += component;
            var pairAdjoint = TS.Load(adjointRow);
            var scaled = TS.Multiply(d2, pairAdjoint);
            int i = (pair.FirstI - 1) * TS.Width;
            int j = (pair.FirstJ - 1) * TS.Width;
            var zi = TS.Load(tangents + i);
            var zj = TS.Load(tangents + j);
            TS.Store(TS.MultiplyAdd(scaled, zj, TS.Load(sums + i)), sums + i);
            TS.Store(TS.MultiplyAdd(scaled, zi, TS.Load(sums + j)), sums + j);
            second = TS.MultiplyAdd(TS.Load(zRow), pairAdjoint, second);
            third = TS.MultiplyAdd(TS.Multiply(zi, zj), pairAdjoint, third);
            TS.Store(TS.Multiply(d1, pairAdjoint), zRow);
        }

        value = TS.MultiplyAdd(d2, second, value);
        TS.Store(TS.MultiplyAdd(d3, third, value), z);
        if (tangents == null)
        {
            return;
        }

        for (int i = 0; i < firsts.Length; i++)
        {
            z += component;
            TS.Store(TS.Load(sums + (i * TS.Width)), z);
        }
    }

    private static void Check(JetLayout layout, int samples, int features, int stride, int z, int bias, int other)
    {
        long needed = samples == 0 ? 0 : ((((long)layout.Count * samples) - 1) * stride) + features;
        if (features > stride || z < needed || other < needed || bias < features)
        {
            throw new ArgumentException(
                $"A block of {layout.Count} components, {samples} samples, {features} features and stride {stride} needs {needed} " +
                $"elements and a bias of {features}; given {z}, {other} and {bias}.");
        }
    }
}
