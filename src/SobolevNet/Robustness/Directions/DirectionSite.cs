namespace SobolevNet.Robustness;

/// <summary>What samplers may know of the place that a direction is drawn for.</summary>
/// <param name="Frame">The tangents of the clean input; null where they are not known.</param>
/// <param name="Error">The network's error there to first order; null where no network is known.</param>
internal readonly record struct DirectionSite(TangentFrame? Frame, IErrorJacobian? Error);

/// <summary>The difference of the Jacobians of a network in training and of what it is trained to, at one input.</summary>
internal interface IErrorJacobian
{
    /// <summary>(∂N − ∂O)ᵀu.</summary>
    /// <param name="adjoint">u, m elements.</param>
    /// <param name="result">Receives n elements.</param>
    void PullBack(ReadOnlySpan<double> adjoint, Span<double> result);
}
