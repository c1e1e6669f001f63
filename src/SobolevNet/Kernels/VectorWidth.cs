using System.Runtime.Intrinsics;

namespace SobolevNet.Kernels;

/// <summary>The widths that kernels are compiled for.</summary>
internal enum VectorWidth
{
    Scalar = 0,
    Bits128 = 128,
    Bits256 = 256,
    Bits512 = 512,
}

/// <summary>Chooses the vector width, once, at start-up; the only place that asks what the machine has.</summary>
internal static class VectorWidths
{
    /// <summary>The environment variable that forces a width: 512, 256, 128 or 0 (scalar). For tests and measurements.</summary>
    public const string Variable = "SOBOLEVNET_VECTOR_WIDTH";

    /// <summary>The widths that this machine can run, widest first.</summary>
    public static IReadOnlyList<VectorWidth> Supported =>
        [.. new[] { VectorWidth.Bits512, VectorWidth.Bits256, VectorWidth.Bits128, VectorWidth.Scalar }.Where(IsSupported)];

    /// <summary>The width in use: the widest that the machine has, unless the environment asks for a narrower one.</summary>
    public static VectorWidth Current { get; } = Choose(Environment.GetEnvironmentVariable(Variable));

    private static VectorWidth Choose(string? forced)
    {
        if (string.IsNullOrWhiteSpace(forced))
        {
            return IsSupported(VectorWidth.Bits512) ? VectorWidth.Bits512
                : IsSupported(VectorWidth.Bits256) ? VectorWidth.Bits256
                : IsSupported(VectorWidth.Bits128) ? VectorWidth.Bits128
                : VectorWidth.Scalar;
        }

        return int.TryParse(forced, out int bits) && Enum.IsDefined((VectorWidth)bits) && IsSupported((VectorWidth)bits)
            ? (VectorWidth)bits
            : throw new InvalidOperationException(
                $"{Variable} is \"{forced}\"; this machine has {string.Join(", ", Supported.Select(width => (int)width))}.");
    }

    private static bool IsSupported(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => Vector512.IsHardwareAccelerated,
        VectorWidth.Bits256 => Vector256.IsHardwareAccelerated,
        VectorWidth.Bits128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };
}
