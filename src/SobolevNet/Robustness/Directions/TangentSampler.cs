namespace SobolevNet.Robustness;

/// <summary>Directions along the manifold: J L⁻ᵀ c with c normal and A = L Lᵀ has the tangent space's projector as covariance.</summary>
internal sealed class TangentSampler(int features, int degreesOfFreedom) : DirectionSampler(features, degreesOfFreedom, needsTangents: true)
{
    internal override void DrawUnit(ref RandomStream random, TangentFrame? frame, Span<double> direction)
    {
        var tangents = CheckedFrame(frame, Features, Dimensions);
        Span<double> coordinates = Dimensions <= 256 ? stackalloc double[Dimensions] : new double[Dimensions];
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            NormalNoise.Fill(ref random, coordinates);
            tangents.SolveTransposed(coordinates);
            direction.Clear();
            tangents.AddPush(coordinates, 1, direction);
            if (VectorLength.TryNormalize(direction))
            {
                return;
            }
        }

        throw new InvalidOperationException("The tangents at the clean input are zero, dependent or not finite.");
    }

    /// <summary>The tangents of the place; refuses those of another task.</summary>
    internal static TangentFrame CheckedFrame(TangentFrame? frame, int features, int degreesOfFreedom)
    {
        return frame is not null && frame.Input.Features == features && frame.Lengths.Length == degreesOfFreedom
            ? frame
            : throw new ArgumentException(
                $"The clean input has {frame?.Lengths.Length ?? 0} tangents of {frame?.Input.Features ?? 0} features; the sampler was made for " +
                $"{degreesOfFreedom} of {features}.",
                nameof(frame));
    }
}

/// <summary>Directions of another sampler less their part along the manifold.</summary>
internal sealed class OrthogonalSampler(DirectionSampler inner, int degreesOfFreedom)
    : DirectionSampler(inner.Features, inner.Dimensions - degreesOfFreedom, needsTangents: true)
{
    /// <summary>What is left of a unit vector in the tangent space, by rounding and the conditioning of the tangents, is below this.</summary>
    private const double Remainder = 1e-9;

    internal override void DrawUnit(ref RandomStream random, TangentFrame? frame, Span<double> direction)
    {
        var tangents = TangentSampler.CheckedFrame(frame, Features, degreesOfFreedom);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            inner.DrawUnit(ref random, frame, direction);
            tangents.RemoveTangent(direction);
            if (VectorLength.Of<double>(direction) > Remainder && VectorLength.TryNormalize(direction))
            {
                return;
            }
        }

        throw new InvalidOperationException($"{Attempts} directions drawn in a row lie in the tangent space of the manifold; nothing of them is orthogonal to it.");
    }
}
