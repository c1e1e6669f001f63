using System.Numerics;

namespace SobolevNet;

/// <summary>How the components of a sample lie in a row of an array of labels.</summary>
internal enum PartOrder
{
    /// <summary>One component after the other: (components, features).</summary>
    ByComponent,

    /// <summary>One output after the other: (outputs, components), as a Jacobian.</summary>
    ByOutput,

    /// <summary>One output after the other, each with a symmetric matrix, of which the upper triangle are the components: (outputs, tangents, tangents).</summary>
    Hessian,
}

/// <summary>One array of labels, sample first, and the components of jets that its rows are.</summary>
/// <param name="Name">The name of the array.</param>
/// <param name="Shape">Its shape after the axis of samples.</param>
/// <param name="IsTarget">Whether the components are those of targets; else those of inputs.</param>
/// <param name="Derivative">Their order: 0, 1 or 2.</param>
/// <param name="First">The first of the components.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Order">How they lie in a row.</param>
internal sealed record LabelPart(string Name, int[] Shape, bool IsTarget, int Derivative, int First, int Count, PartOrder Order)
{
    /// <summary>Elements of a row.</summary>
    public int RowLength { get; } = Shape.Aggregate(1, (product, dimension) => product * dimension);

    /// <summary>Writes the components of a sample.</summary>
    /// <param name="row">The row of the array.</param>
    /// <param name="view">Jets of inputs or targets, which have these components.</param>
    /// <param name="sample">The place of the sample in the view.</param>
    public void Fill<T>(ReadOnlySpan<T> row, JetSpan<T> view, int sample)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int features = view.Features;
        int stride = view.ComponentStride;
        var to = view.Data[((First * stride) + (sample * features))..];
        switch (Order)
        {
            case PartOrder.ByComponent:
                for (int c = 0; c < Count; c++)
                {
                    row.Slice(c * features, features).CopyTo(to[(c * stride)..]);
                }

                break;
            case PartOrder.ByOutput:
                for (int f = 0; f < features; f++)
                {
                    var derivatives = row.Slice(f * Count, Count);
                    for (int c = 0; c < derivatives.Length; c++)
                    {
                        to[(c * stride) + f] = derivatives[c];
                    }
                }

                break;
            default:
                FillHessians(row, to, stride, features, Shape[^1]);
                break;
        }
    }

    private static void FillHessians<T>(ReadOnlySpan<T> row, Span<T> to, int stride, int features, int tangents)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int f = 0; f < features; f++)
        {
            var hessian = row.Slice(f * tangents * tangents, tangents * tangents);
            for (int i = 0; i < tangents; i++)
            {
                for (int j = i; j < tangents; j++)
                {
                    to[(UpperTriangle.Index(i, j, tangents) * stride) + f] = HessianSymmetry.Mean(hessian[(i * tangents) + j], hessian[(j * tangents) + i]);
                }
            }
        }
    }
}
