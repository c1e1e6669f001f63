namespace SobolevNet.Tests.Data.Displaced;

/// <summary>Curvature lengths where labels are missing, vary by output, or have no first derivatives.</summary>
public class CurvatureLengthTests
{
    private const int Samples = 40;

    [Fact]
    public void Measure_LabelsThatMissSomeDerivatives_IsAsIfTheseWereLikeTheOthers()
    {
        // First derivatives are ±3 and second ones ±12 in every sample; scales are larger than the lengths.
        Lengths(Source((_, _, _) => false)).Should().Equal(0.25, 0.25);
        foreach (int component in Enumerable.Range(0, 6))
        {
            Lengths(Source((s, c, _) => c == component && s % 3 == 0)).Should().OnlyContain(length => Math.Abs(length - 0.25) < 1e-12, $"component {component}");
        }
    }

    [Fact]
    public void Measure_AnOutputWithoutDerivatives_LeavesItToTheOthers()
    {
        // Output 1 has second derivatives twice as large; without its derivatives those of output 0 count alone.
        Lengths(Source((_, _, _) => false, second: 2)).Should().OnlyContain(length => length < 0.24);
        Lengths(Source((_, c, f) => c > 0 && f == 1, second: 2)).Should().OnlyContain(length => Math.Abs(length - 0.25) < 1e-12);
    }

    [Fact]
    public void Measure_SecondDerivativesWithoutFirstOnes_AreRefused()
    {
        var source = JetSource.Generate<double>(JetLayout.Full(1, 2), 1, 1, 5, Generate, inputOrder: 1, tangentInputs: [0]);
        FluentActions.Invoking(() => source.Displaced(0)).Should().Throw<ArgumentException>().WithMessage("*tangent 0 are not finite, or there are only second ones*").WithParameterName("source");

        static void Generate(long sample, ref RandomStream random, JetSpan<double> input, JetSpan<double> target)
        {
            input[0, 0, 0] = sample;
            target[0, 0, 0] = sample % 2;
            target[2, 0, 0] = 1;
        }
    }

    [Fact]
    public void Measure_MissingValues_LeaveTheOutputItsVariance()
    {
        double[] all = Lengths(Source((_, _, _) => false, second: 2));
        double[] some = Lengths(Source((s, c, f) => c == 0 && f == 1 && s % 4 > 1, second: 2));
        some.Zip(all).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-12, "the values that are left have the same variance");
    }


    private static double[] Lengths(IJetSource<double> source) => CurvatureLengths.Measure(source, default);

    /// <summary>Two inputs, two outputs of one variance; some labels are missing.</summary>
    private static IJetSource<double> Source(Func<long, int, int, bool> isMissing, double second = 1)
    {
        return JetSource.Generate<double>(
            JetLayout.Full(2, 2), 2, 2, Samples, Generate, inputOrder: 1, tangentScales: [9, 9], tangentInputs: [0, 1], allowMissing: true);

        void Generate(long sample, ref RandomStream random, JetSpan<double> input, JetSpan<double> target)
        {
            int sign = sample % 2 == 0 ? 1 : -1;
            input[0, 0, 0] = sample;
            for (int f = 0; f < 2; f++)
            {
                for (int c = 0; c < 6; c++)
                {
                    double value = c == 0 ? sign : c < 3 ? 3 * sign : 12 * sign * (f == 1 ? second : 1);
                    target[c, 0, f] = isMissing(sample, c, f) ? double.NaN : value;
                }
            }
        }
    }
}
