using System.Numerics;

namespace SobolevNet.Tests.Kernels;

/// <summary>Random elements of matrices.</summary>
internal static class Uniform
{
    /// <summary>Numbers in [−1, 1).</summary>
    public static T[] Values<T>(int length, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var values = new T[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = T.CreateChecked((random.NextDouble() * 2) - 1);
        }

        return values;
    }
}
