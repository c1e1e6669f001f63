namespace SobolevNet.LabelChecking;

/// <summary>Brings samples to units in which all sizes are about 1, by powers of two, which round nothing.</summary>
internal static class LabelUnits
{
    /// <summary>Input features up to which each is measured by its own spread; images are measured as they are.</summary>
    public const int MaxScaledFeatures = 64;

    /// <summary>
    /// Moves inputs and outputs to a mean of 0 and scales them, each input by itself, all outputs by one factor, and all tangents' coordinates by one, so that
    /// exchanged derivatives stay comparable. An input that varies by no more than rounding becomes 0.
    /// </summary>
    /// <param name="input">Input jets, changed in place.</param>
    /// <param name="target">Target jets, changed in place.</param>
    /// <param name="isConstant">Whether a mean and a deviation are those of an input that varies by no more than the rounding of the numbers it came in.</param>
    /// <param name="inputsShareUnit">Whether all inputs get one scale.</param>
    public static void Normalize(JetBatch<double> input, JetBatch<double> target, Func<double, double, bool> isConstant, bool inputsShareUnit)
    {
        Scale(input, isConstant, inputsShareUnit || input.Features > MaxScaledFeatures);
        NormalizeTangents(input, target);
        Scale(target, null, isCommon: true);
    }

    private static void Scale(JetBatch<double> jets, Func<double, double, bool>? isConstant, bool isCommon)
    {
        int n = jets.Features;
        int[] exponents = new int[n];
        for (int f = 0; f < n; f++)
        {
            // In two steps, so that neither a sum nor a square leaves the range of numbers.
            int magnitude = Exponent(Largest(jets, 0, f));
            Multiply(jets, f, magnitude);
            double mean = 0;
            for (int s = 0; s < jets.Samples; s++)
            {
                mean += (jets[0, s, f] - jets[0, 0, f]) / jets.Samples;
            }

            double origin = jets[0, 0, f] + mean;
            double spread = 0;
            double variance = 0;
            for (int s = 0; s < jets.Samples; s++)
            {
                jets[0, s, f] -= origin;
                spread = Math.Max(spread, Math.Abs(jets[0, s, f]));
                variance += jets[0, s, f] * jets[0, s, f] / jets.Samples;
            }

            if (isConstant is not null && isConstant(origin, Math.Sqrt(variance)))
            {
                for (int s = 0; s < jets.Samples; s++)
                {
                    jets[0, s, f] = 0;
                }

                spread = 0;
            }

            // A constant output is measured by its derivatives.
            int own = spread > 0 ? Exponent(spread)
                : isConstant is null ? Exponent(Enumerable.Range(1, jets.Layout.Count - 1).Max(c => Largest(jets, c, f)))
                : int.MinValue;
            exponents[f] = own == int.MinValue ? own : own + magnitude;
            Multiply(jets, f, -magnitude);
        }

        int widest = exponents.Max();
        for (int f = 0; f < n; f++)
        {
            int exponent = isCommon ? widest : exponents[f];
            Multiply(jets, f, exponent == int.MinValue ? 0 : exponent);
        }
    }

    private static void NormalizeTangents(JetBatch<double> input, JetBatch<double> target)
    {
        var layout = input.Layout;
        bool[] moves = [.. Enumerable.Range(0, input.Features).Select(f => Largest(input, 0, f) > 0)];
        int p = layout.Firsts.Length;
        double longest = 0;
        for (int k = 0; k < p; k++)
        {
            // Where only inputs that never change lie along a tangent, these must do.
            double moving = Enumerable.Range(0, input.Features).Max(f => moves[f] ? Largest(input, 1 + k, f) : 0);
            longest = Math.Max(longest, moving > 0 ? moving : Enumerable.Range(0, input.Features).Max(f => Largest(input, 1 + k, f)));
        }

        int unit = Exponent(longest);
        for (int c = 1; c < layout.Count; c++)
        {
            int exponent = unit * layout.OrderOf(c);
            foreach (var batch in new[] { input, target })
            {
                var span = batch.AsSpan().Component(c);
                for (int k = 0; k < span.Length; k++)
                {
                    span[k] = Math.ScaleB(span[k], -exponent);
                }
            }
        }
    }

    private static double Largest(JetBatch<double> jets, int component, int feature)
    {
        double largest = 0;
        for (int s = 0; s < jets.Samples; s++)
        {
            largest = Math.Max(largest, Math.Abs(jets[component, s, feature]));
        }

        return largest;
    }

    /// <summary>Divides a feature of every component by a power of two.</summary>
    private static void Multiply(JetBatch<double> jets, int feature, int exponent)
    {
        for (int c = 0; c < jets.Layout.Count; c++)
        {
            for (int s = 0; s < jets.Samples; s++)
            {
                jets[c, s, feature] = Math.ScaleB(jets[c, s, feature], -exponent);
            }
        }
    }

    private static int Exponent(double size) => size > 0 ? Math.ILogB(size) : 0;
}
