namespace SobolevNet;

/// <summary>The function between the layers of a network.</summary>
/// <remarks>
/// Training derivatives of order k needs an activation with k + 1 derivatives, since the reverse pass differentiates once
/// more (method, section 2). All but <see cref="Relu"/> have every derivative.
/// </remarks>
public enum Activation
{
    /// <summary>z.</summary>
    Identity,

    /// <summary>tanh z.</summary>
    Tanh,

    /// <summary>The logistic function 1 / (1 + e⁻ᶻ).</summary>
    Sigmoid,

    /// <summary>log(1 + eᶻ).</summary>
    Softplus,

    /// <summary>z Φ(z) with Φ the normal distribution function: the exact form, by erf; see also <see cref="GeluTanh"/>.</summary>
    Gelu,

    /// <summary>z / (1 + e⁻ᶻ), also called swish.</summary>
    Silu,

    /// <summary>sin z.</summary>
    Sine,

    /// <summary>max(0, z). Orders 0 and 1 only: its second derivative is zero almost everywhere.</summary>
    Relu,

    /// <summary>½z(1 + tanh(√(2/π)(z + 0.044715 z³))): the approximation of <see cref="Gelu"/> that many published networks have.</summary>
    GeluTanh,
}
