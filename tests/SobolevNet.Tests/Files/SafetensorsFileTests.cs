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
        { """{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", 4, "dtype \"F16\"; F32, F64, I64 and U8 are supported" },
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

    private static byte[] Small() => Written(
        new Dictionary<string, string> { ["kind"] = "mlp" },
        [SafetensorsTensor.Create<float>("w", [1, 2, 3, 4], 2, 2), SafetensorsTensor.Create<long>("step", [9])]);

    private static byte[] Written(Dictionary<string, string> metadata, SafetensorsTensor[] tensors)
    {
        var stream = new MemoryStream();
        SafetensorsFile.Write(stream, metadata, tensors);
        return stream.ToArray();
    }

    private static byte[] File(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }
}
