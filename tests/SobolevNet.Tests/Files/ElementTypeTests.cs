using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace SobolevNet.Tests.Files;

/// <summary>Every element type of .npy files, in either byte order, read as every type that arrays have.</summary>
public class ElementTypeTests
{
    public static TheoryData<string> Types() =>
        [.. new[] { "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "b1" }.SelectMany(type => type.EndsWith('1') ? new[] { "|" + type, "<" + type } : ["<" + type, ">" + type, "=" + type])];

    [Theory]
    [MemberData(nameof(Types))]
    public void Read_OfEveryType_GivesTheNumbersInEveryTypeThatHoldsThem(string type)
    {
        // 1 and 77 are in all types; the last two are the ends of the type's range.
        var (bytes, numbers) = Elements(type);
        byte[] file = File($"{{'descr': '{type}', 'fortran_order': False, 'shape': ({numbers.Length},), }}", bytes);
        Check<double>(file, type, numbers);
        Check<float>(file, type, numbers);
        Check<long>(file, type, numbers);
        Check<ulong>(file, type, numbers);
        Check<int>(file, type, numbers);
        Check<uint>(file, type, numbers);
        Check<short>(file, type, numbers);
        Check<ushort>(file, type, numbers);
        Check<sbyte>(file, type, numbers);
        Check<byte>(file, type, numbers);
    }

    [Theory]
    [InlineData("|i2")]
    [InlineData("|u8")]
    [InlineData("<i3")]
    [InlineData("<u0")]
    [InlineData("<b2")]
    [InlineData("<f1")]
    [InlineData(">x4")]
    [InlineData("~i4")]
    [InlineData("<i4 ")]
    [InlineData("<i")]
    public void Read_OfAnotherType_IsRefusedByName(string type) =>
        FluentActions.Invoking(() => NpyFile.Read<double>(new MemoryStream(File($"{{'descr': '{type}', 'fortran_order': False, 'shape': (1,), }}", new byte[8])), "x"))
            .Should().Throw<InvalidDataException>().WithMessage($"*\"{type}\"*");

    [Theory]
    [InlineData(65_536, true)]
    [InlineData(65_537, false)]
    public void Read_OfALongHeader_IsTakenUpToItsLimit(int length, bool isTaken)
    {
        string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".PadRight(length);
        byte[] start = [0x93, .. "NUMPY"u8, 2, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(start.AsSpan(8), length);
        var read = FluentActions.Invoking(() => NpyFile.Read<double>(new MemoryStream([.. start, .. Encoding.ASCII.GetBytes(header), .. BitConverter.GetBytes(2.5)]), "x").Data[0]);
        if (isTaken)
        {
            read().Should().Be(2.5);
        }
        else
        {
            read.Should().Throw<InvalidDataException>().WithMessage("*65537 bytes; at most 65536*");
        }
    }

    [Fact]
    public void Write_OfAnyRankUpTo32_ReadsBack()
    {
        foreach (int rank in new[] { 0, 1, 31, 32 })
        {
            using var stream = new MemoryStream();
            int[] shape = [.. Enumerable.Repeat(1, rank)];
            NpyFile.Write<double>(stream, [7.0], shape);
            stream.Position = 0;
            var array = NpyFile.Read<double>(stream, "x");
            array.Shape.ToArray().Should().Equal(shape);
            array.Data.Should().Equal(7);
        }

        FluentActions.Invoking(() => NpyFile.Write<double>(new MemoryStream(), [7.0], [.. Enumerable.Repeat(1, 33)]))
            .Should().Throw<ArgumentException>().WithMessage("*33 dimensions; at most 32*");
    }

    private static void Check<T>(byte[] file, string type, BigInteger[] numbers)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        var read = FluentActions.Invoking(() => NpyFile.Read<T>(new MemoryStream(file), "x").Data);
        bool isReal = typeof(T) == typeof(double) || typeof(T) == typeof(float);
        if (!isReal && type[1] == 'f')
        {
            read.Should().Throw<InvalidDataException>().WithMessage($"*f{type[2]}; whole numbers*");
        }
        else if (isReal || numbers.All(number => number >= BigInteger.CreateChecked(T.MinValue) && number <= BigInteger.CreateChecked(T.MaxValue)))
        {
            read().Should().Equal(numbers.Select(number => T.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)), $"{type} as {typeof(T).Name}");
        }
        else
        {
            read.Should().Throw<InvalidDataException>($"{type} as {typeof(T).Name}").WithMessage($"*too large for {typeof(T).Name}*");
        }
    }

    private static (byte[] Bytes, BigInteger[] Numbers) Elements(string type)
    {
        int size = type[2] - '0';
        BigInteger[] numbers = type[1] switch
        {
            'i' => [1, 77, -BigInteger.Pow(2, (8 * size) - 1), BigInteger.Pow(2, (8 * size) - 1) - 1],
            'u' => [1, 77, 0, BigInteger.Pow(2, 8 * size) - 1],
            'b' => [1, 0],
            _ => [1, 77, -2048, 2047],
        };
        byte[] bytes = new byte[size * numbers.Length];
        for (int k = 0; k < numbers.Length; k++)
        {
            var element = bytes.AsSpan(k * size, size);
            switch (type[1..])
            {
                case "f2": BinaryPrimitives.WriteHalfLittleEndian(element, (Half)(double)numbers[k]); break;
                case "f4": BinaryPrimitives.WriteSingleLittleEndian(element, (float)numbers[k]); break;
                case "f8": BinaryPrimitives.WriteDoubleLittleEndian(element, (double)numbers[k]); break;
                default:
                    // Two's complement, without the sign byte that may follow.
                    byte[] whole = [.. numbers[k].ToByteArray(), .. Enumerable.Repeat(numbers[k].Sign < 0 ? (byte)255 : (byte)0, 8)];
                    whole.AsSpan(0, size).CopyTo(element);
                    break;
            }

            if (type[0] == '>')
            {
                element.Reverse();
            }
        }

        return (bytes, numbers);
    }

    private static byte[] File(string header, byte[] data) => [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. data];
}
