using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>A manifold with flat coordinates from a delegate; see <see cref="DataManifold.Create"/>.</summary>
internal sealed class FunctionManifold(double[] lower, double[] upper, int inputs, int outputs, ManifoldFunction function, bool inputsShareUnit) : IDataManifold
{
    public int DegreesOfFreedom => lower.Length;

    public int PointLength => lower.Length;

    public int InputFeatures => inputs;

    public int OutputFeatures => outputs;

    public bool InputsShareUnit => inputsShareUnit;

    /// <summary>The standard deviation of a uniform coordinate.</summary>
    public double TangentScale(int tangent)
    {
        DataManifold.CheckTangent(this, tangent);
        return (upper[tangent] - lower[tangent]) / Math.Sqrt(12);
    }

    public void Draw(ref RandomStream random, Span<double> point)
    {
        DataManifold.CheckLength(point.Length, PointLength, nameof(point));
        for (int i = 0; i < lower.Length; i++)
        {
            point[i] = random.NextUniform(lower[i], upper[i]);
        }
    }

    public void Evaluate<T>(ReadOnlySpan<double> point, JetSpan<T> input, JetSpan<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DataManifold.CheckLength(point.Length, PointLength, nameof(point));
        DataManifold.CheckViews(this, input, target);
        int components = input.Layout.Count;
        int length = checked(components * (inputs + outputs));
        double[] memory = ArrayPool<double>.Shared.Rent(length);
        try
        {
            memory.AsSpan(0, length).Clear();
            var wideInput = new JetSpan<double>(memory.AsSpan(0, components * inputs), input.Layout, 1, inputs);
            var wideTarget = new JetSpan<double>(memory.AsSpan(components * inputs, components * outputs), target.Layout, 1, outputs);
            function(point, wideInput, wideTarget);
            for (int c = 0; c < components; c++)
            {
                TensorPrimitives.ConvertTruncating<double, T>(wideInput.Row(c, 0), input.Row(c, 0));
                TensorPrimitives.ConvertTruncating<double, T>(wideTarget.Row(c, 0), target.Row(c, 0));
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(memory);
        }
    }

    public void Retract(ReadOnlySpan<double> point, ReadOnlySpan<double> delta, Span<double> result)
    {
        DataManifold.CheckLength(point.Length, PointLength, nameof(point));
        DataManifold.CheckLength(delta.Length, PointLength, nameof(delta));
        DataManifold.CheckLength(result.Length, PointLength, nameof(result));
        TensorPrimitives.Add(point, delta, result);
    }
}
