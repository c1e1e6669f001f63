namespace SobolevNet;

/// <summary>The numbers by which messages and evaluations name samples.</summary>
internal static class SampleNumbers
{
    /// <summary>The number of a sample in the source that the caller gave: another one than here where the trainer has split that source.</summary>
    public static long ForCaller<T>(IJetSource<T> source, long sample)
        where T : unmanaged => source is JetSourceTransform<T> transform ? transform.NumberForCaller(sample) : sample;
}
