using System.Numerics;

namespace SobolevNet;

/// <summary>The numbers of one step of Adam, bias corrections included.</summary>
/// <param name="Beta1">Decay of the mean gradient.</param>
/// <param name="Beta2">Decay of the mean square.</param>
/// <param name="Rate">The learning rate over 1 − β₁ᵗ.</param>
/// <param name="Correction">1 / (1 − β₂ᵗ).</param>
/// <param name="Epsilon">Added to the root of the mean square.</param>
/// <param name="Decay">What is left of a weight after decay.</param>
/// <param name="Longest">
/// Upper bound on the size of one SOAP update. Adam itself never goes further, but when the bases rotate, the mean gradient rotates with them and
/// the mean squares do not: for some steps, above all the first ones, their quotient can be anything.
/// </param>
internal readonly record struct AdamCoefficients<T>(T Beta1, T Beta2, T Rate, T Correction, T Epsilon, T Decay, T Longest)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The numbers of a step, counted from 1.</summary>
    public static AdamCoefficients<T> Of(double rate, double beta1, double beta2, double epsilon, double weightDecay, long step) => new(
        T.CreateTruncating(beta1), T.CreateTruncating(beta2), T.CreateTruncating(rate / (1 - Math.Pow(beta1, step))),
        T.CreateTruncating(1 / (1 - Math.Pow(beta2, step))), T.CreateTruncating(epsilon), T.CreateTruncating(1 - (rate * weightDecay)),
        T.CreateTruncating(rate * LongestStep(beta1, beta2)));

    /// <summary>
    /// The most that |m̂|/√v̂ can be when both average the same numbers: by Cauchy and Schwarz √Σw₁²/w₂ with the weights of both averages.
    /// </summary>
    private static double LongestStep(double beta1, double beta2) =>
        beta1 * beta1 < beta2 ? Math.Max(1, (1 - beta1) / Math.Sqrt((1 - beta2) * (1 - (beta1 * beta1 / beta2)))) : 1;
}
