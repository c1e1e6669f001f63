namespace SobolevNet;

/// <summary>A second partial derivative ∂ᵢ∂ⱼ of a <see cref="JetLayout"/>, with where its first derivatives are.</summary>
public readonly struct SecondDerivative
{
    internal SecondDerivative(int i, int j, int firstI, int firstJ) => (I, J, FirstI, FirstJ) = (i, j, firstI, firstJ);

    /// <summary>The lower tangent i.</summary>
    public int I { get; }

    /// <summary>The upper tangent j, j ≥ i.</summary>
    public int J { get; }

    /// <summary>The component of the layout that holds ∂ᵢ.</summary>
    public int FirstI { get; }

    /// <summary>The component of the layout that holds ∂ⱼ.</summary>
    public int FirstJ { get; }
}
