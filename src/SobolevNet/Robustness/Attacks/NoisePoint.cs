namespace SobolevNet.Robustness;

/// <summary>Errors under Gaussian noise of one deviation, each relative to the spread of the targets: √(Σ‖·‖²/Σ‖y − ȳ‖²).</summary>
/// <remarks>NaN where fewer than two inputs with different targets are left, and, against the oracle, where it converged for no draw.</remarks>
public sealed class NoisePoint
{
    internal NoisePoint(double deviation, double errorAgainstClean, double errorAgainstOracle, double oracleShift, int oracleFailures) =>
        (Deviation, ErrorAgainstClean, ErrorAgainstOracle, OracleShift, OracleFailures) =
        (deviation, errorAgainstClean, errorAgainstOracle, oracleShift, oracleFailures);

    /// <summary>σ of each feature.</summary>
    public double Deviation { get; }

    /// <summary>Of N(I + e) − y: against the target of the clean input, over all draws.</summary>
    public double ErrorAgainstClean { get; }

    /// <summary>Of N(I + e) − O(I + e), over the draws for which the oracle converged.</summary>
    public double ErrorAgainstOracle { get; }

    /// <summary>Of O(I + e) − y: how far the noise moves the right answer itself.</summary>
    public double OracleShift { get; }

    /// <summary>Draws for which the oracle did not converge; they count only against the clean target.</summary>
    public int OracleFailures { get; }
}
