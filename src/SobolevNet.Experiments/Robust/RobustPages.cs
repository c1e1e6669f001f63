using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Robust;

/// <summary>The plots, pictures and text of a robustness experiment.</summary>
internal static class RobustPages
{
    public static void Save(RobustReport report, RobustFolder folder, CancellationToken cancellationToken)
    {
        RobustRun[] sound = [.. report.Runs.Where(run => run.Note is null)];
        if (sound.Length == 0)
        {
            throw new Failure($"Every training broke. {RobustMarkdown.Title(report.Runs[0])}, width {report.Runs[0].Width}: {report.Runs[0].Note}");
        }

        RobustRun[] shown = Shown(sound);
        RobustPlots.SaveTradeOff(sound, folder.File("trade-off.png"));
        RobustPlots.SaveAttacks([.. shown.Select(run => (RobustMarkdown.Title(run), run.Attack))], folder.File("attacks.png"));
        RobustPlots.SaveNoise([.. shown.Select(run => (RobustMarkdown.Title(run), run.Noise))], folder.File("noise.png"));
        double[] sizes = report.Settings.Measure.AttackSizes;
        AttackSheet.Save(
            [.. shown.Select(run => (RobustMarkdown.Title(run), Mlp<float>.Load(folder.File(run.Network))))],
            report.Settings.Measure, sizes[sizes.Length / 2], folder.File("worst.png"), report.Settings.Threads, cancellationToken);
        RobustMarkdown.Save(report, folder);
    }

    /// <summary>The widest network of every method, with the strength that makes it least vulnerable.</summary>
    private static RobustRun[] Shown(RobustRun[] runs)
    {
        int widest = runs.Max(run => run.Width);
        return [.. runs.Where(run => run.Width == widest).GroupBy(run => run.Method).Select(method => method.MinBy(run => run.FirstOrderVulnerability)!)];
    }
}
