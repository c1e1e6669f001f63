using System.Numerics;

namespace SobolevNet;

/// <summary>Refuses Hessians that are not symmetric; small differences of numerical labels are averaged.</summary>
/// <remarks>Elements are compared in units of the inputs' spreads, so that the units of inputs do not matter.</remarks>
/// <param name="outputs">The number of outputs.</param>
/// <param name="scales">The spread of each tangent's input.</param>
/// <param name="name">The name of the array.</param>
internal sealed class HessianSymmetry(int outputs, double[] scales, string name)
{
    /// <summary>How unequal H[i,j] and H[j,i] may be, relative to the largest element of that output's Hessians.</summary>
    private const double Tolerance = 1e-3;

    private readonly double[] _largest = new double[outputs];
    private readonly double[] _differences = new double[outputs];
    private readonly string[] _worst = new string[outputs];
    private readonly int[] _worstParts = new int[outputs];

    /// <summary>The part of the set that the Hessian which <see cref="Check"/> refuses is in; null if it refuses none.</summary>
    public int? RefusedPart => Refused is var output && output < 0 ? null : _worstParts[output];

    /// <summary>The first output whose Hessians are not symmetric; -1 if there is none.</summary>
    private int Refused
    {
        get
        {
            int output = 0;
            while (output < outputs && !(_differences[output] > Tolerance * _largest[output]))
            {
                output++;
            }

            return output < outputs ? output : -1;
        }
    }

    /// <summary>The mean of two numbers; of one that is known and one that is missing, the known one.</summary>
    public static T Mean<T>(T a, T b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T half = T.CreateChecked(0.5);
        return T.IsNaN(a) ? b : T.IsNaN(b) ? a : (half * a) + (half * b);
    }

    /// <summary>Looks at Hessians, shape (S, outputs, tangents, tangents).</summary>
    /// <param name="hessians">The elements.</param>
    /// <param name="first">The number of the first sample in its part of the set.</param>
    /// <param name="part">The number of that part.</param>
    public void Add<T>(ReadOnlySpan<T> hessians, long first, int part = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int p = scales.Length;
        int rows = hessians.Length / (p * p);
        for (int row = 0; row < rows; row++)
        {
            var hessian = hessians.Slice(row * p * p, p * p);
            int output = row % outputs;
            for (int i = 0; i < p; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    double lower = double.CreateTruncating(hessian[(i * p) + j]) * scales[i] * scales[j];
                    double upper = double.CreateTruncating(hessian[(j * p) + i]) * scales[i] * scales[j];
                    _largest[output] = double.MaxNumber(_largest[output], double.MaxNumber(Math.Abs(lower), Math.Abs(upper)));
                    if (Math.Abs(lower - upper) > _differences[output])
                    {
                        _differences[output] = Math.Abs(lower - upper);
                        _worstParts[output] = part;
                        _worst[output] =
                            $"The Hessian of sample {first + (row / outputs)}, output {output} is not symmetric: " +
                            $"element ({i}, {j}) is {hessian[(i * p) + j]}, element ({j}, {i}) is {hessian[(j * p) + i]}.";
                    }
                }
            }
        }
    }

    /// <summary>Refuses the Hessians seen if two elements differ too much; names those that differ most.</summary>
    /// <exception cref="ArgumentException">They do.</exception>
    public void Check()
    {
        if (Refused is var output && output >= 0)
        {
            throw new ArgumentException(_worst[output], name);
        }
    }
}
