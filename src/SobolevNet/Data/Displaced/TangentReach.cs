using System.Numerics;

namespace SobolevNet;

/// <summary>How far a jet of order 2 says something along each tangent: where what curvature adds is half of what the slope does.</summary>
/// <remarks>
/// For each tangent √(mean |∂ᵢx|² / mean |∂ᵢᵢx|²), the less of that of inputs and of targets, these with each output weighed by the inverse of its variance;
/// no more than the tangent's range, since beyond that there are no data.
/// </remarks>
internal static class TangentReach
{
    private const int MaxSamples = 1024;

    /// <summary>Measures it.</summary>
    /// <param name="source">Gives full jets of order 2; at most 1,024 samples of it are looked at.</param>
    /// <returns>A positive length for each tangent, in the units that derivatives are taken by.</returns>
    /// <exception cref="ArgumentException">What the source gives is not finite.</exception>
    public static double[] Measure<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        int count = Math.Min(source.Count, MaxSamples);
        var (input, target) = (new JetBatch<T>(layout, 1, source.InputFeatures), new JetBatch<T>(layout, 1, source.OutputFeatures));
        double[] ofInput = new double[layout.Count];
        double[,] ofTarget = new double[layout.Count, source.OutputFeatures];
        double[] mean = new double[source.OutputFeatures];
        for (int s = 0; s < count; s++)
        {
            source.Fill([(long)s * source.Count / count], input.AsSpan(), target.AsSpan());
            for (int c = 0; c < layout.Count; c++)
            {
                foreach (T value in input.Row(c, 0))
                {
                    double number = double.CreateTruncating(value);
                    ofInput[c] += number * number;
                }

                for (int f = 0; f < mean.Length; f++)
                {
                    double value = double.CreateTruncating(target[c, 0, f]);
                    ofTarget[c, f] += value * value;
                    mean[f] += c == 0 ? value / count : 0;
                }
            }
        }

        double[] ofOutputs = new double[layout.Count];
        for (int f = 0; f < mean.Length; f++)
        {
            double deviations = ofTarget[0, f] - (count * mean[f] * mean[f]);
            for (int c = 0; c < layout.Count && deviations > 0; c++)
            {
                ofOutputs[c] += ofTarget[c, f] / deviations;
            }
        }

        double[] reach = new double[layout.Tangents];
        for (int i = 0; i < reach.Length; i++)
        {
            reach[i] = Math.Min(source.TangentScale(i), Math.Min(Along(ofInput, i), Along(ofOutputs, i)));
            if (!(reach[i] > 0))
            {
                throw new ArgumentException($"The source's derivatives along tangent {i} are not finite, or there are only second ones.", nameof(source));
            }
        }

        return reach;

        double Along(double[] squares, int i)
        {
            double second = squares[layout.Second(i, i)];
            return second == 0 ? double.PositiveInfinity : Math.Sqrt(squares[layout.First(i)] / second);
        }
    }
}
