namespace SobolevNet.Robustness;

/// <summary>How the search for the nearest point of a manifold ended.</summary>
public enum OracleStatus
{
    /// <summary>At a local minimum of the distance, to the tolerance asked for.</summary>
    Converged,

    /// <summary>After the largest number of iterations, not at a minimum yet.</summary>
    IterationLimit,

    /// <summary>At a point whose tangents are linearly dependent, or nearly so: the nearest point is not determined.</summary>
    RankDeficient,

    /// <summary>At a stationary point that is not a minimum: the input is too far from the manifold on its curved-in side.</summary>
    NotAMinimum,

    /// <summary>At a point from which no step made the distance smaller, such as the border of the manifold's domain.</summary>
    Stalled,
}

/// <summary>The answer of the exact oracle to one input.</summary>
public sealed class OracleResult
{
    internal OracleResult()
    {
    }

    /// <summary>How the search ended; the other members describe the point reached in any case.</summary>
    public OracleStatus Status { get; internal init; }

    /// <summary>Whether the point is a local minimum of the distance.</summary>
    public bool Converged => Status == OracleStatus.Converged;

    /// <summary>The point reached, <see cref="IDataManifold.PointLength"/> numbers.</summary>
    public double[] Point { get; internal init; } = [];

    /// <summary>O, the target at the point reached, m numbers.</summary>
    public double[] Output { get; internal init; } = [];

    /// <summary>‖C(r*) − I‖, the Euclidean distance of the input from the manifold.</summary>
    public double Residual { get; internal init; }

    /// <summary>Steps tried.</summary>
    public int Iterations { get; internal init; }

    /// <summary>
    /// An upper bound, at most p times too large, of the condition number of the tangents at the point reached, each scaled to unit
    /// length; infinite where they are dependent.
    /// </summary>
    public double ConditionNumber { get; internal init; }
}

/// <summary>The tangents of a manifold are linearly dependent, or nearly so, at a point: the oracle is not defined there.</summary>
public sealed class DegenerateTangentsException : ArithmeticException
{
    internal DegenerateTangentsException(string message, double conditionNumber)
        : base(message) =>
        ConditionNumber = conditionNumber;

    /// <summary>The bound of the condition number of the unit tangents that was found; infinite for dependent ones.</summary>
    public double ConditionNumber { get; }
}
