using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Studies;

/// <summary>The files of a study.</summary>
internal sealed class StudyFolder(string path) : ReportFolder<StudyReport>(path, ReportJson.Default.StudyReport)
{
    /// <summary>The picture of a group's learning curves.</summary>
    public string Curves(string group) => File($"{group}.png");
}
