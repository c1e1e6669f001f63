using System.Collections.Concurrent;
using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>Gaussian augmentation, the simplest invariance training: noise is added to the input, targets stay.</summary>
/// <remarks>
/// Derivatives along the manifold, if the clean source has them, stay too: the noise does not move with r. The source is endless
/// like <see cref="RobustSource{T}"/>.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GaussianNoiseSource<T> : IDerivedJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IJetSource<T> _clean;
    private readonly SampleOrder _order;
    private readonly ulong _seed;
    private readonly ConcurrentBag<double[]> _noises = [];

    /// <summary>Makes a source.</summary>
    /// <param name="clean">The clean samples, of any layout.</param>
    /// <param name="deviation">σ, the standard deviation of the noise of each feature; finite and at least 0.</param>
    /// <param name="seed">Names the noise and the order of samples.</param>
    /// <param name="shuffle">Whether the samples of a finite clean source come in a new order every epoch.</param>
    /// <exception cref="ArgumentException">The clean source is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative, or too large for T.</exception>
    public GaussianNoiseSource(IJetSource<T> clean, double deviation, ulong seed = 0, bool shuffle = true)
    {
        SourceArgument.Check(clean);

        // Noise of ten deviations is possible in principle.
        if (!(deviation >= 0 && T.IsFinite(T.CreateTruncating(10 * deviation))))
        {
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, $"The deviation of noise is at least 0, and {typeof(T).Name} holds ten of it.");
        }

        _clean = clean;
        _order = new SampleOrder(clean.Count, clean.IsEndless, shuffle, seed);
        _seed = seed;
        Deviation = deviation;
    }

    private GaussianNoiseSource(IJetSource<T> clean, GaussianNoiseSource<T> like) =>
        (_clean, _order, _seed, Deviation) = (clean, like._order, like._seed, like.Deviation);

    IJetSource<T> IDerivedJetSource<T>.Source => _clean;

    IJetSource<T> IDerivedJetSource<T>.Of(IJetSource<T> source) => new GaussianNoiseSource<T>(source, this);

    /// <summary>σ.</summary>
    public double Deviation { get; }

    /// <inheritdoc/>
    public JetLayout Layout => _clean.Layout;

    /// <inheritdoc/>
    public int InputFeatures => _clean.InputFeatures;

    /// <inheritdoc/>
    public int OutputFeatures => _clean.OutputFeatures;

    /// <inheritdoc/>
    public int Count => _clean.Count;

    /// <summary>True: every epoch has fresh noise.</summary>
    public bool IsEndless => true;

    /// <inheritdoc/>
    public int InputOrder => _clean.InputOrder;

    /// <inheritdoc/>
    public ReadOnlySpan<int> TangentInputs => _clean.TangentInputs;

    /// <inheritdoc/>
    public bool InputsShareUnit => _clean.InputsShareUnit;

    /// <inheritdoc/>
    public double TangentScale(int tangent) => _clean.TangentScale(tangent);

    /// <inheritdoc/>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        double[] noise = _noises.TryTake(out var free) ? free : new double[InputFeatures];
        for (int s = 0; s < samples.Length; s++)
        {
            ReadOnlySpan<long> sample = [_order.CleanSample(samples[s])];
            _clean.Fill(sample, input.Slice(s, 1), target.Slice(s, 1));
            var random = RandomStream.For(StreamPurpose.TrainingNoise, _seed, (ulong)samples[s]);
            NormalNoise.Fill(ref random, noise);
            var row = input.Row(0, s);
            for (int f = 0; f < row.Length; f++)
            {
                row[f] += T.CreateTruncating(Deviation * noise[f]);
            }
        }

        _noises.Add(noise);
    }
}
