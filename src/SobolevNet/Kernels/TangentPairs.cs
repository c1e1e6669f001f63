using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>
/// Second derivatives along pairs of tangents: what an activation layer contributes to them, and the reverse of that. Without them the
/// adjoints themselves need no tangents.
/// </summary>
/// <remarks>
/// <para>
/// The only terms that bend are those of the activations, so along straight paths ∂ᵢⱼy_u is the sum over layers and features of σ'' q zᵢ zⱼ, where q is the
/// adjoint of y_u. For each sample and seed that is Z diag(σ'' q) Zᵀ with the k tangents as rows of Z. The reverse takes a symmetric matrix M: the adjoint of
/// each pair, twice on the diagonal.
/// <code>
/// forward   yᵢⱼ += Σ σ'' q zᵢ zⱼ                           for i ≤ j, summed over features
/// upward    rᵢ = Σⱼ Mᵢⱼ zⱼ        h = ½ Σᵢ zᵢ rᵢ          for each seed
///           q̄ = σ' p̄ + σ'' h                               for each seed
///           s = Σ (σ'' q p̄ + σ''' q h)     sᵢ = σ'' Σ q rᵢ  summed over seeds
/// </code>
/// Value blocks and curvatures are those of <see cref="AdjointActivation{T}"/>; adjoint blocks have one row for each seed of a sample. The matrices of a
/// sample's seeds follow each other, k rows of <see cref="Stride"/> elements each.
/// </para>
/// <para>
/// Both products run in the micro-kernel on copies of a sample's tangents that stay in the first-level cache: the forward one with features as depth and a
/// transposed Z, the reverse one with features in the lanes.
/// </para>
/// </remarks>
internal static unsafe class TangentPairs
{
    /// <summary>Elements from a row of a matrix to the next: whole panels of any vector width.</summary>
    private const int StrideMultiple = 32;

    /// <summary>Elements from a row of a matrix to the next.</summary>
    /// <param name="tangents">k.</param>
    public static int Stride(int tangents) => (tangents + StrideMultiple - 1) / StrideMultiple * StrideMultiple;

    /// <summary>Elements of the matrices of a sample.</summary>
    /// <param name="seeds">m.</param>
    /// <param name="tangents">k.</param>
    public static long Length(int seeds, int tangents) => (long)seeds * tangents * Stride(tangents);

    /// <summary>Adds to a matrix of adjoints of pairs i ≤ j its transpose, whose elements are not looked at.</summary>
    /// <param name="matrix">k rows of <see cref="Stride"/> elements.</param>
    /// <param name="tangents">k.</param>
    public static void Symmetrize<T>(Span<T> matrix, int tangents)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int stride = Stride(tangents);
        for (int i = 0; i < tangents; i++)
        {
            matrix[(i * stride) + i] *= T.CreateTruncating(2);
            for (int j = i + 1; j < tangents; j++)
            {
                matrix[(j * stride) + i] = matrix[(i * stride) + j];
            }
        }
    }

    /// <summary>Second derivatives along pairs i ≤ j of tangents, one layer's share.</summary>
    /// <param name="block">The sizes.</param>
    /// <param name="features">Features that are summed; those of the block beyond them are padding.</param>
    /// <param name="z">What <see cref="AdjointActivation{T}.Forward"/> left.</param>
    /// <param name="curvature">What <see cref="AdjointActivation{T}.Forward"/> left.</param>
    /// <param name="q">Adjoints, one row for each seed of a sample.</param>
    /// <param name="pairs">Receives the matrices; what they hold for i &gt; j is unspecified.</param>
    /// <param name="accumulate">Whether the share is added to what is there.</param>
    /// <param name="workspace">Scratch memory.</param>
    /// <param name="width">The vector width, which must be supported; null for the machine's.</param>
    public static void Forward<T>(
        in AdjointBlock block, int features, ReadOnlySpan<T> z, ReadOnlySpan<T> curvature, ReadOnlySpan<T> q, Span<T> pairs, bool accumulate,
        Workspace<T> workspace, VectorWidth? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(block, z.Length, curvature.Length, q.Length, pairs.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(features, block.Features);
        fixed (T* pointerZ = z, pointerC = curvature, pointerQ = q, pointerPairs = pairs)
        {
            VectorDispatch<T>.Run(new TangentPairsForward<T>(block, features, pointerZ, pointerC, pointerQ, pointerPairs, accumulate, workspace), width);
        }

        GC.KeepAlive(workspace);
    }

    /// <summary>The reverse of <see cref="Forward"/> and of the sweep that takes q to p: replaces q by q̄ and curvatures by s.</summary>
    /// <param name="block">The sizes.</param>
    /// <param name="z">What <see cref="AdjointActivation{T}.Forward"/> left; tangents are replaced by σ'' times them.</param>
    /// <param name="curvature">On return s and sᵢ, for <see cref="AdjointActivation{T}.Downward"/>.</param>
    /// <param name="q">What <see cref="Forward"/> read; replaced by q̄.</param>
    /// <param name="pAdjoint">p̄, one row for each seed of a sample.</param>
    /// <param name="pairsAdjoint">M, symmetric.</param>
    /// <param name="workspace">Scratch memory.</param>
    /// <param name="width">The vector width, which must be supported; null for the machine's.</param>
    public static void Upward<T>(
        in AdjointBlock block, Span<T> z, Span<T> curvature, Span<T> q, ReadOnlySpan<T> pAdjoint, ReadOnlySpan<T> pairsAdjoint, Workspace<T> workspace,
        VectorWidth? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(block, z.Length, curvature.Length, q.Length, pairsAdjoint.Length);
        Check(block, z.Length, curvature.Length, pAdjoint.Length, pairsAdjoint.Length);
        fixed (T* pointerZ = z, pointerC = curvature, pointerQ = q, pointerP = pAdjoint, pointerPairs = pairsAdjoint)
        {
            VectorDispatch<T>.Run(new TangentPairsUpward<T>(block, pointerZ, pointerC, pointerQ, pointerP, pointerPairs, workspace), width);
        }

        GC.KeepAlive(workspace);
    }

    /// <summary>Refuses blocks that do not fit, since the kernels work with bare pointers.</summary>
    private static void Check(in AdjointBlock block, int value, int curvature, int adjoint, int pairs)
    {
        long adjointLength = (block with { Tangents = 0 }).AdjointLength;
        long pairsLength = block.Samples * Length(block.Seeds, block.Tangents);
        if (block.Samples < 0 || block.Seeds < 1 || block.Tangents < 1 || block.Features > block.Stride
            || block.Features % AdjointActivation<double>.FeatureMultiple != 0
            || value < block.ValueLength || curvature < block.CurvatureLength || adjoint < adjointLength || pairs < pairsLength)
        {
            throw new ArgumentException(
                $"{block} needs tangents, features that are a multiple of {AdjointActivation<double>.FeatureMultiple} and blocks of {block.ValueLength}, " +
                $"{block.CurvatureLength}, {adjointLength} and {pairsLength} elements; given {value}, {curvature}, {adjoint} and {pairs}.");
        }
    }
}

/// <summary>The forward product.</summary>
internal readonly unsafe struct TangentPairsForward<T>(
    AdjointBlock block, int features, T* z, T* curvature, T* q, T* pairs, bool accumulate, Workspace<T> workspace) : IVectorOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int tangents = block.Tangents;
        int step = TangentPairs.Stride(tangents);
        int length = features * step;
        T* transposed = workspace.Pointer((2 * length) + block.Features);
        T* weighted = transposed + length;
        T* weights = weighted + length;
        new Span<T>(transposed, length).Clear();
        nint tangent = (nint)block.Samples * block.Stride;
        for (int s = 0; s < block.Samples; s++)
        {
            nint row = (nint)s * block.Stride;
            GemmPacking.Transpose(z + tangent + row, tangent, tangents, features, transposed, step);
            for (int u = 0; u < block.Seeds; u++)
            {
                nint seed = ((nint)s * block.Seeds) + u;
                Weigh<TSimd, TVector>(curvature + row, q + (seed * block.Stride), transposed, weights, weighted, step);
                Multiply<TSimd, TVector>(weighted, transposed, step, pairs + (seed * tangents * step));
            }
        }
    }

    /// <summary>diag(σ'' q) Zᵀ.</summary>
    private void Weigh<TSimd, TVector>(T* second, T* adjoint, T* transposed, T* weights, T* weighted, int step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        for (nint f = 0; f < block.Features; f += TSimd.Width)
        {
            TSimd.Store(TSimd.Multiply(TSimd.Load(second + f), TSimd.Load(adjoint + f)), weights + f);
        }

        for (nint f = 0; f < features; f++)
        {
            var weight = TSimd.Broadcast(weights[f]);
            for (nint i = f * step; i < (f * step) + block.Tangents; i += TSimd.Width)
            {
                TSimd.Store(TSimd.Multiply(weight, TSimd.Load(transposed + i)), weighted + i);
            }
        }
    }

    /// <summary>The tiles of the product that touch the diagonal or what lies above it.</summary>
    private void Multiply<TSimd, TVector>(T* weighted, T* transposed, int step, T* result)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int tiles = GemmShape.Blocks(block.Tangents, GemmTile<TSimd, TVector, T>.MaxRows);
        for (int tile = 0; tile < tiles; tile++)
        {
            int row = GemmShape.Start(tile, tiles, block.Tangents);
            int height = GemmShape.Start(tile + 1, tiles, block.Tangents) - row;
            for (int column = row / panelWidth * panelWidth; column < block.Tangents; column += panelWidth)
            {
                GemmTile<TSimd, TVector, T>.Run(
                    height, features, weighted + row, step, transposed + column, step, result + ((nint)row * step) + column, step, accumulate);
            }
        }
    }
}

/// <summary>The reverse: a product with M, then a sweep over the features.</summary>
internal readonly unsafe struct TangentPairsUpward<T>(
    AdjointBlock block, T* z, T* curvature, T* q, T* pAdjoint, T* pairsAdjoint, Workspace<T> workspace) : IVectorOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int tangents = block.Tangents;
        int step = TangentPairs.Stride(tangents);
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int stride = GemmShape.Blocks(block.Features, panelWidth) * panelWidth;
        T* packed = workspace.Pointer(2 * (tangents + 1) * stride);
        T* product = packed + (tangents * stride);
        T* sums = product + (tangents * stride);
        nint tangent = (nint)block.Samples * block.Stride;
        for (int s = 0; s < block.Samples; s++)
        {
            nint row = (nint)s * block.Stride;
            GemmPacking.Copy(z + tangent + row, tangent, tangents, block.Features, packed, stride);
            for (int u = 0; u < block.Seeds; u++)
            {
                nint seed = ((nint)s * block.Seeds) + u;
                Multiply<TSimd, TVector>(pairsAdjoint + (seed * tangents * step), step, packed, product, stride);
                for (nint f = 0; f < block.Features; f += TSimd.Width)
                {
                    nint at = (seed * block.Stride) + f;
                    Step<TSimd, TVector>(u, z + row + f, curvature + row + f, q + at, pAdjoint + at, packed + f, product + f, sums + f, stride);
                }
            }
        }
    }

    /// <summary>M Z.</summary>
    private void Multiply<TSimd, TVector>(T* matrix, int step, T* packed, T* product, int stride)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int tiles = GemmShape.Blocks(block.Tangents, GemmTile<TSimd, TVector, T>.MaxRows);
        for (int column = 0; column < stride; column += GemmTile<TSimd, TVector, T>.Columns)
        {
            for (int tile = 0; tile < tiles; tile++)
            {
                int row = GemmShape.Start(tile, tiles, block.Tangents);
                int height = GemmShape.Start(tile + 1, tiles, block.Tangents) - row;
                GemmTile<TSimd, TVector, T>.Run(
                    height, block.Tangents, matrix + row, step, packed + column, stride, product + ((nint)row * stride) + column, stride, false);
            }
        }
    }

    /// <summary>One vector of one seed.</summary>
    private void Step<TSimd, TVector>(int seed, T* place, T* bend, T* adjoint, T* adjointOfP, T* slope, T* product, T* sums, nint stride)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        nint tangent = (nint)block.Samples * block.Stride;
        var d2 = TSimd.Load(bend);
        var value = TSimd.Load(adjoint);
        var weight = TSimd.Multiply(d2, value);
        var along = TSimd.Zero;
        T* to = bend;
        for (int i = 0; i < block.Tangents; i++)
        {
            to += tangent;
            var r = TSimd.Load(product);
            along = TSimd.MultiplyAdd(TSimd.Load(slope), r, along);
            TSimd.Store(seed == 0 ? TSimd.Multiply(weight, r) : TSimd.MultiplyAdd(weight, r, TSimd.Load(to)), to);
            slope += stride;
            product += stride;
        }

        along = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(0.5)), along);
        var valueAdjoint = TSimd.Load(adjointOfP);
        TSimd.Store(TSimd.MultiplyAdd(d2, along, TSimd.Multiply(TSimd.Load(place), valueAdjoint)), adjoint);
        var second = TSimd.MultiplyAdd(value, valueAdjoint, seed == 0 ? TSimd.Zero : TSimd.Load(sums));
        var third = TSimd.MultiplyAdd(value, along, seed == 0 ? TSimd.Zero : TSimd.Load(sums + stride));
        if (seed < block.Seeds - 1)
        {
            TSimd.Store(second, sums);
            TSimd.Store(third, sums + stride);
            return;
        }

        var d3 = TSimd.Load(bend + ((1 + block.Tangents) * tangent));
        TSimd.Store(TSimd.MultiplyAdd(d3, third, TSimd.Multiply(d2, second)), bend);
        for (int i = 0; i < block.Tangents; i++)
        {
            place += tangent;
            TSimd.Store(TSimd.Multiply(d2, TSimd.Load(place)), place);
        }
    }
}
