namespace SobolevNet;

/// <summary>The scales of a source's tangents, checked once.</summary>
internal static class TangentScales
{
    /// <summary>Checks the scales that a caller gives.</summary>
    /// <returns>A copy; null if none are given, which stands for all 1.</returns>
    /// <exception cref="ArgumentException">Their number is not that of the tangents, or one is not positive and finite.</exception>
    public static double[]? Check(ReadOnlySpan<double> scales, int tangents, string name)
    {
        if (scales.IsEmpty)
        {
            return null;
        }

        if (scales.Length != tangents)
        {
            throw new ArgumentException($"{scales.Length} scales are given for {tangents} tangents.", name);
        }

        CheckAll(scales, name);
        return scales.ToArray();
    }

    /// <summary>One of the checked scales.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tangent does not exist.</exception>
    public static double Get(double[]? scales, JetLayout layout, int tangent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tangent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(tangent, layout.Tangents);
        return scales is null ? 1 : scales[tangent];
    }

    /// <summary>The scales of another source, which may be of a type of the caller's own.</summary>
    /// <exception cref="ArgumentException">One is not positive and finite.</exception>
    public static double[] Of<T>(IJetSource<T> source)
        where T : unmanaged
    {
        double[] scales = new double[source.Layout.Tangents];
        for (int i = 0; i < scales.Length; i++)
        {
            scales[i] = source.TangentScale(i);
        }

        CheckAll(scales, nameof(source));
        return scales;
    }

    private static void CheckAll(ReadOnlySpan<double> scales, string name)
    {
        for (int i = 0; i < scales.Length; i++)
        {
            if (!double.IsFinite(scales[i]) || scales[i] <= 0)
            {
                throw new ArgumentException($"The scale of tangent {i} is {scales[i]}; it must be positive and finite.", name);
            }
        }
    }
}
