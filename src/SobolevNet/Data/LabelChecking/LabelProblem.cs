namespace SobolevNet.LabelChecking;

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
