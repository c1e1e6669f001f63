using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>The source of <see cref="DataManifold.DrawJets"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ManifoldSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IDataManifold _manifold;
    private readonly ulong _seed;

    public ManifoldSource(IDataManifold manifold, int order, int count, ulong seed, bool isEndless = false)
    {
        DataManifold.CheckManifold(manifold, nameof(manifold));
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _manifold = manifold;
        Layout = JetLayout.Full(manifold.DegreesOfFreedom, order);
        Count = count;
        IsEndless = isEndless;
        _seed = seed;
    }

    /// <inheritdoc/>
    public JetLayout Layout { get; }

    /// <inheritdoc/>
    public int InputFeatures => _manifold.InputFeatures;

    /// <inheritdoc/>
    public int OutputFeatures => _manifold.OutputFeatures;

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public bool IsEndless { get; }

    /// <inheritdoc/>
    public bool InputsShareUnit => _manifold.InputsShareUnit;

    /// <inheritdoc/>
    public double TangentScale(int tangent)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tangent, (uint)_manifold.DegreesOfFreedom, nameof(tangent));
        return _manifold.TangentScale(tangent);
    }

    /// <inheritdoc/>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        Span<double> point = _manifold.PointLength <= 64 ? stackalloc double[_manifold.PointLength] : new double[_manifold.PointLength];
        for (int s = 0; s < samples.Length; s++)
        {
            var random = RandomStream.For(StreamPurpose.Points, _seed, (ulong)samples[s]);
            _manifold.Draw(ref random, point);
            _manifold.Evaluate(point, input.Slice(s, 1), target.Slice(s, 1));
        }
    }
}
