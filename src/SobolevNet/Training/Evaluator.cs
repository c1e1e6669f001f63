using System.Diagnostics;
using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>Compares a network with a source again and again, with memory that it keeps.</summary>
/// <remarks>
/// Where time is limited, the first comparison sees as many samples as it has time for; later ones compare the same ones, so that errors
/// can be compared with each other.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Evaluator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IJetSource<T> _source;
    private readonly string _name;
    private readonly WorkerTeam _team;
    private readonly JetLayout _layout;
    private readonly ErrorScale _scale;
    private readonly double[] _componentWeights;
    private readonly PackedNetwork<T> _packed;
    private readonly IPassTape<T> _tape;
    private readonly Workspace<T>[] _workspaces;
    private readonly T[] _targets;
    private readonly long[] _samples;
    private readonly GroupErrors[] _groups;
    private readonly Moments _values;
    private readonly Action<int, int> _runGroup;
    private bool _isCounted;
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
    public Evaluator(
        Mlp<T> network, IJetSource<T> source, int order, long[] samples, ErrorScale scale, WorkerTeam team,
        DerivativePropagation propagation = DerivativePropagation.Auto, string name = "source")
    {
        (_source, _name, _samples, _scale, _team) = (source, name, samples, scale, team);
        _layout = source.Layout.Truncate(order);
        Samples = samples.Length;
        _componentWeights = scale.ComponentWeights(source, _layout);
        _packed = new PackedNetwork<T>(network);
        _tape = PassTapes.Create(network.Architecture, source, _layout, propagation, Samples);
        _workspaces = [.. Enumerable.Range(0, team.Workers).Select(_ => new Workspace<T>())];
        _targets = new T[_tape.Capacity * _layout.Count * source.OutputFeatures];
        _groups = [.. Enumerable.Range(0, (_tape.Capacity + _tape.GroupSamples - 1) / _tape.GroupSamples).Select(_ => new GroupErrors((_layout.Order + 1) * source.OutputFeatures))];
        _values = new Moments(source.OutputFeatures);
        _runGroup = RunGroup;
    }

    /// <summary>Samples compared.</summary>
    public int Samples { get; private set; }

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
        _values.Clear();
        bool isLimited = time.IsLimited && !_isCounted;
        if (isLimited)
        {
            SourceSurvey.Shuffle(_samples);
        }

        var all = new GroupErrors((_layout.Order + 1) * _source.OutputFeatures);
        long begun = Stopwatch.GetTimestamp();
        int chunk = isLimited ? Math.Min(SourceSurvey.Block, _tape.Capacity) : _tape.Capacity;
        for (_start = 0; _start < Samples; _start += _tape.Samples)
        {
            if (isLimited && _start > 0)
            {
                double speed = _start / Stopwatch.GetElapsedTime(begun).TotalSeconds;
                chunk = (int)Math.Min(_tape.Capacity, Math.Min(2.0 * chunk, speed * time.SecondsLeft));
                if (chunk < 1)
                {
                    Samples = _start;
                    break;
                }
            }

            _tape.Begin(Math.Min(chunk, Samples - _start));
            _team.Run(_tape.Groups, _runGroup);
            for (int group = 0; group < _tape.Groups; group++)
            {
                all.Add(_groups[group]);
                var target = Target(group);
                int first = _start + _tape.Group(group).Start;
                for (int s = 0; s < target.Samples; s++)
                {
                    _values.Add<T>(target.Row(0, s), SampleWeights.Of(_source, _samples[first + s]));
                }
            }
        }

        _isCounted = true;
        double[] errors = _scale.Relative<T>(all.Errors, all.Sizes, all.Known, _values);
        return new Evaluation(Samples, errors, all.Maximum);
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
            _source.Fill(_samples.AsSpan(_start + start + first, block), input.Slice(first, block), target.Slice(first, block));
        }

        var samples = _samples.AsSpan(_start + start, count);
        SourceCheck.AreFinite(_source, samples, input, target, _name);
        _tape.Forward(group, _packed, _workspaces[worker]);
        _groups[group].Compare(_tape.Output(group), target, _componentWeights, _source, samples);
    }

    /// <summary>Sums of squared errors and targets of some samples where they are known, weighed by samples and components, shape (orders, outputs).</summary>
    private sealed class GroupErrors(int length)
    {
        public double[] Errors { get; } = new double[length];

        public double[] Sizes { get; } = new double[length];

        /// <summary>The weight of the labels that are known.</summary>
        public double[] Known { get; } = new double[length];

        /// <summary>The largest error of a value.</summary>
        public double Maximum { get; private set; }

        public void Add(GroupErrors other)
        {
            for (int k = 0; k < length; k++)
            {
                Errors[k] += other.Errors[k];
                Sizes[k] += other.Sizes[k];
                Known[k] += other.Known[k];
            }

            Maximum = Math.Max(Maximum, other.Maximum);
        }

        public void Compare(JetSpan<T> output, JetSpan<T> target, double[] componentWeights, IJetSource<T> source, ReadOnlySpan<long> samples)
        {
            Array.Clear(Errors);
            Array.Clear(Sizes);
            Array.Clear(Known);
            double maximum = 0;
            for (int c = 0; c < output.Layout.Count; c++)
            {
                int order = output.Layout.OrderOf(c);
                int first = order * output.Features;
                for (int s = 0; s < output.Samples; s++)
                {
                    double sampleWeight = SampleWeights.Of(source, samples[s]);
                    var row = output.Row(c, s);
                    var wanted = target.Row(c, s);
                    for (int f = 0; f < row.Length; f++)
                    {
                        double size = double.CreateTruncating(wanted[f]);
                        if (double.IsNaN(size))
                        {
                            continue;
                        }

                        double error = double.CreateTruncating(row[f]) - size;
                        Errors[first + f] += sampleWeight * (componentWeights[c] * error * error);
                        Sizes[first + f] += sampleWeight * (componentWeights[c] * size * size);
                        Known[first + f] += sampleWeight;
                        maximum = c == 0 ? Math.Max(maximum, Math.Abs(error)) : maximum;
                    }
                }
            }

            Maximum = maximum;
        }
    }
}
