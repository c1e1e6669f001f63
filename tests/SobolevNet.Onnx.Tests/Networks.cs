using System.Numerics;

namespace SobolevNet.Onnx.Tests;

/// <summary>Networks and inputs to compare with.</summary>
internal static class Networks
{
    /// <summary>The activations that have two derivatives.</summary>
    public static readonly Activation[] Smooth = [.. Enum.GetValues<Activation>().Where(activation => activation != Activation.Relu)];

    /// <summary>A network of 3 inputs, two hidden layers and 2 outputs with random biases and, if wanted, scalings.</summary>
    public static Mlp<T> Random<T>(Activation activation, ulong seed = 1, bool scaled = true, Activation? first = null, double gain = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = new Mlp<T>(new MlpArchitecture(3, [7, 5], 2, activation, first));
        network.Initialize(seed);
        var random = new RandomStream(seed, 99);
        for (int k = 0; k < network.Architecture.LayerCount; k++)
        {
            foreach (ref T weight in network.Layer(k).Weights)
            {
                weight *= T.CreateTruncating(gain);
            }

            foreach (ref T bias in network.Layer(k).Bias)
            {
                bias = T.CreateTruncating(gain * random.NextNormal());
            }
        }

        if (scaled)
        {
            network.InputScaling = new FeatureScaling<T>(Numbers<T>(100, -3, 0.5), Numbers<T>(0.75, 2, 10));
            network.OutputScaling = new FeatureScaling<T>(Numbers<T>(-7, 0.25), Numbers<T>(3, 0.125));
        }

        return network;
    }

    /// <summary>Random inputs within two scales of the shift, or of 0.</summary>
    public static T[] Inputs<T>(Mlp<T> network, int samples, ulong seed = 5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = network.Architecture.Inputs;
        var random = new RandomStream(seed);
        var x = new T[samples * inputs];
        for (int k = 0; k < x.Length; k++)
        {
            var standard = T.CreateTruncating(random.NextUniform(-2, 2));
            x[k] = network.InputScaling is { } scaling ? (standard * scaling.Scale[k % inputs]) + scaling.Shift[k % inputs] : standard;
        }

        return x;
    }

    public static T[] Numbers<T>(params double[] numbers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. numbers.Select(T.CreateTruncating)];

    /// <summary>A network as the bytes of a model.</summary>
    public static byte[] Export<T>(Mlp<T> network, int order = 0, bool alongDirections = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var stream = new MemoryStream();
        network.ToOnnx(stream, new OnnxExportOptions { Order = order, AlongDirections = alongDirections });
        return stream.ToArray();
    }

    /// <summary>Compares numbers relative to the largest expected one, or absolutely where that is below 1e-30.</summary>
    public static void ShouldAgree<T>(this double[] actual, IReadOnlyList<T> expected, double tolerance, string because)
        where T : unmanaged, INumber<T>
    {
        actual.Length.Should().Be(expected.Count, because);
        double size = 1e-30 + expected.Max(number => Math.Abs(double.CreateTruncating(number)));
        double error = actual.Select((number, k) => Math.Abs(number - double.CreateTruncating(expected[k]))).Max();
        (error / size).Should().BeLessThanOrEqualTo(tolerance, because);
    }
}
