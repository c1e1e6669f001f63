namespace SobolevNet.Robustness;

/// <summary>Directions that a delegate draws, scaled to unit length.</summary>
internal sealed class DrawnSampler(int features, int dimensions, DirectionDraw draw) : DirectionSampler(features, dimensions)
{
    internal override void DrawUnit(ref RandomStream random, TangentFrame? frame, Span<double> direction)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            draw(ref random, direction);
            if (VectorLength.TryNormalize(direction))
            {
                return;
            }
        }

        throw new InvalidOperationException($"{Attempts} directions drawn in a row were zero or not finite.");
    }
}
