namespace SobolevNet.Experiments.Surrogate;

/// <summary>A function whose values and derivatives are known exactly, for a network to replace.</summary>
internal interface ISurface
{
    /// <summary>Number of inputs n.</summary>
    int Inputs { get; }

    /// <summary>Draws a training or test point.</summary>
    void DrawState(ref RandomStream random, Span<double> state);

    /// <summary>The exact value with its derivatives.</summary>
    /// <param name="state">The point, shape (n).</param>
    /// <param name="gradient">Receives ∂y/∂xᵢ, shape (n).</param>
    /// <param name="hessian">Receives ∂²y/∂xᵢ∂xⱼ, shape (n, n).</param>
    /// <returns>The value y.</returns>
    double Evaluate(ReadOnlySpan<double> state, Span<double> gradient, Span<double> hessian);
}

/// <summary>A price: the mean payoff of random paths from a state. The derivative of a payoff along its path is known too.</summary>
internal interface IPathwiseModel : ISurface
{
    /// <summary>Draws a test point as the published notebooks do, uniformly over a range of prices.</summary>
    void DrawTestState(ref RandomStream random, Span<double> state);

    /// <summary>The mean payoff of one random path and its mirror image, an unbiased noisy price, with its derivatives.</summary>
    /// <param name="random">The path's random numbers.</param>
    /// <param name="state">Where the path begins, shape (n).</param>
    /// <param name="gradient">Receives the derivative of the payoff by the state along the path, shape (n).</param>
    /// <returns>The payoff.</returns>
    double DrawPayoff(ref RandomStream random, ReadOnlySpan<double> state, Span<double> gradient);
}
