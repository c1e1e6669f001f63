using System.Globalization;

namespace SobolevNet.LabelChecking;

/// <summary>Puts findings into sentences, with the usual reason for a ratio where there is one.</summary>
internal static class LabelMessages
{
    private const double Degree = Math.PI / 180;

    public static string Of(
        LabelProblem problem, string name, IReadOnlyList<int> outputs, double ratio, string? match, int order, bool isPure, int samples, bool isZero, string evidence)
    {
        string subject = outputs.Count == 0 ? name
            : outputs.Count == 1 ? $"{name} of output {outputs[0]}"
            : $"{name} of outputs {string.Join(", ", outputs)}";
        string text = ratio.ToString("G4", CultureInfo.InvariantCulture);
        string sentence = problem switch
        {
            LabelProblem.WrongSign => $"{subject} has the wrong sign: the values fit its negative.",
            LabelProblem.WrongScale => $"{subject} is {text} times what the values say{Reason(ratio, order, isPure, samples)}.",
            LabelProblem.SwappedAxes => $"{subject} looks exchanged: the values fit what was supplied as {match}.",
            LabelProblem.ConstantInput =>
                $"{subject} is not zero, but the input never changes along it in these samples, so no value can confirm it. " +
                "Vary the input, or leave out its derivative.",
            _ => isZero
                ? $"{subject} was supplied as zero, but the values change along it."
                : $"{subject} does not explain how the values change.",
        };
        return evidence.Length == 0 ? sentence : $"{sentence[..^1]} ({evidence}).";
    }

    private static string Reason(double ratio, int order, bool isPure, int samples)
    {
        double size = Math.Abs(ratio);
        double perTangent = order == 2 && isPure ? Math.Sqrt(size) : size;
        string? reason = order == 2 && IsNear(size, 0.5) ? "was it divided by 2! as in a Taylor series?"
            : order == 2 && IsNear(size, 2) ? "was a pair (i, j) counted twice?"
            : IsNear(perTangent, 1 / Degree) ? "is it per radian, while the coordinate is in degrees?"
            : IsNear(perTangent, Degree) ? "is it per degree, while the coordinate is in radians?"
            : IsNear(size * samples, 1) ? "is it the gradient of a mean over the samples?"
            : IsNear(perTangent, 100) || IsNear(perTangent, 0.01) ? "is it by per cent?"
            : IsNear(perTangent, 365) || IsNear(perTangent, 1.0 / 365) || IsNear(perTangent, 252) || IsNear(perTangent, 1.0 / 252) ? "days and years?"
            : "was x or y rescaled after it was taken?";
        return $" ({reason})";
    }

    private static bool IsNear(double value, double wanted) => Math.Abs(value - wanted) <= 0.05 * wanted;
}
