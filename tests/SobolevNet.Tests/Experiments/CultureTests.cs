using System.Globalization;
using SobolevNet.Experiments.Cubes;
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
            return [run.Name, run.Title, .. RobustPresets.Names.Select(name => RobustPresets.Named(name).ToCommand()), .. CubePresets.Names.Select(name => CubePresets.Named(name).ToCommand())];
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
