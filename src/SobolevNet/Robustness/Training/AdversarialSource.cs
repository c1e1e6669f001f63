using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>
/// Adversarial training in its regression form (Madry et al., 2018): every input is moved, within a ball about the clean one, to where
/// the network of the moment is farthest from the target, and the target stays.
/// </summary>
/// <remarks>
/// Derivatives along the manifold, if the clean source has them, stay as they are. Endless like <see cref="RobustSource{T}"/>.
/// In a run of training, samples depend on the network as it is before the mini-batch; the source itself gives clean ones.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AdversarialSource<T> : IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IJetSource<T> _clean;
    private readonly SampleOrder _order;

    /// <summary>Makes a source.</summary>
    /// <param name="clean">The clean samples, of any layout.</param>
    /// <param name="options">How inputs are perturbed.</param>
    /// <exception cref="ArgumentException">The clean source is empty or itself changes while training goes on, or T cannot hold the sizes of perturbations.</exception>
    public AdversarialSource(IJetSource<T> clean, AdversarialOptions options)
    {
        SourceArgument.Check(clean);
        ArgumentNullException.ThrowIfNull(options);
        options.CheckFits<T>();
        AdaptiveSources.Refuse(clean, "Perturb a clean source.");
        _clean = clean;
        _order = new SampleOrder(clean.Count, clean.IsEndless, options.Shuffle, options.Seed);
        Options = options;
    }

    /// <summary>How inputs are perturbed.</summary>
    public AdversarialOptions Options { get; }

    /// <inheritdoc/>
    public JetLayout Layout => _clean.Layout;

    /// <inheritdoc/>
    public int InputFeatures => _clean.InputFeatures;

    /// <inheritdoc/>
    public int OutputFeatures => _clean.OutputFeatures;

    /// <inheritdoc/>
    public int Count => _clean.Count;

    /// <summary>True: perturbations follow the network.</summary>
    public bool IsEndless => true;

    /// <inheritdoc/>
    public int InputOrder => _clean.InputOrder;

    /// <inheritdoc/>
    public bool InputsShareUnit => _clean.InputsShareUnit;

    /// <inheritdoc/>
    public double TangentScale(int tangent) => _clean.TangentScale(tangent);

    /// <inheritdoc/>
    public IJetSourceRun<T> BeginRun() => new Run(this);

    /// <summary>Writes clean samples; perturbations belong to a run.</summary>
    /// <inheritdoc/>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        for (int s = 0; s < samples.Length; s++)
        {
            ReadOnlySpan<long> sample = [_order.CleanSample(samples[s])];
            _clean.Fill(sample, input.Slice(s, 1), target.Slice(s, 1));
        }
    }

    /// <summary>Perturbs clean samples against the network that a run has before the mini-batch.</summary>
    private sealed class Run(AdversarialSource<T> source) : SourceRun<T>(source)
    {
        private readonly NetworkSnapshot<T, ProjectedAscent<T>> _snapshot = new();

        public override void BeginStep(Mlp<T> network, long step, double progress) => _snapshot.Take(network, this);

        public override void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
        {
            source.Fill(samples, input, target);
            if (_snapshot.Packed is not { } network)
            {
                return;
            }

            var ascent = _snapshot.Scratch.TryTake() ?? new ProjectedAscent<T>(_snapshot.Architecture!, source.Options);
            for (int start = 0; start < samples.Length; start += ascent.Capacity)
            {
                int count = Math.Min(ascent.Capacity, samples.Length - start);
                ascent.Run(
                    network, samples.Slice(start, count), target.Slice(start, count).Component(0), input.Slice(start, count).Component(0));
            }

            _snapshot.Scratch.Return(ascent);
        }
    }
}
