using MathNet.Numerics.Distributions;

namespace SobolevNet.Tests.Randomness;

/// <summary>Distributions of what a stream draws; significance 10⁻⁶, and the seeds are fixed.</summary>
public sealed class RandomStreamTests
{
    private const int Draws = 50_000;
    private const double Significance = 1e-6;

    [Fact]
    public void Bits_OfOneStream_AreEvenAndIndependent()
    {
        var stream = new RandomStream(1);
        int[] ones = new int[64];
        int[] changes = new int[64];
        ulong previous = 0;
        for (int k = 0; k < Draws; k++)
        {
            ulong bits = stream.NextBits();
            for (int bit = 0; bit < 64; bit++)
            {
                ones[bit] += (int)((bits >> bit) & 1);
                changes[bit] += (int)(((bits ^ previous) >> bit) & 1);
            }

            previous = bits;
        }

        // A binomial number of n halves has deviation √n/2.
        double bound = 5.5 * Math.Sqrt(Draws) / 2;
        ones.Should().OnlyContain(count => Math.Abs(count - (Draws / 2)) < bound);
        changes.Should().OnlyContain(count => Math.Abs(count - (Draws / 2)) < bound);
    }

    [Fact]
    public void Bits_FirstOfNeighboringStreams_AreEven()
    {
        int[] ones = new int[64];
        for (int k = 0; k < Draws; k++)
        {
            ulong bits = new RandomStream((ulong)(k / 250), (ulong)(k % 250)).NextBits();
            for (int bit = 0; bit < 64; bit++)
            {
                ones[bit] += (int)((bits >> bit) & 1);
            }
        }

        ones.Should().OnlyContain(count => Math.Abs(count - (Draws / 2)) < 5.5 * Math.Sqrt(Draws) / 2);
    }

    [Fact]
    public void Stream_OfTheSameName_DrawsTheSameForEver()
    {
        // The numbers are part of what a seed means: results name seeds.
        var stream = new RandomStream(1, 2);
        stream.NextBits().Should().Be(0x35B54846D2DF7FEDUL);
        stream.NextBits().Should().Be(0xA7CFB4D76531BA4BUL);
        RandomStream.For(StreamPurpose.Points, 1, 2).NextBits().Should().Be(0x1C3E0FB35159CB61UL);
    }

    [Fact]
    public void Stream_OfEveryPurpose_DrawsTheSameForEver()
    {
        // A purpose that changed its number would change the results of every seed that some program has written down.
        ulong[] expected =
        [
            0x35B54846D2DF7FED, 0x1C3E0FB35159CB61, 0x09D5D29F30CEF4A9, 0xBD4C41D1AF9E67A7, 0x94E41B15310F2944, 0x69E64E408CC297EA,
            0xD82A98B86419FE37, 0xEF641428AAFFAD18, 0x4A738101C661DA1D, 0x821A9972E55EF088, 0xC81D8856CB8FB61C, 0xDAA04C93F8F9BEB7,
            0x2DCC8302C7B9EEA3, 0xB5D2DE34F81BF394, 0x1FA81574AF20E1D9, 0x060EA9DB61FAC7D9,
            0x080DEFF89B5CEFF8, 0x6D4A384DAB58707B, 0x34624E1E371FA2DF, 0xBA3A12B9100896D2,
        ];
        StreamPurpose[] purposes =
        [
            StreamPurpose.InitialWeights, StreamPurpose.Points, StreamPurpose.GeneratedSamples, StreamPurpose.EpochOrder, StreamPurpose.CleanOrder,
            StreamPurpose.Split, StreamPurpose.TangentDirections, StreamPurpose.Displacements, StreamPurpose.TrainingNoise,
            StreamPurpose.InputDirections, StreamPurpose.AscentStarts, StreamPurpose.AttackStarts, StreamPurpose.EvaluationNoise,
            StreamPurpose.StatisticsSamples, StreamPurpose.PrincipalAxes, StreamPurpose.ReplacedAxes, StreamPurpose.StatisticsOrder,
            StreamPurpose.LabelOrder, StreamPurpose.LossProbe, StreamPurpose.Bootstrap,
        ];
        purposes.Should().BeEquivalentTo(Enum.GetValues<StreamPurpose>(), "every purpose is held here");
        purposes.Select(purpose => RandomStream.For(purpose, 1, 2).NextBits()).Should().Equal(expected);
        RandomStream.For(StreamPurpose.TrainingNoise, 1, 2, 3).NextBits().Should().Be(0x370A8FC8E01C7FEAUL);
    }

    [Fact]
    public void Draws_OfTheSameStream_AreTheSameForEver()
    {
        new RandomStream(1, 2).NextUniform().Should().Be(0.2097973988446692);
        new RandomStream(1, 2).NextUniform(-2, 2).Should().BeApproximately(-2 + (4 * 0.2097973988446692), 1e-15);
        new RandomStream(1, 2).NextInteger(1000).Should().Be(209);
        new RandomStream(1, 2).NextNormal().Should().BeApproximately(-0.3838949345335461, 1e-14);
        int[] order = [0, 1, 2, 3, 4, 5];
        new RandomStream(1, 2).Shuffle<int>(order);
        order.Should().Equal(5, 0, 4, 2, 3, 1);
    }

    [Fact]
    public void NextUniform_IsUniform()
    {
        var stream = new RandomStream(2);
        Kolmogorov(Many(() => stream.NextUniform()), x => x);
        Kolmogorov(Many(() => stream.NextUniform(-3, 5)), x => (x + 3) / 8);
    }

    [Fact]
    public void NextUniform_OfANarrowInterval_StaysBelowItsEnd()
    {
        var stream = new RandomStream(3);
        double high = Math.BitIncrement(Math.BitIncrement(1.0));
        Many(() => stream.NextUniform(1, high)).Should().OnlyContain(x => x >= 1 && x < high);
        stream.NextUniform(0.7, 0.7).Should().Be(0.7);
    }

    [Fact]
    public void NextNormal_IsNormal()
    {
        var stream = new RandomStream(4);
        Kolmogorov(Many(() => stream.NextNormal()), x => Normal.CDF(0, 1, x));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void NextInteger_IsUniform(int bound)
    {
        var stream = new RandomStream(5);
        int[] counts = new int[bound];
        for (int k = 0; k < Draws; k++)
        {
            counts[stream.NextInteger(bound)]++;
        }

        ChiSquare(counts);
    }

    [Fact]
    public void NextInteger_OfTheLargestBound_ReachesAllOfIt()
    {
        var stream = new RandomStream(6);
        Kolmogorov(Many(() => stream.NextInteger(int.MaxValue)), x => x / int.MaxValue);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void NextUnitVector_IsUniformOnTheSphere(int dimensions)
    {
        var stream = new RandomStream(7);
        double[] direction = new double[dimensions];
        double[][] components = [.. Enumerable.Range(0, dimensions).Select(_ => new double[Draws])];
        for (int k = 0; k < Draws; k++)
        {
            stream.NextUnitVector(direction);
            direction.Sum(x => x * x).Should().BeApproximately(1, 1e-14);
            for (int i = 0; i < dimensions; i++)
            {
                components[i][k] = direction[i];
            }
        }

        // The square of a component of n has the Beta distribution ½, (n − 1)/2; signs are even.
        foreach (double[] component in components)
        {
            if (dimensions > 1)
            {
                Kolmogorov([.. component.Select(x => x * x)], x => Beta.CDF(0.5, 0.5 * (dimensions - 1), Math.Min(x, 1)));
            }

            ChiSquare([component.Count(x => x > 0), component.Count(x => x < 0)]);
        }
    }

    [Fact]
    public void Shuffle_GivesEveryOrderEquallyOften()
    {
        var stream = new RandomStream(8);
        var counts = new Dictionary<string, int>();
        for (int k = 0; k < Draws; k++)
        {
            char[] letters = ['a', 'b', 'c', 'd'];
            stream.Shuffle<char>(letters);
            string order = new(letters);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        counts.Should().HaveCount(24);
        ChiSquare([.. counts.Values]);
    }

    [Fact]
    public void Shuffle_OfManyElements_KeepsThemAll()
    {
        int[] numbers = [.. Enumerable.Range(0, 1000)];
        new RandomStream(9).Shuffle<int>(numbers);
        numbers.Should().BeEquivalentTo(Enumerable.Range(0, 1000)).And.NotBeInAscendingOrder();
        new RandomStream(9).Shuffle(Span<int>.Empty);
    }

    [Fact]
    public void Default_IsAStreamToo()
    {
        RandomStream stream = default;
        stream.NextBits().Should().NotBe(stream.NextBits());
    }

    [Fact]
    public void BadArguments_AreRefusedByName()
    {
        Refused("bound", stream => stream.NextInteger(0));
        Refused("bound", stream => stream.NextInteger(int.MinValue));
        Refused("low", stream => stream.NextUniform(double.NaN, 1));
        Refused("low", stream => stream.NextUniform(double.NegativeInfinity, 1));
        Refused("high", stream => stream.NextUniform(0, double.NaN));
        Refused("high", stream => stream.NextUniform(0, double.PositiveInfinity));
        Refused("high", stream => stream.NextUniform(1, 0));
        Refused("high", stream => stream.NextUniform(-1e308, 1e308));
        Refused("direction", stream => stream.NextUnitVector([]));
    }

    private static void Refused(string argument, Action<RandomStream> draw)
    {
        var act = () => draw(new RandomStream(1));
        act.Should().Throw<ArgumentException>().WithParameterName(argument);
    }

    private static double[] Many(Func<double> draw) => [.. Enumerable.Range(0, Draws).Select(_ => draw())];

    /// <summary>The largest difference of the two distributions is below what chance makes once in a million.</summary>
    private static void Kolmogorov(double[] numbers, Func<double, double> distribution)
    {
        Array.Sort(numbers);
        double largest = 0;
        for (int k = 0; k < numbers.Length; k++)
        {
            double expected = distribution(numbers[k]);
            largest = Math.Max(largest, Math.Max(((k + 1.0) / numbers.Length) - expected, expected - ((double)k / numbers.Length)));
        }

        largest.Should().BeLessThan(Math.Sqrt(-0.5 * Math.Log(Significance / 2) / numbers.Length));
    }

    private static void ChiSquare(int[] counts)
    {
        double expected = (double)counts.Sum() / counts.Length;
        double statistic = counts.Sum(count => (count - expected) * (count - expected) / expected);
        if (counts.Length > 1)
        {
            statistic.Should().BeLessThan(ChiSquared.InvCDF(counts.Length - 1, 1 - Significance));
        }
    }
}
