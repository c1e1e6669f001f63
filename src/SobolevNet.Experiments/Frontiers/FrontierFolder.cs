using System.Globalization;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Frontiers;

/// <summary>The files of a frontier.</summary>
internal sealed class FrontierFolder(string path) : ReportFolder<FrontierReport>(path, ReportJson.Default.FrontierReport)
{
    public string Picture => File("frontier.png");

    public string Network(FrontierRun run) => File(NetworkName(run));

    public static string NetworkName(FrontierRun run) =>
        string.Create(CultureInfo.InvariantCulture, $"{run.Recipe}-{run.Seconds}s-seed{run.Seed}.safetensors");
}
