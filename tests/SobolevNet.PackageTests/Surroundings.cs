[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace SobolevNet.PackageTests;

/// <summary>Takes what an example writes to the console.</summary>
internal sealed class ConsoleCapture : IDisposable
{
    private readonly TextWriter _before = Console.Out;
    private readonly StringWriter _text = new();

    public ConsoleCapture() => Console.SetOut(_text);

    public string Text => _text.ToString();

    public void Dispose() => Console.SetOut(_before);
}

/// <summary>A folder of its own for the files that an example writes, which becomes the current one while it runs.</summary>
internal sealed class WorkingFolder : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sobolevnet-");

    public WorkingFolder() => Directory.SetCurrentDirectory(_folder.FullName);

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Delete(recursive: true);
    }
}

/// <summary>Hands reports over at once, on the thread that reports.</summary>
internal sealed class Immediate<T>(Action<T> handler) : IProgress<T>
{
    public void Report(T value) => handler(value);
}
