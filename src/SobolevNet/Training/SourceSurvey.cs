using System.Numerics;

namespace SobolevNet;

/// <summary>Looks at samples of a source for a statistic, on all threads.</summary>
/// <remarks>
/// Samples are cut into short blocks by number alone, and the blocks are dealt to a fixed number of lanes. A statistic keeps sums of its
/// own for each lane and adds them up in order, so that it does not depend on the threads.
/// </remarks>
internal static class SourceSurvey
{
    /// <summary>The most samples that a statistic looks at, unless all lie in memory.</summary>
    public const int MaxSamples = 4096;

    /// <summary>The lanes that samples are dealt to.</summary>
    public const int Lanes = 16;

    /// <summary>Samples asked of the source at once: few, so that a slow source is not waited for after cancellation.</summary>
    public const int Block = 8;

    /// <summary>Names the order of samples where time may not suffice for all.</summary>
    private const ulong ShuffleSeed = 0x0DE5;

    /// <summary>Takes in a block of samples.</summary>
    /// <param name="lane">The lane, in [0, <see cref="Lanes"/>); blocks of one lane come one after the other.</param>
    /// <param name="samples">Their numbers.</param>
    /// <param name="input">Their inputs.</param>
    /// <param name="target">Their targets.</param>
    public delegate void Look<T>(int lane, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
        where T : unmanaged;

    /// <summary>Looks at all samples that lie in memory or in files, or at a random choice of them; under a time limit at a choice of those in files.</summary>
    /// <param name="source">The source.</param>
    /// <param name="layout">The components to look at.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it.</param>
    /// <param name="look">Takes in the samples.</param>
    /// <remarks>Where tangents are inputs (<see cref="IJetSource{T}.TangentInputs"/>), inputs come as values alone: n unit vectors a sample are not made.</remarks>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public static void Run<T>(IJetSource<T> source, JetLayout layout, WorkerTeam team, MeasuringTime time, Look<T> look)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isWalked = source.SamplesPerBlock > 1 && !time.IsLimited && StoredSources.CanBeWalked(source);
        long[] chosen = isWalked ? [] : SampleSubset.Of(source.Count, StoredSources.Holds(source) ? source.Count : MaxSamples);
        if (time.IsLimited)
        {
            Shuffle(chosen);
        }

        // A lane takes whole blocks of a file, each of which one thread then reads once.
        int count = isWalked ? source.Count : chosen.Length;
        int run = isWalked ? source.SamplesPerBlock : Block;

        var inputLayout = source.TangentInputs.IsEmpty ? layout : JetLayout.Value;
        var inputs = new JetBatch<T>[team.Workers];
        var targets = new JetBatch<T>[team.Workers];
        team.Run(Lanes, (lane, worker) =>
        {
            var input = inputs[worker] ??= new JetBatch<T>(inputLayout, Block, source.InputFeatures);
            var target = targets[worker] ??= new JetBatch<T>(layout, Block, source.OutputFeatures);
            Span<long> walked = stackalloc long[Block];
            for (long begin = (long)lane * run; begin < count; begin += (long)Lanes * run)
            {
                long end = Math.Min(begin + run, count);
                for (long start = begin; start < end && time.AllowsMore(start); start += Block)
                {
                    int length = (int)Math.Min(Block, end - start);
                    scoped ReadOnlySpan<long> samples = walked[..length];
                    if (isWalked)
                    {
                        for (int k = 0; k < length; k++)
                        {
                            walked[k] = start + k;
                        }
                    }
                    else
                    {
                        samples = chosen.AsSpan((int)start, length);
                    }

                    var x = input.AsSpan().Slice(0, length);
                    var y = target.AsSpan().Slice(0, length);
                    source.Fill(samples, x, y);
                    look(lane, samples, x, y);
                }
            }
        });
    }

    /// <summary>Looks at a random choice of samples one by one, on the calling thread: for what a few samples decide.</summary>
    /// <param name="source">The source.</param>
    /// <param name="layout">The components to look at.</param>
    /// <param name="most">The most samples.</param>
    /// <param name="time">Ends it after the first sample.</param>
    /// <returns>The number of each sample and its input, whose memory the next one takes.</returns>
    /// <exception cref="OperationCanceledException">The look was canceled.</exception>
    public static IEnumerable<(long Sample, JetBatch<T> Input)> OneByOne<T>(IJetSource<T> source, JetLayout layout, int most, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var input = new JetBatch<T>(layout, 1, source.InputFeatures);
        var target = new JetBatch<T>(layout, 1, source.OutputFeatures);
        long[] samples = SampleSubset.Of(source.Count, most);
        for (int k = 0; k < samples.Length && time.AllowsMore(k); k++)
        {
            source.Fill([samples[k]], input, target);
            yield return (samples[k], input);
        }
    }

    /// <summary>Puts sample numbers in an order of which every beginning is a random choice.</summary>
    public static void Shuffle(long[] samples) => RandomStream.For(StreamPurpose.StatisticsOrder, ShuffleSeed).Shuffle(samples.AsSpan());
}
