namespace SobolevNet.Tests.Files;

/// <summary>Networks and archives in streams beside files.</summary>
public sealed class StreamTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Network_InAStream_HasTheBytesOfAFileAndEveryCheck()
    {
        var network = Mlp<float>.Create(2, [3], 1, Activation.Silu, seed: 1);
        network.Save(_folder.File("a"));
        using var stream = new MemoryStream();
        stream.WriteByte(7);
        network.Save(stream);
        stream.ToArray()[1..].Should().Equal(File.ReadAllBytes(_folder.File("a")));

        stream.Position = 1;
        Mlp<float>.Load(stream).Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
        stream.CanRead.Should().BeTrue("the stream is the caller's");
        byte[] damaged = File.ReadAllBytes(_folder.File("a"));
        damaged[^1] ^= 1;
        FluentActions.Invoking(() => Mlp<float>.Load(new MemoryStream(damaged))).Should().Throw<InvalidDataException>().WithMessage("\"the stream\"*checksum is wrong*");
        File.WriteAllBytes(_folder.File("a"), damaged);
        using var file = File.OpenRead(_folder.File("a"));
        FluentActions.Invoking(() => Mlp<float>.Load(file)).Should().Throw<InvalidDataException>().WithMessage($"\"{_folder.File("a")}\"*checksum*");

        network.Parameters[0] = float.NaN;
        using var untouched = new MemoryStream();
        network.Invoking(broken => broken.Save(untouched)).Should().Throw<InvalidOperationException>();
        untouched.Length.Should().Be(0);
    }

    [Fact]
    public void Archive_InAStream_IsReadBackAndStaysOpen()
    {
        using var stream = new MemoryStream();
        using (var writer = NpzWriter.Create(stream, compress: true))
        {
            writer.Add<double>("x", [1, 2], 2);
            writer.Commit();
        }

        byte[] sound = stream.ToArray();
        using (var reader = NpzReader.Open(stream))
        {
            reader.Read<float>("x").Data.Should().Equal(1, 2);
        }

        stream.CanRead.Should().BeTrue();
        FluentActions.Invoking(() => NpzReader.Open(stream, maxBytes: 10)).Should().Throw<InvalidDataException>().WithMessage("\"the stream\"*10 are allowed*");
        stream.CanRead.Should().BeTrue();
        for (int at = 0; at < sound.Length; at++)
        {
            byte[] damaged = [.. sound];
            damaged[at] ^= 0x10;
            try
            {
                using var reader = NpzReader.Open(new MemoryStream(damaged));
                reader.Read<double>("x").Data.Should().Equal([1, 2], $"byte {at} carries no data");
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void Archive_GivenUp_IsNotReadable()
    {
        using var stream = new MemoryStream();
        using (var writer = NpzWriter.Create(stream))
        {
            writer.Add<double>("x", [1, 2], 2);
        }

        FluentActions.Invoking(() => NpzReader.Open(stream)).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void Streams_ThatCannotServe_AreRefused()
    {
        var network = Mlp<float>.Create(1, [], 1);
        var labels = JetData.FromValues(new double[,] { { 1 } }, [1.0]);
        using var oneWay = new OneWayStream();
        using var readOnly = new MemoryStream([], writable: false);
        FluentActions.Invoking(() => Mlp<float>.Load(oneWay)).Should().Throw<ArgumentException>().WithParameterName("stream").WithMessage("*MemoryStream*");
        FluentActions.Invoking(() => NpzReader.Open(oneWay)).Should().Throw<ArgumentException>().WithParameterName("stream");
        FluentActions.Invoking(() => JetData.Load<double>(oneWay)).Should().Throw<ArgumentException>().WithParameterName("stream");
        FluentActions.Invoking(() => JetData.Load<double>(new MemoryStream(), -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("maxBytes");
        FluentActions.Invoking(() => network.Save(readOnly)).Should().Throw<ArgumentException>().WithParameterName("stream");
        FluentActions.Invoking(() => NpzWriter.Create(readOnly)).Should().Throw<ArgumentException>().WithParameterName("stream");
        FluentActions.Invoking(() => JetData.Save(readOnly, labels)).Should().Throw<ArgumentException>().WithParameterName("stream");
        FluentActions.Invoking(() => network.Save((Stream)null!)).Should().Throw<ArgumentNullException>().WithParameterName("stream");
        FluentActions.Invoking(() => Mlp<float>.Load((Stream)null!)).Should().Throw<ArgumentNullException>().WithParameterName("stream");
        FluentActions.Invoking(() => NpzReader.Open((Stream)null!)).Should().Throw<ArgumentNullException>().WithParameterName("stream");

        // One that cannot seek can be written to.
        network.Save(oneWay);
        JetData.Save(oneWay, labels);
        oneWay.Written.Should().BeGreaterThan(500);
    }

    /// <summary>A stream that takes bytes and knows no position, as a network's does.</summary>
    private sealed class OneWayStream : MemoryStream
    {
        public long Written { get; private set; }

        public override bool CanSeek => false;

        public override bool CanRead => true;

        public override void Write(ReadOnlySpan<byte> buffer) => Written += buffer.Length;

        public override void Write(byte[] buffer, int offset, int count) => Written += count;
    }
}
