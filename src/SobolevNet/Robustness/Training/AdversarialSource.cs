using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>
/// Adversarial training in its regression form (Madry et al., 2018): every input is moved, within a ball around the clean one, to where
/// the current network is farthest from the target, and the target stays.
/// </summary>
/// <remarks>
/// Derivatives along the manifold, if the clean source has them, stay as they are. The source is endless. In a run of training, samples depend on the network
/// before the mini-batch; the source itself gives clean ones.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AdversarialSource<T> : JetSourceTransform<T>, IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdversarialOptions _options;

    /// <summary>Makes a source.</summary>
    /// <param name="clean">The clean samples, of any layout.</param>
    /// <param name="options">How inputs are perturbed.</param>
    /// <exception cref="ArgumentException">The clean source is empty or changes during training, or T cannot hold the sizes of perturbations.</exception>
    public AdversarialSource(IJetSource<T> clean, AdversarialOptions options)
        : base(AdversarialOptions.CheckedSource(clean, options)) =>
        _options = options;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> TangentInputs => Source.TangentInputs;

    /// <inheritdoc/>
    public IJetSourceRun<T> BeginRun() => new Run(this);

    /// <summary>Writes clean samples; perturbations belong to a run.</summary>
    /// <inheritdoc/>
    protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target) =>
        source.Fill(samples, input, target);

    /// <summary>Perturbs clean samples against the network that a run has before the mini-batch.</summary>
    private sealed class Run(AdversarialSource<T> source) : JetSourceTransform<T>(source), IJetSourceRun<T>
    {
        private readonly AdversarialOptions _options = source._options;
        private readonly RunNetwork<T> _network = new();
        private ScratchPool<ProjectedAscent<T>> _ascents = new();

        public override ReadOnlySpan<int> TangentInputs => Source.TangentInputs;

        public void BeginStep(Mlp<T> network, long step, double progress)
        {
            if (_network.Take(network, this))
            {
                _ascents = new();
            }
        }

        protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
        {
            source.Fill(samples, input, target);
            if (_network.Packed is not { } network)
            {
                return;
            }

            var ascent = _ascents.TryTake() ?? new ProjectedAscent<T>(_network.Architecture!, _options);
            for (int start = 0; start < samples.Length; start += ascent.Capacity)
            {
                int count = Math.Min(ascent.Capacity, samples.Length - start);
                ascent.Run(
                    network, samples.Slice(start, count), target.Slice(start, count).Component(0), input.Slice(start, count).Component(0));
            }

            _ascents.Return(ascent);
        }
    }
}
