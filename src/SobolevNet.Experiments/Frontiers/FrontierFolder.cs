using System.Globalization;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Frontiers;

/// <summary>The files of a frontier.</summary>
/// <param name="path">The report folder.</param>
internal sealed class FrontierFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Json => File("report.json");

    public string Markdown => File("report.md");

    public string Picture => File("frontier.png");

    public string Network(FrontierRun run) => File(NetworkName(run));

    public static string NetworkName(FrontierRun run) =>
        string.Create(CultureInfo.InvariantCulture, $"{run.Recipe}-{run.Seconds}s-seed{run.Seed}.safetensors");

    /// <summary>Makes a folder for a new frontier; refuses one that holds a report already.</summary>
    public static FrontierFolder Create(string path)
    {
        var folder = new FrontierFolder(path);
        if (System.IO.File.Exists(folder.Json))
        {
            throw new Failure($"{folder.Path} holds a report already; go on with it by --resume {path}, or name another folder.");
        }

        Directory.CreateDirectory(folder.Path);
        return folder;
    }

    /// <summary>Opens the folder of a frontier that was begun.</summary>
    public static (FrontierFolder Folder, FrontierReport Report) Open(string path)
    {
        var folder = new FrontierFolder(path);
        return System.IO.File.Exists(folder.Json)
            ? (folder, ReportFile.Read(folder.Json, ReportJson.Default.FrontierReport))
            : throw new Failure($"{folder.Path} holds no report.json, so there is nothing to resume.");
    }

    public void Save(FrontierReport report) => ReportFile.Write(Json, report, ReportJson.Default.FrontierReport);

    private string File(string name) => System.IO.Path.Combine(Path, name);
}
