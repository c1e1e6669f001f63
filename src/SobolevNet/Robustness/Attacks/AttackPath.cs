namespace SobolevNet.Robustness;

/// <summary>One ascent of an attack: where it is, and the perturbation that it tries next.</summary>
internal sealed class AttackPath(int inputs, int outputs)
{
    /// <summary>Where the ascent began.</summary>
    public AttackStart Start { get; set; }

    /// <summary>ε, the best so far.</summary>
    public double[] Perturbation { get; private set; } = new double[inputs];

    /// <summary>The objective's gradient there.</summary>
    public double[] Gradient { get; private set; } = new double[inputs];

    /// <summary>N there.</summary>
    public double[] NetworkOutput { get; private set; } = new double[outputs];

    /// <summary>O there.</summary>
    public double[] OracleOutput { get; private set; } = new double[outputs];

    /// <summary>The objective there; NaN until a perturbation was accepted.</summary>
    public double Value { get; set; }

    /// <summary>The perturbation to try.</summary>
    public double[] Trial { get; private set; } = new double[inputs];

    /// <summary>The gradient at the perturbation tried.</summary>
    public double[] TrialGradient { get; private set; } = new double[inputs];

    /// <summary>N at the perturbation tried.</summary>
    public double[] TrialNetworkOutput { get; private set; } = new double[outputs];

    /// <summary>O at the perturbation tried.</summary>
    public double[] TrialOracleOutput { get; private set; } = new double[outputs];

    /// <summary>The objective at the perturbation tried; NaN if it is not allowed.</summary>
    public double TrialValue { get; set; }

    /// <summary>How far to go toward the best perturbation of the linearized objective, in (0, 1].</summary>
    public double Step { get; set; }

    /// <summary>Whether the ascent has ended.</summary>
    public bool IsDone { get; set; }

    /// <summary>Begins an ascent whose first trial has been written.</summary>
    public void Begin(AttackStart start)
    {
        (Start, Value, TrialValue, Step, IsDone) = (start, double.NaN, double.NaN, 1, false);
    }

    /// <summary>Moves to the perturbation tried.</summary>
    public void Accept()
    {
        Value = TrialValue;
        (Perturbation, Trial) = (Trial, Perturbation);
        (Gradient, TrialGradient) = (TrialGradient, Gradient);
        (NetworkOutput, TrialNetworkOutput) = (TrialNetworkOutput, NetworkOutput);
        (OracleOutput, TrialOracleOutput) = (TrialOracleOutput, OracleOutput);
    }
}
