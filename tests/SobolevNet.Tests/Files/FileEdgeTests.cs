using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace SobolevNet.Tests.Files;

/// <summary>Files that are read in pieces: sizes beside the ends of pieces, and parts that are skipped.</summary>
public sealed class FileEdgeTests : IDisposable
{
    /// <summary>Elements of 8 bytes that are read at a time.</summary>
    private const int Piece = (1 << 16) / 8;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Piece - 1)]
    [InlineData(Piece)]
    [InlineData(Piece + 1)]
    [InlineData((2 * Piece) - 1)]
    [InlineData(2 * Piece)]
    [InlineData((2 * Piece) + 1)]
    [InlineData((3 * Piece) + 7)]
    [InlineData(5 * Piece)]
    public void Read_OfPiecesThatAreKnownOrNotKnownToFollow_GivesEveryElement(int count)
    {
        double[] data = [.. Enumerable.Range(0, count).Select(k => k + 0.25)];
        using var stream = new MemoryStream();
        NpyFile.Write<double>(stream, data, count);
        foreach (long trusted in new long[] { 0, 1, 8 * Piece, stream.Length - 8, stream.Length })
        {
            stream.Position = 0;
            NpyFile.Read<double>(stream, stream.Length, trusted, "x").Data.Should().Equal(data, $"{trusted} bytes are known to follow");
        }
    }

    [Fact]
    public void Read_OfAnArrayThatIsSaidToBeLarge_TakesMemoryOnlyAsBytesArrive()
    {
        const int Said = 50_000_000;
        const int Arriving = 3 * Piece;
        using var stream = new MemoryStream();
        stream.Write([0x93, .. "NUMPY"u8, 1, 0]);
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '<f8', 'fortran_order': False, 'shape': ({Said},), }}");
        stream.Write([(byte)header.Length, 0, .. header]);
        long start = stream.Length;
        stream.Write(new byte[8 * Arriving]);
        stream.Position = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();

        FluentActions.Invoking(() => NpyFile.Read<double>(stream, start + (8L * Said), 0, "x")).Should().Throw<InvalidDataException>().WithMessage("x: it ends early.");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8 * 8 * Arriving);
    }

    [Fact]
    public void Read_OfATensorThatIsSkipped_ChecksItsBytesToo()
    {
        // Two tensors, of which one is more than an array holds; a file with holes takes no room on the disk.
        const long Big = 2_200_000_001;
        string path = _folder.File("big");
        string text =
            $$$"""{"__metadata__":{"sobolevnet.checksum":"{{{new string('0', 32)}}}","sobolevnet.checksum.method":"xxh128"},"big":{"dtype":"U8","shape":[{{{Big}}}],"data_offsets":[0,{{{Big}}}]},"w":{"dtype":"U8","shape":[2],"data_offsets":[{{{Big}}},{{{Big + 2}}}]}}""";
        byte[] start = new byte[8 + text.Length];
        BinaryPrimitives.WriteInt64LittleEndian(start, text.Length);
        Encoding.UTF8.GetBytes(text, start.AsSpan(8));
        var hash = new XxHash128();
        hash.Append(start);
        byte[] zeros = new byte[1 << 20];
        for (long left = Big; left > 0; left -= zeros.Length)
        {
            hash.Append(zeros.AsSpan(0, (int)Math.Min(left, zeros.Length)));
        }

        hash.Append([5, 6]);
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetCurrentHash()), start.AsSpan(start.AsSpan().IndexOf("000"u8)));
        using (var stream = new FileStream(path, FileMode.Create))
        {
            stream.Write(start);
            stream.Position += Big;
            stream.Write([5, 6]);
        }

        SafetensorsFile.Read(path).GetTensor("w").Bytes.ToArray().Should().Equal(5, 6);

        using (var stream = new FileStream(path, FileMode.Open))
        {
            stream.Position = start.Length + Big - 1;
            stream.WriteByte(1);
        }

        FluentActions.Invoking(() => SafetensorsFile.Read(path)).Should().Throw<InvalidDataException>().WithMessage("*checksum is wrong*");
    }
}
