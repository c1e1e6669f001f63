using System.Text;

namespace SobolevNet.Tests.Files;

public sealed class SafetensorsChecksumTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_OfEveryFlippedBit_IsRefused()
    {
        byte[] bytes = Written(new Dictionary<string, string> { ["kind"] = "a \" b" });

        FlippedBits(bytes, flipped => SafetensorsFile.Read(new MemoryStream(flipped), "x"));
    }

    [Fact]
    public void Load_OfANetworkWithAnyFlippedBit_IsRefused()
    {
        string path = _folder.File("network");
        var network = Mlp<float>.Create(2, [3], 1, Activation.Silu, seed: 3);
        network.InputScaling = new FeatureScaling<float>([1, 2], [3, 4]);
        network.Save(path);
        byte[] bytes = File.ReadAllBytes(path);

        FlippedBits(bytes, flipped =>
        {
            File.WriteAllBytes(path, flipped);
            Mlp<float>.Load(path);
        });
    }

    [Fact]
    public void Fit_FromACheckpointWithAFlippedBit_IsRefused()
    {
        string path = _folder.File("checkpoint");
        var data = JetData.FromValues(new double[,] { { 1 }, { 2 }, { 3 } }, [1.0, 4, 9]);
        var options = new SobolevTrainingOptions { Epochs = 2, Threads = 1, Checkpoint = new CheckpointOptions(path) };
        new SobolevTrainer<double>(Mlp<double>.Create(1, [3], 1), options).Fit(data);
        byte[] bytes = File.ReadAllBytes(path);

        for (int at = 0; at < bytes.Length; at += 61)
        {
            byte[] flipped = [.. bytes];
            flipped[at] ^= 1;
            File.WriteAllBytes(path, flipped);
            var trainer = new SobolevTrainer<double>(Mlp<double>.Create(1, [3], 1), options);
            FluentActions.Invoking(() =>
            {
                trainer.ResumeFrom(path);
                trainer.Fit(data);
            }).Should().Throw<InvalidDataException>($"a bit of byte {at} is flipped");
        }
    }

    [Fact]
    public void Read_OfAFileWithoutAChecksum_IsAccepted()
    {
        byte[] bytes = SafetensorsBytes.WithoutChecksum(Written(new Dictionary<string, string> { ["kind"] = "old" }));

        var file = SafetensorsFile.Read(new MemoryStream(bytes), "x");

        file.Metadata.Should().BeEquivalentTo(new Dictionary<string, string> { ["kind"] = "old" });
        file.GetTensor("w").ToArray<float>().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Read_OfWritten_LeavesTheChecksumOutOfTheMetadata()
    {
        byte[] bytes = Written([]);

        Encoding.UTF8.GetString(bytes).Should().Contain("\"sobolevnet.checksum\":\"").And.Contain("\"sobolevnet.checksum.method\":\"xxh128\"");
        SafetensorsFile.Read(new MemoryStream(bytes), "x").Metadata.Should().BeEmpty();
    }

    [Theory]
    [InlineData("sobolevnet.checksum")]
    [InlineData("sobolevnet.checksum.method")]
    public void Write_OfAKeyOfTheChecksum_IsRefused(string key) =>
        FluentActions.Invoking(() => Written(new Dictionary<string, string> { [key] = "" }))
            .Should().Throw<ArgumentException>().WithMessage($"*{key}*").WithParameterName("metadata");

    [Fact]
    public void Read_OfHalfAChecksum_IsRefused()
    {
        foreach (string key in new[] { "sobolevnet.checksum", "sobolevnet.checksum.method" })
        {
            byte[] bytes = SafetensorsBytes.Edited(Written([]), metadata => metadata.Remove(key));
            FluentActions.Invoking(() => SafetensorsFile.Read(new MemoryStream(bytes), "x")).Should().Throw<InvalidDataException>().WithMessage("*belong together*");
        }

        byte[] other = SafetensorsBytes.Edited(Written([]), metadata => metadata["sobolevnet.checksum.method"] = "md5");
        FluentActions.Invoking(() => SafetensorsFile.Read(new MemoryStream(other), "x")).Should().Throw<InvalidDataException>().WithMessage("*belong together*");
    }

    [Fact]
    public void Read_OfAFileThatAnotherProgramWroteAnew_IsRefusedAndSaysWhatToLeaveOut()
    {
        byte[] bytes = SafetensorsBytes.Edited(Written([]), metadata => metadata["note"] = "added");

        FluentActions.Invoking(() => SafetensorsFile.Read(new MemoryStream(bytes), "x"))
            .Should().Throw<InvalidDataException>().WithMessage("*checksum is wrong*\"sobolevnet.checksum.method\" out of its metadata*");
    }

    private static void FlippedBits(byte[] bytes, Action<byte[]> read)
    {
        FluentActions.Invoking(() => read(bytes)).Should().NotThrow();
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                read(flipped);
            }
            catch (InvalidDataException)
            {
                continue;
            }

            Assert.Fail($"Bit {bit % 8} of byte {bit / 8} was flipped without a word.");
        }
    }

    private static byte[] Written(Dictionary<string, string> metadata)
    {
        var stream = new MemoryStream();
        SafetensorsFile.Write(
            stream, metadata, [SafetensorsTensor.Create<float>("w", [1, 2, 3], 3), SafetensorsTensor.Create<double>("d", [4])]);
        return stream.ToArray();
    }
}
