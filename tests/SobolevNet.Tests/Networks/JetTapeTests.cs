namespace SobolevNet.Tests.Networks;

public class JetTapeTests
{
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
}
