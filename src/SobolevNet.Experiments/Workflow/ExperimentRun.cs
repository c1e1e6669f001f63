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
