namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>The polynomials that predict one half of the samples from the other.</summary>
public class SmoothModelTests
{
    [Theory]
    [InlineData(1, 60, 5)] // a term for each dozen samples: degree 4
    [InlineData(1, 2000, 9)] // degree 8
    [InlineData(2, 600, 45)]
    [InlineData(3, 600, 35)] // degree 5 would take 56 of 50
    [InlineData(10, 600, 21)] // all products of two would take 66 of 50, squares do not
    [InlineData(14, 1500, 120)] // as many as are allowed
    [InlineData(15, 1500, 31)]
    [InlineData(60, 1500, 61)] // with squares 121
    [InlineData(61, 200, 1)] // more inputs than asked for
    public void Terms_OfInputsAndSamples_AreAllProductsThatThereIsRoomFor(int inputs, int samples, int expected) =>
        new SmoothModel(Data(inputs, samples), maxInputs: 60).Terms.Should().Be(expected);

    [Theory]
    [InlineData(1, 60, 4)]
    [InlineData(3, 600, 4)]
    [InlineData(10, 600, 1)] // squares alone are not all terms of the second degree
    [InlineData(60, 1500, 1)]
    [InlineData(61, 200, 0)]
    public void Degree_OfInputsAndSamples_IsTheHighestOfWhichThereAreAllTerms(int inputs, int samples, int expected) =>
        new SmoothModel(Data(inputs, samples), maxInputs: 60).Degree.Should().Be(expected);

    [Theory]
    [InlineData(0.0, 36)] // a wave without noise is worth a term for five samples: degree 7
    [InlineData(3.0, 15)]
    public void Best_OfValues_TakesManyTermsOnlyIfTheyPredictBetter(double noise, int expected)
    {
        var random = new RandomStream(8);
        var (x, y, gradient) = (new double[200, 2], new double[200], new double[200, 2]);
        for (int s = 0; s < 200; s++)
        {
            (x[s, 0], x[s, 1]) = (random.NextUniform(-1, 1), random.NextUniform(-1, 1));
            y[s] = Math.Sin(5 * (x[s, 0] + x[s, 1])) + (noise * random.NextNormal());
        }

        SmoothModel.Best(LabelSamples.Load(JetData.FromJacobian(x, y, gradient), 200, default).Normalized(), maxInputs: 60).Terms.Should().Be(expected);
    }

    [Fact]
    public void Terms_OfInputsThatNeverMove_AreLeftOut() => new SmoothModel(Data(3, 600, still: 1), maxInputs: 2).Terms.Should().Be(45);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Fit_OfAPolynomial_PredictsValuesAndSlopesOfTheOtherHalf(int half)
    {
        var data = Data(3, 600, still: 1);
        var model = new SmoothModel(data, maxInputs: 3);
        double[] deviation = [.. Enumerable.Range(0, 3).Select(f => Math.Sqrt(Enumerable.Range(0, 600).Average(s => Math.Pow(data.Input[0, s, f], 2))))];
        double[] fitted = model.Fit(half, Value);
        Span<double> gradient = stackalloc double[3];
        for (int s = 1 - half; s < 600; s += 2)
        {
            var (u, uSlope) = Bounded(s, 0);
            var (v, vSlope) = Bounded(s, 2);
            if (Math.Max(Math.Abs(u), Math.Abs(v)) > 0.5)
            {
                continue; // beyond most of the samples of the other half
            }

            model.At(fitted, s).Should().BeApproximately(Value(s), 3e-3);
            model.Gradient(fitted, s, gradient);
            gradient[0].Should().BeApproximately(((8 * Math.Pow(u, 7)) + (v * v)) * uSlope, 0.05);
            gradient[1].Should().Be(0);
            gradient[2].Should().BeApproximately(((2 * u * v) - 3) * vSlope, 0.05);
        }

        model.Fit(half, s => s % 2 == half ? Value(s) : double.NaN).Should().Equal(fitted, "the other half is not looked at");

        double Value(int s)
        {
            double u = Bounded(s, 0).Value;
            double v = Bounded(s, 2).Value;
            return Math.Pow(u, 8) + (u * v * v) - (3 * v) + 0.5;
        }

        // u = ξ/√(9 + ξ²), ξ in standard deviations
        (double Value, double Slope) Bounded(int s, int f)
        {
            double xi = data.Input[0, s, f] / deviation[f];
            double root = Math.Sqrt(9 + (xi * xi));
            return (xi / root, 9 / (root * root * root) / deviation[f]);
        }
    }

    private static LabelSamples Data(int inputs, int samples, int still = -1)
    {
        var random = new RandomStream(6);
        var (x, y, gradient) = (new double[samples, inputs], new double[samples], new double[samples, inputs]);
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < inputs; i++)
            {
                x[s, i] = i == still ? 2 : (1 + i) * random.NextNormal();
            }
        }

        return LabelSamples.Load(JetData.FromJacobian(x, y, gradient), samples, default).Normalized();
    }
}
