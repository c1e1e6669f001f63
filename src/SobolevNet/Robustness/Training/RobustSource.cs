using System.Numerics;
using System.Numerics.Tensors;

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
/// The source is endless: epoch e has the numbers e·<see cref="Count"/> + i, behind which are the clean samples, all of them once if
/// the clean source is finite; the directions depend on the number, so they are new in every epoch. Nothing is allocated in
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
/// var robust = new RobustSource&lt;float&gt;(cubes, new RobustSourceOptions { Directions = [new DirectionGroup(steepest)], ManifoldOrder = 0 });
/// new SobolevTrainer&lt;float&gt;(network, options).Fit(robust);
/// </code>
/// </example>
/// <typeparam name="T">float or double.</typeparam>
public sealed class RobustSource<T> : IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most clean samples that are filled at once.</summary>
    private const int MaxSamplesAtATime = 8;

    /// <summary>The most rows of clean jets that a thread keeps, unless one sample has more.</summary>
    private const int MaxRows = 1024;

    private readonly IJetSource<T> _clean;
    private readonly DirectionSampler[] _samplers;
    private readonly double[] _scales;
    private readonly SampleOrder _order;
    private readonly JetLayout[] _cleanLayouts;
    private readonly int _p;
    private readonly bool _needsFrame;
    private readonly int[] _steepest;
    private readonly int _sketch;
    private readonly int _samplesAtATime;
    private readonly NetworkSnapshot<T, Scratch> _noNetwork = new();

    /// <summary>Makes a source.</summary>
    /// <param name="clean">
    /// Gives C and y with all derivatives with respect to r, in a full layout: of order 1, or of order 2 for
    /// <see cref="RobustSourceOptions.ManifoldOrder"/> 2 and for second or mixed derivatives of the oracle.
    /// </param>
    /// <param name="options">What to add; the defaults if null.</param>
    /// <exception cref="ArgumentException">
    /// The source lacks derivatives or itself changes while training goes on, a sampler is of other inputs, or the options contradict each other.
    /// </exception>
    public RobustSource(IJetSource<T> clean, RobustSourceOptions? options = null)
    {
        SourceArgument.Check(clean);
        AdaptiveSources.Refuse(clean, "Add directions to a clean source.");
        options ??= new RobustSourceOptions();
        Options = options;
        var groups = options.Directions.Count > 0 ? options.Directions : [new DirectionGroup(DirectionSampler.White(clean.InputFeatures))];
        _clean = clean;
        _samplers = [.. groups.SelectMany(group => Enumerable.Repeat(group.Sampler, group.Count))];
        _steepest = [.. Enumerable.Range(0, _samplers.Length).Where(k => _samplers[k].NeedsNetwork)];
        _scales =
        [
            .. groups.SelectMany(group => Enumerable.Repeat(
                options.PerturbationScale * Math.Sqrt(group.Weight * group.Sampler.Dimensions / group.Count), group.Count)),
        ];
        _sketch = _samplers.OfType<SteepestSampler>().Select(sampler => sampler.Sketch).FirstOrDefault(1);
        _order = new SampleOrder(clean.Count, clean.IsEndless, options.Shuffle, options.Seed);
        _needsFrame = options.Target == DirectionTarget.Oracle || groups.Any(group => group.Sampler.NeedsTangents);
        Check(clean, options, groups);
        _p = options.ManifoldOrder > 0 ? clean.Layout.Tangents : 0;
        Layout = MakeLayout(options);
        _samplesAtATime = Math.Clamp(MaxRows / clean.Layout.Count, 1, MaxSamplesAtATime);
        _cleanLayouts = [.. Enumerable.Range(0, clean.Layout.Order + 1).Select(clean.Layout.Truncate)];
    }

    /// <summary>What is added to clean samples.</summary>
    public RobustSourceOptions Options { get; }

    /// <summary>Directions of a sample, the last tangents of <see cref="Layout"/>.</summary>
    public int Directions => _samplers.Length;

    /// <inheritdoc/>
    public JetLayout Layout { get; }

    /// <inheritdoc/>
    public int InputFeatures => _clean.InputFeatures;

    /// <inheritdoc/>
    public int OutputFeatures => _clean.OutputFeatures;

    /// <inheritdoc/>
    public int Count => _clean.Count;

    /// <summary>True: every epoch has fresh directions.</summary>
    public bool IsEndless => true;

    /// <summary>2 if second derivatives along the manifold are present; otherwise 1, since perturbed paths are straight.</summary>
    public int InputOrder => Options.ManifoldOrder == 2 ? 2 : 1;

    /// <inheritdoc/>
    public bool InputsShareUnit => _clean.InputsShareUnit;

    /// <summary>The clean source's range of a degree of freedom, or a direction's as <see cref="RobustSourceOptions.PerturbationScale"/> sets it.</summary>
    /// <param name="tangent">A tangent of <see cref="Layout"/>.</param>
    /// <returns>A positive number.</returns>
    public double TangentScale(int tangent)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tangent, (uint)Layout.Tangents, nameof(tangent));
        return tangent < _p ? _clean.TangentScale(tangent) : _scales[tangent - _p];
    }

    /// <summary>The clean sample behind a number.</summary>
    /// <param name="number">A sample's number, at least 0.</param>
    /// <returns>The number of a sample of the clean source.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public long CleanSample(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        return _order.CleanSample(number);
    }

    /// <inheritdoc/>
    public IJetSourceRun<T> BeginRun() => new Run(this);

    /// <inheritdoc/>
    /// <exception cref="DegenerateTangentsException">A clean sample's tangents are dependent, so that the oracle is not defined there.</exception>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target) => Fill(_noNetwork, samples, input, target);

    private void Fill(NetworkSnapshot<T, Scratch> snapshot, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        if (!input.Layout.Equals(target.Layout))
        {
            throw new ArgumentException($"The input's components ({input.Layout}) differ from the target's ({target.Layout}).", nameof(target));
        }

        var scratch = snapshot.Scratch.TryTake() ?? new Scratch(this, snapshot.Architecture);
        for (int start = 0; start < samples.Length; start += _samplesAtATime)
        {
            int count = Math.Min(_samplesAtATime, samples.Length - start);
            FillSome(scratch, snapshot.Packed, samples.Slice(start, count), input.Slice(start, count), target.Slice(start, count));
        }

        snapshot.Scratch.Return(scratch);
    }

    /// <summary>Whether second derivatives of the oracle are wanted.</summary>
    private bool IsCurved => Options.Target == DirectionTarget.Oracle && (Options.SecondDerivatives || Options.MixedDerivatives);

    private static void CopyRow(JetSpan<T> from, int component, JetSpan<T> to, int toComponent) =>
        from.Row(component, 0).CopyTo(to.Row(toComponent, 0));

    private static void Check(IJetSource<T> clean, RobustSourceOptions options, IReadOnlyList<DirectionGroup> groups)
    {
        bool second = options.SecondDerivatives || options.MixedDerivatives;
        int needed = Math.Max(options.ManifoldOrder, options.Target == DirectionTarget.Oracle ? (second ? 2 : 1) : 0);
        if (needed > 0 || groups.Any(group => group.Sampler.NeedsTangents))
        {
            OracleExpansion.CheckSource(clean, Math.Max(needed, 1), nameof(clean));
        }

        if (options.MixedDerivatives && options.ManifoldOrder == 0)
        {
            throw new ArgumentException("Mixed derivatives need the first derivatives along the manifold: a manifold order of 1 or 2.", nameof(options));
        }

        for (int k = 0; k < groups.Count; k++)
        {
            if (groups[k].Sampler.Features != clean.InputFeatures)
            {
                throw new ArgumentException(
                    $"Group {k} draws directions of {groups[k].Sampler.Features} features; the inputs have {clean.InputFeatures}.", nameof(options));
            }

            if (groups[k].Sampler is SteepestSampler { Sketch: var sketch } && groups.Any(other => other.Sampler is SteepestSampler more && more.Sketch != sketch))
            {
                throw new ArgumentException("All steepest directions of a source have the same sketch.", nameof(options));
            }

            if (groups[k].Sampler is SteepestSampler steepest && steepest.Outputs != clean.OutputFeatures)
            {
                throw new ArgumentException(
                    $"Group {k} is made for networks of {steepest.Outputs} outputs; the targets have {clean.OutputFeatures}.", nameof(options));
            }
        }
    }

    private JetLayout MakeLayout(RobustSourceOptions options)
    {
        var seconds = new List<(int, int)>();
        for (int i = 0; i < _p && options.ManifoldOrder == 2; i++)
        {
            for (int j = i; j < _p; j++)
            {
                seconds.Add((i, j));
            }
        }

        for (int k = _p; k < _p + _samplers.Length; k++)
        {
            for (int i = 0; i < _p && options.MixedDerivatives; i++)
            {
                seconds.Add((i, k));
            }

            if (options.SecondDerivatives)
            {
                seconds.Add((k, k));
            }
        }

        return JetLayout.Create(_p + _samplers.Length, Enumerable.Range(0, _p + _samplers.Length), seconds);
    }

    private void FillSome(Scratch scratch, PackedNetwork<T>? network, ReadOnlySpan<long> numbers, JetSpan<T> input, JetSpan<T> target)
    {
        var layout = input.Layout;
        int order = layout.Order < 2 ? layout.Order : Options.ManifoldOrder == 2 || IsCurved ? 2 : 1;
        order = _needsFrame ? order : Math.Min(order, Options.ManifoldOrder);
        var (inputs, targets) = scratch.Clean(order);
        var cleanInput = inputs.AsSpan().Slice(0, numbers.Length);
        var cleanTarget = targets.AsSpan().Slice(0, numbers.Length);
        Span<long> samples = stackalloc long[MaxSamplesAtATime];
        for (int s = 0; s < numbers.Length; s++)
        {
            samples[s] = _order.CleanSample(numbers[s]);
        }

        _clean.Fill(samples[..numbers.Length], cleanInput, cleanTarget);
        if (layout.Order > 0)
        {
            scratch.Steepest?.Begin(network, numbers, cleanInput);
        }

        for (int s = 0; s < numbers.Length; s++)
        {
            scratch.Sample = s;
            FillSample(scratch, order, numbers[s], samples[s], cleanInput.Slice(s, 1), cleanTarget.Slice(s, 1), input.Slice(s, 1), target.Slice(s, 1));
        }
    }

    private void FillSample(
        Scratch scratch, int order, long number, long cleanSample, JetSpan<T> cleanInput, JetSpan<T> cleanTarget, JetSpan<T> input, JetSpan<T> target)
    {
        var layout = input.Layout;
        bool oracle = Options.Target == DirectionTarget.Oracle;
        for (int c = 0; c <= (layout.Order > 0 ? _p : 0); c++)
        {
            CopyRow(cleanInput, c, input, c);
            CopyRow(cleanTarget, c, target, c);
        }

        if (layout.Order == 0)
        {
            return;
        }

        var frame = _needsFrame ? scratch.Frame(order) : null;
        if (frame is not null)
        {
            frame.Load<T>(cleanInput, cleanTarget);
            if (!frame.IsIndependent(Options.MaxConditionNumber))
            {
                OracleExpansion.CheckCondition(frame, Options.MaxConditionNumber, $"clean sample {cleanSample}");
            }

            if (order == 2 && IsCurved)
            {
                frame.PrepareCurvature();
            }
        }

        var seconds = layout.Seconds;
        for (int c = 1 + layout.Firsts.Length; c < layout.Count; c++)
        {
            var second = seconds[c - 1 - layout.Firsts.Length];
            if (second.J < _p)
            {
                int component = _clean.Layout.Second(second.I, second.J);
                CopyRow(cleanInput, component, input, c);
                CopyRow(cleanTarget, component, target, c);
            }
            else
            {
                input.Row(c, 0).Clear();
                target.Row(c, 0).Clear();
            }
        }

        for (int k = 0; k < _samplers.Length; k++)
        {
            if (_samplers[k].NeedsNetwork)
            {
                scratch.Steepest!.Write(scratch.Sample, k, number, oracle ? frame : null, scratch.Direction);
            }
            else
            {
                _samplers[k].Draw(Options.Seed, number, k, frame, scratch.Direction);
            }

            TensorPrimitives.ConvertTruncating<double, T>(scratch.Direction, input.Row(1 + _p + k, 0));
            if (oracle)
            {
                WriteOracle(scratch, frame!, _p + k, target);
            }
            else
            {
                target.Row(1 + _p + k, 0).Clear();
            }
        }
    }

    /// <summary>The oracle's derivatives along the drawn direction, which is a tangent of the layout.</summary>
    private void WriteOracle(Scratch scratch, TangentFrame frame, int tangent, JetSpan<T> target)
    {
        var layout = target.Layout;
        frame.First(scratch.Direction, scratch.Shift, scratch.Result);
        TensorPrimitives.ConvertTruncating<double, T>(scratch.Result, target.Row(1 + tangent, 0));
        if (layout.Order < 2 || !IsCurved)
        {
            return;
        }

        frame.Bends(scratch.Direction, scratch.Shift, scratch.Bends);
        for (int i = 0; i < _p && Options.MixedDerivatives; i++)
        {
            frame.Mixed(i, scratch.Shift, scratch.Bends, scratch.Result);
            TensorPrimitives.ConvertTruncating<double, T>(scratch.Result, target.Row(layout.Second(i, tangent), 0));
        }

        if (Options.SecondDerivatives)
        {
            frame.Second(scratch.Shift, scratch.Bends, scratch.Result);
            TensorPrimitives.ConvertTruncating<double, T>(scratch.Result, target.Row(layout.Second(tangent, tangent), 0));
        }
    }

    /// <summary>Draws steepest directions for the network that a run has before the mini-batch.</summary>
    private sealed class Run(RobustSource<T> source) : SourceRun<T>(source)
    {
        private readonly NetworkSnapshot<T, Scratch> _snapshot = new();

        public override void BeginStep(Mlp<T> network, long step, double progress)
        {
            if (source._steepest.Length > 0)
            {
                _snapshot.Take(network, this);
            }
        }

        public override void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target) => source.Fill(_snapshot, samples, input, target);
    }

    /// <summary>What one thread at a time works with.</summary>
    private sealed class Scratch(RobustSource<T> source, MlpArchitecture? architecture)
    {
        private readonly (JetBatch<T> Input, JetBatch<T> Target)?[] _clean = new (JetBatch<T>, JetBatch<T>)?[3];
        private readonly TangentFrame?[] _frames = new TangentFrame?[3];

        /// <summary>Makes the directions that depend on the network; null if there are none.</summary>
        public SteepestDirections<T>? Steepest { get; } = source._steepest.Length == 0
            ? null
            : new SteepestDirections<T>(
                architecture, source._clean, source._steepest, source._sketch, source._samplesAtATime, source.Options.Seed);

        /// <summary>The sample at hand, of those filled together.</summary>
        public int Sample { get; set; }

        public double[] Direction { get; } = new double[source.InputFeatures];

        public double[] Result { get; } = new double[source.OutputFeatures];

        public double[] Shift { get; } = new double[source._clean.Layout.Tangents];

        public double[] Bends { get; } = source.IsCurved ? new double[UpperTriangle.Count(source._clean.Layout.Tangents)] : [];

        public (JetBatch<T> Input, JetBatch<T> Target) Clean(int order) => _clean[order] ??= (
            new JetBatch<T>(source._cleanLayouts[order], source._samplesAtATime, source.InputFeatures),
            new JetBatch<T>(source._cleanLayouts[order], source._samplesAtATime, source.OutputFeatures));

        public TangentFrame Frame(int order) =>
            _frames[order] ??= new TangentFrame(source._clean.Layout.Tangents, source.InputFeatures, source.OutputFeatures, order);
    }
}
