using System.Numerics;
using System.Numerics.Tensors;

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

    /// <summary>The root mean square distance of the vertices of each sample from those that a network predicts.</summary>
    public static double[] VertexErrors<T>(Mlp<T> network, IJetSource<T> source, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout.Truncate(0);
        var input = new JetBatch<T>(layout, 1, source.InputFeatures);
        var target = new JetBatch<T>(layout, 1, source.OutputFeatures);
        var predictor = new Predictor<T>(network, threads: 1);
        var predicted = new T[source.OutputFeatures];
        var errors = new double[source.Count];
        for (int sample = 0; sample < errors.Length; sample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            source.Fill([sample], input, target);
            predictor.Evaluate(input.Data, predicted);
            errors[sample] = VertexDistance<T>(target.Data, predicted);
        }

        return errors;
    }

    /// <summary>Root mean square distance of vertices whose coordinates are given.</summary>
    public static double VertexDistance<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        double.CreateTruncating(TensorPrimitives.Distance(first, second)) / Math.Sqrt(first.Length / 3.0);
}
