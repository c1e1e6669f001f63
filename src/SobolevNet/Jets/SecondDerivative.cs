namespace SobolevNet;

/// <summary>A second partial derivative ∂ᵢ∂ⱼ of a <see cref="JetLayout"/>, with where its first derivatives are.</summary>
/// <param name="I">The lower tangent i.</param>
/// <param name="J">The upper tangent j, j ≥ i.</param>
/// <param name="FirstI">The component of the layout that holds ∂ᵢ.</param>
/// <param name="FirstJ">The component of the layout that holds ∂ⱼ.</param>
public readonly record struct SecondDerivative(int I, int J, int FirstI, int FirstJ);
