using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Workflow;

/// <summary>An experiment that is being done: its report grows run by run, and is saved after each.</summary>
/// <typeparam name="TReport">Type of the report.</typeparam>
/// <param name="folder">The report's folder, which exists.</param>
/// <param name="begun">The report so far.</param>
/// <param name="view">Shows the progress.</param>
/// <param name="cancellationToken">Canceled by Ctrl-C.</param>
internal sealed class ExperimentRun<TReport>(ReportFolder<TReport> folder, TReport begun, IProgressView view, CancellationToken cancellationToken)
{
    private readonly Lock _gate = new();

    public ReportFolder<TReport> Folder => folder;

    /// <summary>The current report.</summary>
    public TReport Report { get; private set; } = begun;

    public IProgressView View => view;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Does a training as a part of the progress. That it breaks is a result too: its row says why, and the other trainings go on.</summary>
    /// <typeparam name="TRow">What is reported of a training.</typeparam>
    /// <param name="planned">The training without figures.</param>
    /// <param name="train">Trains, and gives the row with its figures and the outcome in a few words.</param>
    /// <returns>The row with figures, or with the reason why there are none.</returns>
    public TRow Train<TRow>(TRow planned, Func<IProgressPart, (TRow Row, string Outcome)> train)
        where TRow : TrainingRow
    {
        var part = view.Start(planned.Title());
        try
        {
            var (row, outcome) = train(part);
            part.Done(outcome);
            return row;
        }
        catch (NonFiniteLossException broken)
        {
            part.Done($"broke: {broken.Message}");
            return planned with { Note = broken.Message };
        }
    }

    /// <summary>Changes the report and saves it. Several threads may do so.</summary>
    /// <param name="change">Makes the new report of the current one.</param>
    public void Update(Func<TReport, TReport> change)
    {
        lock (_gate)
        {
            Report = change(Report);
            folder.Save(Report);
        }
    }
}
