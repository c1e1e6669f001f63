using System.Numerics;

namespace SobolevNet;

/// <summary>Full jets with respect to other tangents: ∂_v = Σᵢ vᵢ∂ᵢ and ∂_v∂_w = Σᵢⱼ vᵢwⱼ∂ᵢⱼ.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class JetContraction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _tangents;
    private readonly int[] _rows;
    private readonly T[] _slopes = [];

    /// <summary>Reserves memory.</summary>
    /// <param name="tangents">p, the tangents of the full jets.</param>
    /// <param name="features">The most features of a row.</param>
    /// <param name="order">The highest order of the results.</param>
    public JetContraction(int tangents, int features, int order)
    {
        _tangents = tangents;
        _rows = new int[tangents];
        if (order == 2)
        {
            _slopes = new T[tangents * features];
        }
    }

    /// <summary>Changes the tangents of one sample's jets.</summary>
    /// <param name="full">Full jets of order 0, 1 or 2.</param>
    /// <param name="inputOrder">The highest order whose components may differ from zero.</param>
    /// <param name="frame">v of each new tangent, shape (new tangents, p).</param>
    /// <param name="result">
    /// Receives the jets, of the same order or a lower one; every new tangent has its first derivative.
    /// </param>
    public void Apply(JetSpan<T> full, int inputOrder, ReadOnlySpan<T> frame, JetSpan<T> result)
    {
        var layout = result.Layout;
        full.Row(0, 0).CopyTo(result.Row(0, 0));
        for (int d = 0; d < layout.Firsts.Length; d++)
        {
            for (int t = 0; t < _tangents; t++)
            {
                _rows[t] = (1 + t) * full.ComponentStride;
            }

            RowCombination.Sum(full.Data, _rows, frame.Slice(d * _tangents, _tangents), result.Row(1 + d, 0));
        }

        int prepared = -1;
        for (int k = 0; k < layout.Seconds.Length; k++)
        {
            var (i, j) = (layout.Seconds[k].I, layout.Seconds[k].J);
            var to = result.Row(1 + layout.Firsts.Length + k, 0);
            if (inputOrder < 2)
            {
                to.Clear();
                continue;
            }

            // ∂_v∂ₜ once for all pairs with the same v.
            if (prepared != i)
            {
                Slopes(full, frame.Slice(i * _tangents, _tangents));
                prepared = i;
            }

            for (int t = 0; t < _tangents; t++)
            {
                _rows[t] = t * full.Features;
            }

            RowCombination.Sum(_slopes, _rows, frame.Slice(j * _tangents, _tangents), to);
        }
    }

    /// <summary>Writes the input of a sample whose tangents are inputs: the derivative along v is v itself, and second ones are zero.</summary>
    /// <param name="value">The input.</param>
    /// <param name="inputs">The number of the input that each tangent is.</param>
    /// <param name="frame">v of each new tangent, shape (new tangents, p).</param>
    /// <param name="result">Receives the jets.</param>
    public void Place(ReadOnlySpan<T> value, ReadOnlySpan<int> inputs, ReadOnlySpan<T> frame, JetSpan<T> result)
    {
        result.Clear();
        value.CopyTo(result.Row(0, 0));
        for (int d = 0; d < result.Layout.Firsts.Length; d++)
        {
            var to = result.Row(1 + d, 0);
            for (int t = 0; t < _tangents; t++)
            {
                to[inputs[t]] = frame[(d * _tangents) + t];
            }
        }
    }

    /// <summary>∂_v∂ₜ for all t.</summary>
    private void Slopes(JetSpan<T> full, ReadOnlySpan<T> v)
    {
        for (int t = 0; t < _tangents; t++)
        {
            for (int j = 0; j < _tangents; j++)
            {
                _rows[j] = (1 + _tangents + UpperTriangle.Index(t, j, _tangents)) * full.ComponentStride;
            }

            RowCombination.Sum(full.Data, _rows, v, _slopes.AsSpan(t * full.Features, full.Features));
        }
    }
}
