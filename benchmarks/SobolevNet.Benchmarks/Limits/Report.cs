using System.Globalization;
using System.Runtime.InteropServices;
using SobolevNet.Kernels;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>The report as text.</summary>
internal static class Report
{
    public static void Head()
    {
        Console.WriteLine($"{ProcessorKind()}, {RuntimeInformation.FrameworkDescription}");
        Console.WriteLine();
        Console.WriteLine($"{"work",-62} {"value",9} {"limit",9} {"",-10} {"ratio",6} {"target",6}");
    }

    public static void Line(LimitRow row)
    {
        string mark = row.Pass switch { true => "pass", false => "short", null => "" };
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Name,-62} {Number(row.Value),9} {Number(row.Limit),9} {row.Unit,-10} {Share(row.Ratio),6} {Share(row.Target),6} {mark,-5} {row.Bound}"));
    }

    public static void Foot(List<LimitRow> rows, TimeSpan elapsed)
    {
        Console.WriteLine();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{rows.Count(row => row.Pass == true)} pass, {rows.Count(row => row.Pass == false)} short, {elapsed.TotalSeconds:F0} s"));
    }

    /// <summary>The processor, its cores and its vector width.</summary>
    public static string ProcessorKind() => $"{ProcessorName()}, {Environment.ProcessorCount} cores, vectors of {(int)VectorWidths.Current} bits";

    private static string Number(double? value) => value switch
    {
        null => "",
        0 => "0",
        >= 1000 or <= -1000 => value.Value.ToString("F0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("G4", CultureInfo.InvariantCulture),
    };

    private static string Share(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "";

    /// <summary>The name, and family and model where names are shared by generations, as those of virtual machines are.</summary>
    private static string ProcessorName()
    {
        const string File = "/proc/cpuinfo";
        if (!System.IO.File.Exists(File))
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        var fields = System.IO.File.ReadLines(File).TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim()).ToDictionary(group => group.Key, group => group.First()[1].Trim());
        return fields.TryGetValue("model name", out string? name)
            ? $"{name} (family {fields.GetValueOrDefault("cpu family")}, model {fields.GetValueOrDefault("model")})"
            : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
