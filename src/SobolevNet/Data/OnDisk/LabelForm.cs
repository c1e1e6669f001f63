namespace SobolevNet;

/// <summary>What arrays of labels say about jets: which components they are, and what the source declares.</summary>
/// <param name="Layout">The components.</param>
/// <param name="InputFeatures">Features of an input.</param>
/// <param name="OutputFeatures">Features of a target.</param>
/// <param name="Parts">The arrays; x and y come first.</param>
/// <param name="TangentInputs">The input that each tangent is; empty if tangents are anything else.</param>
internal sealed record LabelForm(JetLayout Layout, int InputFeatures, int OutputFeatures, LabelPart[] Parts, int[] TangentInputs)
{
    /// <summary>Whether all inputs are measured in one unit.</summary>
    public bool InputsShareUnit { get; init; }

    /// <summary>The highest order of derivatives of inputs that an array holds.</summary>
    public int InputDerivatives { get; } = Parts.Where(part => !part.IsTarget).Max(part => part.Derivative);

    /// <summary>Scales of tangents that the arrays give; empty for those that follow from the form.</summary>
    public double[] TangentScales { get; init; } = [];
}
