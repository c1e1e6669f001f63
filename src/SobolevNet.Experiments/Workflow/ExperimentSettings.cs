using System.Text.Json.Serialization;

namespace SobolevNet.Experiments.Workflow;

/// <summary>Everything that decides the outcome of an experiment; with the version of the program this is enough to repeat it.</summary>
internal abstract record ExperimentSettings
{
    /// <summary>Name of the preset that the settings started from.</summary>
    [JsonPropertyOrder(-1)]
    public required string Preset { get; init; }

    /// <summary>Threads, or networks trained at a time; one for each core if 0.</summary>
    public int Threads { get; init; }
}
