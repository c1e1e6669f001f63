using System.IO.Compression;
using System.Text;

namespace SobolevNet.Tests.Files;

/// <summary>Files that promise more than they hold, read in a process whose heap is small.</summary>
public sealed class FileMemoryTests : IDisposable
{
    private const int Mebi = 1 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Labels_WhoseLayoutHasMoreTangentsThanMemory_AreRefused()
    {
        WriteLabels(("dxdr", new double[1], [1, 1, 1]), ("dydr", new double[1], [1, 1, 1]), tangents: 2_000_000_000, firsts: [0]);
        Read(64, "labels").Should().StartWith("refused").And.Contain("tangents must be one number from 0 to 1048576");
    }

    [Fact]
    public void Labels_OfManyTangentsWithFewSecondDerivatives_AreRefusedBeforeTheLayoutIsMade()
    {
        const int p = 60_000;
        WriteLabels(
            ("dxdr", new double[p], [1, p, 1]), ("dydr", new double[p], [1, p, 1]), 0, [],
            ("d2xdr2", new double[1], [1, 1, 1]), ("d2ydr2", new double[1], [1, 1, 1]));
        Read(64, "labels").Should().StartWith("refused").And.Contain("1800030000 pairs of tangents");

        // The most tangents that a layout of chosen components may have.
        WriteLabels(("dxdr", new double[1], [1, 1, 1]), ("dydr", new double[1], [1, 1, 1]), tangents: 1 << 20, firsts: [0]);
        Read(64, "labels").Should().StartWith("read");
    }

    [Fact]
    public void Labels_OfChosenComponents_AreComparedWithTheArraysFirst()
    {
        WriteLabels(("dxdr", new double[1], [1, 1, 1]), ("dydr", new double[1], [1, 1, 1]), tangents: 5, firsts: [.. Enumerable.Range(0, 5)]);
        Read(64, "labels").Should().StartWith("refused").And.Contain("firsts has 5");
    }

    [Fact]
    public void Archive_ThatUnpacksToMuchMore_IsRefused()
    {
        WriteZeros("bomb", arrays: 3, bytes: 100 * Mebi);
        new FileInfo(_folder.File("bomb")).Length.Should().BeLessThan(3 * Mebi);
        Read(64, "npz", "bomb").Should().StartWith("refused").And.Contain("are allowed");
        Read(64, "labels", "bomb").Should().StartWith("refused");

        // What is allowed fits as well.
        WriteZeros("small", arrays: 1, bytes: 15 * Mebi, type: "f8");
        new FileInfo(_folder.File("small")).Length.Should().BeLessThan(Mebi);
        Read(64, "npz", "small").Should().StartWith("read");
    }

    [Fact]
    public void Archive_OfManyNames_TakesASmallMultipleOfItsLength()
    {
        using (var archive = new ZipArchive(File.Create(_folder.File("names")), ZipArchiveMode.Create))
        {
            for (int k = 0; k < 20_000; k++)
            {
                archive.CreateEntry($"{k}.npy");
            }
        }

        Read(64, "npz", "names").Should().StartWith("refused");
    }

    [Fact]
    public void Array_OfBytes_TakesEightTimesItsLength()
    {
        NpyFile.Write<byte>(_folder.File("bytes"), new byte[8 * Mebi], 8 * Mebi);
        Read(80, "npy", "bytes").Should().StartWith("read");
    }

    [Fact]
    public void Network_WithAMillionSizes_IsRefusedWithAShortMessage()
    {
        const int length = 20 * Mebi;
        string sizes = new StringBuilder().Insert(0, "1,", length / 2).Append('1').ToString();
        WriteHeader("""{"__metadata__":{"format":"SobolevNet network 1","activation":"tanh","sizes":"SIZES"}}""".Replace("SIZES", sizes, StringComparison.Ordinal));

        // The header, its text in UTF-16, and no more.
        Read(90, "network").Should().StartWith("refused").And.Contain("layer sizes");
    }

    [Fact]
    public void Header_OfManyTensors_TakesASmallMultipleOfItsLength()
    {
        var header = new StringBuilder("{");
        for (int k = 0; k < 100_000; k++)
        {
            header.Append(k == 0 ? "" : ",").Append($"\"{k}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
        }

        WriteHeader(header.Append('}').ToString());
        Read(64, "safetensors").Should().StartWith("read");
        Read(80, "network").Should().StartWith("refused");
    }

    [Theory]
    [InlineData("safetensors", """{"__metadata__":{"NAME":1}}""")]
    [InlineData("safetensors", """{"__metadata__":{"NAME":"1","NAME":"2"}}""")]
    [InlineData("safetensors", """{"NAME":1}""")]
    [InlineData("safetensors", """{"NAME":{"NAME":1}}""")]
    [InlineData("safetensors", """{"NAME":{"dtype":1}}""")]
    [InlineData("safetensors", """{"NAME":{"dtype":"F32","dtype":"F32"}}""")]
    [InlineData("safetensors", """{"NAME":{"dtype":"NAME"}}""")]
    [InlineData("safetensors", """{"NAME":{"shape":1}}""")]
    [InlineData("safetensors", """{"NAME":{"shape":[1,"NAME"]}}""")]
    [InlineData("safetensors", """{"NAME":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("safetensors", """{"NAME":{"dtype":"F32","shape":[1],"data_offsets":[1,0]}}""")]
    [InlineData("safetensors", """{"NAME":{"dtype":"F32","shape":[0],"data_offsets":[1,1]}}""")]
    [InlineData("safetensors", """{"NAME":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""")]
    [InlineData("safetensors", """{"NAME":NAME}""")]
    [InlineData("network", """{"__metadata__":{"NAME":"NAME"}}""")]
    [InlineData("network", """{"__metadata__":{"format":"NAME"}}""")]
    [InlineData("network", """{"__metadata__":{"format":"pt","activation":"NAME"},"0.weight":{"dtype":"F32","shape":[0,1],"data_offsets":[0,0]}}""")]
    [InlineData("network", """{"__metadata__":{"format":"SobolevNet network 1","activation":"NAME","sizes":"1,1"}}""")]
    [InlineData("network", """{"__metadata__":{"format":"SobolevNet network 1","activation":"tanh","sizes":"NAME"}}""")]
    [InlineData("network", """{"NAME":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""")]
    public void Message_OfARefusal_CutsLongNames(string reader, string header)
    {
        string name = new('n', 100_000);
        WriteHeader(header.Replace("NAME", name, StringComparison.Ordinal));
        Action read = reader == "network" ? () => Mlp<float>.Load(_folder.File("a")) : () => SafetensorsFile.Read(_folder.File("a"));

        read.Should().Throw<InvalidDataException>().Which.Message.Length.Should().BeLessThan(1_500);
    }

    [Fact]
    public void Message_OfAMissingName_CutsTheNamesThatAreThere()
    {
        string name = new('n', 10_000);
        using (var writer = NpzWriter.Create(_folder.File("a")))
        {
            writer.Add<double>(name, [1], 1);
            writer.Commit();
        }

        using var npz = NpzReader.Open(_folder.File("a"));
        npz.Invoking(file => file.Read<double>("x")).Should().Throw<InvalidDataException>().Which.Message.Length.Should().BeLessThan(500);
        npz.Invoking(file => file.Read<double>(name + "x")).Should().Throw<InvalidDataException>().Which.Message.Length.Should().BeLessThan(500);
        var safetensors = SafetensorsFile.Read(new MemoryStream(Safetensors("""{"NAME":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""".Replace("NAME", name, StringComparison.Ordinal))), "x");
        safetensors.Invoking(file => file.GetTensor("x")).Should().Throw<InvalidDataException>().Which.Message.Length.Should().BeLessThan(500);
        safetensors.Invoking(file => file.GetTensor(name, [1])).Should().Throw<InvalidDataException>().Which.Message.Length.Should().BeLessThan(500);
        safetensors.Invoking(file => file.GetMetadata(name)).Should().Throw<InvalidDataException>().Which.Message.Length.Should().BeLessThan(500);
    }

    private static byte[] Safetensors(string header)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)json.Length), .. json];
    }

    private void WriteHeader(string header) => File.WriteAllBytes(_folder.File("a"), Safetensors(header));

    /// <summary>Reads a file in a process with a heap of so many MiB; what it prints.</summary>
    private string Read(int mebibytes, string reader, string name = "a")
    {
        var (exitCode, output) = ChildProcess.Run((long)mebibytes * Mebi, "file", reader, _folder.File(name));
        exitCode.Should().Be(0, output);
        output.Length.Should().BeLessThan(1_500);
        return output;
    }

    private void WriteLabels(
        (string Name, double[] Data, int[] Shape) dxdr, (string Name, double[] Data, int[] Shape) dydr, int tangents, int[] firsts,
        params (string Name, double[] Data, int[] Shape)[] more)
    {
        using var writer = NpzWriter.Create(_folder.File("a"));
        writer.Add<double>("x", [1], 1, 1);
        writer.Add<double>("y", [1], 1, 1);
        foreach (var (name, data, shape) in more.Prepend(dydr).Prepend(dxdr))
        {
            writer.Add<double>(name, data, shape);
        }

        if (firsts.Length > 0)
        {
            writer.Add<int>("tangents", [tangents]);
            writer.Add<int>("firsts", firsts, firsts.Length);
            writer.Add<int>("seconds", [], 0, 2);
        }

        writer.Commit();
    }

    /// <summary>An archive of arrays of zeros, without ever holding them.</summary>
    private void WriteZeros(string name, int arrays, int bytes, string type = "u1")
    {
        byte[] zeros = new byte[Mebi];
        using var archive = new ZipArchive(File.Create(_folder.File(name)), ZipArchiveMode.Create);
        for (int k = 0; k < arrays; k++)
        {
            using var entry = archive.CreateEntry(k == 0 ? "x.npy" : $"y{k}.npy", CompressionLevel.Fastest).Open();
            string text = $"{{'descr': '{(type == "u1" ? "|u1" : "<" + type)}', 'fortran_order': False, 'shape': ({bytes / (type[1] - '0')},), }}".PadRight(117) + "\n";
            entry.Write([0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(text)]);
            for (int left = bytes; left > 0; left -= zeros.Length)
            {
                entry.Write(zeros.AsSpan(0, Math.Min(left, zeros.Length)));
            }
        }
    }
}
