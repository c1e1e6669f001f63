namespace SobolevNet;

/// <summary>Ends training when the validation error has stopped falling; the parameters with the least validation error are kept.</summary>
/// <remarks>
/// At a high learning rate parameters jump around a minimum, and the error stops falling long before what the network can reach. So
/// training does not end where patience does: first the learning rate falls along half a cosine wave to a thousandth of what it was,
/// within <see cref="AnnealingEpochs"/>, while the order weights go to the end of their schedules.
/// </remarks>
public sealed record EarlyStopping
{
    /// <summary>Epochs without improvement that are waited for, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int Patience
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Patience), value, "The patience is at least 1.");
    } = 20;

    /// <summary>
    /// The relative improvement of the error that ends a wait, in [0, 1). Any error that is lower than all before it is the best,
    /// however small the improvement.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Improvement
    {
        get;
        init => field = value is >= 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Improvement), value, "The improvement is in [0, 1).");
    } = 1e-3;

    /// <summary>
    /// Epochs that anneal the learning rate after the patience has ended, at least 0, which ends training at once; null for twice
    /// as many as were trained until then. The epochs and the time of the options limit them.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int? AnnealingEpochs
    {
        get;
        init => field = value is null or >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(AnnealingEpochs), value, "The epochs of annealing are at least 0.");
    }
}
