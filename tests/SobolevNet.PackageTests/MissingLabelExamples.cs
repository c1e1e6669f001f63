using System.Globalization;

namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/your-data.md with labels that are missing.</summary>
public class MissingLabelExamples
{
    [Fact]
    public void Quotes_FifthOfDeltasMissing_AreLearnedWithTheirVolumes()
    {
        string path = Path.Combine(Path.GetTempPath(), $"quotes-{Guid.NewGuid():N}.csv");
        var random = new RandomStream(seed: 8);
        var written = new List<string> { "spot,maturity,price,delta,volume" };
        for (int s = 0; s < 400; s++)
        {
            var (spot, maturity) = (random.NextUniform(0.5, 1.5), random.NextUniform(0.5, 2));
            var (value, slope) = Call(spot, maturity);
            string known = random.NextUniform() < 0.2 ? "" : slope.ToString(CultureInfo.InvariantCulture);
            written.Add(string.Create(CultureInfo.InvariantCulture, $"{spot},{maturity},{value},{known},{random.NextInteger(5) * 100}"));
        }

        File.WriteAllLines(path, written);

        #region example: quotes
        // Lines of "spot,maturity,price,delta,volume"; an empty cell is a label that is missing.
        string[] lines = File.ReadAllLines(path)[1..];
        int rows = lines.Length;
        var (x, price, delta, volume) = (new double[rows, 2], new double[rows], new double[rows, 1], new double[rows]);
        for (int s = 0; s < rows; s++)
        {
            double[] cells = [.. lines[s].Split(',').Select(cell => cell.Length == 0 ? double.NaN : double.Parse(cell, CultureInfo.InvariantCulture))];
            (x[s, 0], x[s, 1], price[s], delta[s, 0], volume[s]) = (cells[0], cells[1], cells[2], cells[3], cells[4]);
        }

        IJetSource<double> quotes = JetData.FromJacobian(x, price, delta, inputs: [0], allowMissing: true, weights: volume);
        #endregion

        File.Delete(path);
        (quotes.Count, quotes.HasMissingLabels, quotes.HasSampleWeights).Should().Be((400, true, true));
        var network = Mlp<double>.Create(2, [16, 16], 1, seed: 3);
        new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 60, BatchSize = 32 }).Fit(quotes);
        double[] asked = [1.1, 1.3];
        var (expected, expectedSlope) = Call(asked[0], asked[1]);
        network.Evaluate(asked)[0].Should().BeApproximately(expected, 0.01);
        network.Jacobian(asked)[0, 0].Should().BeApproximately(expectedSlope, 0.05);
    }

    [Fact]
    public void Greeks_AtFewPointsAndPricesAtMany_TeachMoreThanEither()
    {
        var (x, price, _) = Basket(400, seed: 1);
        var (xFew, priceFew, greeks) = Basket(60, seed: 2);

        #region example: concatenation
        IJetSource<double> labels = JetSource.Concat(JetData.FromValues(x, price), JetData.FromJacobian(xFew, priceFew, greeks));
        #endregion

        var (xTest, priceTest, _) = Basket(1000, seed: 3);
        var test = JetData.FromValues(xTest, priceTest);
        double Error(IJetSource<double> data)
        {
            var network = Mlp<double>.Create(6, [24, 24], 1, seed: 5);
            var options = new SobolevTrainingOptions { Epochs = 150, BatchSize = 25 };
            new SobolevTrainer<double>(network, options).Fit(data);
            return Evaluation.Of(network, test).NormalizedRmse;
        }

        double all = Error(labels);
        all.Should().BeLessThan(0.5 * Error(labels.Truncate(0)), "460 values without gradients teach less");
        all.Should().BeLessThan(0.5 * Error(JetData.FromJacobian(xFew, priceFew, greeks)), "60 values with gradients teach less");
    }

    [Fact]
    public void Weights_OfOutputsAndComponents_DecideWhatIsLearned()
    {
        var (x, y, gradient) = Basket(200, seed: 1);
        var (prices, greeks, gammas) = (new double[200, 2], new double[200, 2, 6], new double[200, 2, 6, 6]);
        for (int s = 0; s < 200; s++)
        {
            (prices[s, 0], prices[s, 1]) = (y[s], x[s, 2]);
            greeks[s, 1, 2] = 1;
            for (int i = 0; i < 6; i++)
            {
                greeks[s, 0, i] = gradient[s, i];
            }
        }

        IJetSource<double> labels = JetData.FromJacobian(x, prices, greeks, gammas);

        #region example: weights
        // The first output counts ten times as much as the second, the delta by input 3 four times as much as the others; the Hessian's column of input 0 is left out.
        var layout = labels.Layout;
        double[] weights = [.. Enumerable.Repeat(1.0, layout.Count)];
        weights[layout.First(3)] = 4;
        for (int i = 0; i < 6; i++)
        {
            weights[layout.Second(0, i)] = 0;
        }

        var options = new SobolevTrainingOptions { OutputWeights = [10, 1], ComponentWeights = weights };
        #endregion

        weights.Count(weight => weight == 0).Should().Be(6);
        var network = Mlp<double>.Create(6, [8], 2, seed: 5);
        var result = new SobolevTrainer<double>(network, options with { Epochs = 2 }).Fit(labels);
        double.IsFinite(result.Training!.OrderErrors[2]).Should().BeTrue();
    }

    [Fact]
    public void Forces_OfSomeAtoms_AreLearnedWithTheEnergies()
    {
        const int samples = 300;
        const int atoms = 4;
        var (positions, energies, forces) = Cluster(samples, atoms);

        #region example: forces of some atoms
        // Energies (S), positions (S, atoms, 3) and forces (S, atoms, 3), NaN for atoms whose force was not written. −NaN is NaN, so it stays missing.
        var (x, dydx) = (new double[samples, 3 * atoms], new double[samples, 3 * atoms]);
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < 3 * atoms; i++)
            {
                (x[s, i], dydx[s, i]) = (positions[s, i / 3, i % 3], -forces[s, i / 3, i % 3]);
            }
        }

        IJetSource<double> data = JetData.FromJacobian(x, energies, dydx, allowMissing: true);
        #endregion

        data.HasMissingLabels.Should().BeTrue();
        var (training, validation) = data.Split(0.2, seed: 1);
        var options = new SobolevTrainingOptions { Epochs = 150, BatchSize = 24, InputScaling = InputScalingKind.Common };
        var withForces = new SobolevTrainer<double>(Mlp<double>.Create(3 * atoms, [32, 32], 1, seed: 3), options).Fit(training, validation);
        var without = new SobolevTrainer<double>(Mlp<double>.Create(3 * atoms, [32, 32], 1, seed: 3), options with { Order = 0 }).Fit(training, validation);
        withForces.Validation!.NormalizedRmse.Should().BeLessThan(0.5 * without.Validation!.NormalizedRmse);
    }

    /// <summary>A price like that of a call, and its derivative by the spot.</summary>
    private static (double Price, double Delta) Call(double spot, double maturity)
    {
        double width = 0.1 * Math.Sqrt(maturity);
        double up = (spot - 1) / width;
        return (width * Math.Log(1 + Math.Exp(up)), 1 / (1 + Math.Exp(-up)));
    }

    /// <summary>The values of a smooth function of six inputs at random points, and its gradients.</summary>
    private static (double[,] X, double[] Y, double[,] Gradient) Basket(int samples, ulong seed)
    {
        var random = new RandomStream(seed);
        var (x, y, gradient) = (new double[samples, 6], new double[samples], new double[samples, 6]);
        for (int s = 0; s < samples; s++)
        {
            double phase = 0;
            for (int i = 0; i < 6; i++)
            {
                x[s, i] = random.NextUniform(-1, 1);
                phase += (i + 1) * x[s, i] / 2;
            }

            y[s] = Math.Sin(phase) + (x[s, 0] * x[s, 5]);
            for (int i = 0; i < 6; i++)
            {
                gradient[s, i] = ((i + 1) / 2.0 * Math.Cos(phase)) + (i == 0 ? x[s, 5] : i == 5 ? x[s, 0] : 0);
            }
        }

        return (x, y, gradient);
    }

    /// <summary>Atoms near the corners of a regular tetrahedron with Lennard-Jones energies; the forces on half of them are known.</summary>
    private static (double[,,] Positions, double[] Energies, double[,,] Forces) Cluster(int samples, int atoms)
    {
        double[,] corners = { { 1, 1, 1 }, { 1, -1, -1 }, { -1, 1, -1 }, { -1, -1, 1 } };
        var random = new RandomStream(seed: 7);
        var (positions, energies, forces) = (new double[samples, atoms, 3], new double[samples], new double[samples, atoms, 3]);
        for (int s = 0; s < samples; s++)
        {
            for (int a = 0; a < atoms; a++)
            {
                for (int k = 0; k < 3; k++)
                {
                    positions[s, a, k] = (0.4 * corners[a, k]) + (0.02 * random.NextNormal());
                }
            }

            for (int a = 0; a < atoms; a++)
            {
                for (int b = 0; b < a; b++)
                {
                    double square = 0;
                    for (int k = 0; k < 3; k++)
                    {
                        square += Math.Pow(positions[s, a, k] - positions[s, b, k], 2);
                    }

                    double sixth = 1 / (square * square * square);
                    energies[s] += 4 * ((sixth * sixth) - sixth);
                    for (int k = 0; k < 3; k++)
                    {
                        double force = 24 * ((2 * sixth * sixth) - sixth) / square * (positions[s, a, k] - positions[s, b, k]);
                        forces[s, a, k] += force;
                        forces[s, b, k] -= force;
                    }
                }
            }

            for (int a = 0; a < atoms; a++)
            {
                bool isWritten = (a + s) % 2 == 0;
                for (int k = 0; k < 3 && !isWritten; k++)
                {
                    forces[s, a, k] = double.NaN;
                }
            }
        }

        return (positions, energies, forces);
    }
}
