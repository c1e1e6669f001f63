using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Robust;

/// <summary>The files of a robustness experiment.</summary>
internal sealed class RobustFolder(string path) : ReportFolder<RobustReport>(path, ReportJson.Default.RobustReport)
{
    private const string NetworkFolder = "networks";

    /// <summary>The name of a network's file in the folder.</summary>
    public static string NetworkName(PlannedRun run) => $"{NetworkFolder}/{run.Name}.safetensors";

    public string Checkpoint(PlannedRun run) => File($"{NetworkFolder}/{run.Name}.checkpoint");

    public override void Create(RobustReport begun)
    {
        base.Create(begun);
        Directory.CreateDirectory(File(NetworkFolder));
    }
}
