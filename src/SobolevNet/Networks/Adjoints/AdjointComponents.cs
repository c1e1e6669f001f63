using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>Takes the components of a jet layout from Jacobians and products of Hessians with tangents, and their adjoints back to these.</summary>
/// <remarks>
/// <para>
/// Along a path x(r) with derivatives xᵢ and xᵢⱼ the chain rule gives, for each output, ∂ᵢy = J xᵢ and ∂ᵢⱼy = xⱼᵀ(H xᵢ) + J xᵢⱼ. So J and H xᵢ give all components
/// by scalar products with rows of the input's jet, and the adjoints are J̄ = Σᵢ ȳᵢ xᵢ + Σᵢⱼ ȳᵢⱼ xᵢⱼ and, for H xᵢ, Σⱼ ȳᵢⱼ xⱼ. On straight paths xᵢⱼ = 0.
/// </para>
/// <para>
/// Where xᵢ are unit vectors, components are columns, and whole runs of them are transposed at once. The Hessian is multiplied by the first tangents of all
/// pairs or by the second ones, whichever are fewer.
/// </para>
/// </remarks>
internal sealed class AdjointComponents
{
    private readonly int[]? _coordinates;
    private readonly int[] _tangents;
    private readonly (int Component, int Directions, int Partner)[] _pairs;
    private readonly Run[] _runs = [];
    private readonly bool _runsCoverAll;

    /// <summary>The first component of a second derivative where paths are curved; none of the components if not.</summary>
    private readonly int _firstBend;

    /// <summary>Plans the components of a layout.</summary>
    /// <param name="layout">The layout, of order 1 or 2.</param>
    /// <param name="tangentInputs">The input that each tangent is; empty if tangents are any directions.</param>
    /// <param name="inputs">n.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    public AdjointComponents(JetLayout layout, ReadOnlySpan<int> tangentInputs, int inputs, int inputOrder)
    {
        _firstBend = inputOrder < 2 ? layout.Count : 1 + layout.Firsts.Length;
        if (!tangentInputs.IsEmpty)
        {
            _coordinates = new int[layout.Firsts.Length];
            for (int k = 0; k < _coordinates.Length; k++)
            {
                _coordinates[k] = tangentInputs[layout.Firsts[k]];
            }
        }

        _tangents = TangentsOf(layout, out bool areFirst);
        var places = new int[layout.Firsts.Length + 1];
        for (int k = 0; k < _tangents.Length; k++)
        {
            places[_tangents[k]] = 1 + k;
        }

        _pairs = new (int, int, int)[layout.Firsts.Length + layout.Seconds.Length];
        for (int k = 0; k < layout.Firsts.Length; k++)
        {
            _pairs[k] = (1 + k, 0, 1 + k);
        }

        for (int k = 0; k < layout.Seconds.Length; k++)
        {
            var pair = layout.Seconds[k];
            int component = 1 + layout.Firsts.Length + k;
            _pairs[component - 1] = areFirst ? (component, places[pair.FirstI], pair.FirstJ) : (component, places[pair.FirstJ], pair.FirstI);
        }

        if (_coordinates is not null)
        {
            _runs = [.. Runs(_pairs, _coordinates)];
            _runsCoverAll = _pairs.Length == (1 + _tangents.Length) * inputs;
        }
    }

    /// <summary>The components of the first derivatives along which the Hessian is multiplied.</summary>
    public ReadOnlySpan<int> Tangents => _tangents;

    /// <summary>The input that each first derivative is by; empty if tangents are any directions.</summary>
    public ReadOnlySpan<int> Coordinates => _coordinates;

    /// <summary>How many directions the Hessian is multiplied by.</summary>
    public static int CountTangents(JetLayout layout) => TangentsOf(layout, out _).Length;

    /// <summary>Writes the derivatives of some samples.</summary>
    /// <param name="derivatives">J and H v, shape (1 + k, samples·m, n).</param>
    /// <param name="path">The input's jet, shape (components, samples, n); not looked at where tangents are inputs.</param>
    /// <param name="output">Receives all components but the value, shape (components, samples, m).</param>
    public void Gather<T>(JetSpan<T> derivatives, JetSpan<T> path, JetSpan<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = derivatives.Samples;
        int inputs = derivatives.Features;
        foreach (var run in _runs)
        {
            Transposition.Run<T>(
                derivatives.Component(run.Directions)[run.Input..], inputs, rows, run.Count, output.Data[(run.Component * output.ComponentStride)..],
                output.ComponentStride);
        }

        if (_coordinates is not null)
        {
            return;
        }

        int seeds = output.Features;
        foreach (var (component, product, partner) in _pairs)
        {
            var to = output.Component(component);
            for (int row = 0; row < rows; row++)
            {
                to[row] = TensorPrimitives.Dot<T>(derivatives.Row(product, row), path.Row(partner, row / seeds));
                if (component >= _firstBend)
                {
                    to[row] += TensorPrimitives.Dot<T>(derivatives.Row(0, row), path.Row(component, row / seeds));
                }
            }
        }
    }

    /// <summary>Takes the adjoints of the derivatives back: the transpose of <see cref="Gather"/>.</summary>
    /// <param name="output">The adjoints of all components, shape (components, samples, m).</param>
    /// <param name="path">As for <see cref="Gather"/>.</param>
    /// <param name="derivatives">Receives the adjoints of J and H v, shape (1 + k, samples·m, n).</param>
    public void Scatter<T>(JetSpan<T> output, JetSpan<T> path, JetSpan<T> derivatives)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = derivatives.Samples;
        int inputs = derivatives.Features;
        if (!_runsCoverAll)
        {
            derivatives.Clear();
        }

        foreach (var run in _runs)
        {
            Transposition.Run<T>(
                output.Data[(run.Component * output.ComponentStride)..], output.ComponentStride, run.Count, rows,
                derivatives.Component(run.Directions)[run.Input..], inputs);
        }

        if (_coordinates is not null)
        {
            return;
        }

        int seeds = output.Features;
        foreach (var (component, product, partner) in _pairs)
        {
            var from = output.Component(component);
            for (int row = 0; row < rows; row++)
            {
                Add(path.Row(partner, row / seeds), from[row], derivatives.Row(product, row));
                if (component >= _firstBend)
                {
                    Add(path.Row(component, row / seeds), from[row], derivatives.Row(0, row));
                }
            }
        }
    }

    private static void Add<T>(ReadOnlySpan<T> row, T factor, Span<T> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TensorPrimitives.MultiplyAdd(row, factor, sum, sum);

    /// <summary>The components of first derivatives that cover all pairs: the first ones or the second ones of them.</summary>
    private static int[] TangentsOf(JetLayout layout, out bool areFirst)
    {
        var seconds = layout.Seconds.ToArray();
        int[] first = [.. seconds.Select(pair => pair.FirstI).Distinct().Order()];
        int[] second = [.. seconds.Select(pair => pair.FirstJ).Distinct().Order()];
        areFirst = first.Length <= second.Length;
        return areFirst ? first : second;
    }

    /// <summary>Neighboring components that are neighboring columns of the same product.</summary>
    private static IEnumerable<Run> Runs((int Component, int Directions, int Partner)[] pairs, int[] coordinates)
    {
        for (int k = 0; k < pairs.Length;)
        {
            int end = k + 1;
            while (end < pairs.Length && pairs[end].Directions == pairs[k].Directions
                && coordinates[pairs[end].Partner - 1] == coordinates[pairs[k].Partner - 1] + end - k)
            {
                end++;
            }

            yield return new Run(pairs[k].Component, pairs[k].Directions, coordinates[pairs[k].Partner - 1], end - k);
            k = end;
        }
    }

    private readonly record struct Run(int Component, int Directions, int Input, int Count);
}
