using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>Training jets at random points of a manifold.</summary>
/// <remarks>Sample k is at the point that <see cref="DataManifold.DrawPoints"/> gives for the same seed and k.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ManifoldSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ulong _seed;

    /// <summary>Makes a source.</summary>
    /// <param name="manifold">The manifold.</param>
    /// <param name="order">Highest order of derivatives: 0, 1 or 2.</param>
    /// <param name="count">Samples of an epoch, at least 1.</param>
    /// <param name="seed">Names the set of points.</param>
    /// <param name="isEndless">Whether every epoch has fresh points.</param>
    /// <exception cref="ArgumentException">The manifold contradicts itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The order or the count is out of range.</exception>
    public ManifoldSource(IDataManifold manifold, int order, int count, ulong seed, bool isEndless = false)
    {
        DataManifold.CheckManifold(manifold, nameof(manifold));
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Manifold = manifold;
        Layout = JetLayout.Full(manifold.DegreesOfFreedom, order);
        Count = count;
        IsEndless = isEndless;
        _seed = seed;
    }

    /// <summary>The manifold.</summary>
    public IDataManifold Manifold { get; }

    /// <inheritdoc/>
    public JetLayout Layout { get; }

    /// <inheritdoc/>
    public int InputFeatures => Manifold.InputFeatures;

    /// <inheritdoc/>
    public int OutputFeatures => Manifold.OutputFeatures;

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public bool IsEndless { get; }

    /// <inheritdoc/>
    public bool InputsShareUnit => Manifold.InputsShareUnit;

    /// <inheritdoc/>
    public double TangentScale(int tangent)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tangent, (uint)Manifold.DegreesOfFreedom, nameof(tangent));
        return Manifold.TangentScale(tangent);
    }

    /// <inheritdoc/>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        Span<double> point = Manifold.PointLength <= 64 ? stackalloc double[Manifold.PointLength] : new double[Manifold.PointLength];
        for (int s = 0; s < samples.Length; s++)
        {
            var random = RandomStream.For(StreamPurpose.Points, _seed, (ulong)samples[s]);
            Manifold.Draw(ref random, point);
            Manifold.Evaluate(point, input.Slice(s, 1), target.Slice(s, 1));
        }
    }
}
