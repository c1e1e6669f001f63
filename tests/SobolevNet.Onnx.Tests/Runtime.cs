using System.Numerics;
using Microsoft.ML.OnnxRuntime;

namespace SobolevNet.Onnx.Tests;

/// <summary>Runs models by ONNX Runtime, which shares no code with the library.</summary>
internal static class Runtime
{
    /// <summary>The outputs of a model as doubles, by name.</summary>
    public static Dictionary<string, double[]> Run<T>(byte[] model, params (string Name, T[] Data, long[] Shape)[] inputs)
        where T : unmanaged, INumber<T> =>
        RunWithShapes(model, inputs).ToDictionary(output => output.Key, output => output.Value.Data);

    /// <summary>The outputs of a model with their shapes, by name.</summary>
    public static Dictionary<string, (double[] Data, long[] Shape)> RunWithShapes<T>(byte[] model, params (string Name, T[] Data, long[] Shape)[] inputs)
        where T : unmanaged, INumber<T>
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model, options);
        using var run = new RunOptions();
        var values = inputs.ToDictionary(input => input.Name, input => OrtValue.CreateTensorValueFromMemory(input.Data, input.Shape));
        using var outputs = session.Run(run, values, session.OutputNames);
        var results = session.OutputNames.Zip(outputs).ToDictionary(
            output => output.First,
            output => (Numbers(output.Second), output.Second.GetTensorTypeAndShape().Shape));
        foreach (var value in values.Values)
        {
            value.Dispose();
        }

        return results;
    }

    private static double[] Numbers(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => [.. value.GetTensorDataAsSpan<float>().ToArray().Select(element => (double)element)],
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Double => value.GetTensorDataAsSpan<double>().ToArray(),
        var type => throw new InvalidOperationException($"The output is of {type}."),
    };
}
