using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>
/// TRADES (Zhang et al., 2019) in its regression form: ‖N(I) − y‖² + β‖N(I + δ) − N(I)‖², with δ in a ball about the clean input
/// where the network's output moves most.
/// </summary>
/// <remarks>
/// <para>
/// Every clean sample gives two: number 2i has the input I, number 2i + 1 the input I + δ. A plain squared error between network and
/// target trains the network by 2(N − target)·∂N; so with N̂, the network as it is before the mini-batch, the targets
/// y + β(N̂(I + δ) − N̂(I)) and N̂(I + δ) − β(N̂(I + δ) − N̂(I)) give the exact gradient of the loss above, up to the mean over
/// twice the number of samples. The loss that training reports is not that of TRADES, though; measure errors on clean samples.
/// </para>
/// <para>Values only. Endless like <see cref="RobustSource{T}"/>; outside of a run of training both samples are clean.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TradesSource<T> : IAdaptiveJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IJetSource<T> _clean;
    private readonly SampleOrder _order;

    /// <summary>Makes a source.</summary>
    /// <param name="clean">The clean samples; their values alone are used.</param>
    /// <param name="beta">β, the weight of the perturbed difference; finite and at least 0.</param>
    /// <param name="options">How inputs are perturbed.</param>
    /// <exception cref="ArgumentOutOfRangeException">β is negative or not finite.</exception>
    /// <exception cref="ArgumentException">
    /// The clean source is empty, too large to be doubled, or itself changes while training goes on, or T cannot hold the sizes of perturbations.
    /// </exception>
    public TradesSource(IJetSource<T> clean, double beta, AdversarialOptions options)
    {
        SourceArgument.Check(clean);
        ArgumentNullException.ThrowIfNull(options);
        options.CheckFits<T>();
        if (!(beta >= 0 && T.IsFinite(T.CreateTruncating(beta))))
        {
            throw new ArgumentOutOfRangeException(nameof(beta), beta, $"β is finite in {typeof(T).Name} and at least 0.");
        }

        if (clean.Count > int.MaxValue / 2)
        {
            throw new ArgumentException($"The clean source has {clean.Count} samples, of which each gives two; at most {int.MaxValue / 2} are possible.", nameof(clean));
        }

        AdaptiveSources.Refuse(clean, "Perturb a clean source.");
        _clean = clean;
        _order = new SampleOrder(clean.Count, clean.IsEndless, options.Shuffle, options.Seed);
        Beta = beta;
        Options = options;
        Layout = clean.Layout.Truncate(0);
    }

    /// <summary>β.</summary>
    public double Beta { get; }

    /// <summary>How inputs are perturbed.</summary>
    public AdversarialOptions Options { get; }

    /// <inheritdoc/>
    public JetLayout Layout { get; }

    /// <inheritdoc/>
    public int InputFeatures => _clean.InputFeatures;

    /// <inheritdoc/>
    public int OutputFeatures => _clean.OutputFeatures;

    /// <summary>Twice the clean source's.</summary>
    public int Count => 2 * _clean.Count;

    /// <summary>True: perturbations follow the network.</summary>
    public bool IsEndless => true;

    /// <inheritdoc/>
    public int InputOrder => 0;

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
            FillClean(samples[s] / 2, input.Slice(s, 1), target.Slice(s, 1));
        }
    }

    private void FillClean(long pair, JetSpan<T> input, JetSpan<T> target)
    {
        ReadOnlySpan<long> sample = [_order.CleanSample(pair)];
        _clean.Fill(sample, input, target);
    }

    /// <summary>Fills samples from one on, as many as share a run of the ascent; the two samples of a pair share its result.</summary>
    private int FillPairs(
        PackedNetwork<T> network, Scratch scratch, ReadOnlySpan<long> samples, int first, JetSpan<T> input, JetSpan<T> target)
    {
        var ascent = scratch.Ascent;
        int pairs = 0;
        int end = first;
        for (; end < samples.Length; end++)
        {
            long pair = samples[end] / 2;
            if (pairs == 0 || scratch.Pairs[pairs - 1] != pair)
            {
                if (pairs == ascent.Capacity)
                {
                    break;
                }

                FillClean(pair, scratch.Clean.AsSpan().Slice(pairs, 1), scratch.Target.AsSpan().Slice(pairs, 1));
                scratch.Pairs[pairs++] = pair;
            }
        }

        var clean = scratch.Clean.Data[..(pairs * InputFeatures)];
        var moved = scratch.Moved.AsSpan(0, pairs * InputFeatures);
        var cleanOutputs = scratch.CleanOutputs.AsSpan(0, pairs * OutputFeatures);
        var movedOutputs = scratch.MovedOutputs.AsSpan(0, pairs * OutputFeatures);
        ascent.Evaluate(network, clean, cleanOutputs);
        clean.CopyTo(moved);
        ascent.Run(network, scratch.Pairs.AsSpan(0, pairs), cleanOutputs, moved);
        ascent.Evaluate(network, moved, movedOutputs);
        T beta = T.CreateTruncating(Beta);
        for (int s = first, k = 0; s < end; s++)
        {
            k += scratch.Pairs[k] == samples[s] / 2 ? 0 : 1;
            bool isMoved = (samples[s] & 1) == 1;
            (isMoved ? moved : clean).Slice(k * InputFeatures, InputFeatures).CopyTo(input.Row(0, s));
            var row = target.Row(0, s);
            for (int f = 0; f < row.Length; f++)
            {
                T there = movedOutputs[(k * OutputFeatures) + f];
                T push = beta * (there - cleanOutputs[(k * OutputFeatures) + f]);
                row[f] = isMoved ? there - push : scratch.Target[0, k, f] + push;
            }
        }

        return end;
    }

    /// <summary>Perturbs clean samples against the network that a run has before the mini-batch.</summary>
    private sealed class Run(TradesSource<T> source) : SourceRun<T>(source)
    {
        private readonly NetworkSnapshot<T, Scratch> _snapshot = new();

        public override void BeginStep(Mlp<T> network, long step, double progress) => _snapshot.Take(network, this);

        public override void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
        {
            if (_snapshot.Packed is not { } network)
            {
                source.Fill(samples, input, target);
                return;
            }

            FillArguments.Check(this, samples, input, target);
            var scratch = _snapshot.Scratch.TryTake()
                ?? new Scratch(source, new ProjectedAscent<T>(_snapshot.Architecture!, source.Options));
            int next = 0;
            while (next < samples.Length)
            {
                next = source.FillPairs(network, scratch, samples, next, input, target);
            }

            _snapshot.Scratch.Return(scratch);
        }
    }

    /// <summary>What one thread at a time works with.</summary>
    private sealed class Scratch(TradesSource<T> source, ProjectedAscent<T> ascent)
    {
        public ProjectedAscent<T> Ascent => ascent;

        public long[] Pairs { get; } = new long[ascent.Capacity];

        public JetBatch<T> Clean { get; } = new(source.Layout, ascent.Capacity, source.InputFeatures);

        public JetBatch<T> Target { get; } = new(source.Layout, ascent.Capacity, source.OutputFeatures);

        public T[] Moved { get; } = new T[ascent.Capacity * source.InputFeatures];

        public T[] CleanOutputs { get; } = new T[ascent.Capacity * source.OutputFeatures];

        public T[] MovedOutputs { get; } = new T[ascent.Capacity * source.OutputFeatures];
    }
}
