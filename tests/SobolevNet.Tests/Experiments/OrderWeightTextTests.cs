using SobolevNet.Experiments.CubeImages;

namespace SobolevNet.Tests.Experiments;

public class OrderWeightTextTests
{
    [Theory]
    [InlineData("1,0.5", 1, 0.0, 1.0, 0.5)]
    [InlineData("1,0.5", 1, 1.0, 1.0, 0.5)]
    [InlineData("1,1e-2:1e-4", 1, 0.5, 1.0, 1e-3)]
    [InlineData("1,2@0.8", 1, 0.79, 1.0, 2.0)]
    [InlineData("1,2@0.8", 1, 0.81, 1.0, 0.0)]
    public void Weights_AtSomeProgress_AreAsWritten(string text, int order, double progress, double value, double derivative)
    {
        OrderWeightText.TryParse(text, order, out var weights).Should().BeTrue();

        weights!.Select(weight => weight.At(progress)).Should().HaveCount(2);
        weights![0].At(progress).Should().BeApproximately(value, 1e-15);
        weights[1].At(progress).Should().BeApproximately(derivative, 1e-15);
    }

    [Fact]
    public void Weights_Automatic_AreNull()
    {
        OrderWeightText.TryParse("auto", 2, out var weights).Should().BeTrue();
        weights.Should().BeNull();
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1,1,1", 1)]
    [InlineData("1,-1", 1)]
    [InlineData("1,NaN", 1)]
    [InlineData("1,1:0", 1)]
    [InlineData("1,1:2:3", 1)]
    [InlineData("1,1@0", 1)]
    [InlineData("1,1@2", 1)]
    [InlineData("", 0)]
    public void Weights_Impossible_AreRefused(string text, int order) =>
        OrderWeightText.TryParse(text, order, out _).Should().BeFalse();
}
