using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Cubes;

/// <summary>The files of a cube experiment.</summary>
internal sealed class CubeFolder(string path) : ReportFolder<CubeReport>(path, ReportJson.Default.CubeReport)
{
    public string Curves => File("learning-curves.png");

    public string Grid => File("cubes.png");

    public string Network(int order) => File(NetworkName(order));

    public string Checkpoint(int order) => File($"checkpoint{order}.safetensors");

    public static string NetworkName(int order) => $"order{order}.safetensors";
}
