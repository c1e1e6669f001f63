namespace SobolevNet.Onnx;

/// <summary>What an exported model gives besides the network's values.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>The highest order of derivatives: 0 for values alone, 1 for the Jacobian too, 2 also for the Hessian. 0 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The order is not 0, 1 or 2.</exception>
    public int Order
    {
        get;
        init => field = value is >= 0 and <= 2 ? value : throw new ArgumentOutOfRangeException(nameof(Order), value, "The order of a model is 0, 1 or 2.");
    }

    /// <summary>Whether derivatives are along directions that a second input of the model gives, instead of by all inputs. False by default.</summary>
    public bool AlongDirections { get; init; }
}
