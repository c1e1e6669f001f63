namespace SobolevNet.Tests.Training;

public class GradientClippingTests
{
    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(7, 100)]
    [InlineData(100_003, 0.5)]
    [InlineData(100_003, 1e6)]
    public void Clip_AnyLength_ScalesWhatIsLongerThanTheLimitAndNothingElse(int length, double limit)
    {
        var random = new RandomStream(1);
        double[] gradient = [.. Enumerable.Range(0, length).Select(_ => random.NextNormal() + 2)];
        double[] before = [.. gradient];
        double expected = Math.Sqrt(before.Sum(x => x * x));
        using var team = new WorkerTeam(2);
        var clipping = new GradientClipping<double>(gradient, limit, team);
        clipping.Clip().Should().BeApproximately(expected, 1e-12 * expected, "the norm before");
        if (expected <= limit)
        {
            gradient.Should().Equal(before);
        }
        else
        {
            gradient.Zip(before, (after, was) => Math.Abs(after - (was * limit / expected)) <= 1e-12 * Math.Abs(was)).Should().OnlyContain(isRight => isRight);
            Math.Sqrt(gradient.Sum(x => x * x)).Should().BeApproximately(limit, 1e-12 * limit);
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(1e200)]
    public void Clip_NormThatIsNotFinite_LeavesTheGradient(double broken)
    {
        double[] gradient = [1, broken, 3];
        using var team = new WorkerTeam(1);
        double.IsFinite(new GradientClipping<double>(gradient, 1, team).Clip()).Should().BeFalse();
        gradient.Should().Equal(1, broken, 3);
    }
}
