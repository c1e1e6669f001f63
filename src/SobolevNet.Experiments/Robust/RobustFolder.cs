using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Robust;

/// <summary>The files of a robustness experiment.</summary>
/// <param name="path">The report folder.</param>
internal sealed class RobustFolder(string path)
{
    public const string NetworkFolder = "networks";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Json => File("report.json");

    public string Markdown => File("report.md");

    /// <summary>The name of a network's file in the folder.</summary>
    public static string NetworkName(PlannedRun run) => $"{NetworkFolder}/{run.Name}.safetensors";

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Checkpoint(PlannedRun run) => File($"{NetworkFolder}/{run.Name}.checkpoint");

    /// <summary>Makes a folder for a new experiment; refuses one that holds a report already.</summary>
    public static RobustFolder Create(string path)
    {
        var folder = new RobustFolder(path);
        if (System.IO.File.Exists(folder.Json))
        {
            throw new Failure($"{folder.Path} holds a report already; go on with it by --resume {path}, or name another folder.");
        }

        Directory.CreateDirectory(folder.File(NetworkFolder));
        return folder;
    }

    /// <summary>Opens the folder of an experiment that was begun.</summary>
    public static (RobustFolder Folder, RobustReport Report) Open(string path)
    {
        var folder = new RobustFolder(path);
        return System.IO.File.Exists(folder.Json)
            ? (folder, ReportFile.Read(folder.Json, ReportJson.Default.RobustReport))
            : throw new Failure($"{folder.Path} holds no report.json, so there is nothing to resume.");
    }

    public void Save(RobustReport report) => ReportFile.Write(Json, report, ReportJson.Default.RobustReport);
}
