using System.Numerics;

namespace SobolevNet.Experiments.CubeImages;

/// <summary>What networks on cubes learn: the positions of three vertices.</summary>
internal static class CubeTargets
{
    /// <summary>Root mean square distance of a vertex from its mean position.</summary>
    public static double VertexDeviation<T>(IJetSource<T> source, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout.Truncate(0);
        var input = new JetBatch<T>(layout, 1, source.InputFeatures);
        var target = new JetBatch<T>(layout, 1, source.OutputFeatures);
        var means = new double[source.OutputFeatures];
        double squares = 0;
        for (int sample = 0; sample < source.Count; sample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            source.Fill([sample], input, target);
            for (int f = 0; f < means.Length; f++)
            {
                double value = double.CreateTruncating(target.Data[f]);
                double difference = value - means[f];
                means[f] += difference / (sample + 1);
                squares += difference * (value - means[f]);
            }
        }

        double vertices = source.OutputFeatures / 3.0;
        return Math.Sqrt(squares / source.Count / vertices);
    }
}
