namespace SobolevNet.Experiments.Commands;

/// <summary>Something that the user can mend: said in one line, exit code 1.</summary>
/// <param name="message">What is wrong and what would be right.</param>
internal sealed class Failure(string message) : Exception(message);
