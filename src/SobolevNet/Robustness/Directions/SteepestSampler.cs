namespace SobolevNet.Robustness;

/// <summary>Directions (∂N − ∂O)ᵀu of random output vectors u.</summary>
internal sealed class SteepestSampler(int inputs, int outputs) : DirectionSampler(inputs, 1, needsNetwork: true)
{
    /// <summary>m.</summary>
    public int Outputs => outputs;

    internal override void DrawUnit(ref RandomStream random, DirectionSite site, Span<double> direction)
    {
        Span<double> adjoint = outputs <= 256 ? stackalloc double[outputs] : new double[outputs];
        NormalNoise.Fill(ref random, adjoint);
        site.Error!.PullBack(adjoint, direction);
        while (!TryNormalize(direction))
        {
            // No error that would point anywhere: any direction will do.
            NormalNoise.Fill(ref random, direction);
        }
    }
}
