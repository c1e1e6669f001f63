using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// Takes the components of a jet layout from Jacobians and either products of Hessians with tangents or second derivatives along pairs of tangents, and their
/// adjoints back to these.
/// </summary>
/// <remarks>
/// <para>
/// Along a path x(r) with derivatives xᵢ and xᵢⱼ the chain rule gives, for each output, ∂ᵢy = J xᵢ and ∂ᵢⱼy = xⱼᵀ(H xᵢ) + J xᵢⱼ. So J and H xᵢ give all components
/// by scalar products with rows of the input's jet, and the adjoints are J̄ = Σᵢ ȳᵢ xᵢ + Σᵢⱼ ȳᵢⱼ xᵢⱼ and, for H xᵢ, Σⱼ ȳᵢⱼ xⱼ. On straight paths xᵢⱼ = 0.
/// </para>
/// <para>
/// Where xᵢ are unit vectors, components are columns, and whole runs of them are transposed at once. The Hessian is multiplied by the first tangents of all
/// pairs or by the second ones, whichever are fewer.
/// </para>
/// <para>
/// Instead of products there may be the second derivatives xᵢᵀ H xⱼ themselves (<see cref="TangentPairs"/>), along all pairs of the tangents that are in a pair of
/// the layout.
/// </para>
/// </remarks>
internal sealed class AdjointComponents
{
    private readonly int[]? _coordinates;
    private readonly int[] _tangents;
    private readonly (int Component, int Directions, int Partner)[] _products;
    private readonly Run[] _runs = [];
    private readonly bool _runsCoverAll;
    private readonly Run[] _pairs = [];
    private readonly bool _pairsCoverAll;
    private readonly int _stride;

    /// <summary>The first component of a second derivative where paths are curved; none of the components if not.</summary>
    private readonly int _firstBend;

    /// <summary>Plans the components of a layout.</summary>
    /// <param name="layout">The layout, of order 1 or 2.</param>
    /// <param name="tangentInputs">The input that each tangent is; empty if tangents are any directions.</param>
    /// <param name="inputs">n.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    /// <param name="hasPairs">Whether second derivatives come along pairs of tangents rather than from products of Hessians.</param>
    public AdjointComponents(JetLayout layout, ReadOnlySpan<int> tangentInputs, int inputs, int inputOrder, bool hasPairs)
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

        bool areFirst = true;
        _tangents = hasPairs ? PairedTangents(layout) : FactorsOf(layout, out areFirst);
        var places = new int[layout.Firsts.Length + 1];
        for (int k = 0; k < _tangents.Length; k++)
        {
            places[_tangents[k]] = 1 + k;
        }

        _products = new (int, int, int)[layout.Firsts.Length + (hasPairs ? 0 : layout.Seconds.Length)];
        for (int k = 0; k < layout.Firsts.Length; k++)
        {
            _products[k] = (1 + k, 0, 1 + k);
        }

        for (int component = 1 + layout.Firsts.Length; component <= _products.Length; component++)
        {
            var pair = layout.Seconds[component - 1 - layout.Firsts.Length];
            _products[component - 1] = areFirst ? (component, places[pair.FirstI], pair.FirstJ) : (component, places[pair.FirstJ], pair.FirstI);
        }

        if (_coordinates is not null)
        {
            _runs = [.. Runs(_products.Select(product => (product.Component, product.Directions, _coordinates[product.Partner - 1])))];
            _runsCoverAll = _products.Length == (1 + (hasPairs ? 0 : _tangents.Length)) * inputs;
        }

        if (hasPairs)
        {
            _stride = TangentPairs.Stride(_tangents.Length);
            _pairsCoverAll = layout.Seconds.Length == JetLayout.CountOfFull(_tangents.Length, 2) - JetLayout.CountOfFull(_tangents.Length, 1);
            _pairs =
            [
                .. Runs(layout.Seconds.ToArray().Select(
                    (pair, k) => (1 + layout.Firsts.Length + k, places[pair.FirstI] - 1, places[pair.FirstJ] - 1))),
            ];
        }
    }

    /// <summary>The components of the first derivatives along which the Hessian is multiplied, or that are paired.</summary>
    public ReadOnlySpan<int> Tangents => _tangents;

    /// <summary>The input that each of <see cref="Tangents"/> is; empty if tangents are any directions.</summary>
    public int[] UnitInputs => _coordinates is null ? [] : [.. _tangents.Select(component => _coordinates[component - 1])];

    /// <summary>How many directions the Hessian is multiplied by, or how many are paired.</summary>
    public static int CountTangents(JetLayout layout, bool hasPairs) => (hasPairs ? PairedTangents(layout) : FactorsOf(layout, out _)).Length;

    /// <summary>Writes the derivatives of some samples.</summary>
    /// <param name="derivatives">J and, without pairs, H v, shape (1 + k, samples·m, n).</param>
    /// <param name="pairs">Second derivatives along pairs, as <see cref="AdjointTape{T}.Pairs"/> has them; empty without.</param>
    /// <param name="path">The input's jet, shape (components, samples, n); not looked at where tangents are inputs.</param>
    /// <param name="output">Receives all components but the value, shape (components, samples, m).</param>
    public void Gather<T>(JetSpan<T> derivatives, ReadOnlySpan<T> pairs, JetSpan<T> path, JetSpan<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = derivatives.Samples;
        int inputs = derivatives.Features;
        foreach (var run in _runs)
        {
            Transposition.Run<T>(
                derivatives.Component(run.Row)[run.Column..], inputs, rows, run.Count, output.Data[(run.Component * output.ComponentStride)..],
                output.ComponentStride);
        }

        int size = _tangents.Length * _stride;
        foreach (var run in _pairs)
        {
            Transposition.Run(
                pairs[((run.Row * _stride) + run.Column)..], size, rows, run.Count, output.Data[(run.Component * output.ComponentStride)..],
                output.ComponentStride);
        }

        if (_coordinates is not null)
        {
            return;
        }

        int seeds = output.Features;
        foreach (var (component, product, partner) in _products)
        {
            var to = output.Component(component);
            for (int row = 0; row < rows; row++)
            {
                to[row] = TensorPrimitives.Dot<T>(derivatives.Row(product, row), path.Row(partner, row / seeds));
            }
        }

        for (int component = _firstBend; component < output.Layout.Count; component++)
        {
            var to = output.Component(component);
            for (int row = 0; row < rows; row++)
            {
                to[row] += TensorPrimitives.Dot<T>(derivatives.Row(0, row), path.Row(component, row / seeds));
            }
        }
    }

    /// <summary>Takes the adjoints of the derivatives back: the transpose of <see cref="Gather"/>.</summary>
    /// <param name="output">The adjoints of all components, shape (components, samples, m).</param>
    /// <param name="path">As for <see cref="Gather"/>.</param>
    /// <param name="derivatives">Receives the adjoints of J and, without pairs, H v, shape (1 + k, samples·m, n).</param>
    /// <param name="pairs">Receives symmetric matrices: the adjoint of each pair, twice on the diagonal; empty without pairs.</param>
    public void Scatter<T>(JetSpan<T> output, JetSpan<T> path, JetSpan<T> derivatives, Span<T> pairs)
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
                derivatives.Component(run.Row)[run.Column..], inputs);
        }

        ScatterPairs(output, rows, pairs);
        if (_coordinates is not null)
        {
            return;
        }

        int seeds = output.Features;
        foreach (var (component, product, partner) in _products)
        {
            var from = output.Component(component);
            for (int row = 0; row < rows; row++)
            {
                Add(path.Row(partner, row / seeds), from[row], derivatives.Row(product, row));
            }
        }

        for (int component = _firstBend; component < output.Layout.Count; component++)
        {
            var from = output.Component(component);
            for (int row = 0; row < rows; row++)
            {
                Add(path.Row(component, row / seeds), from[row], derivatives.Row(0, row));
            }
        }
    }

    private void ScatterPairs<T>(JetSpan<T> output, int rows, Span<T> pairs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int tangents = _tangents.Length;
        int size = tangents * _stride;
        if (!_pairsCoverAll)
        {
            pairs.Clear();
        }

        foreach (var run in _pairs)
        {
            Transposition.Run<T>(
                output.Data[(run.Component * output.ComponentStride)..], output.ComponentStride, run.Count, rows,
                pairs[((run.Row * _stride) + run.Column)..], size);
        }

        for (int start = 0; start < pairs.Length; start += size)
        {
            TangentPairs.Symmetrize(pairs.Slice(start, size), tangents);
        }
    }

    private static void Add<T>(ReadOnlySpan<T> row, T factor, Span<T> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TensorPrimitives.MultiplyAdd(row, factor, sum, sum);

    /// <summary>The components of first derivatives that are in a pair.</summary>
    private static int[] PairedTangents(JetLayout layout) =>
        [.. layout.Seconds.ToArray().SelectMany(pair => new[] { pair.FirstI, pair.FirstJ }).Distinct().Order()];

    /// <summary>The components of first derivatives that cover all pairs: the first ones or the second ones of them.</summary>
    private static int[] FactorsOf(JetLayout layout, out bool areFirst)
    {
        var seconds = layout.Seconds.ToArray();
        int[] first = [.. seconds.Select(pair => pair.FirstI).Distinct().Order()];
        int[] second = [.. seconds.Select(pair => pair.FirstJ).Distinct().Order()];
        areFirst = first.Length <= second.Length;
        return areFirst ? first : second;
    }

    /// <summary>Neighboring components that are neighboring columns of the same row.</summary>
    private static IEnumerable<Run> Runs(IEnumerable<(int Component, int Row, int Column)> places)
    {
        Run? run = null;
        foreach (var (component, row, column) in places)
        {
            if (run is { } begun && begun.Row == row && begun.Column + begun.Count == column)
            {
                run = begun with { Count = begun.Count + 1 };
                continue;
            }

            if (run is { } complete)
            {
                yield return complete;
            }

            run = new Run(component, row, column, 1);
        }

        if (run is { } last)
        {
            yield return last;
        }
    }

    private readonly record struct Run(int Component, int Row, int Column, int Count);
}
