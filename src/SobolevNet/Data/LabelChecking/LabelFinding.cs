namespace SobolevNet;

/// <summary>What is wrong with a derivative that was supplied as a label.</summary>
public enum LabelProblem
{
    /// <summary>The values fit the derivative with the opposite sign.</summary>
    WrongSign,

    /// <summary>The values fit the derivative times a constant: other units, a factorial, a rescaled input or output.</summary>
    WrongScale,

    /// <summary>The values fit another component, or the array with its axes exchanged.</summary>
    SwappedAxes,

    /// <summary>The values change in a way that the derivative does not explain.</summary>
    Unrelated,

    /// <summary>Inconclusive: the samples are too few, too sparse or too noisy, or an input never changes. Not an error.</summary>
    Inconclusive,

    /// <summary>The derivative is not zero, but the input never changes along it, so nothing in the samples can confirm it.</summary>
    ConstantInput,
}

/// <summary>One result of the label check.</summary>
/// <param name="Problem">What kind of mistake it looks like.</param>
/// <param name="Component">The component of the layout; −1 if it concerns the whole array.</param>
/// <param name="Outputs">The output features concerned; empty if it concerns all of them.</param>
/// <param name="Ratio">
/// Supplied derivative over the one that the values fit: 100 if it is a hundred times too large, 0.5 if it was divided by
/// 2!, −1 for a wrong sign. NaN where no ratio fits.
/// </param>
/// <param name="MatchingComponent">For <see cref="LabelProblem.SwappedAxes"/>, the component that belongs here; else −1.</param>
/// <param name="Message">The finding in a sentence.</param>
public sealed record LabelFinding(
    LabelProblem Problem, int Component, IReadOnlyList<int> Outputs, double Ratio, int MatchingComponent, string Message);

/// <summary>How well one component of the labels agrees with what the values say.</summary>
/// <param name="Component">The component of the layout.</param>
/// <param name="Name">Its name, such as "∂0∂1".</param>
/// <param name="Scale">
/// The factor that the supplied derivative must be multiplied by to fit best; 1 if all is well, NaN if not determined. The
/// median over the outputs.
/// </param>
/// <param name="Uncertainty">How far <paramref name="Scale"/> may be off.</param>
/// <param name="Correlation">
/// Cosine between the supplied derivative and one estimated from the values alone, over samples and outputs; NaN if there is no
/// such estimate. Coarse where samples are sparse.
/// </param>
public sealed record LabelComponent(int Component, string Name, double Scale, double Uncertainty, double Correlation);
