namespace SobolevNet;

/// <summary>How the inputs of a fresh network are standardized.</summary>
public enum InputScalingKind
{
    /// <summary>As the source says: <see cref="Common"/> if its inputs share one unit (<see cref="IJetSource{T}.InputsShareUnit"/>), else <see cref="PerInput"/>.</summary>
    Auto,

    /// <summary>Mean and deviation of each input: for quantities of different units.</summary>
    PerInput,

    /// <summary>
    /// One scale for all inputs: their largest root mean square along any direction of their space. For samples of one field, such as pixels: those
    /// that hardly vary keep their small size, and zeros stay zeros. The means are subtracted if inputs have an offset of more than some eight times
    /// their spread.
    /// </summary>
    Common,
}
