using CsCheck;

namespace SobolevNet.Tests.Training;

/// <summary>The order of samples that are read in blocks.</summary>
public class BlockOrderTests
{
    private const int Window = SampleBlocks.InWindow;

    [Fact]
    public void Batch_OfAnyCountAndBlock_VisitsEverySampleOnceInWindowsOfFewBlocks() =>
        Gen.Select(Gen.Int[2, 9], Gen.Int[Window + 1, 5 * Window], Gen.Int[0, 8], Gen.Int[1, 700], Gen.ULong).Sample(
            (block, blocks, rest, batch, seed) =>
            {
                int count = (block * blocks) + (rest % block);
                var order = new EpochOrder(count, isEndless: false, isShuffled: true, seed, block);
                order.Begin(3);
                long[] all = Visit(order, count, batch);
                all.Order().Should().Equal(Enumerable.Range(0, count).Select(k => (long)k));

                // Samples at near places are of few blocks, and those of one block are at near places.
                var places = all.Select((sample, place) => (Block: sample / block, Place: place)).GroupBy(pair => pair.Block, pair => pair.Place);
                places.Max(block => block.Max() - block.Min()).Should().BeLessThan((Window + 1) * block);
                all.Should().NotEqual(Enumerable.Range(0, count).Select(k => (long)k));
            },
            iter: 60, threads: 1);

    [Fact]
    public void Batch_AtAnyPlace_FollowsFromSeedAndEpochAlone()
    {
        const int count = 3000;
        var order = new EpochOrder(count, isEndless: false, isShuffled: true, seed: 7, block: 10);
        order.Begin(2);
        long[] whole = Visit(order, count, 100);

        // As a training that is resumed in the middle of an epoch asks.
        var resumed = new EpochOrder(count, isEndless: false, isShuffled: true, seed: 7, block: 10);
        resumed.Begin(2);
        var (samples, first) = resumed.Batch(2400, 100);
        samples.AsSpan(first, 100).ToArray().Should().Equal(whole[2400..2500]);
        Visit(order, count, 77).Should().Equal(whole, "places can be asked for again");

        order.Begin(3);
        Visit(order, count, 100).Should().NotEqual(whole);
        var other = new EpochOrder(count, isEndless: false, isShuffled: true, seed: 8, block: 10);
        other.Begin(2);
        Visit(other, count, 100).Should().NotEqual(whole);
    }

    [Fact]
    public void Batch_OfEndlessAndUnshuffledSamples_HasThoseOfTheEpoch()
    {
        var endless = new EpochOrder(1000, isEndless: true, isShuffled: true, seed: 7, block: 4);
        endless.Begin(5);
        Visit(endless, 1000, 30).Order().Should().Equal(Enumerable.Range(5000, 1000).Select(k => (long)k));
        var plain = new EpochOrder(1000, isEndless: true, isShuffled: false, seed: 7, block: 4);
        plain.Begin(5);
        Visit(plain, 1000, 30).Should().Equal(Enumerable.Range(5000, 1000).Select(k => (long)k));
        plain.Samples.Should().BeEmpty("no memory is taken for each sample");
    }

    [Fact]
    public void Batch_OfFewSamples_IsShuffledAsAWhole()
    {
        var order = new EpochOrder(64 * 4, isEndless: false, isShuffled: true, seed: 7, block: 4);
        var whole = new EpochOrder(64 * 4, isEndless: false, isShuffled: true, seed: 7);
        order.Begin(1);
        whole.Begin(1);
        Visit(order, 64 * 4, 50).Should().Equal(whole.Samples);
    }

    private static long[] Visit(EpochOrder order, int count, int batch)
    {
        var all = new List<long>();
        for (int first = 0; first < count; first += batch)
        {
            int length = Math.Min(batch, count - first);
            var (samples, at) = order.Batch(first, length);
            all.AddRange(samples.AsSpan(at, length));
        }

        return [.. all];
    }
}
