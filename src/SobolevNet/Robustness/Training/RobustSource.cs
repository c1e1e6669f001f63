using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>
/// Universal robust training as jet training: clean samples with random directions ε of input space as further tangents, along
/// which the network's derivatives are trained to those of the oracle.
/// </summary>
/// <remarks>
/// <para>
/// Tangents: the p degrees of freedom (unless <see cref="RobustSourceOptions.ManifoldOrder"/> is 0), then the directions, group
/// by group. Input components: C; ∂ᵢC; ε; perhaps ∂ᵢⱼC; zero for ∂_ε∂_ε and ∂_ε∂ᵢ, because the path C(r) + sε is linear in s. Target
/// components: y; ∂ᵢy; O'(ε); perhaps ∂ᵢⱼy; O''(ε) and ∂ᵢO'(ε). Source: method, sections 6 and 7.
/// </para>
/// <para>
/// The source is endless: every epoch shows all clean samples of a finite source once, with new directions. Nothing is allocated in
/// filling, after each thread's first call. To pay for rendering once, give a materialized clean source
/// (<see cref="JetSource.Materialize"/>).
/// </para>
/// <para>
/// Directions that follow the network (<see cref="DirectionSampler.Steepest"/>) are those of the network that a run of training has before each
/// mini-batch. Outside of a run the network counts as constant.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var cubes = new CubeSource(new CubeRenderer(), order: 1, count: 20_000, seed: 1);
/// var steepest = DirectionSampler.Steepest(cubes.InputFeatures, cubes.OutputFeatures, sketch: 3);
/// var robust = cubes.Robust(new RobustSourceOptions { Directions = [new DirectionGroup(steepest)], ManifoldOrder = 0 });
/// new SobolevTrainer&lt;float&gt;(network, options).Fit(robust);
/// </code>
/// </example>
/// <typeparam name="T">float or double.</typeparam>
public sealed class RobustSource<T> : JetSourceTransform<T>, IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly RobustSourceOptions Defaults = new();

    private readonly EndlessJetSource<T> _clean;
    private readonly RobustTangents _tangents;
    private readonly RobustSourceOptions _options;
    private readonly RobustJets<T> _jets;

    /// <summary>Makes a source.</summary>
    /// <param name="clean">
    /// Gives C and y with all derivatives with respect to r, in a full layout: of order 1, or of order 2 for
    /// <see cref="RobustSourceOptions.ManifoldOrder"/> 2 and for second or mixed derivatives of the oracle.
    /// </param>
    /// <param name="options">What to add; the defaults if null.</param>
    /// <exception cref="ArgumentException">
    /// The source lacks derivatives or changes during training, a sampler is of other inputs, or the options contradict each other.
    /// </exception>
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

    /// <summary>The clean source's scale of a degree of freedom, or a direction's as <see cref="RobustSourceOptions.PerturbationScale"/> sets it.</summary>
    /// <param name="tangent">A tangent of <see cref="Layout"/>.</param>
    /// <returns>A positive number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layout has no such tangent.</exception>
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
