using System.Numerics;

namespace SobolevNet;

/// <summary>A source that makes a new jet from every full jet of another source in every epoch, one sample at a time.</summary>
/// <remarks>
/// It is endless, so that every epoch has other numbers. A jet depends only on its number and the seed, which makes training resumable and independent
/// of threads.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <typeparam name="TScratch">Memory for one thread at a time.</typeparam>
/// <param name="source">Gives full jets.</param>
/// <param name="neededOrder">The least order of the full jets, also where jets of a lower order are wanted.</param>
internal abstract class ResampledJetSource<T, TScratch>(IJetSource<T> source, int neededOrder)
    : JetSourceTransform<T>(new EndlessJetSource<T>(source, shuffle: false, seed: 0, nameof(source)))
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScratchPool<Loaded> _loaded = new();

    protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        int order = Math.Max(target.Layout.Order, neededOrder);
        var loaded = _loaded.TryTake() ?? new Loaded(new SourceJets<T>(source, Math.Max(Layout.Order, neededOrder)), NewScratch());
        var jets = loaded.Jets;
        int group = jets.Size(order);
        for (int start = 0; start < samples.Length; start += group)
        {
            int count = Math.Min(group, samples.Length - start);
            jets.Load(source, samples.Slice(start, count), order);
            for (int s = 0; s < count; s++)
            {
                Transform(samples[start + s], jets.Input(s), jets.Target(s), input.Slice(start + s, 1), target.Slice(start + s, 1), loaded.Scratch);
            }
        }

        _loaded.Return(loaded);
    }

    protected abstract TScratch NewScratch();

    /// <summary>Makes the jet of one number.</summary>
    /// <param name="number">The number.</param>
    /// <param name="fullInput">The input's full jet; only its value where the tangents are inputs (<see cref="IJetSource{T}.TangentInputs"/> of the source).</param>
    /// <param name="fullTarget">The target's full jet.</param>
    /// <param name="input">Receives the input's jet.</param>
    /// <param name="target">Receives the target's jet.</param>
    /// <param name="scratch">Memory to work with.</param>
    protected abstract void Transform(
        long number, JetSpan<T> fullInput, JetSpan<T> fullTarget, JetSpan<T> input, JetSpan<T> target, TScratch scratch);

    private sealed record Loaded(SourceJets<T> Jets, TScratch Scratch);
}
