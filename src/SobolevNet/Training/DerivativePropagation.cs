using System.Text.Json.Serialization;

namespace SobolevNet;

/// <summary>How a network's derivatives are computed. The results of a step are the same to rounding.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DerivativePropagation>))]
public enum DerivativePropagation
{
    /// <summary>The way with fewer multiply-adds, counted from the network's shape, the components trained and, on a few samples, the inputs that are zero.</summary>
    Auto,

    /// <summary>
    /// Jets go forward through the network with one row for each component, and their adjoints come back. Its cost grows with the number of components,
    /// whatever the number of outputs.
    /// </summary>
    Forward,

    /// <summary>
    /// Values go forward and the gradient of each output comes back, with a tangent for each direction that Hessians are multiplied by; then the reverse
    /// of both. Its cost grows with the number of outputs, and for order 1 hardly with that of the inputs.
    /// </summary>
    Adjoint,
}
