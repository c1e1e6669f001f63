using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Surrogates;

/// <summary>The files of a comparison of surrogates.</summary>
internal sealed class SurrogateFolder
{
    private SurrogateFolder(string path) => Path = System.IO.Path.GetFullPath(path);

    public string Path { get; }

    public string Json => System.IO.Path.Combine(Path, "report.json");

    public string Markdown => System.IO.Path.Combine(Path, "report.md");

    public string Picture => System.IO.Path.Combine(Path, "surrogates.png");

    /// <summary>Makes a folder for a new comparison; refuses one that holds a report already.</summary>
    public static SurrogateFolder Create(string path)
    {
        var folder = new SurrogateFolder(path);
        if (File.Exists(folder.Json))
        {
            throw new Failure($"{folder.Path} holds a report already; name another folder by --out.");
        }

        Directory.CreateDirectory(folder.Path);
        return folder;
    }

    public void Save(SurrogateReport report) => ReportFile.Write(Json, report, ReportJson.Default.SurrogateReport);
}
