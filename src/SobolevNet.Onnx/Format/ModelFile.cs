using Google.Protobuf;

namespace SobolevNet.Onnx.Format;

/// <summary>Reads and writes whole models. What is read is not trusted.</summary>
internal static class ModelFile
{
    private static readonly MessageParser<ModelProto> Parser = ModelProto.Parser.WithDiscardUnknownFields(true);

    /// <summary>Writes a model.</summary>
    public static void Write(ModelProto model, Stream stream) => model.WriteTo(stream);

    /// <summary>Reads a model from where the stream stands to its end.</summary>
    /// <returns>The model, and the bytes that it has in the file.</returns>
    /// <exception cref="InvalidDataException">The content is not a model, or has far more parts than a network.</exception>
    /// <exception cref="IOException">The content is too large, or ends while it is read.</exception>
    public static (ModelProto Model, int Length) Read(Stream stream)
    {
        long length = stream.Length - stream.Position;
        if (length > Array.MaxLength)
        {
            throw new IOException($"The model has {length} bytes; at most {Array.MaxLength} can be read.");
        }

        byte[] bytes = new byte[Math.Max(length, 0)];
        stream.ReadExactly(bytes);
        FieldCount.Check(bytes);
        try
        {
            var model = Parser.ParseFrom(bytes);
            return model.Graph is not null ? (model, bytes.Length) : throw new InvalidDataException("it is not an ONNX model: it has no graph.");
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw new InvalidDataException($"it is not an ONNX model: {fault.Message}", fault);
        }
    }
}
