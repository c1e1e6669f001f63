using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>Makes the two samples of each clean one for <see cref="TradesSource{T}"/>. One thread at a time.</summary>
internal sealed class TradesPairs<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IJetSource<T> _clean;
    private readonly ProjectedAscent<T> _ascent;
    private readonly T _beta;
    private readonly long[] _numbers;
    private readonly T[] _inputs;
    private readonly T[] _targets;
    private readonly T[] _moved;
    private readonly T[] _cleanOutputs;
    private readonly T[] _movedOutputs;

    /// <summary>Reserves memory.</summary>
    /// <param name="clean">Gives clean samples.</param>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="beta">β.</param>
    /// <param name="options">How inputs are perturbed.</param>
    public TradesPairs(IJetSource<T> clean, MlpArchitecture architecture, double beta, AdversarialOptions options)
    {
        _clean = clean;
        _ascent = new ProjectedAscent<T>(architecture, options);
        _beta = T.CreateTruncating(beta);
        int capacity = _ascent.Capacity;
        _numbers = new long[capacity];
        _inputs = new T[capacity * clean.InputFeatures];
        _moved = new T[capacity * clean.InputFeatures];
        _targets = new T[capacity * clean.OutputFeatures];
        _cleanOutputs = new T[capacity * clean.OutputFeatures];
        _movedOutputs = new T[capacity * clean.OutputFeatures];
    }

    /// <summary>Fills samples from one on, as many as fit into one run of the ascent; the two samples of a pair share its result.</summary>
    /// <param name="network">The packed network.</param>
    /// <param name="samples">The numbers of all samples.</param>
    /// <param name="first">The place of the first one to fill.</param>
    /// <param name="input">Receives the inputs of all samples.</param>
    /// <param name="target">Receives the targets of all samples.</param>
    /// <returns>The place after the last one filled.</returns>
    public int Fill(PackedNetwork<T> network, ReadOnlySpan<long> samples, int first, JetSpan<T> input, JetSpan<T> target)
    {
        int end = first;
        int pairs = 0;
        for (; end < samples.Length; end++)
        {
            long pair = samples[end] / 2;
            if (pairs > 0 && _numbers[pairs - 1] == pair)
            {
                continue;
            }

            if (pairs == _ascent.Capacity)
            {
                break;
            }

            _numbers[pairs++] = pair;
        }

        Perturb(network, pairs);
        for (int s = first, k = 0; s < end; s++)
        {
            k += _numbers[k] == samples[s] / 2 ? 0 : 1;
            Write(k, isMoved: (samples[s] & 1) == 1, input.Row(0, s), target.Row(0, s));
        }

        return end;
    }

    private void Perturb(PackedNetwork<T> network, int pairs)
    {
        var numbers = _numbers.AsSpan(0, pairs);
        var clean = _inputs.AsSpan(0, pairs * _clean.InputFeatures);
        var moved = _moved.AsSpan(0, clean.Length);
        var targets = _targets.AsSpan(0, pairs * _clean.OutputFeatures);
        var cleanOutputs = _cleanOutputs.AsSpan(0, targets.Length);
        _clean.Fill(
            numbers, new JetSpan<T>(clean, JetLayout.Value, pairs, _clean.InputFeatures), new JetSpan<T>(targets, JetLayout.Value, pairs, _clean.OutputFeatures));
        _ascent.Evaluate(network, clean, cleanOutputs);
        clean.CopyTo(moved);
        _ascent.Run(network, numbers, cleanOutputs, moved);
        _ascent.Evaluate(network, moved, _movedOutputs.AsSpan(0, targets.Length));
    }

    private void Write(int pair, bool isMoved, Span<T> input, Span<T> target)
    {
        (isMoved ? _moved : _inputs).AsSpan(pair * input.Length, input.Length).CopyTo(input);
        int at = pair * target.Length;
        for (int f = 0; f < target.Length; f++)
        {
            T there = _movedOutputs[at + f];
            T push = _beta * (there - _cleanOutputs[at + f]);
            target[f] = isMoved ? there - push : _targets[at + f] + push;
        }
    }
}
