using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>The sweeps that need no activation any more, at one vector width.</summary>
/// <remarks>A step takes a vector of features of one sample through all its rows. Without tangents the inner loops over them are empty.</remarks>
internal abstract unsafe class AdjointSweeps<TSimd, TVector, T> : AdjointActivation<T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Adjoint(in AdjointBlock block, ReadOnlySpan<T> z, ReadOnlySpan<T> curvature, ReadOnlySpan<T> q, Span<T> p)
    {
        Check(block, z.Length, curvature.Length, p.Length);
        Check(block, z.Length, curvature.Length, q.Length);
        nint stride = block.Stride;
        nint tangent = block.Samples * stride;
        nint tangentOfSeeds = block.Seeds * tangent;
        fixed (T* z0 = z, c0 = curvature, q0 = q, p0 = p)
        {
            for (int s = 0; s < block.Samples; s++)
            {
                T* first = z0 + (s * stride);
                T* second = c0 + (s * stride);
                for (int u = 0; u < block.Seeds; u++)
                {
                    nint row = (((nint)s * block.Seeds) + u) * stride;
                    for (nint f = 0; f < block.Features; f += TSimd.Width)
                    {
                        var d1 = TSimd.Load(first + f);
                        T* from = q0 + row + f;
                        T* to = p0 + row + f;
                        var value = TSimd.Load(from);
                        TSimd.Store(TSimd.Multiply(d1, value), to);
                        if (block.Tangents == 0)
                        {
                            continue;
                        }

                        var bend = TSimd.Multiply(TSimd.Load(second + f), value);
                        T* slope = first + f;
                        for (int i = 0; i < block.Tangents; i++)
                        {
                            slope += tangent;
                            from += tangentOfSeeds;
                            to += tangentOfSeeds;
                            TSimd.Store(TSimd.MultiplyAdd(bend, TSimd.Load(slope), TSimd.Multiply(d1, TSimd.Load(from))), to);
                        }
                    }
                }
            }
        }
    }

    public override void Upward(in AdjointBlock block, Span<T> z, Span<T> curvature, Span<T> q, ReadOnlySpan<T> pAdjoint)
    {
        Check(block, z.Length, curvature.Length, q.Length);
        Check(block, z.Length, curvature.Length, pAdjoint.Length);
        nint stride = block.Stride;
        fixed (T* z0 = z, c0 = curvature, q0 = q, p0 = pAdjoint)
        {
            for (int s = 0; s < block.Samples; s++)
            {
                nint row = s * stride;
                for (nint f = 0; f < block.Features; f += TSimd.Width)
                {
                    nint seed = (row * block.Seeds) + f;
                    if (block.Tangents == 0)
                    {
                        UpwardStep(block.Seeds, stride, z0 + row + f, c0 + row + f, q0 + seed, p0 + seed);
                    }
                    else
                    {
                        UpwardStep(block, z0 + row + f, c0 + row + f, q0 + seed, p0 + seed);
                    }
                }
            }
        }
    }

    public override void Downward(in AdjointBlock block, Span<T> z, ReadOnlySpan<T> curvature, ReadOnlySpan<T> aAdjoint)
    {
        Check(block, z.Length, curvature.Length, null);
        Check(block, aAdjoint.Length, curvature.Length, null);
        nint stride = block.Stride;
        nint tangent = block.Samples * stride;
        fixed (T* z0 = z, c0 = curvature, a0 = aAdjoint)
        {
            for (int s = 0; s < block.Samples; s++)
            {
                for (nint f = s * stride; f < (s * stride) + block.Features; f += TSimd.Width)
                {
                    var d1 = TSimd.Load(z0 + f);
                    var value = TSimd.MultiplyAdd(d1, TSimd.Load(a0 + f), TSimd.Load(c0 + f));
                    nint at = f;
                    for (int i = 0; i < block.Tangents; i++)
                    {
                        at += tangent;
                        var adjoint = TSimd.Load(a0 + at);
                        value = TSimd.MultiplyAdd(TSimd.Load(z0 + at), adjoint, value);
                        TSimd.Store(TSimd.MultiplyAdd(d1, adjoint, TSimd.Load(c0 + at)), z0 + at);
                    }

                    TSimd.Store(value, z0 + f);
                }
            }
        }
    }

    /// <summary>Refuses blocks that do not fit, since the kernels work with bare pointers.</summary>
    protected static void Check(in AdjointBlock block, int value, int curvature, int? adjoint)
    {
        if (block.Samples < 0 || block.Seeds < 1 || block.Tangents < 0 || block.Features > block.Stride || block.Features % FeatureMultiple != 0
            || value < block.ValueLength || curvature < block.CurvatureLength || adjoint < block.AdjointLength)
        {
            throw new ArgumentException(
                $"{block} needs features that are a multiple of {FeatureMultiple} and blocks of {block.ValueLength}, {block.CurvatureLength} and " +
                $"{block.AdjointLength} elements; given {value}, {curvature} and {adjoint}.");
        }
    }

    /// <summary>One vector of all seeds, without tangents.</summary>
    private static void UpwardStep(int seeds, nint stride, T* z, T* curvature, T* q, T* pAdjoint)
    {
        var d1 = TSimd.Load(z);
        var sum = TSimd.Zero;
        for (; seeds > 0; seeds--)
        {
            var adjoint = TSimd.Load(pAdjoint);
            sum = TSimd.MultiplyAdd(TSimd.Load(q), adjoint, sum);
            TSimd.Store(TSimd.Multiply(d1, adjoint), q);
            q += stride;
            pAdjoint += stride;
        }

        TSimd.Store(TSimd.Multiply(TSimd.Load(curvature), sum), curvature);
    }

    /// <summary>One vector of all seeds and tangents; Σ q p̄ᵢ is summed in the place of sᵢ.</summary>
    private static void UpwardStep(in AdjointBlock block, T* z, T* curvature, T* q, T* pAdjoint)
    {
        nint tangent = (nint)block.Samples * block.Stride;
        nint tangentOfSeeds = block.Seeds * tangent;
        var d1 = TSimd.Load(z);
        var d2 = TSimd.Load(curvature);
        var d3 = TSimd.Load(curvature + ((1 + block.Tangents) * tangent));
        var sum = TSimd.Zero;
        for (int u = 0; u < block.Seeds; u++)
        {
            T* from = q + ((nint)u * block.Stride);
            T* adjoint = pAdjoint + ((nint)u * block.Stride);
            T* slope = z;
            T* bend = curvature;
            T* to = from;
            var value = TSimd.Load(from);
            var valueAdjoint = TSimd.Load(adjoint);
            sum = TSimd.MultiplyAdd(value, valueAdjoint, sum);
            var along = TSimd.Zero;
            for (int i = 0; i < block.Tangents; i++)
            {
                slope += tangent;
                bend += tangent;
                from += tangentOfSeeds;
                adjoint += tangentOfSeeds;
                var tangentAdjoint = TSimd.Load(adjoint);
                sum = TSimd.MultiplyAdd(TSimd.Load(from), tangentAdjoint, sum);
                along = TSimd.MultiplyAdd(TSimd.Load(slope), tangentAdjoint, along);
                TSimd.Store(TSimd.MultiplyAdd(value, tangentAdjoint, u == 0 ? TSimd.Zero : TSimd.Load(bend)), bend);
                TSimd.Store(TSimd.Multiply(d1, tangentAdjoint), from);
            }

            TSimd.Store(TSimd.MultiplyAdd(d2, along, TSimd.Multiply(d1, valueAdjoint)), to);
        }

        var third = TSimd.Zero;
        T* place = curvature;
        for (int i = 0; i < block.Tangents; i++)
        {
            z += tangent;
            place += tangent;
            var slope = TSimd.Load(z);
            var bend = TSimd.Load(place);
            third = TSimd.MultiplyAdd(slope, bend, third);
            TSimd.Store(TSimd.Multiply(d2, bend), place);
            TSimd.Store(TSimd.Multiply(d2, slope), z);
        }

        TSimd.Store(TSimd.MultiplyAdd(d3, third, TSimd.Multiply(d2, sum)), curvature);
    }
}

/// <summary>The kernel for one activation and one vector width.</summary>
internal sealed unsafe class AdjointActivation<TFunction, TSimd, TVector, T> : AdjointSweeps<TSimd, TVector, T>
    where TFunction : struct, IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(in AdjointBlock block, Span<T> z, ReadOnlySpan<T> bias, Span<T> a, Span<T> curvature)
    {
        Check(block, z.Length, curvature.Length, null);
        Check(block, a.Length, curvature.Length, null);
        if (bias.Length < block.Features)
        {
            throw new ArgumentException($"The bias has {bias.Length} elements; {block.Features} features need as many.", nameof(bias));
        }

        nint stride = block.Stride;
        nint tangent = block.Samples * stride;
        fixed (T* z0 = z, b0 = bias, a0 = a, c0 = curvature)
        {
            for (int s = 0; s < block.Samples; s++)
            {
                for (nint f = 0; f < block.Features; f += TSimd.Width)
                {
                    nint at = (s * stride) + f;
                    var value = TSimd.Add(TSimd.Load(z0 + at), TSimd.Load(b0 + f));
                    TSimd.Store(TFunction.Evaluate(value, out var d1, out var d2, out var d3), a0 + at);
                    TSimd.Store(d1, z0 + at);
                    TSimd.Store(d2, c0 + at);
                    if (block.Tangents == 0)
                    {
                        continue;
                    }

                    TSimd.Store(d3, c0 + at + ((1 + block.Tangents) * tangent));
                    for (int i = 0; i < block.Tangents; i++)
                    {
                        at += tangent;
                        TSimd.Store(TSimd.Multiply(d1, TSimd.Load(z0 + at)), a0 + at);
                    }
                }
            }
        }
    }
}
