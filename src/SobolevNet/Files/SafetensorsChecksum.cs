using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace SobolevNet.Files;

/// <summary>
/// The checksum of a safetensors file, in its metadata: XXH128 over the whole file, read with zeros for the checksum's digits.
/// </summary>
/// <remarks>
/// Two keys are written, and a file has both or neither: a flipped bit in one key would otherwise make the file one without a
/// checksum. Other programs may write such files without them.
/// </remarks>
internal static class SafetensorsChecksum
{
    /// <summary>The metadata key of the digits.</summary>
    public const string Key = "sobolevnet.checksum";

    /// <summary>The metadata key of the method's name.</summary>
    public const string MethodKey = "sobolevnet.checksum.method";

    /// <summary>The only method.</summary>
    public const string Method = "xxh128";

    /// <summary>Hexadecimal digits of a checksum.</summary>
    public const int Digits = 32;

    /// <summary>What stands in place of the checksum while it is computed.</summary>
    public static string Blank { get; } = new('0', Digits);

    /// <summary>The bytes that precede the digits in a header that <see cref="SafetensorsHeader.Write"/> made, and in no other place there.</summary>
    public static ReadOnlySpan<byte> Prefix => "\"sobolevnet.checksum\":\""u8;

    /// <summary>Puts zeros in place of the digits.</summary>
    public static void Clear(Span<byte> digits) => digits.Fill((byte)'0');

    /// <summary>The checksum of all bytes given to a hash so far, as lower-case digits.</summary>
    public static string TextOf(XxHash128 hash) => hash.GetCurrentHashAsUInt128().ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Writes the digits over the zeros.</summary>
    public static void Put(XxHash128 hash, Span<byte> digits) => Encoding.ASCII.GetBytes(TextOf(hash), digits);
}
