using System.Buffers.Binary;
using System.Text;

namespace SobolevNet.Files;

/// <summary>The header of an .npy array: element type, memory order and shape.</summary>
/// <remarks>
/// Format: the bytes 0x93 "NUMPY", major and minor version, the length of the text (2 bytes little-endian in version 1, 4 in 2 and 3),
/// and a Python dictionary {'descr': '&lt;f8', 'fortran_order': False, 'shape': (3, 4), } padded with blanks and a line feed so
/// that the data starts at a multiple of 64.
/// </remarks>
internal sealed record NpyHeader(char Kind, int ItemSize, bool BigEndian, bool FortranOrder, int[] Shape, int Length)
{
    /// <summary>More text than any array of numbers needs; a limit for hostile files.</summary>
    private const int MaxTextLength = 65_536;

    private const int Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Number of elements.</summary>
    public long Count => ArrayShape.ElementCount(Shape);

    /// <summary>Reads the header and leaves the stream at the first element.</summary>
    /// <exception cref="InvalidDataException">Says what is wrong, without the name of the file.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within the header.</exception>
    public static NpyHeader Read(Stream stream)
    {
        Span<byte> start = stackalloc byte[12];
        stream.ReadExactly(start[..8]);
        if (!start[..6].SequenceEqual(Magic))
        {
            throw new InvalidDataException("it does not start as an .npy array does, so this is some other format.");
        }

        int major = start[6];
        if (major is < 1 or > 3 || start[7] != 0)
        {
            throw new InvalidDataException($"its format version is {major}.{start[7]}; 1.0, 2.0 and 3.0 are known.");
        }

        int lengthSize = major == 1 ? 2 : 4;
        var lengthBytes = start.Slice(8, lengthSize);
        stream.ReadExactly(lengthBytes);
        uint length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes) : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > MaxTextLength)
        {
            throw new InvalidDataException($"its header claims {length} bytes; at most {MaxTextLength} are accepted.");
        }

        byte[] text = new byte[length];
        stream.ReadExactly(text);
        var dictionary = NpyDictionary.Parse((major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text));
        var (kind, size, bigEndian) = ParseDescription(dictionary.Description);
        return new NpyHeader(kind, size, bigEndian, dictionary.FortranOrder, dictionary.Shape, 8 + lengthSize + (int)length);
    }

    /// <summary>Writes a header of version 1.0, little-endian and in C order.</summary>
    public static void Write(Stream stream, char kind, int itemSize, ReadOnlySpan<int> shape)
    {
        string comma = shape.Length == 1 ? "," : string.Empty;
        string order = itemSize == 1 ? "|" : "<";
        string text =
            $"{{'descr': '{order}{kind}{itemSize}', 'fortran_order': False, 'shape': ({string.Join(", ", shape.ToArray())}{comma}), }}";
        const int prefix = 10;
        int total = (prefix + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] bytes = new byte[total];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(total - prefix));
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(prefix));
        bytes.AsSpan(prefix + text.Length).Fill((byte)' ');
        bytes[^1] = (byte)'\n';
        stream.Write(bytes);
    }

    private static (char Kind, int Size, bool BigEndian) ParseDescription(string text)
    {
        if (text.Length == 3 && text[0] is '<' or '>' or '|' or '=' && char.IsAsciiDigit(text[2]))
        {
            char kind = text[1];
            int size = text[2] - '0';
            bool known = kind switch
            {
                'f' => size is 2 or 4 or 8,
                'i' or 'u' => size is 1 or 2 or 4 or 8,
                'b' => size == 1,
                _ => false,
            };
            if (known && (text[0] != '|' || size == 1))
            {
                return (kind, size, text[0] == '>' || (text[0] == '=' && !BitConverter.IsLittleEndian));
            }
        }

        throw new InvalidDataException(
            $"its element type is \"{ForeignText.Cut(text)}\"; f2, f4, f8, i1 to i8, u1 to u8 and b1 are supported.");
    }
}
