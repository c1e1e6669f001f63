using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SobolevNet.Files;

/// <summary>An .npy file that stays open and whose rows, along the first axis, are read by position from any thread.</summary>
/// <remarks>
/// Reading by position rather than mapping the file into memory: where a mapped file is cut short, touching what is gone ends the process.
/// </remarks>
internal sealed class NpyRows : IDisposable
{
    /// <summary>Bytes that are converted at a time.</summary>
    private const int Chunk = 1 << 16;

    private readonly SafeFileHandle _handle;
    private readonly NpyHeader _header;
    private readonly long _length;
    private readonly long _written;

    private NpyRows(string path, SafeFileHandle handle, NpyHeader header)
    {
        (Path, _handle, _header) = (path, handle, header);
        (_length, _written) = Stamp();
        RowLength = 1;
        foreach (int dimension in header.Shape.AsSpan(1))
        {
            RowLength *= dimension;
        }
    }

    /// <summary>The path of the file.</summary>
    public string Path { get; }

    /// <summary>The shape; rows come first.</summary>
    public ReadOnlySpan<int> Shape => _header.Shape;

    /// <summary>Elements of a row.</summary>
    public int RowLength { get; }

    /// <summary>Opens a file and compares its header with its length.</summary>
    /// <exception cref="InvalidDataException">It is no .npy file, its length does not fit its shape, or its rows do not lie one after the other.</exception>
    /// <exception cref="IOException">The file does not exist, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static NpyRows Open(string path)
    {
        using var stream = InputFile.Open(path);
        var header = NpyFile.ReadHeader(stream, stream.Length, $"\"{path}\" is not a readable .npy file");
        if (header.Shape.Length == 0)
        {
            throw new InvalidDataException($"\"{path}\" is a single number; an array with an axis of samples is expected.");
        }

        if (header.FortranOrder && header.Shape.Length > 1)
        {
            throw new InvalidDataException($"\"{path}\" is in Fortran order, so its rows do not lie together. Save it with numpy.ascontiguousarray.");
        }

        long rowLength = ArrayShape.ElementCount<int>(header.Shape.AsSpan(1));
        return rowLength >= 0 && rowLength <= Array.MaxLength
            ? new NpyRows(path, File.OpenHandle(path), header)
            : throw new InvalidDataException($"\"{path}\" has rows of the shape {ArrayShape.Format<int>(header.Shape.AsSpan(1))}; at most {Array.MaxLength} elements are supported.");
    }

    /// <summary>Reads rows and converts their elements.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="destination">Receives whole rows.</param>
    /// <exception cref="InvalidDataException">The file was changed or cut short since it was opened, or an element does not convert.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public void Read<T>(long first, Span<T> destination)
        where T : unmanaged, INumber<T>
    {
        if (Stamp() != (_length, _written))
        {
            throw new InvalidDataException($"\"{Path}\" was changed while it was in use; files of labels must stay as they are until the source is disposed.");
        }

        long at = _header.Length + (first * RowLength * _header.ItemSize);
        if (NpyElements.IsStoredAs<T>(_header))
        {
            ReadBytes(MemoryMarshal.AsBytes(destination), at);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            while (!destination.IsEmpty)
            {
                int count = Math.Min(Chunk / _header.ItemSize, destination.Length);
                var bytes = buffer.AsSpan(0, count * _header.ItemSize);
                ReadBytes(bytes, at);
                NpyElements.Convert(bytes, destination[..count], _header);
                at += bytes.Length;
                destination = destination[count..];
            }
        }
        catch (InvalidDataException fault) when (!fault.Message.Contains(Path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"\"{Path}\" is not readable: {fault.Message}", fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    private (long Length, long Written) Stamp() => (RandomAccess.GetLength(_handle), File.GetLastWriteTimeUtc(_handle).Ticks);

    private void ReadBytes(Span<byte> bytes, long at)
    {
        while (!bytes.IsEmpty)
        {
            int count = RandomAccess.Read(_handle, bytes, at);
            if (count == 0)
            {
                throw new InvalidDataException($"\"{Path}\" was cut short while it was in use.");
            }

            at += count;
            bytes = bytes[count..];
        }
    }
}
