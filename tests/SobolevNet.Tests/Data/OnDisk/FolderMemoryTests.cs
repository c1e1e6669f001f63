using System.Runtime.InteropServices;
using System.Text;
using SobolevNet.Tests.Files;

namespace SobolevNet.Tests.Data.OnDisk;

/// <summary>Labels that are larger than the heap of the process that trains on them.</summary>
public sealed class FolderMemoryTests : IDisposable
{
    private const int Mebi = 1 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fit_OfTwoHundredMegabytes_TakesAHeapOfSixtyFour()
    {
        Write(samples: 250_000, inputs: 100);
        Directory.GetFiles(_folder.Path).Sum(file => new FileInfo(file).Length).Should().BeGreaterThan(200_000_000);

        var (exitCode, output) = ChildProcess.Run(64 * Mebi, "folder", _folder.Path, $"{8 * Mebi}", "4");

        exitCode.Should().Be(0, output);
        output.Should().Contain("opened 250000 samples").And.Contain("trained to");
    }

    /// <summary>y = tanh of the mean of x, with its gradient, written piece by piece.</summary>
    private void Write(int samples, int inputs)
    {
        var random = new RandomStream(1);
        using var x = Begin("x", samples, inputs);
        using var y = Begin("y", samples);
        using var dydx = Begin("dydx", samples, inputs);
        float[] row = new float[inputs];
        float[] gradient = new float[inputs];
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < inputs; i++)
            {
                row[i] = (float)(random.NextUniform() - 0.5);
            }

            float value = MathF.Tanh(row.Sum() / 4);
            Array.Fill(gradient, (1 - (value * value)) / 4);
            x.Write(MemoryMarshal.AsBytes<float>(row));
            y.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in value)));
            dydx.Write(MemoryMarshal.AsBytes<float>(gradient));
        }
    }

    private FileStream Begin(string name, params int[] shape)
    {
        var stream = new FileStream(_folder.File(name + ".npy"), FileMode.Create, FileAccess.Write, FileShare.None, Mebi);
        string text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", shape)},), }}".PadRight(117) + "\n";
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(text)]);
        return stream;
    }
}
