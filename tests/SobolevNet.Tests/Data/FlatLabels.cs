using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Tests.Data;

/// <summary>Labels from flat arrays: numbers of inputs, outputs and tangents follow from the lengths.</summary>
internal static class FlatLabels
{
    public static IJetSource<T> Values<T>(int samples, ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        JetData.FromValues(Shaped(x, samples), Shaped(y, samples));

    public static IJetSource<T> Jacobian<T>(
        int samples, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dydx, ReadOnlySpan<T> d2ydx2 = default, ReadOnlySpan<int> inputs = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int outputs = y.Length / samples;
        int columns = dydx.Length / y.Length;
        return JetData.FromJacobian(
            Shaped(x, samples), Shaped(y, samples), Shaped(dydx, samples, outputs), d2ydx2.IsEmpty ? default : Shaped(d2ydx2, samples, outputs, columns), inputs);
    }

    public static IJetSource<T> Manifold<T>(
        int samples, ReadOnlySpan<T> x, ReadOnlySpan<T> dxdr, ReadOnlySpan<T> y, ReadOnlySpan<T> dydr, ReadOnlySpan<T> d2xdr2 = default,
        ReadOnlySpan<T> d2ydr2 = default, ReadOnlySpan<double> tangentScales = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        JetData.FromManifold(
            Shaped(x, samples), Rows(dxdr, samples, x.Length), Shaped(y, samples), Rows(dydr, samples, y.Length), Rows(d2xdr2, samples, x.Length),
            Rows(d2ydr2, samples, y.Length), tangentScales);

    public static IJetSource<T> Directions<T>(
        int samples, ReadOnlySpan<T> x, ReadOnlySpan<T> v, ReadOnlySpan<T> y, ReadOnlySpan<T> dyv, ReadOnlySpan<T> d2yv = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        JetData.FromDirections(
            Shaped(x, samples), Rows(v, samples, x.Length), Shaped(y, samples), Rows(dyv, samples, y.Length), Rows(d2yv, samples, y.Length));

    /// <summary>A row of features for each sample and tangent.</summary>
    private static ReadOnlyTensorSpan<T> Rows<T>(ReadOnlySpan<T> data, int samples, int values) =>
        data.IsEmpty ? default : Shaped(data, samples, data.Length / values);

    private static ReadOnlyTensorSpan<T> Shaped<T>(ReadOnlySpan<T> data, params ReadOnlySpan<nint> leading)
    {
        nint product = 1;
        foreach (nint length in leading)
        {
            product *= length;
        }

        return new ReadOnlyTensorSpan<T>(data, [.. leading, (nint)data.Length / product]);
    }
}
