using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Studies;

/// <summary>The files of a study.</summary>
/// <param name="path">The report folder.</param>
internal sealed class StudyFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Json => File("report.json");

    public string Markdown => File("report.md");

    /// <summary>The picture of a group's learning curves.</summary>
    public string Curves(string group) => File($"{group}.png");

    /// <summary>Makes a folder for a new study; refuses one that holds a report already.</summary>
    public static StudyFolder Create(string path)
    {
        var folder = new StudyFolder(path);
        if (System.IO.File.Exists(folder.Json))
        {
            throw new Failure($"{folder.Path} holds a report already; go on with it by --resume {path}, or name another folder.");
        }

        Directory.CreateDirectory(folder.Path);
        return folder;
    }

    /// <summary>Opens the folder of a study that was begun.</summary>
    public static (StudyFolder Folder, StudyReport Report) Open(string path)
    {
        var folder = new StudyFolder(path);
        return System.IO.File.Exists(folder.Json)
            ? (folder, ReportFile.Read(folder.Json, ReportJson.Default.StudyReport))
            : throw new Failure($"{folder.Path} holds no report.json, so there is nothing to resume.");
    }

    public void Save(StudyReport report) => ReportFile.Write(Json, report, ReportJson.Default.StudyReport);

    private string File(string name) => System.IO.Path.Combine(Path, name);
}
