namespace SobolevNet.Tests.Networks;

public class JetTapeTests
{
    [Theory]
    [InlineData(28, 1681, 1024, 1, 144)]
    [InlineData(28, 1681, 1024, 2, 144)]
    [InlineData(28, 1681, 1024, 64, 1024)]
    [InlineData(28, 1681, 100, 64, 100)]
    [InlineData(28, 40_000, 4096, 64, 144)]
    [InlineData(7, 1681, 1000, 4, 576)]
    [InlineData(5000, 100, 9, 2, 1)]
    public void ChooseChunk_AnyWorkers_IsWholeGroups_AndSmallForWideNetworks(int components, int widest, int batch, int workers, int expected) =>
        JetTape<float>.ChooseChunk(components, widest, batch, workers).Should().Be(expected);

    [Theory]
    [InlineData(28, 64, 8)]
    [InlineData(28, 640, 8)]
    [InlineData(7, 64, 8)]
    [InlineData(1, 1024, 128)]
    [InlineData(1, 64, 32)]
    [InlineData(1, 256, 32)]
    [InlineData(1, 5, 5)]
    [InlineData(300, 4, 1)]
    public void SharedGroup_AnyBatch_GivesThreadsAsManyGroupsEach(int components, int samples, int expected) =>
        JetTape<float>.SharedGroup(components, samples).Should().Be(expected);

    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(63, 64)]
    [InlineData(64, 80)]
    [InlineData(65, 80)]
    [InlineData(127, 144)]
    [InlineData(128, 144)]
    [InlineData(129, 144)]
    public void Stride_OfAnyWidth_IsWholeVectorsOffThePowersOfTwo(int features, int expected) => JetTape<float>.Stride(features).Should().Be(expected);
}
