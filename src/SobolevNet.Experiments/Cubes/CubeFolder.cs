using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Cubes;

/// <summary>The files of a cube experiment.</summary>
/// <param name="path">The report folder.</param>
internal sealed class CubeFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Json => File("report.json");

    public string Markdown => File("report.md");

    public string Curves => File("learning-curves.png");

    public string Grid => File("cubes.png");

    public string Network(int order) => File(NetworkName(order));

    public string Checkpoint(int order) => File($"checkpoint{order}.safetensors");

    public static string NetworkName(int order) => $"order{order}.safetensors";

    /// <summary>Makes a folder for a new experiment; refuses one that holds a report already.</summary>
    public static CubeFolder Create(string path)
    {
        var folder = new CubeFolder(path);
        if (System.IO.File.Exists(folder.Json))
        {
            throw new Failure($"{folder.Path} holds a report already; go on with it by --resume {path}, or name another folder.");
        }

        Directory.CreateDirectory(folder.Path);
        return folder;
    }

    /// <summary>Opens the folder of an experiment that was begun.</summary>
    public static (CubeFolder Folder, CubeReport Report) Open(string path)
    {
        var folder = new CubeFolder(path);
        return System.IO.File.Exists(folder.Json)
            ? (folder, ReportFile.Read(folder.Json, ReportJson.Default.CubeReport))
            : throw new Failure($"{folder.Path} holds no report.json, so there is nothing to resume.");
    }

    public void Save(CubeReport report) => ReportFile.Write(Json, report, ReportJson.Default.CubeReport);

    private string File(string name) => System.IO.Path.Combine(Path, name);
}
