using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using SobolevNet.Experiments.Commands;

namespace SobolevNet.Experiments.Reports;

/// <summary>The files of an experiment.</summary>
/// <param name="path">The folder.</param>
/// <param name="type">How its report is written.</param>
internal abstract class ReportFolder<TReport>(string path, JsonTypeInfo<TReport> type)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Json => File("report.json");

    public string Markdown => File("report.md");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the folder with a report that has just begun; refuses one that holds a report already.</summary>
    public virtual void Create(TReport begun)
    {
        if (System.IO.File.Exists(Json))
        {
            throw new Failure($"{Path} holds a report already; go on with it by --resume {path}, or name another folder.");
        }

        Directory.CreateDirectory(Path);
        Save(begun);
    }

    /// <summary>The report of an experiment that was begun.</summary>
    public TReport Read() => System.IO.File.Exists(Json)
        ? ReportFile.Read(Json, type)
        : throw new Failure($"{Path} holds no report.json, so there is nothing to resume.");

    public void Save(TReport report) => ReportFile.Write(Json, report, type);
}

/// <summary>Where reports go that nobody named a place for.</summary>
internal static class ReportFolder
{
    /// <summary>A folder named after a command and the time.</summary>
    public static string New(string command) =>
        Path.Combine("reports", string.Create(CultureInfo.InvariantCulture, $"{command}-{DateTime.Now:yyyyMMdd-HHmmss}"));
}
