using System.Globalization;
using System.Text.RegularExpressions;
using MathNet.Numerics.Distributions;

namespace SobolevNet.PackageTests;

/// <summary>The examples of README.md: each region stands there word for word, and runs here against the package.</summary>
public class ReadmeExamples
{
    [Fact]
    public void Surface_TaughtItsSlopes_IsLearnedBetter()
    {
        using var console = new ConsoleCapture();

        #region example: surface
        // A surface y = sin(3a)·cos(2b), known at 200 random points together with its slopes.
        var random = new RandomStream(seed: 1);
        var (x, y, dydx) = (new double[200, 2], new double[200], new double[200, 2]);
        for (int s = 0; s < 200; s++)
        {
            double a = x[s, 0] = random.NextUniform(-1, 1);
            double b = x[s, 1] = random.NextUniform(-1, 1);
            y[s] = Math.Sin(3 * a) * Math.Cos(2 * b);
            dydx[s, 0] = 3 * Math.Cos(3 * a) * Math.Cos(2 * b);
            dydx[s, 1] = -2 * Math.Sin(3 * a) * Math.Sin(2 * b);
        }

        var (training, validation) = JetData.FromJacobian(x, y, dydx).Split(validationFraction: 0.2);
        foreach (int order in new[] { 0, 1 })
        {
            var network = Mlp<double>.Create(inputs: 2, hidden: [64, 64], outputs: 1, Activation.Sine, seed: 7);
            var options = new SobolevTrainingOptions { Order = order, Epochs = 200, BatchSize = 16 };
            new SobolevTrainer<double>(network, options).Fit(training);
            var errors = Evaluation.Of(network, validation, order: 1).OrderErrors;
            Console.WriteLine($"trained on order {order}: error of values {errors[0]:P2}, of slopes {errors[1]:P2}");
        }
        #endregion

        double[,] errorsOf = ReadErrors(console.Text);
        errorsOf[1, 0].Should().BeLessThan(0.005).And.BeLessThan(errorsOf[0, 0] / 3, "slopes must help the values");
        errorsOf[1, 1].Should().BeLessThan(0.02).And.BeLessThan(errorsOf[0, 1] / 3);
    }

    [Fact]
    public void CallOption_IsLearnedWithItsGreeks()
    {
        #region example: option
        // A call struck at 1 that expires in a year, without interest: price, delta, vega, gamma, vanna and volga.
        var random = new RandomStream(seed: 2);
        var (x, y, dydx, d2ydx2) = (new double[512, 2], new double[512], new double[512, 2], new double[512, 2, 2]);
        for (int s = 0; s < 512; s++)
        {
            double spot = x[s, 0] = random.NextUniform(0.6, 1.5);
            double volatility = x[s, 1] = random.NextUniform(0.15, 0.5);
            double d1 = (Math.Log(spot) / volatility) + (volatility / 2);
            double d2 = d1 - volatility;
            double density = Normal.PDF(0, 1, d1);
            y[s] = (spot * Normal.CDF(0, 1, d1)) - Normal.CDF(0, 1, d2);
            (dydx[s, 0], dydx[s, 1]) = (Normal.CDF(0, 1, d1), spot * density);
            d2ydx2[s, 0, 0] = density / (spot * volatility);
            d2ydx2[s, 0, 1] = d2ydx2[s, 1, 0] = -density * d2 / volatility;
            d2ydx2[s, 1, 1] = spot * density * d1 * d2 / volatility;
        }

        var greeks = JetData.FromJacobian(x, y, dydx, d2ydx2);
        var network = Mlp<double>.Create(inputs: 2, hidden: [32, 32], outputs: 1, Activation.Gelu, seed: 7);
        var options = new SobolevTrainingOptions { Epochs = 200, BatchSize = 64 };
        TrainingResult result = new SobolevTrainer<double>(network, options).Fit(greeks);
        #endregion

        result.Training.OrderErrors.Should().HaveCount(3);
        result.Training.OrderErrors[0].Should().BeLessThan(0.002);
        result.Training.OrderErrors[2].Should().BeLessThan(0.12);

        #region example: inference
        double[] market = [1.05, 0.2];
        double price = network.Evaluate(market)[0];
        double[,] jacobian = network.Jacobian(market);      // [output, input]: delta and vega
        double[,,] hessian = network.Hessian(market);       // [output, input, input]: gamma, vanna, volga

        // Along directions alone, one pass for any number of inputs: here the move of both at once.
        JetBatch<double> along = network.Derivatives(market, directions: [1, -0.5], order: 2);
        double slope = along[1, 0, 0];                      // [component, sample, output]
        double curvature = along[2, 0, 0];
        #endregion

        price.Should().BeApproximately((1.05 * Normal.CDF(0, 1, 0.343951)) - Normal.CDF(0, 1, 0.143951), 2e-3);
        slope.Should().BeApproximately(jacobian[0, 0] - (0.5 * jacobian[0, 1]), 1e-12);
        curvature.Should().BeApproximately(hessian[0, 0, 0] - hessian[0, 0, 1] + (0.25 * hessian[0, 1, 1]), 1e-11);

        using var folder = new WorkingFolder();

        #region example: save
        network.Save("option.safetensors");
        var loaded = Mlp<float>.Load("option.safetensors");     // either precision reads the other's files
        #endregion

        loaded.Evaluate([1.05f, 0.2f])[0].Should().BeApproximately((float)price, 1e-5f);
    }

    /// <summary>The percentages that the first example writes: one row for each order trained.</summary>
    private static double[,] ReadErrors(string text)
    {
        var found = Regex.Matches(text, @"([\d.]+) %").Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) / 100).ToArray();
        found.Should().HaveCount(4);
        return new[,] { { found[0], found[1] }, { found[2], found[3] } };
    }
}
