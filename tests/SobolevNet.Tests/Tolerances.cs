namespace SobolevNet.Tests;

/// <summary>How closely results must agree, each with its reason. All are relative to the size of what is compared.</summary>
public static class Tolerances
{
    /// <summary>Double jets against nested dual numbers: both round some hundred times.</summary>
    public const double DoubleAgainstDual = 1e-12;

    /// <summary>Double gradients against central differences with Richardson extrapolation.</summary>
    public const double DoubleAgainstDifferences = 1e-7;

    /// <summary>Float against double by order of the component: each order multiplies more rounded numbers.</summary>
    public static readonly double[] FloatAgainstDouble = [2e-6, 5e-6, 1e-5];
}
