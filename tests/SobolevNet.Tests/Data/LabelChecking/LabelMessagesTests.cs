namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>Every sentence, and the usual reason for every ratio that has one.</summary>
public class LabelMessagesTests
{
    [Theory]
    [InlineData(57.3, 1, "is it per radian, while the coordinate is in degrees?")]
    [InlineData(0.0175, 1, "is it per degree, while the coordinate is in radians?")]
    [InlineData(-57.3, 1, "is it per radian, while the coordinate is in degrees?")]
    [InlineData(3283, 2, "is it per radian, while the coordinate is in degrees?")]
    [InlineData(100, 1, "is it by per cent?")]
    [InlineData(0.01, 1, "is it by per cent?")]
    [InlineData(10000, 2, "is it by per cent?")]
    [InlineData(365, 1, "days and years?")]
    [InlineData(1 / 365.0, 1, "days and years?")]
    [InlineData(252, 1, "days and years?")]
    [InlineData(1 / 252.0, 1, "days and years?")]
    [InlineData(1 / 800.0, 1, "is it the gradient of a mean over the samples?")]
    [InlineData(0.5, 2, "was it divided by 2! as in a Taylor series?")]
    [InlineData(2, 2, "was a pair (i, j) counted twice?")]
    [InlineData(0.5, 1, "was x or y rescaled after it was taken?")]
    [InlineData(2, 1, "was x or y rescaled after it was taken?")]
    [InlineData(104.9, 1, "is it by per cent?")]
    [InlineData(105.1, 1, "was x or y rescaled after it was taken?")]
    [InlineData(95.1, 1, "is it by per cent?")]
    [InlineData(94.9, 1, "was x or y rescaled after it was taken?")]
    public void Of_AWrongScale_GivesTheUsualReason(double ratio, int order, string reason)
    {
        string text = ratio.ToString("G4", System.Globalization.CultureInfo.InvariantCulture);
        Of(LabelProblem.WrongScale, [], ratio, order, isPure: order == 2).Should().Be($"∂0 is {text} times what the values say ({reason}).");
    }

    [Fact]
    public void Of_AMixedSecondDerivative_TakesNoRootOfTheRatio() =>
        Of(LabelProblem.WrongScale, [], 100, 2, isPure: false).Should().EndWith("(is it by per cent?).");

    [Fact]
    public void Of_EachProblem_IsASentence()
    {
        Of(LabelProblem.WrongSign, []).Should().Be("∂0 has the wrong sign: the values fit its negative.");
        Of(LabelProblem.WrongSign, [3]).Should().Be("∂0 of output 3 has the wrong sign: the values fit its negative.");
        Of(LabelProblem.WrongSign, [3, 5]).Should().Be("∂0 of outputs 3, 5 has the wrong sign: the values fit its negative.");
        Of(LabelProblem.SwappedAxes, []).Should().Be("∂0 looks exchanged: the values fit what was supplied as ∂1.");
        Of(LabelProblem.ConstantInput, []).Should().Contain("never changes along it");
        Of(LabelProblem.Unrelated, []).Should().Be("∂0 does not explain how the values change.");
        Of(LabelProblem.Unrelated, [], isZero: true).Should().Be("∂0 was supplied as zero, but the values change along it.");
        Of(LabelProblem.Unrelated, [], evidence: "9 errors").Should().Be("∂0 does not explain how the values change (9 errors).");
    }

    private static string Of(
        LabelProblem problem, int[] outputs, double ratio = double.NaN, int order = 1, bool isPure = false, bool isZero = false, string evidence = "") =>
        LabelMessages.Of(problem, "∂0", outputs, ratio, "∂1", order, isPure, samples: 800, isZero, evidence);
}
