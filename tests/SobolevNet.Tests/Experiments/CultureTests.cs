using System.Globalization;
using SobolevNet.Experiments.Cube;
using SobolevNet.Experiments.Robust;

namespace SobolevNet.Tests.Experiments;

/// <summary>Commands and names of files are the same in every culture.</summary>
public class CultureTests
{
    [Fact]
    public void CommandsAndNames_WithDecimalCommas_HavePoints()
    {
        string[] invariant = In(CultureInfo.InvariantCulture);
        In(TestCulture.Comma).Should().Equal(invariant);
        invariant[0].Should().Contain("-0.25-").And.EndWith("-64");
    }

    private static string[] In(CultureInfo culture)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            var run = new PlannedRun(RobustMethod.All[0], 0.25, 64);
            var (robust, cube) = (new RobustExperiment(), new CubeExperiment());
            return
            [
                run.Name, run.Row().Title(),
                .. RobustPresets.All.Names.Select(name => robust.Begin(RobustPresets.All[name]).Command),
                .. CubePresets.All.Names.Select(name => cube.Begin(CubePresets.All[name]).Command),
            ];
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
