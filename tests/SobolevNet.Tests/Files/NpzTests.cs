using System.IO.Compression;
using System.Text;

namespace SobolevNet.Tests.Files;

public sealed class NpzTests : IDisposable
{
    // NumPy 1.24: np.savez_compressed(f, x=np.zeros((3, 2)), y=np.array([1, 2, 3], np.float32))
    private const string FromNumPy =
        "UEsDBBQAAAAIAAAAIQACoXc3SQAAALAAAAAFABQAeC5ucHkBABAAsAAAAAAAAABJAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CkaaOgq1CmQDLgYSAQBQSwMEFAAAAAgAAAAhAHemQNFPAAAAjAAAAAUAFAB5Lm5weQEAEACMAAAAAAAAAE8AAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaxjqaOgq1ChQALgaGBnsGBgYHIHIAAFBLAQIUAxQAAAAIAAAAIQACoXc3SQAAALAAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQIUAxQAAAAIAAAAIQB3pkDRTwAAAIwAAAAFAAAAAAAAAAAAAACAAYAAAAB5Lm5weVBLBQYAAAAAAgACAGYAAAAGAQAAAAA=";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_OfAnArchiveThatNumPyWrote_GivesItsArrays()
    {
        using var file = Open(Convert.FromBase64String(FromNumPy));

        file.Names.Should().Equal("x", "y");
        file.Read<double>("x").Shape.ToArray().Should().Equal(3, 2);
        file.Read<double>("x").Data.Should().AllBeEquivalentTo(0.0);
        file.Read<double>("y").Data.Should().Equal(1, 2, 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_OfWritten_GivesTheSame(bool compress)
    {
        string path = _folder.File("a.npz");
        double[] wave = [.. Enumerable.Range(0, 20_000).Select(k => Math.Sin(k))];
        using (var writer = NpzWriter.Create(path, compress))
        {
            writer.Add<double>("wave", wave, 100, 200);
            writer.Add<int>("n", [7]);
            File.Exists(path).Should().BeFalse("nothing is in place before the commit");
            writer.Commit();
        }

        using var file = NpzReader.Open(path);
        file.Names.Should().Equal("wave", "n");
        file.Read<double>("wave").Data.Should().Equal(wave);
        file.Read<double>("wave").Shape.ToArray().Should().Equal(100, 200);
        file.Read<int>("n").Data.Should().Equal(7);
        _folder.Names().Should().Equal("a.npz");
    }

    [Fact]
    public void Write_GivenUp_LeavesTheOldFile()
    {
        File.WriteAllText(_folder.File("a.npz"), "old");
        using (var writer = NpzWriter.Create(_folder.File("a.npz")))
        {
            writer.Add<double>("x", [1], 1);
            writer.Invoking(w => w.Add<double>("x", [1], 1)).Should().Throw<ArgumentException>().WithMessage("*\"x\" is given twice*");
        }

        File.ReadAllText(_folder.File("a.npz")).Should().Be("old");
        _folder.Names().Should().Equal("a.npz");
    }

    [Fact]
    public void Write_OfTheSameArrays_GivesTheSameBytes()
    {
        byte[] write(string name)
        {
            using var writer = NpzWriter.Create(_folder.File(name));
            writer.Add<double>("x", [1, 2], 2);
            writer.Commit();
            return File.ReadAllBytes(_folder.File(name));
        }

        write("a.npz").Should().Equal(write("b.npz"));
        using var archive = ZipFile.OpenRead(_folder.File("a.npz"));
        archive.Entries.Should().OnlyContain(entry => entry.LastWriteTime.DateTime == new DateTime(1980, 1, 1), "the time of writing is not part of it");
    }

    [Fact]
    public void Read_OfAnArrayThatIsNotThere_NamesThoseThatAre()
    {
        using var file = Open(Convert.FromBase64String(FromNumPy));

        file.Contains("z").Should().BeFalse();
        file.Invoking(f => f.Read<double>("z")).Should().Throw<InvalidDataException>().WithMessage("\"the stream\" has no array \"z\"; it has x, y.");
    }

    [Fact]
    public void Read_OfAnEntryThatLies_TakesNoMemory()
    {
        // A header for 2 GB over a deflated entry of a few bytes: the archive's own length field is honest.
        byte[] bytes = Archive(("x.npy", [0x93, .. "NUMPY"u8, 1, 0, 70, 0, .. Encoding.ASCII.GetBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (250000000,)}".PadRight(70))]));
        using (var file = Open(bytes))
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            file.Invoking(f => f.Read<double>("x")).Should().Throw<InvalidDataException>().WithMessage("*\"x\" of \"the stream\"*does not fit*");
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
        }

        // The same with the archive's length fields patched to agree with the header.
        byte[] patched = PatchedLength(bytes, 80 + 2_000_000_000);
        long start = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => Open(patched)).Should().Throw<InvalidDataException>().WithMessage("*\"the stream\"*more than 16777216 bytes*maxBytes*");
        (GC.GetAllocatedBytesForCurrentThread() - start).Should().BeLessThan(1_000_000);
    }

    [Fact]
    public void Open_OfArraysAboveTheLimit_IsRefusedUnlessALargerOneIsGiven()
    {
        const int limit = 1 << 24;
        string path = _folder.File("zeros.npz");
        void write(int bytes)
        {
            using var writer = NpzWriter.Create(path, compress: true);
            writer.Add<byte>("a", new byte[bytes / 2], bytes / 2);
            writer.Add<byte>("b", new byte[(bytes / 2) - 256], (bytes / 2) - 256);
            writer.Commit();
        }

        write(limit);
        using (var file = NpzReader.Open(path))
        {
            file.Read<byte>("a").Data.Length.Should().Be(limit / 2);
            file.Invoking(f => f.Read<double>("a")).Should().Throw<InvalidDataException>("as double it takes 64 MiB").WithMessage("*\"a\"*as Double it takes 67108864 bytes*");
        }

        write(limit + 1024);
        FluentActions.Invoking(() => NpzReader.Open(path)).Should().Throw<InvalidDataException>().WithMessage("*16777216 are allowed*maxBytes*");
        FluentActions.Invoking(() => NpzReader.Open(path, limit + 1023)).Should().Throw<InvalidDataException>("headers count");
        FluentActions.Invoking(() => NpzReader.Open(path, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("maxBytes");
        using var allowed = NpzReader.Open(path, 8 * limit);
        allowed.Read<double>("b").Data.Should().HaveCount((limit / 2) + 512 - 256);
    }

    [Fact]
    public void Read_FromSeveralThreads_GivesEachItsArray()
    {
        string path = _folder.File("threads.npz");
        const int length = 50_000;
        using (var writer = NpzWriter.Create(path))
        {
            for (int k = 0; k < 8; k++)
            {
                writer.Add<double>($"a{k}", [.. Enumerable.Range(0, length).Select(i => Math.Sin(i + (100 * k)))], length);
            }

            writer.Commit();
        }

        using var file = NpzReader.Open(path);
        Parallel.For(0, 400, i =>
            file.Read<double>($"a{i % 8}").Data[1234].Should().Be(Math.Sin(1234 + (100 * (i % 8)))));
    }

    [Fact]
    public void Members_AfterTheEnd_SayThatItWasReached()
    {
        var reader = Open(Convert.FromBase64String(FromNumPy));
        reader.Dispose();
        reader.Dispose();
        reader.Invoking(r => r.Read<double>("x")).Should().Throw<ObjectDisposedException>();

        var writer = NpzWriter.Create(_folder.File("a.npz"));
        writer.Commit();
        writer.Invoking(w => w.Add<double>("x", [1], 1)).Should().Throw<ObjectDisposedException>();
        writer.Invoking(w => w.Commit()).Should().Throw<InvalidOperationException>();
        writer.Dispose();
        File.Exists(_folder.File("a.npz")).Should().BeTrue();
    }

    [Fact]
    public void Read_OfAFlippedDataByte_IsCaughtByTheChecksum()
    {
        using (var writer = NpzWriter.Create(_folder.File("a.npz")))
        {
            writer.Add<double>("x", [1, 2, 3], 3);
            writer.Commit();
        }

        byte[] bytes = File.ReadAllBytes(_folder.File("a.npz"));
        int at = bytes.AsSpan().IndexOf(BitConverter.GetBytes(2.0));
        bytes[at] ^= 1;
        using var file = Open(bytes);
        file.Invoking(f => f.Read<double>("x")).Should().Throw<InvalidDataException>().WithMessage("*checksum*");
    }

    [Theory]
    [InlineData(true, "*\"the stream\"*directory names an entry \"x.npy\" that is \"p.npy\" in its own header*")]
    [InlineData(false, "*directory names an entry \"p.npy\" that is \"x.npy\" in its own header*")]
    public void Open_OfTwoNamesOfAnArray_NamesBoth(bool isLocal, string message)
    {
        byte[] bytes = Convert.FromBase64String(FromNumPy);
        bytes[isLocal ? bytes.AsSpan().IndexOf("x.npy"u8) : bytes.AsSpan().LastIndexOf("x.npy"u8)] ^= 8;
        FluentActions.Invoking(() => Open(bytes)).Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Fact]
    public void Open_OfPositionsOf64Bits_FindsBothNames()
    {
        byte[] bytes = WithPositionsOf64Bits(Convert.FromBase64String(FromNumPy));
        using (var file = Open(bytes))
        {
            file.Names.Should().Equal("x", "y");
            file.Read<double>("y").Data.Should().Equal(1, 2, 3);
        }

        bytes[bytes.AsSpan().IndexOf("y.npy"u8)] ^= 8;
        FluentActions.Invoking(() => Open(bytes)).Should().Throw<InvalidDataException>().WithMessage("*\"y.npy\" that is \"q.npy\"*");
    }

    [Fact]
    public void Open_OfWhatIsNoArchive_SaysSo()
    {
        FluentActions.Invoking(() => Open("no archive at all"u8.ToArray())).Should().Throw<InvalidDataException>().WithMessage("\"the stream\" is not a readable .npz file*");
        FluentActions.Invoking(() => Open([])).Should().Throw<InvalidDataException>();
        FluentActions.Invoking(() => Open(Archive(("x.npy", []), ("x.npy", [])))).Should().Throw<InvalidDataException>().WithMessage("*\"x\" twice*");
        FluentActions.Invoking(() => NpzReader.Open(_folder.File("none.npz"))).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Read_OfEveryTruncationAndOfRandomDamage_GivesArraysOrAnInvalidDataException()
    {
        byte[] sound = Convert.FromBase64String(FromNumPy);
        int readable = 0;
        int refused = 0;
        long most = 0;
        foreach (byte[] bytes in ByteMutations.Truncations(sound).Concat(ByteMutations.Random(sound, 4_000, seed: 31, reach: sound.Length)))
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var file = Open(bytes);
                foreach (string name in file.Names)
                {
                    file.Read<double>(name);
                }

                readable++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        readable.Should().BeGreaterThan(20);
        refused.Should().BeGreaterThan(1_000);
        most.Should().BeLessThan(2_000_000);
    }

    public void Dispose() => _folder.Dispose();

    private static NpzReader Open(byte[] bytes) => NpzReader.Open(new MemoryStream(bytes));

    private static byte[] Archive(params (string Name, byte[] Content)[] entries)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>
    /// The same archive with all positions, and one entry's lengths, in fields of 64 bits, as archives of over 4 GiB have them. Extra fields of another kind
    /// stand before them, and a comment after them.
    /// </summary>
    private static byte[] WithPositionsOf64Bits(byte[] archive)
    {
        int start = archive.AsSpan().IndexOf("PK\u0001\u0002"u8);
        int end = archive.AsSpan().IndexOf("PK\u0005\u0006"u8);
        var bytes = new List<byte>(archive[..start]);
        ushort entries = 0;
        for (int at = start; at < end; entries++)
        {
            byte[] header = archive[at..(at + 46)];
            byte[] name = archive[(at + 46)..(at + 46 + BitConverter.ToUInt16(header, 28))];
            at += 46 + name.Length;
            List<byte> wide = [];
            foreach (int field in entries == 0 ? new[] { 24, 20, 42 } : [42])
            {
                wide.AddRange(BitConverter.GetBytes((long)BitConverter.ToUInt32(header, field)));
                header.AsSpan(field, 4).Fill(0xFF);
            }

            byte[] extra = [0x77, 0x77, 2, 0, 9, 9, 1, 0, (byte)wide.Count, 0, .. wide];
            (header[30], header[32]) = ((byte)extra.Length, 3);
            bytes.AddRange([.. header, .. name, .. extra, .. "abc"u8]);
        }

        long end64 = bytes.Count;
        byte[] counts = [.. BitConverter.GetBytes((long)entries), .. BitConverter.GetBytes((long)entries)];
        bytes.AddRange(
            [.. "PK\u0006\u0006"u8, .. BitConverter.GetBytes(44L), 45, 0, 45, 0, .. new byte[8], .. counts, .. BitConverter.GetBytes(end64 - start), .. BitConverter.GetBytes((long)start)]);
        bytes.AddRange([.. "PK\u0006\u0007"u8, .. new byte[4], .. BitConverter.GetBytes(end64), 1, 0, 0, 0]);
        bytes.AddRange([.. archive[end..(end + 12)], .. Enumerable.Repeat((byte)0xFF, 8), 2, 0, .. "hi"u8]);
        return [.. bytes];
    }

    /// <summary>Sets the uncompressed length in the central directory.</summary>
    private static byte[] PatchedLength(byte[] archive, uint length)
    {
        byte[] patched = [.. archive];
        int directory = patched.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(patched.AsSpan(directory + 24), length).Should().BeTrue();
        return patched;
    }
}
