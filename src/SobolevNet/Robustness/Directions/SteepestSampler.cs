namespace SobolevNet.Robustness;

/// <summary>Directions (∂N − ∂O)ᵀu of random output vectors u; <see cref="SteepestDirections{T}"/> makes them while a network is trained.</summary>
internal sealed class SteepestSampler(int inputs, int outputs) : DirectionSampler(inputs, 1, needsNetwork: true)
{
    /// <summary>m.</summary>
    public int Outputs => outputs;

    internal override void DrawUnit(ref RandomStream random, TangentFrame? frame, Span<double> direction) =>
        throw new InvalidOperationException("These directions depend on the network in training; only a RobustSource can draw them.");
}
