using System.Numerics;
using SobolevNet.Files;
using SobolevNet.Onnx.Format;

namespace SobolevNet.Onnx;

/// <summary>Networks as ONNX models: written with their derivatives, and read from other programs.</summary>
/// <example>
/// <code>
/// network.ToOnnx("option.onnx", new OnnxExportOptions { Order = 2 });      // outputs value, jacobian, hessian
/// Mlp&lt;double&gt; same = OnnxModel.Load&lt;double&gt;("option.onnx");
/// </code>
/// </example>
public static class OnnxModel
{
    /// <summary>Writes a network to an ONNX model of plain operators, opset 17.</summary>
    /// <remarks>
    /// The model takes <c>input</c> of shape (batch, inputs) in raw units and gives <c>value</c> (batch, outputs), from order 1 on also <c>jacobian</c>
    /// (batch, outputs, inputs), and for order 2 <c>hessian</c> (batch, outputs, inputs, inputs). Along directions, it also takes <c>directions</c> of shape
    /// (directions, inputs), the same for every sample, which replace the inputs in the last dimensions of <c>jacobian</c> and <c>hessian</c>. The element type is
    /// <typeparamref name="T"/>. Scalings and a first activation of its own are part of the model.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="path">The file; an old one is replaced in one step once the new one is complete.</param>
    /// <param name="options">Which derivatives the model gives; none if null.</param>
    /// <exception cref="InvalidOperationException">A parameter is not finite.</exception>
    /// <exception cref="NotSupportedException">The activation has no second derivative, or the model would be larger than 2 GiB, the most that the format holds.</exception>
    /// <exception cref="IOException">The file cannot be written; an old one stays.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made in the folder.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one, or directions are wanted without derivatives.</exception>
    public static void ToOnnx<T>(this Mlp<T> network, string path, OnnxExportOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var model = NetworkGraph.Build(network, options ?? new OnnxExportOptions());
        using var file = AtomicFile.Create(path);
        ModelFile.Write(model, file.Stream);
        file.Commit();
    }

    /// <summary>Writes a network to a stream, from where it stands; the content is that of <see cref="ToOnnx{T}(Mlp{T}, string, OnnxExportOptions?)"/>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="stream">A stream that can be written to; it stays open.</param>
    /// <param name="options">Which derivatives the model gives; none if null.</param>
    /// <exception cref="InvalidOperationException">A parameter is not finite; nothing is written.</exception>
    /// <exception cref="NotSupportedException">The activation has no second derivative, or the model would be larger than 2 GiB; nothing is written.</exception>
    /// <exception cref="ArgumentException">The stream cannot be written to, or directions are wanted without derivatives.</exception>
    public static void ToOnnx<T>(this Mlp<T> network, Stream stream, OnnxExportOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
        {
            throw new ArgumentException("The stream cannot be written to.", nameof(stream));
        }

        ModelFile.Write(NetworkGraph.Build(network, options ?? new OnnxExportOptions()), stream);
    }

    /// <summary>Reads a multilayer perceptron from an ONNX model.</summary>
    /// <remarks>
    /// Dense layers are Gemm, or MatMul with Add. What stands between two layers must be one of <see cref="Activation"/>: as an operator, or as any expression of elementwise
    /// operators that agrees with it to 1e-6 (5e-5 in half precision). Changes of units before the first and after the last layer become scalings, others are folded into the layers.
    /// Identity, Dropout, Cast, Flatten, and Reshape and Squeeze that keep the features, change nothing. Weights are float, double, float16 or bfloat16, within the file.
    /// </remarks>
    /// <typeparam name="T">float or double; the numbers of the file are converted.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="output">The output whose values are read; left out: the only one, or the one called "value".</param>
    /// <returns>The network.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or is not a multilayer perceptron, or keeps weights in other files; the message names the node or tensor.
    /// </exception>
    /// <exception cref="IOException">The file does not exist, is a folder, is larger than 2 GiB, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one, or the name of the output is empty.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Mlp<T> Load<T>(string path, string? output = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"\"{path}\" is a folder; a file is expected.");
        }

        using var stream = File.OpenRead(path);
        return Load<T>(stream, output);
    }

    /// <summary>Reads a network from a stream, from where it stands to its end; see <see cref="Load{T}(string, string?)"/>.</summary>
    /// <typeparam name="T">float or double; the numbers of the file are converted.</typeparam>
    /// <param name="stream">A stream that knows its length; it stays open.</param>
    /// <param name="output">The output whose values are read; left out: the only one, or the one called "value".</param>
    /// <returns>The network.</returns>
    /// <exception cref="InvalidDataException">The content is damaged, or is not a multilayer perceptron, or keeps weights in other files; the message names the node or tensor.</exception>
    /// <exception cref="IOException">The content is larger than 2 GiB, or cannot be read.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read or does not know its length, or the name of the output is empty.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Mlp<T> Load<T>(Stream stream, string? output = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
        {
            throw new ArgumentException(
                "The stream must be readable and know its length (CanRead, CanSeek). Copy another one into a MemoryStream first.", nameof(stream));
        }

        if (output is "")
        {
            throw new ArgumentException("The name of the output is empty; expected one of the model's, or null.", nameof(output));
        }

        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"Networks are of float or double, not {typeof(T).Name}.");
        }

        string origin = stream is FileStream file ? file.Name : "the stream";
        try
        {
            var (model, length) = ModelFile.Read(stream);
            return new ChainReader(model.Graph, length).Read(output).ToNetwork<T>();
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"\"{origin}\" cannot be read as a multilayer perceptron: {fault.Message}", fault);
        }
    }
}
