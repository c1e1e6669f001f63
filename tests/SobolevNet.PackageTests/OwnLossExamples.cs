namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/own-losses.md.</summary>
public class OwnLossExamples
{
    [Fact]
    public void Equation_WithoutLabels_IsSolved()
    {
        using var console = new ConsoleCapture();

        #region example: own loss
        // Physics without labels: u'' = −u with u(0) = 0 and u'(0) = 1, whose solution is the sine.
        static IJetSource<double> Times(int order, int count, double step) => JetSource.Generate<double>(
            JetLayout.Full(tangents: 1, order), inputFeatures: 1, outputFeatures: 1, count,
            (long sample, ref RandomStream _, JetSpan<double> t, JetSpan<double> _) => t[0, 0, 0] = step * sample,
            tangentInputs: [0]);                                                // derivatives are taken by the input itself

        var equation = new LossTerm<double>(Times(order: 2, count: 33, step: 3.0 / 32), s =>
        {
            double residual = s.Output[2, 0, 0] + s.Output[0, 0, 0];            // components: u, u', u''
            s.Adjoint[2, 0, 0] = s.Adjoint[0, 0, 0] = residual;                 // ∂loss/∂u'' and ∂loss/∂u
            return 0.5 * residual * residual;
        });
        var start = new LossTerm<double>(Times(order: 1, count: 1, step: 0), s =>
        {
            var (value, slope) = (s.Output[0, 0, 0], s.Output[1, 0, 0] - 1);
            s.Adjoint[0, 0, 0] = value;
            s.Adjoint[1, 0, 0] = slope;
            return 0.5 * ((value * value) + (slope * slope));
        });

        var network = Mlp<double>.Create(inputs: 1, hidden: [24, 24], outputs: 1, seed: 1);
        var result = new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 1000 }).Fit([equation, start]);
        Console.WriteLine($"loss of the equation {result.TermLosses[0]:E1}, u(π/2) = {network.Evaluate([Math.PI / 2])[0]:F5}");
        #endregion

        network.Evaluate([Math.PI / 2])[0].Should().BeApproximately(1, 1e-4);
    }

    [Fact]
    public void HeatEquation_WithItsBoundary_IsSolved()
    {
        using var console = new ConsoleCapture();

        #region example: heat equation
        // ∂u/∂t = κ ∂²u/∂x² for x and t in [0, 1], u = sin πx at t = 0 and u = 0 at x = 0 and 1.
        const double Kappa = 0.1;
        var layout = JetLayout.Create(tangents: 2, firsts: [0, 1], seconds: [(0, 0)]);      // u, ∂x, ∂t, ∂x∂x
        var inside = JetSource.Generate<double>(
            layout, inputFeatures: 2, outputFeatures: 1, count: 2048, isEndless: true, tangentInputs: [0, 1],
            generator: (long _, ref RandomStream random, JetSpan<double> x, JetSpan<double> _) =>
            {
                x[0, 0, 0] = random.NextUniform();
                x[0, 0, 1] = random.NextUniform();
            });
        var boundary = JetSource.Generate<double>(
            JetLayout.Value, inputFeatures: 2, outputFeatures: 1, count: 2048, isEndless: true,
            generator: (long sample, ref RandomStream random, JetSpan<double> x, JetSpan<double> u) =>
            {
                double at = random.NextUniform();
                (x[0, 0, 0], x[0, 0, 1]) = (sample % 3) switch { 0 => (0.0, at), 1 => (1.0, at), _ => (at, 0.0) };
                u[0, 0, 0] = sample % 3 == 2 ? Math.Sin(Math.PI * at) : 0;                  // a target, which the loss sees
            });

        LossTerm<double>[] terms =
        [
            new(inside, s =>
            {
                double residual = s.Output[2, 0, 0] - (Kappa * s.Output[3, 0, 0]);
                s.Adjoint[2, 0, 0] = 2 * residual;
                s.Adjoint[3, 0, 0] = -2 * residual * Kappa;
                return residual * residual;
            }),
            new(boundary, s =>
            {
                double error = s.Output[0, 0, 0] - s.Target[0, 0, 0];
                s.Adjoint[0, 0, 0] = 2 * error;
                return error * error;
            }, weight: 100, name: "boundary"),
        ];
        var network = Mlp<double>.Create(inputs: 2, hidden: [32, 32], outputs: 1, seed: 1);
        var options = new SobolevTrainingOptions { Epochs = 100, BatchSize = 256 };
        var result = new SobolevTrainer<double>(network, options).Fit(terms);
        Console.WriteLine($"mean squares: residual {result.TermLosses[0]:E1}, boundary {result.TermLosses[1]:E1}");
        #endregion

        double[] point = [0.3, 0.7];
        double exact = Math.Exp(-Math.PI * Math.PI * Kappa * point[1]) * Math.Sin(Math.PI * point[0]);
        network.Evaluate(point)[0].Should().BeApproximately(exact, 2e-3);
    }

    [Fact]
    public void OptionPrices_WithPenalties_AreFreeOfArbitrage()
    {
        #region example: option surface
        // Call prices by strike and maturity, each from 100 simulated prices of the asset: noise that has arbitrage in it.
        var (quotes, prices) = (new double[200, 2], new double[200]);
        var random = new RandomStream(seed: 1);
        for (int k = 0; k < prices.Length; k++)
        {
            var (strike, maturity) = (random.NextUniform(0.7, 1.3), random.NextUniform(0.1, 1));
            (quotes[k, 0], quotes[k, 1]) = (strike, maturity);
            for (int path = 0; path < 100; path++)
            {
                double asset = Math.Exp((0.3 * Math.Sqrt(maturity) * random.NextNormal()) - (0.045 * maturity));
                prices[k] += Math.Max(0, asset - strike) / 100;
            }
        }

        // A price falls with the strike, is convex in it, and rises with the maturity. What has the wrong sign is penalized.
        static double WrongSign(JetLossSample<double> s, int component, int sign)
        {
            double wrong = Math.Min(0, sign * s.Output[component, 0, 0]);
            s.Adjoint[component, 0, 0] = sign * wrong;
            return 0.5 * wrong * wrong;
        }

        var surface = JetSource.Generate<double>(
            JetLayout.Create(tangents: 2, firsts: [0, 1], seconds: [(0, 0)]), inputFeatures: 2, outputFeatures: 1, count: 1024, isEndless: true,
            generator: (long _, ref RandomStream random, JetSpan<double> x, JetSpan<double> _) =>
            {
                x[0, 0, 0] = random.NextUniform(0.7, 1.3);
                x[0, 0, 1] = random.NextUniform(0.1, 1);
            },
            tangentInputs: [0, 1]);
        var labels = new LossTerm<double>(JetData.FromValues(quotes, prices));
        var noArbitrage = new LossTerm<double>(surface, s => WrongSign(s, 1, -1) + WrongSign(s, 2, +1) + WrongSign(s, 3, +1), weight: 100);

        var network = Mlp<double>.Create(inputs: 2, hidden: [32, 32], outputs: 1, seed: 1);
        var options = new SobolevTrainingOptions { Epochs = 300 };
        new SobolevTrainer<double>(network, options).Fit([labels, noArbitrage]);
        #endregion

        var free = Mlp<double>.Create(inputs: 2, hidden: [32, 32], outputs: 1, seed: 1);
        new SobolevTrainer<double>(free, options).Fit([labels]);
        Wrong(network).Should().BeLessThan(0.05);
        Wrong(free).Should().BeGreaterThan(0.2);

        static double Wrong(Mlp<double> network)
        {
            int wrong = 0;
            var random = new RandomStream(seed: 2);
            for (int k = 0; k < 400; k++)
            {
                double[] x = [random.NextUniform(0.7, 1.3), random.NextUniform(0.1, 1)];
                double[,] slopes = network.Jacobian(x);
                wrong += slopes[0, 0] > 0.01 || slopes[0, 1] < -0.01 || network.Hessian(x)[0, 0, 0] < -0.01 ? 1 : 0;
            }

            return wrong / 400.0;
        }
    }

    [Fact]
    public void Coefficient_OfAnEquation_IsFoundInTraining()
    {
        using var console = new ConsoleCapture();
        var times = new double[24, 1];
        double[] values = new double[24];
        for (int k = 0; k < values.Length; k++)
        {
            times[k, 0] = k / 23.0;
            values[k] = Math.Exp(-1.7 * times[k, 0]);
        }

        #region example: coefficient
        // u' = −k u, with u known at some times and k unknown.
        var observations = new LossTerm<double>(JetData.FromValues(times, values));
        var inTime = JetSource.Generate<double>(
            JetLayout.Full(tangents: 1, order: 1), inputFeatures: 1, outputFeatures: 1, count: 64,
            (long sample, ref RandomStream _, JetSpan<double> t, JetSpan<double> _) => t[0, 0, 0] = sample / 63.0,
            tangentInputs: [0]);
        var equation = new LossTerm<double>(inTime, s =>
        {
            double k = s.Coefficients[0];
            double residual = s.Output[1, 0, 0] + (k * s.Output[0, 0, 0]);
            s.Adjoint[1, 0, 0] = residual;
            s.Adjoint[0, 0, 0] = residual * k;
            s.CoefficientAdjoint[0] = residual * s.Output[0, 0, 0];             // ∂loss/∂k
            return 0.5 * residual * residual;
        });

        var network = Mlp<double>.Create(inputs: 1, hidden: [16], outputs: 1, seed: 1);
        var trainer = new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 2000 }) { Coefficients = [1.0] };
        trainer.Fit([observations, equation]);
        Console.WriteLine($"k = {trainer.Coefficients[0]:F3}");
        #endregion

        trainer.Coefficients[0].Should().BeApproximately(1.7, 0.01);
    }

    [Fact]
    public void Energy_OfManyInputs_IsMinimized()
    {
        using var console = new ConsoleCapture();

        #region example: energy
        // −Δu + u = f in the unit cube of 8 dimensions, with no flux through its faces: u minimizes the mean of ½|∇u|² + ½u² − fu.
        const int Inputs = 8;
        var cube = JetSource.Generate<double>(
            JetLayout.Full(Inputs, order: 1), Inputs, outputFeatures: 1, count: 6400, isEndless: true, tangentInputs: [.. Enumerable.Range(0, Inputs)],
            generator: (long _, ref RandomStream random, JetSpan<double> x, JetSpan<double> _) =>
            {
                for (int i = 0; i < Inputs; i++)
                {
                    x[0, 0, i] = random.NextUniform();
                }
            });
        var energy = new LossTerm<double>(cube, s =>
        {
            var (u, f, squares) = (s.Output[0, 0, 0], 0.0, 0.0);
            for (int i = 0; i < Inputs; i++)
            {
                f += (1 + (Math.PI * Math.PI)) * Math.Cos(Math.PI * s.Input[i]);
                squares += s.Output[1 + i, 0, 0] * s.Output[1 + i, 0, 0];
                s.Adjoint[1 + i, 0, 0] = s.Output[1 + i, 0, 0];
            }

            s.Adjoint[0, 0, 0] = u - f;
            return (0.5 * squares) + (0.5 * u * u) - (f * u);
        });

        var network = Mlp<double>.Create(Inputs, hidden: [24, 24], outputs: 1, seed: 1);
        new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 30, BatchSize = 64 }).Fit([energy]);
        double[] point = Enumerable.Repeat(0.4, Inputs).ToArray();
        Console.WriteLine($"u = {network.Evaluate(point)[0]:F2}, exactly {Inputs * Math.Cos(0.4 * Math.PI):F2}");   // the solution is Σ cos πxᵢ
        #endregion

        double[] inside = [0.2, 0.4, 0.6, 0.8, 0.3, 0.5, 0.7, 0.1];
        network.Evaluate(inside)[0].Should().BeApproximately(inside.Sum(element => Math.Cos(Math.PI * element)), 0.3);
    }

    [Fact]
    public void Loop_OfYourOwn_TrainsByJetPassAndOptimizer()
    {
        #region example: own loop
        // The sine again. Forward propagates jets, Reverse takes ∂E/∂output back to the parameters, Step takes the optimizer's step.
        var layout = JetLayout.Full(tangents: 1, order: 2);
        var network = Mlp<double>.Create(inputs: 1, hidden: [24, 24], outputs: 1, seed: 1);
        var pass = new JetPass<double>(network, layout, capacity: 33);
        var optimizer = new OptimizerRun<double>(Optimizer.Soap(), network);
        var (t, u, adjoint) = (new JetBatch<double>(layout, 33, 1), new JetBatch<double>(layout, 33, 1), new JetBatch<double>(layout, 33, 1));
        for (int s = 0; s < 33; s++)
        {
            t[0, s, 0] = 3.0 * s / 32;
            t[1, s, 0] = 1;
        }

        var gradient = new double[network.Parameters.Length];
        for (int step = 0; step < 1000; step++)
        {
            pass.Forward(t, u);
            adjoint.Data.Clear();
            for (int s = 0; s < 33; s++)
            {
                adjoint[2, s, 0] = adjoint[0, s, 0] = (u[2, s, 0] + u[0, s, 0]) / 33;
            }

            adjoint[0, 0, 0] += u[0, 0, 0];
            adjoint[1, 0, 0] += u[1, 0, 0] - 1;
            pass.Reverse(adjoint, gradient);
            optimizer.Step(gradient, rateFactor: 1 - (step / 1000.0));
            pass.Refresh();                                                     // the parameters have changed
        }
        #endregion

        network.Evaluate([Math.PI / 2])[0].Should().BeApproximately(1, 5e-3);
    }

    [Fact]
    public void Loss_OfALaplacian_HasAParameterGradient()
    {
        #region example: laplacian
        // ½ mean (Δu − f)² of a network of 10 inputs, and its parameter gradient: Δu is the sum of 10 second derivatives.
        const int Inputs = 10;
        const int Points = 64;
        var network = Mlp<double>.Create(Inputs, hidden: [32, 32], outputs: 1, seed: 1);
        var pass = new AdjointPass<double>(network, tangents: Inputs, capacity: Points);

        var x = new double[Points * Inputs];                                        // (S, n)
        var directions = new double[Inputs * Points * Inputs];                      // (k, S, n): direction k of sample s begins at ((k * S) + s) * n
        var random = new RandomStream(seed: 1);
        for (int s = 0; s < Points; s++)
        {
            for (int k = 0; k < Inputs; k++)
            {
                x[(s * Inputs) + k] = random.NextUniform();
                directions[(((k * Points) + s) * Inputs) + k] = 1;                  // direction k is the unit vector of input k
            }
        }

        var (u, slopes, products) = (new double[Points], new double[Points * Inputs], new double[directions.Length]);   // (S, m), (S, m, n), (k, S, m, n)
        pass.Forward(x, directions, u, slopes, products);

        double loss = 0;
        var (uAdjoint, slopesAdjoint, productsAdjoint) = (new double[u.Length], new double[slopes.Length], new double[products.Length]);
        for (int s = 0; s < Points; s++)
        {
            double laplacian = 0;
            for (int k = 0; k < Inputs; k++)
            {
                laplacian += products[(((k * Points) + s) * Inputs) + k];           // element k of H·eₖ is ∂²u/∂xₖ²
            }

            double residual = laplacian - 1;                                        // f = 1
            loss += 0.5 * residual * residual / Points;
            for (int k = 0; k < Inputs; k++)
            {
                productsAdjoint[(((k * Points) + s) * Inputs) + k] = residual / Points;
            }
        }

        var gradient = new double[network.Parameters.Length];
        pass.Reverse(uAdjoint, slopesAdjoint, productsAdjoint, gradient);           // zeros where the loss does not depend on a result
        #endregion

        double Loss()
        {
            double sum = 0;
            for (int s = 0; s < Points; s++)
            {
                double[,,] hessian = network.Hessian(x.AsSpan(s * Inputs, Inputs));
                double residual = Enumerable.Range(0, Inputs).Sum(i => hessian[0, i, i]) - 1;
                sum += 0.5 * residual * residual / Points;
            }

            return sum;
        }

        loss.Should().BeApproximately(Loss(), 1e-12);
        const double H = 1e-5;
        foreach (int parameter in new[] { 0, 400, gradient.Length - 2 })
        {
            double before = network.Parameters[parameter];
            network.Parameters[parameter] = before + H;
            double above = Loss();
            network.Parameters[parameter] = before - H;
            double below = Loss();
            network.Parameters[parameter] = before;
            gradient[parameter].Should().NotBe(0).And.BeApproximately((above - below) / (2 * H), 1e-6);
        }
    }
}
