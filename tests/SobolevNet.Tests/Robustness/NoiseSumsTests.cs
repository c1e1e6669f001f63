using SobolevNet.Robustness;

namespace SobolevNet.Tests.Robustness;

public class NoiseSumsTests
{
    [Fact]
    public void Summarize_TargetsWithoutSpread_HasNoRelativeErrors()
    {
        var points = NoiseSums.Summarize([Sums(2, 3), null, Sums(2, 5)], [0.1], draws: 4);
        points.Select(Numbers).Should().Equal((0.1, double.NaN, double.NaN, double.NaN, 2));
        NoiseSums.Summarize([null], [0.1], draws: 4).Select(Numbers).Should().Equal((0.1, double.NaN, double.NaN, double.NaN, 0));
    }

    [Fact]
    public void Summarize_OfSums_IsRelativeToTheDeviationOfTheTargets()
    {
        // Targets 2 and 4 deviate by 1; 2 inputs of 4 draws, one of which failed for each.
        NoiseSums.Summarize([Sums(2, 3), Sums(4, 5)], [0.1], draws: 4).Select(Numbers)
            .Should().Equal((0.1, Math.Sqrt((3 + 5) / 8.0), Math.Sqrt((6 + 10) / 6.0), Math.Sqrt((9 + 15) / 6.0), 2));
    }

    private static (double Deviation, double Clean, double Oracle, double Shift, int Failures) Numbers(NoisePoint point) =>
        (point.Deviation, point.ErrorAgainstClean, point.ErrorAgainstOracle, point.OracleShift, point.OracleFailures);

    private static NoiseSums Sums(double target, double error)
    {
        var sums = new NoiseSums([target], 1);
        (sums.AgainstClean[0], sums.AgainstOracle[0], sums.OracleShift[0], sums.Failures[0]) = (error, 2 * error, 3 * error, 1);
        return sums;
    }
}
