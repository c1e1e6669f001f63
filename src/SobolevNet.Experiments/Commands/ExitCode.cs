namespace SobolevNet.Experiments.Commands;

/// <summary>Exit codes of the program.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command was understood but could not be carried out.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;
}
