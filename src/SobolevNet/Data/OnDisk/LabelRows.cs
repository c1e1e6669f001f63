using System.Numerics;
using System.Runtime.CompilerServices;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>The rows of arrays of labels in one or several folders, whose samples follow each other.</summary>
internal sealed class LabelRows : IDisposable
{
    /// <summary>Bytes beyond which a larger piece is not read faster.</summary>
    private const long MostBytes = 1 << 26;

    private readonly NpyRows[][] _folders;
    private readonly int[] _starts;

    /// <summary>Opens the arrays.</summary>
    /// <param name="folders">The folders; all have arrays of the same names.</param>
    /// <param name="parts">The arrays.</param>
    /// <exception cref="InvalidDataException">An array is not readable, or the rows of two folders have different shapes.</exception>
    /// <exception cref="ArgumentException">The arrays of a folder have different numbers of samples, or all have more than an int holds.</exception>
    public LabelRows(IReadOnlyList<NpyFolder> folders, IReadOnlyList<LabelPart> parts)
    {
        Parts = parts;
        _folders = new NpyRows[folders.Count][];
        _starts = new int[folders.Count + 1];
        try
        {
            for (int k = 0; k < folders.Count; k++)
            {
                _folders[k] = new NpyRows[parts.Count];
                for (int p = 0; p < parts.Count; p++)
                {
                    _folders[k][p] = folders[k].OpenRows(parts[p].Name);
                }

                int samples = CheckShapes(_folders[k], parts);
                _starts[k + 1] = (long)_starts[k] + samples <= int.MaxValue
                    ? _starts[k] + samples
                    : throw new ArgumentException($"The folders up to \"{folders[k].Path}\" have more than {int.MaxValue} samples.", nameof(folders));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The arrays.</summary>
    public IReadOnlyList<LabelPart> Parts { get; }

    /// <summary>The number of samples.</summary>
    public int Count => _starts[^1];

    /// <summary>The first sample of each folder, and after them the number of all.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>How many samples take some bytes of memory, at least 1.</summary>
    public int SamplesOf<T>(long bytes)
        where T : unmanaged => (int)Math.Clamp(Math.Min(bytes, MostBytes) / RowBytes<T>(), 1, Count);

    /// <summary>Bytes of a sample in memory.</summary>
    public long RowBytes<T>()
        where T : unmanaged => Parts.Sum(part => (long)part.RowLength) * Unsafe.SizeOf<T>();

    /// <summary>Memory for some rows of every array.</summary>
    public T[][] Reserve<T>(int count)
        where T : unmanaged => [.. Parts.Select(part => new T[part.RowLength * count])];

    /// <summary>Reads the rows of samples from every array.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="count">How many.</param>
    /// <param name="rows">Receives the rows of each array.</param>
    /// <exception cref="InvalidDataException">A file was changed or cut short.</exception>
    /// <exception cref="ObjectDisposedException">The files were closed.</exception>
    public void Read<T>(int first, int count, T[][] rows)
        where T : unmanaged, INumber<T>
    {
        int folder = Array.BinarySearch(_starts, first);
        folder = folder >= 0 ? folder : ~folder - 1;
        for (int done = 0; done < count; folder++)
        {
            int here = Math.Min(count - done, _starts[folder + 1] - (first + done));
            for (int p = 0; p < rows.Length; p++)
            {
                int length = Parts[p].RowLength;
                _folders[folder][p].Read(first + done - _starts[folder], rows[p].AsSpan(done * length, here * length));
            }

            done += here;
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var rows in _folders.Where(folder => folder is not null).SelectMany(folder => folder))
        {
            rows?.Dispose();
        }
    }

    private static int CheckShapes(NpyRows[] arrays, IReadOnlyList<LabelPart> parts)
    {
        for (int p = 0; p < arrays.Length; p++)
        {
            int[] expected = [arrays[0].Shape[0], .. parts[p].Shape];
            if (!arrays[p].Shape.SequenceEqual(expected))
            {
                throw new InvalidDataException(
                    $"\"{arrays[p].Path}\" has the shape {ArrayShape.Format(arrays[p].Shape)}; {ArrayShape.Format<int>(expected)} is expected, by the first folder and \"{arrays[0].Path}\".");
            }
        }

        return arrays[0].Shape[0];
    }
}
