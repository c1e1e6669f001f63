using System.Numerics;

namespace SobolevNet;

/// <summary>How the weights of a fresh network are drawn; biases start at 0.</summary>
public enum Initializer
{
    /// <summary>
    /// The one suited to the activation: normal with variance g²/inputs, g = 1 for tanh and the identity, 4 for the sigmoid
    /// (its slope at 0 is 1/4), √2 for ReLU, GELU, SiLU and softplus, √2 for sine. The last layer has g = 1.
    /// </summary>
    Auto,

    /// <summary>Normal with variance 1/inputs (LeCun).</summary>
    LeCunNormal,

    /// <summary>Normal with variance 2/inputs (He).</summary>
    HeNormal,

    /// <summary>Normal with variance 2/(inputs + outputs) (Glorot).</summary>
    GlorotNormal,

    /// <summary>Uniform with the variance of <see cref="GlorotNormal"/>.</summary>
    GlorotUniform,

    /// <summary>Uniform in ±√(6/inputs), as in the hidden layers of SIREN.</summary>
    SirenUniform,
}

/// <summary>Draws the weights of a layer.</summary>
internal static class WeightInitialization
{
    public static void Fill<T>(DenseLayer<T> layer, Initializer initializer, Activation activation, bool isLast, ulong seed, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = RandomStream.For(StreamPurpose.InitialWeights, seed, (ulong)index);
        double inputs = layer.Inputs;
        double deviation = Math.Sqrt(initializer switch
        {
            Initializer.Auto => (isLast ? 1 : SquaredGain(activation)) / inputs,
            Initializer.LeCunNormal => 1 / inputs,
            Initializer.HeNormal or Initializer.SirenUniform => 2 / inputs,
            Initializer.GlorotNormal or Initializer.GlorotUniform => 2 / (inputs + layer.Outputs),
            _ => throw new ArgumentOutOfRangeException(nameof(initializer), initializer, "Unknown initializer."),
        });
        bool uniform = initializer is Initializer.GlorotUniform or Initializer.SirenUniform;
        double range = Math.Sqrt(3) * deviation;
        foreach (ref var weight in layer.Weights)
        {
            weight = T.CreateTruncating(uniform ? random.NextUniform(-range, range) : deviation * random.NextNormal());
        }

        layer.Bias.Clear();
    }

    /// <summary>Fourier features: normal weights of a standard deviation, and phases uniform over a period.</summary>
    public static void FillFourier<T>(DenseLayer<T> layer, double deviation, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = RandomStream.For(StreamPurpose.InitialWeights, seed, 0);
        foreach (ref var weight in layer.Weights)
        {
            weight = T.CreateTruncating(deviation * random.NextNormal());
        }

        foreach (ref var phase in layer.Bias)
        {
            phase = T.CreateTruncating(random.NextUniform(-Math.PI, Math.PI));
        }
    }

    private static double SquaredGain(Activation activation) => activation switch
    {
        Activation.Sigmoid => 16,
        Activation.Identity or Activation.Tanh => 1,
        _ => 2,
    };
}
