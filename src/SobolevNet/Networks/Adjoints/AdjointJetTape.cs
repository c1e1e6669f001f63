using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>Jets by way of adjoints: the components of a layout from Jacobians and Hessian-vector products.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class AdjointJetTape<T> : IPassTape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Elements of the largest array: with a hundred thousand inputs, a chunk is a few samples.</summary>
    private const int ElementsOfChunk = 1 << 22;

    private readonly MlpArchitecture _architecture;
    private readonly AdjointTape<T> _tape;
    private readonly AdjointComponents _components;
    private readonly T[] _path = [];
    private readonly T[] _outputs;

    /// <summary>Reserves the memory for a pass.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components of the output, of order 1 or 2.</param>
    /// <param name="tangentInputs">The input that each tangent is; empty if tangents are any directions, which the input's jets give.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    /// <param name="batch">Samples of a batch, which is taken through the tape in chunks.</param>
    /// <param name="workers">Threads that share the groups of a chunk; results do not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException">Arrays do not hold one chunk.</exception>
    public AdjointJetTape(MlpArchitecture architecture, JetLayout layout, ReadOnlySpan<int> tangentInputs, int inputOrder, int batch, int workers)
    {
        _architecture = architecture;
        Layout = layout;
        bool hasPairs = PropagationCost.PrefersPairs(architecture, layout, inputOrder, !tangentInputs.IsEmpty);
        _components = new AdjointComponents(layout, tangentInputs, architecture.Inputs, inputOrder, hasPairs);
        int tangents = _components.Tangents.Length;
        RowsOfSample = AdjointTape<T>.RowsOfSample(architecture, tangents, hasPairs: hasPairs);
        long widest = Math.Max((long)layout.Count * architecture.Outputs, (long)RowsOfSample * architecture.Inputs);
        if (tangentInputs.IsEmpty)
        {
            widest = Math.Max(widest, (long)layout.Count * architecture.Inputs);
        }

        if (hasPairs)
        {
            widest = Math.Max(widest, TangentPairs.Length(architecture.Outputs, tangents));
        }

        int chunk = (int)Math.Clamp(ElementsOfChunk / widest, 1, AdjointTape<T>.ChooseChunk(architecture, tangents, batch, hasPairs));
        _tape = new AdjointTape<T>(
            architecture, tangents, chunk, AdjointTape<T>.SharedGroup(architecture, tangents, chunk, hasPairs, workers), hasPairs: hasPairs,
            unitInputs: _components.UnitInputs);
        _outputs = new T[checked(chunk * layout.Count * architecture.Outputs)];
        if (tangentInputs.IsEmpty)
        {
            _path = new T[checked(chunk * layout.Count * architecture.Inputs)];
        }
    }

    public JetLayout Layout { get; }

    public int RowsOfSample { get; }

    public int Capacity => _tape.Capacity;

    public int GroupSamples => _tape.GroupSamples;

    public int Samples => _tape.Samples;

    public int Groups => _tape.Groups;

    public bool MaySkipInputs => false;

    public bool IsAdjoint => true;

    public int ReverseScratch => _tape.ReverseScratch;

    public void Begin(int samples, bool isFirst = true, bool isLast = true) => _tape.Begin(samples);

    public (int Start, int Count) Group(int group) => _tape.Group(group);

    /// <summary>The input jets of a group; values alone where tangents are inputs.</summary>
    public JetSpan<T> Input(int group)
    {
        var (start, samples) = Group(group);
        if (_path.Length == 0)
        {
            return _tape.Input(group).Truncate(0);
        }

        int size = Layout.Count * _architecture.Inputs;
        return new JetSpan<T>(_path.AsSpan(start * size, samples * size), Layout, samples, _architecture.Inputs);
    }

    public JetSpan<T> Output(int group)
    {
        var (start, samples) = Group(group);
        int size = Layout.Count * _architecture.Outputs;
        return new JetSpan<T>(_outputs.AsSpan(start * size, samples * size), Layout, samples, _architecture.Outputs);
    }

    public void Forward(int group, PackedNetwork<T> network, Workspace<T> workspace)
    {
        var input = Input(group);
        var tapeInput = _tape.Input(group);
        if (_path.Length > 0)
        {
            input.Component(0).CopyTo(tapeInput.Component(0));
        }

        for (int k = 0; k < _components.Tangents.Length && _path.Length > 0; k++)
        {
            input.Component(_components.Tangents[k]).CopyTo(tapeInput.Component(1 + k));
        }

        _tape.Forward(group, network, workspace);
        var output = Output(group);
        _tape.Output(group).CopyTo(output.Component(0));
        _components.Gather(_tape.Derivatives(group), _tape.Pairs(group), input, output);
    }

    public void Reverse(int group, PackedNetwork<T> network, Workspace<T> workspace, Span<T> scratch)
    {
        var output = Output(group);
        output.Component(0).CopyTo(_tape.Output(group));
        _components.Scatter(output, Input(group), _tape.Derivatives(group), _tape.Pairs(group));
        _tape.Reverse(group, network, workspace, scratch);
    }

    public void Gradient(int layer, int first, DenseLayer<T> gradient, bool accumulate, PackedNetwork<T> network, Workspace<T> workspace) =>
        _tape.Gradient(layer, first, gradient, accumulate, network, workspace);
}
