using System.Numerics;

namespace SobolevNet;

/// <content>The derivatives that a loss writes, compared with differences of its values.</content>
internal sealed partial class LossProbe<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int CheckedSamples = 16;

    /// <summary>Steps of the differences: each is this many times as long as the one before.</summary>
    private const double Growth = 4;

    private const int Steps = 4;

    /// <summary>The part of a sample's largest derivative by which a derivative may be wrong unnoticed.</summary>
    private const double Tolerance = 0.25;

    /// <summary>Roundings that the value of a loss may be off by.</summary>
    private const double Roundings = 4;

    private static readonly double Rounding = double.CreateTruncating(T.BitIncrement(T.One) - T.One);

    /// <summary>The shortest step, and the share of a derivative that the rounding of jets may hide.</summary>
    private static readonly double ShortestStep = typeof(T) == typeof(float) ? 1.0 / 512 : 1.0 / (1 << 20);

    private static readonly double Share = Growth * ShortestStep;

    /// <summary>Compares the derivatives that the loss writes with central differences, at some samples.</summary>
    /// <remarks>
    /// Of several steps the one whose difference has the least error is taken. The error is bounded by how much the loss bends over the step, by how much the difference
    /// changes from the next shorter step, and by the rounding of a loss that is computed in T. Where this bound is large beside all derivatives of the sample, nothing is compared.
    /// </remarks>
    /// <exception cref="InvalidOperationException">
    /// A derivative is wrong by more than that; or the values of the loss are too large beside their changes to compare a derivative at any of the samples.
    /// </exception>
    public void CheckAdjoint()
    {
        int outputs = term.Source.OutputFeatures;
        bool[] isCompared = new bool[(term.Source.Layout.Count * outputs) + coefficients];
        double largestLoss = 0;
        foreach (long sample in SampleSubset.Of(term.Source.Count, CheckedSamples))
        {
            var jets = Load(sample);
            double loss = Evaluate(sample, jets, out T[] adjoint, out T[] ofCoefficients);
            largestLoss = Math.Max(largestLoss, Math.Abs(loss));
            double[] written = [.. adjoint.Concat(ofCoefficients).Select(double.CreateTruncating)];
            (double Value, double Error)[] expected = [.. written.Select((_, k) => Difference(sample, jets, loss, k))];
            double largest = expected.Max(one => Math.Abs(one.Value));
            for (int k = 0; k < written.Length; k++)
            {
                if (!(Math.Abs(written[k] - expected[k].Value) <= expected[k].Error))
                {
                    throw new InvalidOperationException(
                        $"The loss of {term.Name} writes {written[k]:G6} as its derivative by {NameOf(k)} for sample {sample} and a random jet; differences of the loss give " +
                        $"{expected[k].Value:G6}.");
                }

                isCompared[k] |= expected[k].Error <= Tolerance * Math.Max(largest, Math.Abs(written[k]));
            }
        }

        int open = Array.IndexOf(isCompared, false);
        if (open >= 0)
        {
            throw new InvalidOperationException(
                $"The derivative of the loss of {term.Name} by {NameOf(open)} cannot be checked: the loss reaches {largestLoss:G3}, and its changes are lost in the rounding of " +
                $"{typeof(T).Name} or in kinks. Check the same loss in double, or without what is constant in it.");
        }
    }

    /// <summary>The difference with the least error of several steps, and a bound of its error.</summary>
    private (double Value, double Error) Difference(long sample, (JetBatch<T> Input, JetBatch<T> Target) jets, double loss, int moved)
    {
        var (best, shorter) = ((Value: 0.0, Error: double.PositiveInfinity), double.NaN);
        double step = ShortestStep;
        for (int k = 0; k < Steps; k++)
        {
            double above = (Evaluate(sample, jets, out _, out _, moved, step) - loss) / step;
            double below = (loss - Evaluate(sample, jets, out _, out _, moved, -step)) / step;
            double value = 0.5 * (above + below);
            if (k > 0)
            {
                // Terms of third order change a central difference by 15/16 of their own size from a quarter of the step to the whole.
                double error = Math.Abs(above - below) + (2 * Math.Abs(value - shorter)) + (Share * Math.Abs(value)) + (Roundings * Rounding * Math.Abs(loss) / step);
                best = error < best.Error ? (value, error) : best;
            }

            shorter = value;
            step *= Growth;
        }

        return best;
    }

    private string NameOf(int derivative)
    {
        var layout = term.Source.Layout;
        int outputs = term.Source.OutputFeatures;
        int component = derivative / outputs;
        return component < layout.Count
            ? $"output {derivative % outputs} in component {component} ({layout.NameOf(component)})"
            : $"coefficient {derivative - (layout.Count * outputs)}";
    }
}
