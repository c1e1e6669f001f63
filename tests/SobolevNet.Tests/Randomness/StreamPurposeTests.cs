using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Tests.Randomness;

/// <summary>Streams of different purposes have nothing to do with each other, whatever seed and index they share.</summary>
public sealed class StreamPurposeTests
{
    private const int Seeds = 60;
    private const int Indices = 60;

    [Fact]
    public void Streams_OfAnyTwoPurposes_AreUncorrelatedAtEqualNames()
    {
        var drawn = new Dictionary<string, double[]>();
        foreach (var purpose in Enum.GetValues<StreamPurpose>())
        {
            drawn[purpose.ToString()] = Draw((seed, index) => RandomStream.For(purpose, seed, index));
            drawn[$"{purpose} in parts"] = Draw((seed, index) => RandomStream.For(purpose, seed, index, 3));
        }

        // Of n independent pairs the correlation has deviation 1/√n; five of them chance does not reach in 600 pairs.
        double bound = 5 / Math.Sqrt(Seeds * Indices);
        drawn[nameof(StreamPurpose.InitialWeights)].Should().Equal(Draw((seed, index) => new RandomStream(seed, index)), "those are a program's own streams too");
        foreach (string a in drawn.Keys)
        {
            foreach (string b in drawn.Keys.Where(b => string.CompareOrdinal(a, b) < 0))
            {
                Math.Abs(MathNet.Numerics.Statistics.Correlation.Pearson(drawn[a], drawn[b])).Should().BeLessThan(bound, $"{a} and {b} are independent");
            }
        }
    }

    [Fact]
    public void Streams_OfOnePurpose_AreUncorrelatedFromIndexToIndexAndSeedToSeed()
    {
        double bound = 5 / Math.Sqrt(Seeds * Indices);
        double[] here = Draw((seed, index) => RandomStream.For(StreamPurpose.Points, seed, index));
        double[][] others =
        [
            Draw((seed, index) => RandomStream.For(StreamPurpose.Points, seed, index + 1)),
            Draw((seed, index) => RandomStream.For(StreamPurpose.Points, seed + 1, index)),
            Draw((seed, index) => RandomStream.For(StreamPurpose.Points, index, seed + Indices)),
            Draw((seed, index) => RandomStream.For(StreamPurpose.Points, seed, index, 1)),
        ];
        foreach (double[] other in others)
        {
            Math.Abs(MathNet.Numerics.Statistics.Correlation.Pearson(here, other)).Should().BeLessThan(bound);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void NoiseOnSamples_OfTheSameSeed_IsIndependentOfThem(ulong seed)
    {
        var manifold = DataManifold.Create([-1.0], [1.0], 2, 1, (point, clean, target) =>
        {
            (clean[0, 0, 0], clean[0, 0, 1], target[0, 0, 0]) = (point[0], point[0], point[0]);
        });
        var clean = new ManifoldSource<double>(manifold, 0, 2000, seed, isEndless: true);
        var samples = clean.Materialize(2000);
        var noisy = new GaussianNoiseSource<double>(clean, 1, seed).Materialize(2000);
        double[] label = [.. Enumerable.Range(0, 2000).Select(s => samples.Target[0, s, 0])];
        double[] noise = [.. Enumerable.Range(0, 2000).Select(s => noisy.Input[0, s, 0] - samples.Input[0, s, 0])];
        Math.Abs(MathNet.Numerics.Statistics.Correlation.Pearson(label, noise)).Should().BeLessThan(5 / Math.Sqrt(2000));
    }

    [Fact]
    public void OwnStreams_OfASourcesSeed_AreNotTheSources()
    {
        var poses = new CubeSource(new CubeRenderer(), order: 0, count: 1, seed: 5);
        var own = new RandomStream(5, 0);
        poses.PoseOf(0).Should().NotBe(Pose.Draw(ref own, PoseRange.Default));
        ulong drawn = 0;
        var generated = JetSource.Generate<double>(
            JetLayout.Value, 1, 1, 1, (long sample, ref RandomStream random, JetSpan<double> x, JetSpan<double> y) => drawn = random.NextBits(), seed: 5);
        generated.Materialize(1);
        drawn.Should().NotBe(0).And.NotBe(new RandomStream(5, 0).NextBits());
    }

    /// <summary>A normal number for every small seed and index.</summary>
    private static double[] Draw(Func<ulong, ulong, RandomStream> stream)
    {
        double[] numbers = new double[Seeds * Indices];
        for (int k = 0; k < numbers.Length; k++)
        {
            numbers[k] = stream((ulong)(k / Indices), (ulong)(k % Indices)).NextNormal();
        }

        return numbers;
    }
}
