using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>The source of <see cref="RobustTraining.Trades"/>: two samples of each clean one.</summary>
/// <remarks>
/// A squared error between network and target trains the network by 2(N − target)·∂N. So with N̂, the network before the mini-batch, the targets
/// y + β(N̂(I + δ) − N̂(I)) at I and N̂(I + δ) − β(N̂(I + δ) − N̂(I)) at I + δ give the exact gradient of the loss of TRADES, up to the mean over
/// twice the number of samples.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TradesSource<T> : JetSourceTransform<T>, IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _beta;
    private readonly AdversarialOptions _options;

    public TradesSource(IJetSource<T> clean, double beta, AdversarialOptions options)
        : base(AdversarialOptions.CheckedSource(clean, options))
    {
        if (!(beta >= 0 && T.IsFinite(T.CreateTruncating(beta))))
        {
            throw new ArgumentOutOfRangeException(nameof(beta), beta, $"β is finite in {typeof(T).Name} and at least 0.");
        }

        if (clean.Count > int.MaxValue / 2)
        {
            throw new ArgumentException($"The clean source has {clean.Count} samples, each of which gives two; at most {int.MaxValue / 2} are possible.", nameof(clean));
        }

        (_beta, _options) = (beta, options);
    }

    /// <inheritdoc/>
    public override JetLayout Layout => JetLayout.Value;

    /// <summary>Twice the clean source's.</summary>
    public override int Count => 2 * Source.Count;

    /// <inheritdoc/>
    public override double SampleWeight(long sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sample);
        return Source.SampleWeight(sample / 2);
    }

    /// <inheritdoc/>
    public IJetSourceRun<T> BeginRun() => new Run(this);

    /// <summary>Writes clean samples; perturbations belong to a run.</summary>
    /// <inheritdoc/>
    protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        for (int s = 0; s < samples.Length; s++)
        {
            source.Fill([samples[s] / 2], input.Slice(s, 1), target.Slice(s, 1));
        }
    }

    /// <summary>Perturbs clean samples against the network that a run has before the mini-batch.</summary>
    private sealed class Run(TradesSource<T> owner) : JetSourceTransform<T>(owner), IJetSourceRun<T>
    {
        private readonly TradesSource<T> _owner = owner;
        private readonly RunNetwork<T> _network = new();
        private ScratchPool<TradesPairs<T>> _pairs = new();

        public void BeginStep(Mlp<T> network, long step, double progress)
        {
            if (_network.Take(network, this))
            {
                _pairs = new();
            }
        }

        protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
        {
            if (_network.Packed is not { } network)
            {
                source.Fill(samples, input, target);
                return;
            }

            var pairs = _pairs.TryTake() ?? new TradesPairs<T>(_owner.Source, _network.Architecture!, _owner._beta, _owner._options);
            int next = 0;
            while (next < samples.Length)
            {
                next = pairs.Fill(network, samples, next, input, target);
            }

            _pairs.Return(pairs);
        }
    }
}
