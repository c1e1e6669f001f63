using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>How far a network's jets are from a source's targets.</summary>
/// <param name="Samples">Samples compared.</param>
/// <param name="NormalizedRmse">
/// √(Σ‖N − y‖² / Σ‖y − ȳ‖²) over all samples and outputs, ȳ the mean over these samples: 0.01 is one per cent.
/// </param>
/// <param name="OrderErrors">
/// √(Σ(N − y)² / Σy²) over all components of each order; for order 0 the same as <paramref name="NormalizedRmse"/>.
/// </param>
/// <param name="MaxError">Largest absolute error of a value.</param>
public sealed record Evaluation(int Samples, double NormalizedRmse, IReadOnlyList<double> OrderErrors, double MaxError)
{
    /// <summary>Compares a network with a source.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="source">The data, for instance fresh samples that training has not seen.</param>
    /// <param name="order">The highest order compared; values alone by default, which is fastest.</param>
    /// <param name="maxSamples">The most samples, the first ones, that are compared.</param>
    /// <param name="threads">Threads to use; all cores if 0.</param>
    /// <param name="cancellationToken">Stops the comparison.</param>
    /// <returns>The errors; the same to the bit for any number of threads.</returns>
    /// <exception cref="ArgumentException">The source does not fit the network.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static Evaluation Of<T>(
        Mlp<T> network, IJetSource<T> source, int order = 0, int maxSamples = int.MaxValue, int threads = 0,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSamples, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        SourceCheck.Fits(network, source);
        using var team = new WorkerTeam(threads == 0 ? Environment.ProcessorCount : threads);
        return new Evaluator<T>(network, source, Math.Min(order, source.Layout.Order), maxSamples, team).Run(cancellationToken);
    }
}

/// <summary>Compares a network with a source again and again, with memory that it keeps.</summary>
internal sealed class Evaluator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IJetSource<T> _source;
    private readonly WorkerTeam _team;
    private readonly JetLayout _layout;
    private readonly PackedNetwork<T> _packed;
    private readonly JetTape<T> _tape;
    private readonly Workspace<T>[] _workspaces;
    private readonly T[] _targets;
    private readonly long[] _samples;
    private readonly double[] _sums;
    private readonly double[] _means;
    private readonly double[] _deviations;
    private readonly Action<int, int> _runGroup;
    private int _start;

    public Evaluator(Mlp<T> network, IJetSource<T> source, int order, int maxSamples, WorkerTeam team)
    {
        _source = source;
        _team = team;
        _layout = source.Layout.Truncate(order);
        Samples = Math.Min(source.Count, maxSamples);
        _packed = new PackedNetwork<T>(network);
        int chunk = JetTape<T>.ChooseChunk(_layout.Count, Samples);
        _tape = new JetTape<T>(network.Architecture, _layout, source.InputOrder, chunk, JetTape<T>.SharedGroup(_layout.Count, chunk));
        _workspaces = [.. Enumerable.Range(0, team.Workers).Select(_ => new Workspace<T>())];
        _targets = new T[chunk * _layout.Count * source.OutputFeatures];
        _samples = [.. Enumerable.Range(0, Samples).Select(k => (long)k)];
        _sums = new double[Samples * SumsOf(_layout.Order)];
        _means = new double[source.OutputFeatures];
        _deviations = new double[source.OutputFeatures];
        _runGroup = RunGroup;
    }

    /// <summary>Samples compared.</summary>
    public int Samples { get; }

    public Evaluation Run(CancellationToken cancellationToken)
    {
        _packed.Pack(reverse: false, reverseFirst: false);
        Array.Clear(_means);
        Array.Clear(_deviations);
        int outputs = _source.OutputFeatures;
        for (_start = 0; _start < Samples; _start += _tape.Capacity)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _tape.Begin(Math.Min(_tape.Capacity, Samples - _start));
            _team.Run(_tape.Groups, _runGroup);
            for (int group = 0; group < _tape.Groups; group++)
            {
                var target = Target(group);
                for (int s = 0; s < target.Samples; s++)
                {
                    Accumulate(target.Row(0, s), _start + _tape.Group(group).Start + s + 1);
                }
            }
        }

        int orders = _layout.Order + 1;
        var errors = new double[orders];
        double maximum = 0;
        for (int order = 0; order < orders; order++)
        {
            double error = 0;
            double size = 0;
            for (int s = 0; s < Samples; s++)
            {
                var sums = _sums.AsSpan(s * SumsOf(_layout.Order));
                error += sums[1 + (2 * order)];
                size += sums[2 + (2 * order)];
                maximum = Math.Max(maximum, sums[0]);
            }

            size = order == 0 ? _deviations.Sum() : size;
            errors[order] = error == 0 ? 0 : Math.Sqrt(error / size);
        }

        return new Evaluation(Samples, errors[0], errors, maximum);
    }

    private static int SumsOf(int order) => 1 + (2 * (order + 1));

    private JetSpan<T> Target(int group)
    {
        var (start, count) = _tape.Group(group);
        int size = _layout.Count * _source.OutputFeatures;
        return new JetSpan<T>(_targets.AsSpan(start * size, count * size), _layout, count, _source.OutputFeatures);
    }

    private void RunGroup(int group, int worker)
    {
        var (start, count) = _tape.Group(group);
        var target = Target(group);
        _source.Fill(_samples.AsSpan(_start + start, count), _tape.Input(group), target);
        _tape.Forward(group, _packed, _workspaces[worker]);
        var output = _tape.Output(group);
        for (int s = 0; s < count; s++)
        {
            var sums = _sums.AsSpan((_start + start + s) * SumsOf(_layout.Order), SumsOf(_layout.Order));
            sums.Clear();
            for (int c = 0; c < _layout.Count; c++)
            {
                int order = _layout.OrderOf(c);
                var row = output.Row(c, s);
                var wanted = target.Row(c, s);
                for (int f = 0; f < row.Length; f++)
                {
                    double size = double.CreateTruncating(wanted[f]);
                    double error = double.CreateTruncating(row[f]) - size;
                    sums[1 + (2 * order)] += error * error;
                    sums[2 + (2 * order)] += size * size;
                    sums[0] = c == 0 ? Math.Max(sums[0], Math.Abs(error)) : sums[0];
                }
            }
        }
    }

    private void Accumulate(ReadOnlySpan<T> row, int count)
    {
        for (int f = 0; f < row.Length; f++)
        {
            double value = double.CreateTruncating(row[f]);
            double difference = value - _means[f];
            _means[f] += difference / count;
            _deviations[f] += difference * (value - _means[f]);
        }
    }
}
