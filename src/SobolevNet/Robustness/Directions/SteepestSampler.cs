namespace SobolevNet.Robustness;

/// <summary>Directions (∂N − ∂O)ᵀu; <see cref="SteepestDirections{T}"/> makes them while a network is trained.</summary>
internal sealed class SteepestSampler(int inputs, int outputs, int sketch) : DirectionSampler(inputs, 1, needsNetwork: true)
{
    /// <summary>m.</summary>
    public int Outputs => outputs;

    /// <summary>q, random vectors of outputs that the worst combination is taken of.</summary>
    public int Sketch => sketch;

    internal override void DrawUnit(ref RandomStream random, TangentFrame? frame, Span<double> direction) =>
        throw new InvalidOperationException("These directions depend on the network in training; only a source of RobustTraining.Robust draws them.");
}
