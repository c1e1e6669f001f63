namespace SobolevNet.Tests.Data;

/// <summary>Short ways to look into a source.</summary>
internal static class JetSourceExtensions
{
    public static (JetBatch<T> Input, JetBatch<T> Target) Batch<T>(this IJetSource<T> source, JetLayout layout, params long[] samples)
        where T : unmanaged
    {
        var input = new JetBatch<T>(layout, samples.Length, source.InputFeatures);
        var target = new JetBatch<T>(layout, samples.Length, source.OutputFeatures);
        FillWithRubbish(input);
        FillWithRubbish(target);
        source.Fill(samples, input, target);
        return (input, target);
    }

    public static (JetBatch<T> Input, JetBatch<T> Target) Sample<T>(this IJetSource<T> source, long sample)
        where T : unmanaged => source.Batch(source.Layout, sample);

    /// <summary>Every number that a finite source holds, inputs first.</summary>
    public static T[] All<T>(this IJetSource<T> source)
        where T : unmanaged
    {
        var (input, target) = source.Batch(source.Layout, [.. Enumerable.Range(0, source.Count).Select(k => (long)k)]);
        return [.. input.Data, .. target.Data];
    }

    /// <summary>A source must write every element; what it leaves out shows.</summary>
    private static void FillWithRubbish<T>(JetBatch<T> batch)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes(batch.Data).Fill(0x77);
}
