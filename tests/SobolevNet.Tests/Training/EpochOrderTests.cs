namespace SobolevNet.Tests.Training;

public class EpochOrderTests
{
    [Fact]
    public void Begin_StoredSamplesWithoutShuffling_VisitsThemInOrderInEveryEpoch()
    {
        var order = new EpochOrder(5, isEndless: false, isShuffled: false, seed: 1);
        foreach (int epoch in new[] { 0, 3 })
        {
            order.Begin(epoch);
            order.Samples.Should().Equal(0, 1, 2, 3, 4);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Begin_EndlessSamples_HasNewOnesInEveryEpoch(bool isShuffled)
    {
        var order = new EpochOrder(4, isEndless: true, isShuffled, seed: 1);
        order.Begin(0);
        order.Samples.Should().BeEquivalentTo([0L, 1, 2, 3]);
        order.Begin(2);
        order.Samples.Should().BeEquivalentTo([8L, 9, 10, 11]);
    }

    [Fact]
    public void Begin_Shuffled_FollowsFromSeedAndEpochAlone()
    {
        var order = new EpochOrder(50, isEndless: false, isShuffled: true, seed: 7);
        long[] Of(int epoch)
        {
            order.Begin(epoch);
            return [.. order.Samples];
        }

        long[] first = Of(0);
        long[] second = Of(1);
        first.Should().BeEquivalentTo(Enumerable.Range(0, 50).Select(k => (long)k)).And.NotBeInAscendingOrder();
        second.Should().BeEquivalentTo(first).And.NotEqual(first);
        Of(0).Should().Equal(first, "epochs before make no difference");

        var other = new EpochOrder(50, isEndless: false, isShuffled: true, seed: 8);
        other.Begin(0);
        other.Samples.Should().NotEqual(first);
    }
}
