using System.Text;

namespace SobolevNet.Tests.Files;

public sealed class NpyFileTests : IDisposable
{
    // Made by NumPy 1.24 on a little-endian machine.
    private const string Doubles = // np.save(f, np.array([[1.5, -2, 3], [4, 5e-300, -0.0]]))
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAAADAAAAAAAAACEAAAAAAAAAQQC8wt7OnycoBAAAAAAAAAIA=";

    private const string BigEndianFortran = // np.asfortranarray(np.arange(6).reshape(3, 2)).astype('>f4', order='F')
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMywgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAQAAAAECAAAA/gAAAQEAAAECgAAA=";

    private const string Scalar = // np.int16(-7)
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr5/w==";

    private const string Version2 = // np.lib.format.write_array(f, np.array([1, 2, 255], np.uint8), version=(2, 0))
        "k05VTVBZAgB0AAAAeydkZXNjcic6ICd8dTEnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAv8=";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_GivesTheBytesThatNumPyGives()
    {
        NpyFile.Write<double>(_folder.File("a.npy"), [1.5, -2, 3, 4, 5e-300, -0.0], 2, 3);

        File.ReadAllBytes(_folder.File("a.npy")).Should().Equal(Convert.FromBase64String(Doubles));
    }

    [Fact]
    public void Read_OfArraysThatNumPyWrote_GivesShapeAndElements()
    {
        var doubles = Read<double>(Doubles);
        doubles.Shape.ToArray().Should().Equal(2, 3);
        doubles.Data.Should().Equal(1.5, -2, 3, 4, 5e-300, -0.0);
        double.IsNegative(doubles.Data[5]).Should().BeTrue();

        var fortran = Read<float>(BigEndianFortran);
        fortran.Shape.ToArray().Should().Equal(3, 2);
        fortran.Data.Should().Equal(0, 1, 2, 3, 4, 5);

        var scalar = Read<double>(Scalar);
        scalar.Shape.ToArray().Should().BeEmpty();
        scalar.Data.Should().Equal(-7);

        Read<int>(Version2).Data.Should().Equal(1, 2, 255);
    }

    [Fact]
    public void Read_OfWritten_GivesTheSameForEveryType()
    {
        RoundTrip<float>([1.5f, float.NaN, float.MinValue], 3);
        RoundTrip<double>([1, 2, 3, 4, 5, 6], 1, 3, 2);
        RoundTrip<int>([int.MinValue, 7], 2, 1);
        RoundTrip<long>([long.MaxValue]);
        RoundTrip<byte>([0, 255], 2);
        RoundTrip<double>([], 0, 5);
        RoundTrip<double>([.. Enumerable.Range(0, 30_000).Select(k => (double)k)], 300, 100);
    }

    [Fact]
    public void Read_IntoAnotherType_ConvertsOrRefuses()
    {
        Read<float>(Doubles).Data[3].Should().Be(4);
        Read<double>(BigEndianFortran).Data.Should().Equal(0, 1, 2, 3, 4, 5);
        FluentActions.Invoking(() => Read<int>(Doubles)).Should().Throw<InvalidDataException>().WithMessage("\"x.npy\" is*f8; whole numbers*");
        FluentActions.Invoking(() => Read<byte>(Scalar)).Should().Throw<InvalidDataException>().WithMessage("*too large for Byte*");
    }

    [Theory]
    [InlineData("<f2", new byte[] { 0x00, 0x3E, 0x80, 0xC0, 0xFF, 0x7B, 0x01, 0x00 })]
    [InlineData(">f2", new byte[] { 0x3E, 0x00, 0xC0, 0x80, 0x7B, 0xFF, 0x00, 0x01 })]
    public void Read_OfFloat16_ConvertsExactly(string type, byte[] data)
    {
        byte[] bytes = Array($"{{'descr': '{type}', 'fortran_order': False, 'shape': (4,), }}", data);

        NpyFile.Read<float>(new MemoryStream(bytes), "x").Data.Should().Equal(1.5f, -2.25f, 65504, MathF.ScaleB(1, -24));
        NpyFile.Read<double>(new MemoryStream(bytes), "x").Data.Should().Equal(1.5, -2.25, 65504, Math.ScaleB(1, -24));
        FluentActions.Invoking(() => NpyFile.Read<int>(new MemoryStream(bytes), "x")).Should().Throw<InvalidDataException>().WithMessage("*f2; whole numbers*");
    }

    [Fact]
    public void Read_OfATypeThatArraysAreNotReadAs_IsRefused()
    {
        FluentActions.Invoking(() => Read<decimal>(Doubles)).Should().Throw<NotSupportedException>().WithMessage("*Decimal*");
        FluentActions.Invoking(() => Read<char>(Version2)).Should().Throw<NotSupportedException>().WithMessage("*Char*");
        FluentActions.Invoking(() => Read<Half>(Doubles)).Should().Throw<NotSupportedException>().WithMessage("*Half*");
        Read<ushort>(Version2).Data.Should().Equal([1, 2, 255]);
    }

    public static TheoryData<string, int, string> BadHeaders() => new()
    {
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 15, "does not fit the 15 bytes" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 17, "does not fit the 17 bytes" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }", 16, "number from 0" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2.5,), }", 16, "')' is expected" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", 16, "number from 0" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }", 16, "does not fit" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 2147483647, 4), }", 16, "does not fit" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': 2, }", 16, "'(' is expected" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2)}", 16, "more than 32 dimensions" },
        { "{'descr': '<f8', 'fortran_order': False}", 8, "lacks one of" },
        { "{'descr': '<f8', 'shape': (1,)}", 8, "lacks one of" },
        { "{'fortran_order': False, 'shape': (1,)}", 8, "lacks one of" },
        { "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", 8, "True or False" },
        { "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", 8, "'descr', which is unknown or given twice" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': (1,)}", 8, "'x', which is unknown" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} 7", 8, "goes on after" },
        { "{'descr': '<f8, 'fortran_order': False, 'shape': (1,)}", 8, "malformed" },
        { "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", 8, "records" },
        { "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 8, "\"|O\"" },
        { "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", 8, "\"<c8\"" },
        { "{'descr': '<f3', 'fortran_order': False, 'shape': (4,)}", 8, "f2, f4, f8" },
        { "{'descr': '|f8', 'fortran_order': False, 'shape': (1,)}", 8, "\"|f8\"" },
        { "", 0, "'{' is expected" },
        { "{", 0, "quoted string" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void Read_OfABadHeader_SaysWhatIsWrong(string header, int dataBytes, string message)
    {
        byte[] bytes = Array(header, new byte[dataBytes]);

        FluentActions.Invoking(() => NpyFile.Read<double>(new MemoryStream(bytes), "x.npy"))
            .Should().Throw<InvalidDataException>().WithMessage($"\"x.npy\" is not a readable .npy file: *{message}*");
    }

    [Fact]
    public void Read_OfAForeignFile_SaysSo()
    {
        FluentActions.Invoking(() => NpyFile.Read<double>(new MemoryStream("PK\u0003\u0004 something"u8.ToArray()), "x"))
            .Should().Throw<InvalidDataException>().WithMessage("*some other format*");
        byte[] version4 = Convert.FromBase64String(Doubles);
        version4[6] = 4;
        FluentActions.Invoking(() => NpyFile.Read<double>(new MemoryStream(version4), "x")).Should().Throw<InvalidDataException>().WithMessage("*4.0*");
        FluentActions.Invoking(() => NpyFile.Read<double>(_folder.File("none.npy"))).Should().Throw<FileNotFoundException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    public void Read_OfAByteTooMany_IsRefused(byte extra)
    {
        byte[] longer = [.. Convert.FromBase64String(Doubles), extra];
        FluentActions.Invoking(() => NpyFile.Read<double>(new MemoryStream(longer), "x")).Should().Throw<InvalidDataException>().WithMessage("*does not fit*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    public void Read_OfAStreamThatIsLongerThanItSays_IsRefused(byte extra)
    {
        // As an entry of an archive may be.
        byte[] sound = Convert.FromBase64String(Doubles);
        FluentActions.Invoking(() => NpyFile.Read<double>(new MemoryStream([.. sound, extra]), sound.Length, sound.Length, "x"))
            .Should().Throw<InvalidDataException>().WithMessage("x: more bytes follow*");
    }

    [Theory]
    [InlineData(Doubles)]
    [InlineData(BigEndianFortran)]
    [InlineData(Version2)]
    public void Read_OfEveryTruncation_IsRefused(string sound)
    {
        foreach (byte[] cut in ByteMutations.Truncations(Convert.FromBase64String(sound)))
        {
            FluentActions.Invoking(() => NpyFile.Read<double>(new MemoryStream(cut), "x"))
                .Should().Throw<InvalidDataException>($"{cut.Length} bytes are not a whole file");
        }
    }

    [Theory]
    [InlineData(Doubles, 21)]
    [InlineData(BigEndianFortran, 22)]
    [InlineData(Version2, 23)]
    public void Read_OfRandomDamage_GivesAnArrayOrAnInvalidDataException(string sound, ulong seed)
    {
        int readable = 0;
        int refused = 0;
        long most = 0;
        foreach (byte[] bytes in ByteMutations.Random(Convert.FromBase64String(sound), 3_000, seed, reach: 150))
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                NpyFile.Read<double>(new MemoryStream(bytes), "x").Data.Length.Should().BeLessThan(bytes.Length);
                readable++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        readable.Should().BeGreaterThan(30);
        refused.Should().BeGreaterThan(500);
        most.Should().BeLessThan(300_000, "a file of a few hundred bytes cannot need more");
    }

    [Fact]
    public void Write_OfWhatCannotBeWritten_IsRefusedAndLeavesNoFile()
    {
        FluentActions.Invoking(() => NpyFile.Write<double>(_folder.File("a.npy"), new double[5], 2, 3)).Should().Throw<ArgumentException>().WithMessage("*(2, 3)*5 elements*");
        FluentActions.Invoking(() => NpyFile.Write<decimal>(_folder.File("a.npy"), new decimal[1], 1)).Should().Throw<NotSupportedException>();
        _folder.Names().Should().BeEmpty();
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Array(string header, byte[] data) =>
        [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. data];

    private static NpyArray<T> Read<T>(string base64)
        where T : unmanaged, System.Numerics.INumber<T> => NpyFile.Read<T>(new MemoryStream(Convert.FromBase64String(base64)), "x.npy");

    private void RoundTrip<T>(T[] data, params int[] shape)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        NpyFile.Write<T>(_folder.File("r.npy"), data, shape);
        var array = NpyFile.Read<T>(_folder.File("r.npy"));
        array.Data.Should().Equal(data);
        array.Shape.ToArray().Should().Equal(shape);
    }
}
