namespace SobolevNet;

/// <summary>How the inputs of a fresh network are standardized.</summary>
public enum InputScaling
{
    /// <summary>As the source says: <see cref="Common"/> if its inputs share one unit (<see cref="IJetSource{T}.InputsShareUnit"/>), else <see cref="PerInput"/>.</summary>
    Auto,

    /// <summary>Mean and deviation of each input: for quantities of different units.</summary>
    PerInput,

    /// <summary>
    /// The mean of each input and one scale for all: the largest deviation along any direction of their space. For samples of one field, such as
    /// pixels: those that hardly vary keep their small size.
    /// </summary>
    Common,
}
