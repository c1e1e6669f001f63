using System.Buffers.Binary;
using System.Text;

namespace SobolevNet.Tests.Files;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_OfWritten_GivesTheSameBits()
    {
        string path = _folder.File("a.safetensors");
        double[] doubles = [Math.PI, -0.0, double.NaN, double.MaxValue];
        float[] floats = [1.5f, float.Epsilon, float.NegativeInfinity, 3, 4, 5];
        SafetensorsFile.Write(
            path,
            new Dictionary<string, string> { ["b"] = "{\"quoted\": \"é\"}", ["a"] = "" },
            [
                SafetensorsTensor.Create<byte>("bytes", [1, 2, 255], 3),
                SafetensorsTensor.Create<float>("layers.0.weight", floats, 2, 3),
                SafetensorsTensor.Create<double>("d", doubles, 4, 1),
                SafetensorsTensor.Create<long>("scalar", [long.MinValue]),
                SafetensorsTensor.Create<float>("empty", [], 0, 7),
            ]);

        var file = SafetensorsFile.Read(path);

        file.Metadata.Should().BeEquivalentTo(new Dictionary<string, string> { ["b"] = "{\"quoted\": \"é\"}", ["a"] = "" });
        file.Tensors.Select(t => t.ToString()).Should().Equal(
            "bytes: U8 (3)", "layers.0.weight: F32 (2, 3)", "d: F64 (4, 1)", "scalar: I64 ()", "empty: F32 (0, 7)");
        file.GetTensor("bytes").ToArray<byte>().Should().Equal(1, 2, 255);
        file.GetTensor("layers.0.weight", [2, 3]).ToArray<float>().Should().Equal(floats);
        file.GetTensor("d").ToArray<double>().Select(BitConverter.DoubleToInt64Bits)
            .Should().Equal(doubles.Select(BitConverter.DoubleToInt64Bits));
        file.GetTensor("scalar", []).ToArray<long>().Should().Equal(long.MinValue);
        file.GetTensor("empty", [0, 7]).ToArray<float>().Should().BeEmpty();
    }

    [Fact]
    public void Write_AlignsEveryTensorAndIsReproducible()
    {
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.Create<byte>("u", [1], 1),
            SafetensorsTensor.Create<float>("f", [2], 1),
            SafetensorsTensor.Create<double>("d", [3], 1),
        ];
        byte[] first = Written(new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" }, tensors);
        byte[] second = Written(new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" }, tensors);

        second.Should().Equal(first);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(first);
        (header % 8).Should().Be(0);
        BinaryPrimitives.ReadDoubleLittleEndian(first.AsSpan(8 + header)).Should().Be(3);
        BinaryPrimitives.ReadSingleLittleEndian(first.AsSpan(8 + header + 8)).Should().Be(2);
        first[^1].Should().Be(1);
    }

    [Fact]
    public void Read_OfAFileMadeByHand_FollowsTheFormat()
    {
        // Tensors listed against their order in the data, escapes, blanks before and after: all allowed by the format.
        byte[] bytes = File(
            """{ "b":{"data_offsets":[4,12],"shape":[2,1],"dtype":"F32"}, "__metadata__":{"f\u006frmat":"pt"},"a\"":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   """,
            [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40]);

        var file = SafetensorsFile.Read(new MemoryStream(bytes), "hand");

        file.GetMetadata("format").Should().Be("pt");
        file.GetTensor("a\"").ToArray<float>().Should().Equal(1);
        file.GetTensor("b").ToArray<float>().Should().Equal(2, 3);
    }

    [Fact]
    public void CopyTo_AnotherFloatingType_Converts()
    {
        double third = 1.0 / 3;
        var tensor = SafetensorsTensor.Create<double>("a", [third], 1);
        tensor.ToArray<float>().Should().Equal((float)third);
        SafetensorsTensor.Create<float>("a", [(float)third], 1).ToArray<double>().Should().Equal((float)third);

        tensor.Invoking(t => t.ToArray<long>()).Should().Throw<InvalidDataException>().WithMessage("*\"a\" holds F64; I64*");
        tensor.Invoking(t => t.ToArray<int>()).Should().Throw<NotSupportedException>().WithMessage("*Int32*");
        tensor.Invoking(t => t.CopyTo<double>(new double[2])).Should().Throw<ArgumentException>().WithMessage("*has 1 elements*2*");
    }

    [Fact]
    public void CopyTo_FromHalfPrecision_IsExact()
    {
        // 1.5, −2, the smallest number above 0 and infinity, in both formats.
        var file = Read(
            """{"h":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[8,16]}}""",
            [0x00, 0x3E, 0x00, 0xC0, 0x01, 0x00, 0x00, 0x7C, 0xC0, 0x3F, 0x00, 0xC0, 0x01, 0x00, 0x80, 0x7F]);

        file.GetTensor("h", [2, 2]).ToArray<float>().Should().Equal(1.5f, -2, MathF.ScaleB(1, -24), float.PositiveInfinity);
        file.GetTensor("h").ToArray<double>().Should().Equal(1.5, -2, Math.ScaleB(1, -24), double.PositiveInfinity);
        file.GetTensor("b", [4]).ToArray<float>().Should().Equal(1.5f, -2, MathF.ScaleB(1, -133), float.PositiveInfinity);
        file.GetTensor("b").ToArray<double>().Should().Equal(1.5, -2, Math.ScaleB(1, -133), double.PositiveInfinity);
        file.GetTensor("h").Invoking(t => t.ToArray<long>()).Should().Throw<InvalidDataException>().WithMessage("*\"h\" holds F16; I64*");
        file.Tensors.Select(t => t.ToString()).Should().Equal("h: F16 (2, 2)", "b: BF16 (4)");
    }

    [Fact]
    public void Read_OfOtherElementTypes_GivesTheirBytesAndAllOtherTensors()
    {
        var file = Read(
            """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"i":{"dtype":"I32","shape":[1],"data_offsets":[4,8]},"m":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]},"new":{"dtype":"F4","shape":[6],"data_offsets":[9,12]}}""",
            [0, 0, 0x80, 0x3F, 2, 0, 0, 0, 1, 7, 8, 9]);

        file.GetTensor("w").ToArray<float>().Should().Equal(1);
        file.GetTensor("i").Dtype.Should().Be(SafetensorsDtype.Other);
        file.GetTensor("i", [1]).Bytes.ToArray().Should().Equal(2, 0, 0, 0);
        file.GetTensor("new").Length.Should().Be(6);
        file.GetTensor("new").Bytes.ToArray().Should().Equal(7, 8, 9);
        file.GetTensor("i").Invoking(t => t.ToArray<float>()).Should().Throw<InvalidDataException>().WithMessage("*\"i\" holds Other; F32*");
        FluentActions.Invoking(() => Written([], [.. file.Tensors])).Should().Throw<ArgumentException>().WithMessage("*\"i\"*not written*").WithParameterName("tensors");
    }

    [Theory]
    [InlineData("""{"big":{"dtype":"F64","shape":[500000000],"data_offsets":[0,4000000000]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4000000000,4000000004]}}""")]
    [InlineData("""{"big":{"dtype":"U8","shape":[4000000000],"data_offsets":[0,4000000000]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4000000000,4000000004]}}""")]
    public void Read_OfATensorOfMoreThanAnArrayHolds_LeavesOutThatOne(string header)
    {
        string path = _folder.File("big");
        byte[] start = File(header, []);
        using (var stream = new FileStream(path, FileMode.Create))
        {
            // A file with a hole, which takes no room on the disk.
            stream.Write(start);
            stream.Position = start.Length + 4_000_000_000;
            stream.Write(BitConverter.GetBytes(2.5f));
        }

        var file = SafetensorsFile.Read(path);

        file.Tensors.Select(tensor => tensor.Name).Should().Equal("w");
        file.GetTensor("w").ToArray<float>().Should().Equal(2.5f);
        file.TryGetTensor("big", out _).Should().BeFalse();
        file.Invoking(f => f.GetTensor("big")).Should().Throw<InvalidDataException>().WithMessage("*\"big\" is too large*");
        FluentActions.Invoking(() => Mlp<float>.Load(path)).Should().Throw<InvalidDataException>().WithMessage("*tensor w*");
    }

    public static TheoryData<string, int, string> BadHeaders() => new()
    {
        { "[]", 0, "does not start with '{'" },
        { " {}", 0, "does not start with '{'" },
        { "{", 0, "not valid JSON" },
        { "{}x", 0, "not valid JSON" },
        { "{}", 1, "1 bytes follow the last tensor" },
        { """{"a":1}""", 0, "\"a\" as Number" },
        { """{"__metadata__":{"k":1}}""", 0, "\"k\" is Number" },
        { """{"__metadata__":{"k":"1","k":"2"}}""", 0, "\"k\" twice" },
        { """{"__metadata__":[]}""", 0, "an object is expected" },
        { """{"a":{"dtype":"F16","shape":[3],"data_offsets":[0,4]}}""", 4, "does not take the 4 bytes" },
        { """{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,4]}}""", 4, "does not take the 4 bytes" },
        { """{"a":{"dtype":"I32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "does not take the 4 bytes" },
        { """{"a":{"dtype":7,"shape":[2],"data_offsets":[0,4]}}""", 4, "dtype that is not a string" },
        { """{"a":{"dtype":"F32","shape":[1]}}""", 4, "lacks one of" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "lacks one of" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4, "more than 2 elements" },
        { """{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "shape that is not an array" },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "not an integer from 0" },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "not an integer from 0" },
        { """{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}""", 4, "not an integer from 0" },
        { """{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, "not an integer from 0" },
        { """{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", 4, "not an integer from 0" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":{}}}""", 4, "unknown property \"x\"" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "\"dtype\" twice" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "does not take the 4 bytes" },
        { """{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}""", 4, "does not take the 4 bytes" },
        { """{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}""", 4, "does not take the 4 bytes" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "cut off" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "1 bytes follow" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "claims bytes 4 to 0" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "starts at byte 4" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "starts at byte 0" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "\"a\" twice" },
        { """{"a":{"dtype":"U8","shape":[],"data_offsets":[9223372036854775806,9223372036854775807]}}""", 1, "cut off" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void Read_OfABadHeader_SaysWhatIsWrongAndWhere(string header, int dataBytes, string message)
    {
        byte[] bytes = File(header, new byte[dataBytes]);

        FluentActions.Invoking(() => SafetensorsFile.Read(new MemoryStream(bytes), "net.safetensors"))
            .Should().Throw<InvalidDataException>().WithMessage($"\"net.safetensors\" is not a readable safetensors file: *{message}*");
    }

    [Theory]
    [InlineData(ulong.MaxValue, "at most 100000000")]
    [InlineData(100_000_001UL, "at most 100000000")]
    [InlineData(99_999_999UL, "only 2 follow")]
    public void Read_OfALyingHeaderLength_TakesNoMemory(ulong length, string message)
    {
        byte[] bytes = File("{}", []);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);

        long before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => SafetensorsFile.Read(new MemoryStream(bytes), "x"))
            .Should().Throw<InvalidDataException>().WithMessage($"*{message}*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
    }

    [Fact]
    public void Read_OfTextThatIsNotUtf8_IsRefused()
    {
        byte[] bytes = File("{\"a\":{}}", []);
        bytes[8 + 2] = 0xFF;

        FluentActions.Invoking(() => SafetensorsFile.Read(new MemoryStream(bytes), "x")).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void Read_OfEveryTruncation_IsRefused()
    {
        foreach (byte[] cut in ByteMutations.Truncations(Small()))
        {
            FluentActions.Invoking(() => SafetensorsFile.Read(new MemoryStream(cut), "x"))
                .Should().Throw<InvalidDataException>($"{cut.Length} bytes are not a whole file");
        }
    }

    [Fact]
    public void Read_OfRandomDamage_GivesAFileOrAnInvalidDataException()
    {
        byte[] small = Small();
        int readable = 0;
        int refused = 0;
        long most = 0;
        foreach (byte[] bytes in ByteMutations.Random(small, 5_000, seed: 11, reach: small.Length))
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var file = SafetensorsFile.Read(new MemoryStream(bytes), "x");
                file.Tensors.Sum(tensor => (long)tensor.Bytes.Length).Should().BeLessThan(bytes.Length);
                readable++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        readable.Should().BeGreaterThan(50);
        refused.Should().BeGreaterThan(1_000);
        most.Should().BeLessThan(200_000, "a file of a few hundred bytes cannot need more");
    }

    [Fact]
    public void GetTensor_ThatIsMissingOrMisshapen_NamesIt()
    {
        var file = SafetensorsFile.Read(new MemoryStream(Small()), "net.safetensors");

        file.Invoking(f => f.GetTensor("nope")).Should().Throw<InvalidDataException>().WithMessage("*net.safetensors*no tensor \"nope\"; it has w, step*");
        file.Invoking(f => f.GetTensor("w", [3, 2])).Should().Throw<InvalidDataException>().WithMessage("*\"w\"*(2, 2); (3, 2) is expected*");
        file.Invoking(f => f.GetMetadata("nope")).Should().Throw<InvalidDataException>().WithMessage("*no metadata \"nope\"; it has kind*");
        file.TryGetTensor("nope", out _).Should().BeFalse();
    }

    [Fact]
    public void Create_OfAWrongShapeOrName_IsRefused()
    {
        FluentActions.Invoking(() => SafetensorsTensor.Create<float>("a", new float[5], 2, 3))
            .Should().Throw<ArgumentException>().WithMessage("*(2, 3)*5 elements*");
        FluentActions.Invoking(() => SafetensorsTensor.Create<float>("a", new float[2], -1, -2)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => SafetensorsTensor.Create<float>("__metadata__", new float[1], 1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => SafetensorsTensor.Create<float>("", new float[1], 1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => SafetensorsTensor.Create<decimal>("a", new decimal[1], 1)).Should().Throw<NotSupportedException>();
        var twice = SafetensorsTensor.Create<float>("a", new float[1], 1);
        FluentActions.Invoking(() => Written(new Dictionary<string, string>(), [twice, twice]))
            .Should().Throw<ArgumentException>().WithMessage("*\"a\" is given twice*");
    }

    [Fact]
    public void Read_OfNoFile_IsAFileNotFoundException() =>
        FluentActions.Invoking(() => SafetensorsFile.Read(_folder.File("none"))).Should().Throw<FileNotFoundException>();

    public void Dispose() => _folder.Dispose();

    /// <summary>A file without a checksum, which would refuse all damage.</summary>
    private static byte[] Small() => File(
        """{"__metadata__":{"kind":"mlp"},"w":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]},"step":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}   """,
        [9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40]);

    private static byte[] Written(Dictionary<string, string> metadata, SafetensorsTensor[] tensors)
    {
        var stream = new MemoryStream();
        SafetensorsFile.Write(stream, metadata, tensors);
        return stream.ToArray();
    }

    private static SafetensorsFile Read(string header, byte[] data) => SafetensorsFile.Read(new MemoryStream(File(header, data)), "x");

    private static byte[] File(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }
}
