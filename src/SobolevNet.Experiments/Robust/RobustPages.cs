using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Robust;

/// <summary>The plots, pictures and text of a robustness experiment.</summary>
internal static class RobustPages
{
    public static void Save(RobustReport report, RobustFolder folder, CancellationToken cancellationToken)
    {
        RobustRun[] shown = Shown(report);
        RobustPlots.SaveTradeOff(report.Runs, folder.File("trade-off.png"));
        RobustPlots.SaveAttacks([.. shown.Select(run => (RobustMarkdown.Title(run), run.Attack))], folder.File("attacks.png"));
        RobustPlots.SaveNoise([.. shown.Select(run => (RobustMarkdown.Title(run), run.Noise))], folder.File("noise.png"));
        double[] sizes = report.Settings.Measure.AttackSizes;
        AttackSheet.Save(
            [.. shown.Select(run => (RobustMarkdown.Title(run), Mlp<float>.Load(folder.File(run.Network))))],
            report.Settings.Measure, sizes[sizes.Length / 2], folder.File("worst.png"), report.Settings.Threads, cancellationToken);
        RobustMarkdown.Save(report, folder);
    }

    /// <summary>The widest network of every method, with the strength that makes it least vulnerable.</summary>
    private static RobustRun[] Shown(RobustReport report)
    {
        int widest = report.Runs.Max(run => run.Width);
        return
        [
            .. report.Runs.Where(run => run.Width == widest).GroupBy(run => run.Method)
                .Select(method => method.MinBy(run => double.IsFinite(run.FirstOrderVulnerability) ? run.FirstOrderVulnerability : double.MaxValue)!),
        ];
    }
}
