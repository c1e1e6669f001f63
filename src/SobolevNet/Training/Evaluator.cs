using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>Compares a network with a source again and again, with memory that it keeps.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Evaluator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Outputs whose errors one task adds up.</summary>
    private const int OutputBlock = 64;

    private readonly IJetSource<T> _source;
    private readonly string _name;
    private readonly WorkerTeam _team;
    private readonly JetLayout _layout;
    private readonly ErrorScale _scale;
    private readonly double[] _componentWeights;
    private readonly int _outputBlocks;
    private readonly PackedNetwork<T> _packed;
    private readonly IPassTape<T> _tape;
    private readonly Workspace<T>[] _workspaces;
    private readonly T[] _targets;
    private readonly MeasuredSamples _samples;
    private readonly double[] _weights;
    private readonly ErrorDetails? _details;
    private readonly ErrorSums _sums;
    private readonly Action<int, int> _runGroup;
    private readonly Action<int, int> _addColumns;
    private long[] _numbers;
    private int _start;
    private MeasuringTime _time;

    /// <summary>Reserves memory.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">The data.</param>
    /// <param name="order">The highest order compared.</param>
    /// <param name="samples">The samples; put in random order if time is limited.</param>
    /// <param name="scale">What errors are weighed by and compared with.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="propagation">How derivatives are computed.</param>
    /// <param name="name">The argument of the caller that the data are.</param>
    /// <param name="isDetailed">Whether the errors of each component of each output are described; for one <see cref="Run"/> alone.</param>
    public Evaluator(
        Mlp<T> network, IJetSource<T> source, int order, long[] samples, ErrorScale scale, WorkerTeam team,
        DerivativePropagation propagation = DerivativePropagation.Auto, string name = "source", bool isDetailed = false)
    {
        (_source, _name, _samples, _numbers, _scale, _team) = (source, name, new MeasuredSamples(samples), samples, scale, team);
        _layout = source.Layout.Truncate(order);
        _componentWeights = scale.ComponentWeights(source, _layout);
        _packed = new PackedNetwork<T>(network);
        _tape = PassTapes.Create(network.Architecture, source, _layout, propagation, samples.Length, team.Workers);
        _workspaces = [.. Enumerable.Range(0, team.Workers).Select(_ => new Workspace<T>())];
        _targets = new T[_tape.Capacity * _layout.Count * source.OutputFeatures];
        _weights = new double[source.HasSampleWeights ? samples.Length : 0];
        _details = isDetailed ? new ErrorDetails(_layout.Count * source.OutputFeatures, samples.Length) : null;
        _sums = new ErrorSums(_layout, source.OutputFeatures, _details);
        _outputBlocks = (source.OutputFeatures + OutputBlock - 1) / OutputBlock;
        _runGroup = RunGroup;
        _addColumns = AddColumns;
    }

    /// <summary>The numbers of the first samples of a source.</summary>
    public static long[] FirstSamples(int count) => [.. Enumerable.Range(0, count).Select(sample => (long)sample)];

    /// <summary>Compares the network as it is now.</summary>
    /// <param name="time">Ends the comparison.</param>
    /// <exception cref="ArgumentException">An input or a target is not finite. Outputs of the network may be.</exception>
    /// <exception cref="OperationCanceledException">The comparison was canceled.</exception>
    public Evaluation Run(MeasuringTime time)
    {
        _time = time;
        _packed.Pack(reverse: _tape.IsAdjoint, reverseFirst: _tape.IsAdjoint, keepZeros: _tape.MaySkipInputs);
        _sums.Clear();
        _samples.Begin(time);
        for (int s = 0; s < _weights.Length; s++)
        {
            _weights[s] = _source.SampleWeight(_samples.Numbers[s]);
        }

        _numbers = _details is null ? _samples.Numbers : [.. _samples.Numbers.Select(sample => SampleNumbers.ForCaller(_source, sample))];
        _start = 0;
        for (int count; (count = _samples.Next(_start, _tape.Capacity)) > 0; _start += count)
        {
            _tape.Begin(count);
            _team.Run(_tape.Groups, _runGroup);
            _team.Run(_layout.Count * _outputBlocks, _addColumns);
        }

        double[] orderErrors = _scale.Relative<T>(_sums, _componentWeights);
        double largest = _sums.Largest.AsSpan(0, _source.OutputFeatures).ToArray().Max();
        return new Evaluation(_samples.Count, orderErrors, largest, _details is null ? [] : Describe()) { IsWeighted = _scale.IsWeighted };
    }

    private ComponentErrors[] Describe()
    {
        double[] sizes = ErrorScale.Sizes<T>(_sums);
        var components = new ComponentErrors[_details!.Columns];
        _team.Run(components.Length, (column, _) => components[column] = _details.Describe(column, _sums, sizes[column]));
        return components;
    }

    private JetSpan<T> Target(int group)
    {
        var (start, count) = _tape.Group(group);
        int size = _layout.Count * _source.OutputFeatures;
        return new JetSpan<T>(_targets.AsSpan(start * size, count * size), _layout, count, _source.OutputFeatures);
    }

    private void RunGroup(int group, int worker)
    {
        var (start, count) = _tape.Group(group);
        var input = _tape.Input(group);
        var target = Target(group);
        for (int first = 0; first < count; first += SourceSurvey.Block)
        {
            _time.ThrowIfCanceled();
            int block = Math.Min(SourceSurvey.Block, count - first);
            _source.Fill(_samples.Numbers.AsSpan(_start + start + first, block), input.Slice(first, block), target.Slice(first, block));
        }

        SourceCheck.AreSound(_source, _samples.Numbers.AsSpan(_start + start, count), input, target, _name);
        _tape.Forward(group, _packed, _workspaces[worker]);
    }

    /// <summary>Adds the errors of some outputs of one component up, over all samples of the pass in order.</summary>
    private void AddColumns(int task, int worker)
    {
        var (component, block) = (task / _outputBlocks, task % _outputBlocks);
        var features = (block * OutputBlock)..Math.Min((block + 1) * OutputBlock, _source.OutputFeatures);
        for (int group = 0; group < _tape.Groups; group++)
        {
            var (start, count) = _tape.Group(group);
            int position = _start + start;
            var weights = _weights.Length == 0 ? default : _weights.AsSpan(position, count);
            _sums.Add(component, features, _tape.Output(group), Target(group), _numbers.AsSpan(position, count), position, weights);
        }
    }
}
