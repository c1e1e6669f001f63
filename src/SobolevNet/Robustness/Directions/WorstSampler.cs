namespace SobolevNet.Robustness;

/// <summary>What samplers may know of the place that a direction is drawn for.</summary>
/// <param name="Frame">The tangents of the clean input; null where they are not known.</param>
/// <param name="Difference">∂N − ∂O there, decomposed; null where no network is known.</param>
/// <param name="Index">Which direction of its group it is.</param>
internal readonly record struct DirectionSite(TangentFrame? Frame, WideMatrix? Difference, int Index);

/// <summary>Right singular vectors of the difference of Jacobians, largest first.</summary>
internal sealed class WorstSampler(int features, int count) : DirectionSampler(features, count, needsNetwork: true)
{
    internal override void DrawUnit(ref RandomStream random, DirectionSite site, Span<double> direction)
    {
        site.Difference!.WriteRightSingular(site.Index, direction);
        while (!TryNormalize(direction))
        {
            // Fewer singular values than directions: along any other direction there is nothing to learn, but one is needed.
            NormalNoise.Fill(ref random, direction);
        }
    }
}
