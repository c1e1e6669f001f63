using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Surrogates;

/// <summary>The files of a comparison of surrogates.</summary>
internal sealed class SurrogateFolder(string path) : ReportFolder<SurrogateReport>(path, ReportJson.Default.SurrogateReport)
{
    public string Picture => File("surrogates.png");
}
