using System.Numerics;

namespace SobolevNet;

/// <summary>The size of a feature: the unit that it is standardized by and that its errors are compared with.</summary>
/// <remarks>
/// It is the deviation of a feature that varies by more than the rounding of its own values, and the size of the value of one that does
/// not. So it follows the feature's unit, and does not depend on other features. For a feature that is always zero the data tell no unit.
/// </remarks>
internal static class FeatureSize
{
    /// <summary>Whether a feature varies by no more than the rounding of its values in <typeparamref name="T"/>.</summary>
    public static bool IsConstant<T>(double mean, double deviation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        !(deviation > double.CreateTruncating(T.BitIncrement(T.One) - T.One) * Math.Abs(mean));

    /// <summary>The deviation of a feature; 0 if it is constant to the rounding of <typeparamref name="T"/>.</summary>
    public static double Spread<T>(double mean, double variance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double deviation = Math.Sqrt(variance);
        return IsConstant<T>(mean, deviation) ? 0 : deviation;
    }

    /// <summary>The deviation of every feature; 0 for those that are constant.</summary>
    public static double[] Spreads<T>(double[] means, double[] variances)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. means.Zip(variances, Spread<T>)];

    /// <summary>Replaces sizes of 0: by the size of the value, and where that is 0 too by the largest of the others, or by 1.</summary>
    public static double[] Complete(double[] sizes, double[] means)
    {
        double[] complete = [.. sizes.Zip(means, (size, mean) => size > 0 ? size : Math.Abs(mean))];
        double largest = complete.Max();
        return [.. complete.Select(size => size > 0 ? size : largest > 0 ? largest : 1)];
    }

    /// <summary>The weight of each feature where all count equally: 1 for the largest.</summary>
    public static double[] Weights(double[] sizes)
    {
        double largest = sizes.Max();
        return [.. sizes.Select(size => largest / size * (largest / size))];
    }
}
