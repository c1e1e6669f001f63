using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet.FrontEnds;

/// <summary>The linear map of a front end, applied to jets: W(x − x̄) for values, W ∂x for derivatives.</summary>
/// <remarks>
/// The mean is subtracted after the product, as W x̄: so the zeros of an image's background stay zero and the product can skip
/// them. Means that are large relative to the spread of their input are subtracted before the product, because W x and W x̄ would cancel.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class JetProjection<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows that go through the product at once: enough for its tiles, few enough to stay in cache.</summary>
    private const int Rows = 112;

    /// <summary>With fewer inputs the search for zeros does not pay.</summary>
    private const int LiveInputs = 128;

    private readonly PackedMatrix<T> _weights;
    private readonly T[] _offset;
    private readonly T[]? _shift;

    /// <summary>Packs the map.</summary>
    /// <param name="mean">x̄, shape (inputs).</param>
    /// <param name="weights">W, shape (features, inputs).</param>
    /// <param name="shift">The part of the mean that is subtracted before the product, shape (inputs).</param>
    public JetProjection(T[] mean, T[] weights, T[] shift)
    {
        _shift = shift.AsSpan().ContainsAnyExcept(T.Zero) ? shift : null;
        Inputs = mean.Length;
        Features = weights.Length / Inputs;
        _weights = new PackedMatrix<T>(Inputs, Features);
        _weights.PackTransposed(weights);
        _offset = new T[Features];
        for (int k = 0; k < Features; k++)
        {
            double sum = 0;
            for (int i = 0; i < Inputs; i++)
            {
                sum += double.CreateTruncating(weights[(k * Inputs) + i]) * (double.CreateTruncating(mean[i]) - double.CreateTruncating(shift[i]));
            }

            _offset[k] = T.CreateTruncating(sum);
        }
    }

    public int Inputs { get; }

    public int Features { get; }

    /// <summary>Samples of jets of a layout that should be projected at once.</summary>
    public static int GroupSamples(JetLayout layout) => Math.Max(1, Rows / layout.Count);

    /// <summary>Projects jets.</summary>
    /// <param name="raw">Contiguous jets of a group's samples or fewer; changed.</param>
    /// <param name="inputOrder">The highest order whose components may differ from zero.</param>
    /// <param name="projected">Receives the features; its layout is that of <paramref name="raw"/> or that truncated.</param>
    /// <param name="scratch">The memory to work with.</param>
    public void Run(JetSpan<T> raw, int inputOrder, JetSpan<T> projected, ProjectionScratch<T> scratch)
    {
        int samples = raw.Samples;
        for (int s = 0; s < samples && _shift is not null; s++)
        {
            TensorPrimitives.Subtract<T>(raw.Row(0, s), _shift, raw.Row(0, s));
        }

        int components = Math.Min(raw.Layout.Truncate(inputOrder).Count, projected.Layout.Count);
        var result = scratch.Result.AsSpan(0, components * samples * Features);
        if (HasFewLiveInputs(raw, components, scratch))
        {
            LiveGemm.Multiply<T>(raw.Data, Inputs, samples, components, scratch.Live, 0, _weights, result, Features, scratch.Workspace);
        }
        else
        {
            Gemm.Multiply<T>(raw.Data, Inputs, samples * components, _weights, result, Features, scratch.Workspace);
        }

        for (int c = 0; c < projected.Layout.Count; c++)
        {
            var to = projected.Component(c);
            if (c >= components)
            {
                to.Clear();
                continue;
            }

            result.Slice(c * to.Length, to.Length).CopyTo(to);
        }

        for (int s = 0; s < samples; s++)
        {
            var value = projected.Row(0, s);
            TensorPrimitives.Subtract(value, _offset, value);
        }
    }

    private bool HasFewLiveInputs(JetSpan<T> raw, int components, ProjectionScratch<T> scratch)
    {
        if (Inputs < LiveInputs || components < LiveColumns.MinComponents)
        {
            return false;
        }

        bool few = true;
        for (int s = 0; s < raw.Samples && few; s++)
        {
            few = scratch.Live.Find<T>(s, raw.Data[(s * Inputs)..], raw.ComponentStride, components, scratch.Workspace);
        }

        return few;
    }
}

/// <summary>What one thread at a time projects with: raw jets of a group, and room for the products.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ProjectionScratch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _raw;
    private readonly int _inputs;

    /// <summary>Reserves memory for jets of a layout and of what it truncates to.</summary>
    public ProjectionScratch(JetProjection<T> projection, JetLayout layout)
    {
        int rows = 0;
        int samples = 0;
        for (int order = 0; order <= layout.Order; order++)
        {
            var lower = layout.Truncate(order);
            int group = JetProjection<T>.GroupSamples(lower);
            rows = Math.Max(rows, lower.Count * group);
            samples = Math.Max(samples, group);
        }

        _inputs = projection.Inputs;
        _raw = new T[rows * _inputs];
        Result = new T[rows * projection.Features];
        Live = new LiveColumns(_inputs, samples);
    }

    public T[] Result { get; }

    public LiveColumns Live { get; }

    public Workspace<T> Workspace { get; } = new();

    /// <summary>Room for the raw jets of some samples, not cleared.</summary>
    public JetSpan<T> Raw(JetLayout layout, int samples) => new(_raw.AsSpan(0, layout.Count * samples * _inputs), layout, samples, _inputs);
}
