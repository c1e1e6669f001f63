namespace SobolevNet.Tests.Architecture;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution, found by walking up from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    public static string Library => Path.Combine(Root, "src", "SobolevNet");

    /// <summary>The C# files below a folder, without what the build writes; slashes forward, relative to that folder.</summary>
    public static IEnumerable<(string Name, string Text)> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Name: Path.GetRelativePath(folder, path).Replace('\\', '/'), Path: path))
            .Where(file => !file.Name.Split('/').Any(part => part is "bin" or "obj"))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => (file.Name, File.ReadAllText(file.Path)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SobolevNet.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"There is no SobolevNet.sln above {AppContext.BaseDirectory}.");
    }
}
