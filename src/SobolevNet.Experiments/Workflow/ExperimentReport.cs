using System.Text.Json.Serialization;
using SobolevNet.Experiments.Reporting;

namespace SobolevNet.Experiments.Workflow;

/// <summary>What the report.json of every experiment begins with. <see cref="Experiment{TSettings, TReport}"/> fills it in.</summary>
/// <typeparam name="TSettings">Settings of the experiment.</typeparam>
internal abstract record ExperimentReport<TSettings>
{
    /// <summary>The command.</summary>
    [JsonPropertyOrder(-6), JsonRequired]
    public string Experiment { get; init; } = "";

    /// <summary>Whether all runs are done.</summary>
    [JsonPropertyOrder(-5), JsonRequired]
    public bool Complete { get; init; }

    /// <summary>When the experiment was begun, UTC.</summary>
    [JsonPropertyOrder(-4), JsonRequired]
    public DateTime Started { get; init; }

    [JsonPropertyOrder(-3), JsonRequired]
    public MachineReport Machine { get; init; } = MachineReport.Current();

    [JsonPropertyOrder(-2)]
    public required TSettings Settings { get; init; }

    /// <summary>The command line that repeats the experiment, without quotation marks.</summary>
    [JsonPropertyOrder(-1), JsonRequired]
    public string Command { get; init; } = "";

    /// <summary>The trainings that are done.</summary>
    public abstract IReadOnlyList<TrainingRow> Rows();
}

/// <summary>The report of an experiment that consists of runs.</summary>
/// <typeparam name="TSettings">Settings of the experiment.</typeparam>
/// <typeparam name="TRun">What is reported of a run. A figure that is not known is NaN, and null in JSON.</typeparam>
internal abstract record ExperimentReport<TSettings, TRun> : ExperimentReport<TSettings>
    where TRun : TrainingRow
{
    /// <summary>The runs that are done.</summary>
    [JsonPropertyOrder(1), JsonRequired]
    public IReadOnlyList<TRun> Runs { get; init; } = [];

    /// <summary>The runs that did not break.</summary>
    [JsonIgnore]
    public IReadOnlyList<TRun> Sound => [.. Runs.Where(run => run.Note is null)];

    public override IReadOnlyList<TrainingRow> Rows() => Runs;
}
