using SobolevNet.Experiments;

namespace SobolevNet.Tests.Experiments;

/// <summary>The console program, run within the test.</summary>
internal static class ConsoleProgram
{
    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code, and what was written to the output and to the error output.</returns>
    public static async Task<(int Code, string Output, string Errors)> Run(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int code = await CommandLine.RunAsync(args, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
