using System.Numerics;

namespace SobolevNet;

/// <summary>
/// A jet of order 2 at a displacement u: x(u) = x + Σᵢ uᵢ∂ᵢx + ½ Σᵢⱼ uᵢuⱼ∂ᵢⱼx and ∂ᵢx(u) = ∂ᵢx + Σⱼ uⱼ∂ᵢⱼx.
/// </summary>
/// <remarks>For one thread at a time.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TaylorExpansion<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _tangents;
    private readonly T[] _weights;
    private readonly int[] _starts;

    /// <summary>Reserves memory.</summary>
    /// <param name="tangents">p, the tangents of the jets.</param>
    public TaylorExpansion(int tangents)
    {
        _tangents = tangents;
        long terms = 1 + tangents + UpperTriangle.Count(tangents);
        _weights = new T[terms];
        _starts = new int[terms];
    }

    /// <summary>Moves the jet of one sample.</summary>
    /// <param name="jet">A full jet of order 2.</param>
    /// <param name="jetOrder">The highest order whose components may differ from zero, at least 1.</param>
    /// <param name="displacement">u, p numbers.</param>
    /// <param name="moved">Receives the jet at u, full and of order 0 or 1.</param>
    public void Apply(JetSpan<T> jet, int jetOrder, ReadOnlySpan<double> displacement, JetSpan<T> moved)
    {
        int stride = jet.ComponentStride;
        int terms = 0;
        Term(0, 1);
        for (int i = 0; i < _tangents; i++)
        {
            Term(1 + i, displacement[i]);
        }

        for (int i = 0; i < _tangents && jetOrder == 2; i++)
        {
            Term(Second(i, i), displacement[i] * displacement[i] / 2);
            for (int j = i + 1; j < _tangents; j++)
            {
                Term(Second(i, j), displacement[i] * displacement[j]);
            }
        }

        RowCombination.Sum(jet.Data, _starts.AsSpan(0, terms), _weights.AsSpan(0, terms), moved.Row(0, 0));
        for (int i = 0; i < moved.Layout.Firsts.Length; i++)
        {
            terms = 0;
            Term(1 + i, 1);
            for (int j = 0; j < _tangents && jetOrder == 2; j++)
            {
                Term(Second(i, j), displacement[j]);
            }

            RowCombination.Sum(jet.Data, _starts.AsSpan(0, terms), _weights.AsSpan(0, terms), moved.Row(1 + i, 0));
        }

        int Second(int i, int j) => 1 + _tangents + UpperTriangle.Index(i, j, _tangents);

        void Term(int component, double weight)
        {
            _starts[terms] = component * stride;
            _weights[terms++] = T.CreateTruncating(weight);
        }
    }

    /// <summary>Moves the input of a sample whose tangents are inputs.</summary>
    /// <param name="value">The input.</param>
    /// <param name="inputs">The number of the input that each tangent is.</param>
    /// <param name="displacement">u, p numbers.</param>
    /// <param name="moved">Receives the jet at u, full and of order 0 or 1.</param>
    public static void Place(ReadOnlySpan<T> value, ReadOnlySpan<int> inputs, ReadOnlySpan<double> displacement, JetSpan<T> moved)
    {
        moved.Clear();
        var row = moved.Row(0, 0);
        value.CopyTo(row);
        for (int i = 0; i < inputs.Length; i++)
        {
            row[inputs[i]] += T.CreateTruncating(displacement[i]);
            if (moved.Layout.Order > 0)
            {
                moved[1 + i, 0, inputs[i]] = T.One;
            }
        }
    }
}
