using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>The source of <see cref="RobustTraining.Adversarial"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class AdversarialSource<T> : JetSourceTransform<T>, IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdversarialOptions _options;

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
