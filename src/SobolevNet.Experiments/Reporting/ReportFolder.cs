using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Reporting;

/// <summary>The folder of an experiment: its report and its other files.</summary>
/// <typeparam name="TReport">Type of the report.</typeparam>
/// <param name="path">The folder.</param>
/// <param name="type">How the report becomes JSON.</param>
internal sealed class ReportFolder<TReport>(string path, JsonTypeInfo<TReport> type)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Json => File("report.json");

    public string Markdown => File("report.md");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Creates the folder with the report of an experiment that has just begun.</summary>
    /// <exception cref="Failure">The folder has a report already.</exception>
    public void Create(TReport begun)
    {
        if (System.IO.File.Exists(Json))
        {
            throw new Failure($"{Path} holds a report already; resume it with --resume {path}, or name another folder.");
        }

        Directory.CreateDirectory(Path);
        Save(begun);
    }

    /// <summary>Reads the report of an experiment that was begun.</summary>
    /// <exception cref="Failure">The folder has no report.</exception>
    /// <exception cref="InvalidDataException">The report is damaged; the message says where.</exception>
    public TReport Read() => System.IO.File.Exists(Json)
        ? ReportFile.Read(Json, type)
        : throw new Failure($"{Path} holds no report.json, so there is nothing to resume.");

    public void Save(TReport report) => ReportFile.Write(Json, report, type);
}

/// <summary>Where a report goes if the user named no folder.</summary>
internal static class ReportFolder
{
    /// <summary>A folder named after a command and the time.</summary>
    public static string New(string command) =>
        Path.Combine("reports", string.Create(CultureInfo.InvariantCulture, $"{command}-{DateTime.Now:yyyyMMdd-HHmmss}"));
}
