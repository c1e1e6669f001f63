using System.Buffers.Binary;
using System.Text;

namespace SobolevNet.Files;

/// <summary>Compares the two names of each entry of a zip archive: one stands in the central directory, one in the local header before the data.</summary>
/// <remarks>
/// No checksum covers them, and <see cref="System.IO.Compression.ZipArchive"/> reads only that of the directory. A flipped bit in one of the two is found here.
/// </remarks>
internal static class ZipEntryNames
{
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int DirectoryLength = 46;
    private const int LocalLength = 30;

    /// <summary>A number of 32 bits that is too large for its field and stands in a field of 64 bits elsewhere.</summary>
    private const uint Elsewhere = uint.MaxValue;

    /// <summary>The kind of extra field that has the numbers of 64 bits.</summary>
    private const ushort Zip64 = 1;

    private static ReadOnlySpan<byte> EndSignature => "PK\u0005\u0006"u8;

    private static ReadOnlySpan<byte> LocatorSignature => "PK\u0006\u0007"u8;

    private static ReadOnlySpan<byte> End64Signature => "PK\u0006\u0006"u8;

    private static ReadOnlySpan<byte> DirectorySignature => "PK\u0001\u0002"u8;

    private static ReadOnlySpan<byte> LocalSignature => "PK\u0003\u0004"u8;

    /// <summary>Checks the names of an archive, which moves the position of the stream.</summary>
    /// <param name="stream">The archive.</param>
    /// <param name="entries">How many entries its directory has.</param>
    /// <exception cref="InvalidDataException">Two names differ, or a header is not where it should be.</exception>
    /// <exception cref="EndOfStreamException">A header is beyond the end of the file.</exception>
    /// <exception cref="ArgumentException">A header is at no position.</exception>
    public static void Check(Stream stream, int entries)
    {
        Span<byte> header = stackalloc byte[DirectoryLength];
        Span<byte> local = stackalloc byte[LocalLength];
        long at = FindDirectory(stream);
        for (int k = 0; k < entries; k++)
        {
            Read(stream, at, header, DirectorySignature);
            byte[] name = new byte[UInt16(header[28..])];
            byte[] extra = new byte[UInt16(header[30..])];
            stream.ReadExactly(name);
            stream.ReadExactly(extra);
            at = stream.Position + UInt16(header[32..]);

            Read(stream, LocalOffset(header, extra), local, LocalSignature);

            // One byte more is enough to see that a name is longer; a small file could have many entries that share a long one.
            byte[] localName = new byte[Math.Min(UInt16(local[26..]), name.Length + 1)];
            stream.ReadExactly(localName);
            if (!name.AsSpan().SequenceEqual(localName))
            {
                throw new InvalidDataException(
                    $"its directory names an entry \"{Text(name)}\" that is \"{Text(localName)}\" in its own header, so some of its bytes have changed.");
            }
        }
    }

    /// <summary>The position of the central directory, from the last record of the file.</summary>
    private static long FindDirectory(Stream stream)
    {
        byte[] tail = new byte[Math.Min(stream.Length, EndLength + ushort.MaxValue)];
        stream.Position = stream.Length - tail.Length;
        stream.ReadExactly(tail);
        int end = tail.Length < EndLength ? -1 : tail.AsSpan(0, tail.Length - EndLength + EndSignature.Length).LastIndexOf(EndSignature);
        if (end < 0)
        {
            throw new InvalidDataException("it has no record of where its directory is.");
        }

        uint offset = UInt32(tail.AsSpan(end + 16));
        if (offset != Elsewhere)
        {
            return offset;
        }

        Span<byte> locator = stackalloc byte[LocatorLength];
        Read(stream, stream.Length - tail.Length + end - LocatorLength, locator, LocatorSignature);
        Span<byte> end64 = stackalloc byte[End64Length];
        Read(stream, Int64(locator[8..]), end64, End64Signature);
        return Int64(end64[48..]);
    }

    /// <summary>The position of an entry's local header.</summary>
    private static long LocalOffset(ReadOnlySpan<byte> header, ReadOnlySpan<byte> extra)
    {
        uint offset = UInt32(header[42..]);
        if (offset != Elsewhere)
        {
            return offset;
        }

        while (UInt16(extra) != Zip64)
        {
            extra = extra[(4 + UInt16(extra[2..]))..];
        }

        // Both lengths come first, each only if it is elsewhere too.
        int before = (UInt32(header[24..]) == Elsewhere ? 8 : 0) + (UInt32(header[20..]) == Elsewhere ? 8 : 0);
        return Int64(extra[(4 + before)..]);
    }

    private static void Read(Stream stream, long at, Span<byte> record, ReadOnlySpan<byte> signature)
    {
        stream.Position = at;
        stream.ReadExactly(record);
        if (!record.StartsWith(signature))
        {
            throw new InvalidDataException($"a header of the archive is not at {at}, where it should be.");
        }
    }

    private static string Text(byte[] name) => ForeignText.Cut(Encoding.UTF8.GetString(name));

    private static ushort UInt16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static long Int64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);
}
