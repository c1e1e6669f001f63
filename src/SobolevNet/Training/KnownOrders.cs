using System.Numerics;

namespace SobolevNet;

/// <summary>
/// The highest order of which each sample knows a label that is trained, for data in memory. A step propagates no derivatives of samples whose derivatives are missing.
/// </summary>
internal static class KnownOrders
{
    /// <summary>Looks at all samples of a source.</summary>
    /// <param name="source">The labels.</param>
    /// <param name="loss">Their loss; components of weight 0 count as missing.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it; samples that are not looked at are taken to know all orders.</param>
    /// <returns>An order for each sample; null where no label may be missing, or samples are computed.</returns>
    /// <exception cref="OperationCanceledException">The look was canceled.</exception>
    public static byte[]? Of<T>(IJetSource<T> source, SobolevLoss loss, WorkerTeam team, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        if (!source.HasMissingLabels || layout.Order == 0 || !StoredSources.Holds(source))
        {
            return null;
        }

        byte[] orders = new byte[source.Count];
        Array.Fill(orders, (byte)layout.Order);
        SourceSurvey.Run(source, layout, team, time, (_, samples, _, target) =>
        {
            for (int s = 0; s < samples.Length; s++)
            {
                int component = layout.Count - 1;
                while (component > 0 && !IsKnown(target, component, s))
                {
                    component--;
                }

                orders[samples[s]] = (byte)layout.OrderOf(component);
            }
        });
        return orders.AsSpan().ContainsAnyExcept((byte)layout.Order) ? orders : null;

        bool IsKnown(JetSpan<T> target, int component, int sample)
        {
            bool isKnown = false;
            foreach (T label in target.Row(component, sample))
            {
                isKnown |= !T.IsNaN(label);
            }

            return isKnown && loss.ComponentWeights[component] > 0;
        }
    }
}
