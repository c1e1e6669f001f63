using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>The source of <see cref="RobustTraining.Robust"/>: clean samples with directions of input space as further tangents.</summary>
/// <remarks>Filling allocates nothing after each thread's first call.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class RobustSource<T> : JetSourceTransform<T>, IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly RobustSourceOptions Defaults = new();

    private readonly EndlessJetSource<T> _clean;
    private readonly RobustTangents _tangents;
    private readonly RobustSourceOptions _options;
    private readonly RobustJets<T> _jets;

    public RobustSource(IJetSource<T> clean, RobustSourceOptions? options = null)
        : base(new EndlessJetSource<T>(clean, (options ?? Defaults).Shuffle, (options ?? Defaults).Seed, nameof(clean)))
    {
        AdaptiveSources.Refuse(clean, "Add directions to a clean source.");
        MissingLabels.Refuse(clean, "Directions need", nameof(clean));
        _clean = (EndlessJetSource<T>)Source;
        _options = options ?? Defaults;
        _tangents = RobustTangents.Of(clean, _options);
        _jets = new RobustJets<T>(_clean, _tangents, _options);
    }

    /// <inheritdoc/>
    public override JetLayout Layout => _tangents.Layout;

    /// <summary>2 if second derivatives along the manifold are present; otherwise 1, since perturbed paths are straight.</summary>
    public override int InputOrder => _options.ManifoldOrder == 2 ? 2 : 1;

    /// <inheritdoc/>
    public override double TangentScale(int tangent)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tangent, (uint)Layout.Tangents, nameof(tangent));
        int p = _tangents.DegreesOfFreedom;
        return tangent < p ? Source.TangentScale(tangent) : _tangents.ScaleOf(tangent - p);
    }

    /// <inheritdoc/>
    public IJetSourceRun<T> BeginRun() => new Run(this);

    /// <summary>The clean sample behind a number.</summary>
    internal long CleanSample(long number) => _clean.NumberInSource(number);

    /// <inheritdoc/>
    protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target) =>
        _jets.Fill(samples, input, target);

    /// <summary>Draws steepest directions for the network that a run has before the mini-batch.</summary>
    private sealed class Run(RobustSource<T> source) : JetSourceTransform<T>(source), IJetSourceRun<T>
    {
        private readonly RobustJets<T> _jets = new(source._clean, source._tangents, source._options);

        public void BeginStep(Mlp<T> network, long step, double progress) => _jets.Follow(network, this);

        protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target) =>
            _jets.Fill(samples, input, target);
    }
}
