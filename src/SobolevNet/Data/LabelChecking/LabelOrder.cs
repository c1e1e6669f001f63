namespace SobolevNet;

/// <summary>An order of samples that depends on their contents alone.</summary>
internal static class LabelOrder
{
    private const ulong Seed = 0x0DE5;

    /// <summary>Sorts the samples, leaves out exact copies, and shuffles the rest by a fixed seed.</summary>
    /// <returns>
    /// Rows of the samples. Any part of them is a random choice, whatever the order of the rows; copies are left out, since they would count as
    /// evidence several times.
    /// </returns>
    public static int[] Of(LabelSamples data)
    {
        int[] rows = [.. Enumerable.Range(0, data.Count)];
        Array.Sort(rows, (a, b) => Compare(data, a, b));
        var different = new List<int>();
        foreach (int row in rows)
        {
            if (different.Count == 0 || Compare(data, different[^1], row) != 0)
            {
                different.Add(row);
            }
        }

        int[] order = [.. different];
        RandomStream.For(StreamPurpose.LabelOrder, Seed).Shuffle(order.AsSpan());
        return order;
    }

    private static int Compare(LabelSamples data, int a, int b)
    {
        for (int c = 0; c < data.Layout.Count; c++)
        {
            int order = Input(c);
            order = order != 0 ? order : Target(c);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;

        int Input(int c) => ((ReadOnlySpan<double>)data.Input.Row(c, a)).SequenceCompareTo(data.Input.Row(c, b));
        int Target(int c) => ((ReadOnlySpan<double>)data.Target.Row(c, a)).SequenceCompareTo(data.Target.Row(c, b));
    }
}
