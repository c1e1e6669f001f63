namespace SobolevNet.Experiments.Terminal;

/// <summary>An error that the user can correct: one line on the terminal, exit code 1.</summary>
/// <param name="message">What is wrong, and what was expected.</param>
internal sealed class Failure(string message) : Exception(message);
