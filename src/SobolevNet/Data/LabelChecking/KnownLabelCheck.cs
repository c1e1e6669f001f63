namespace SobolevNet.LabelChecking;

/// <summary>Checks labels of which some are missing in almost every sample: output by output, with the samples that know enough of it.</summary>
/// <remarks>
/// Pairs of samples need the value and all first derivatives of the output, and for second derivatives these too. Where few samples know them together, each column is compared by
/// itself with fits to the neighbors' values, among the samples that know the column and the value.
/// </remarks>
/// <param name="data">The samples, NaN where a label is missing.</param>
/// <param name="firsts">Receives what is found of first derivatives.</param>
/// <param name="seconds">Receives what is found of second derivatives.</param>
/// <param name="cancellationToken">Stops the work.</param>
internal sealed class KnownLabelCheck(LabelSamples data, LabelVerdicts firsts, LabelVerdicts seconds, CancellationToken cancellationToken)
{
    /// <summary>Checks some outputs.</summary>
    public void Run(int[] outputs)
    {
        int[] ofFirsts = [.. Enumerable.Range(1, data.Tangents)];
        int[] ofSeconds = [.. Enumerable.Range(1 + data.Tangents, data.Layout.Seconds.Length)];
        foreach (int output in outputs)
        {
            int[][] columns = [.. ofFirsts.Select(component => data.KnownRows(output, [component]))];
            int[] together = data.KnownRows(output, ofFirsts);
            int[] complete = data.KnownRows(output, [.. ofFirsts, .. ofSeconds]);
            bool withSeconds = ofSeconds.Length > 0 && AreEnough(complete, together);
            if (ofSeconds.Length > 0 && !withSeconds)
            {
                AddOpen(seconds, ofSeconds, output);
            }

            if (AreEnough(together, columns.MaxBy(rows => rows.Length)!))
            {
                Check(output, withSeconds ? complete : together).Run(withSeconds);
                continue;
            }

            foreach (var (component, rows) in ofFirsts.Zip(columns))
            {
                if (rows.Length >= 2)
                {
                    Check(output, rows).RunColumn(component);
                }
                else
                {
                    AddOpen(firsts, [component], output);
                }
            }
        }
    }

    /// <summary>Whether samples that know more are enough beside those that know less.</summary>
    private static bool AreEnough(int[] rows, int[] others) => rows.Length >= CompleteSamples.Enough || (rows.Length >= 2 && 2 * rows.Length >= others.Length);

    private SampleCheck Check(int output, int[] rows) => new(data.Known(output, rows).Normalized(), [output], firsts, seconds, cancellationToken);

    private static void AddOpen(LabelVerdicts verdicts, int[] components, int output) =>
        verdicts.Add(components, output, components.Select(component => LabelVerdict.Open(component, output, LabelMessages.TooFewKnown)), null);
}
