using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>The source of <see cref="RobustTraining.WithGaussianNoise"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class GaussianNoiseSource<T> : JetSourceTransform<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _deviation;
    private readonly ulong _seed;
    private readonly ScratchPool<double[]> _noises = new();

    public GaussianNoiseSource(IJetSource<T> clean, double deviation, ulong seed = 0, bool shuffle = true)
        : base(new EndlessJetSource<T>(clean, shuffle, seed, nameof(clean)))
    {
        // Noise of ten deviations is possible in principle.
        if (!(deviation >= 0 && T.IsFinite(T.CreateTruncating(10 * deviation))))
        {
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, $"The deviation of noise is at least 0, and {typeof(T).Name} holds ten of it.");
        }

        (_deviation, _seed) = (deviation, seed);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> TangentInputs => Source.TangentInputs;

    /// <inheritdoc/>
    protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        source.Fill(samples, input, target);
        double[] noise = _noises.TryTake() ?? new double[InputFeatures];
        for (int s = 0; s < samples.Length; s++)
        {
            var random = RandomStream.For(StreamPurpose.TrainingNoise, _seed, (ulong)samples[s]);
            NormalNoise.Fill(ref random, noise);
            var row = input.Row(0, s);
            for (int f = 0; f < row.Length; f++)
            {
                row[f] += T.CreateTruncating(_deviation * noise[f]);
            }
        }

        _noises.Return(noise);
    }
}
