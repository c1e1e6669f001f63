using SobolevNet.Rendering;

namespace SobolevNet.Tests.Data;

public sealed class DirectionalJetSourceTests
{
    private const int P = 5;

    private static readonly double[] Ranges = [0.5, 2, 1, 0.1, 3];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(2, 5)]
    public void AlongRandomDirections_OnAverage_HaveTheNormsThatAreSaid(int order, int directions)
    {
        var source = Tensors(count: 1).AlongRandomDirections(directions, order, seed: 11);
        var (first, second) = Squares(source, order, samples: 15_000);
        var (gradient, hessian, trace) = ScaledNorms(Tensors(count: 1));

        Within(first, gradient);
        if (order == 2)
        {
            // Σ over k directions, each of weight 1/k²; E(vᵀHv)² for v on the sphere of radius √p.
            Within(second, ((2 * hessian) + (trace * trace)) * P / (P + 2) / directions);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void WithHessianVectorProducts_OnAverage_HaveTheFrobeniusNorm(int directions)
    {
        var source = Tensors(count: 1).WithHessianVectorProducts(directions, seed: 12);
        var (first, second) = Squares(source, 2, samples: 15_000);
        var (gradient, hessian, _) = ScaledNorms(Tensors(count: 1));

        Within(first, gradient);
        double weight = P / (P + ((directions - 1) / 2.0));
        Within(second, hessian * directions * weight * weight / P);
    }

    [Fact]
    public void WithHessianVectorProducts_OfOneDirection_HaveTheFirstOrderErrorExactly()
    {
        var source = Tensors(count: 1).WithHessianVectorProducts(seed: 12);
        var (first, _) = Squares(source, 1, samples: 200);
        first.Mean.Should().BeApproximately(ScaledNorms(Tensors(count: 1)).Gradient, 1e-12 * first.Mean);
        first.Error.Should().BeLessThan(1e-8 * first.Mean, "nothing but the rounding of its square varies");
    }

    [Fact]
    public void WithHessianVectorProducts_InTheTrainersLoss_EstimateTheFullRelativeErrors()
    {
        // A network's errors on many samples, measured by the loss as the trainer does, against plain sums over full jets.
        var full = Tensors(count: 3000);
        var network = Mlp<double>.Create(3, [6], 2, Activation.Tanh, seed: 4);
        double[] expected = new double[2];
        double[] sizes = new double[2];
        ForEach(full, network, (output, target) =>
        {
            var layout = output.Layout;
            for (int c = 1; c < layout.Count; c++)
            {
                var second = c > P ? layout.Seconds[c - 1 - P] : default;
                double weight = c <= P
                    ? Math.Pow(Ranges[c - 1], 2)
                    : Math.Pow(Ranges[second.I] * Ranges[second.J], 2) * (second.I == second.J ? 1 : 2);
                for (int f = 0; f < 2; f++)
                {
                    expected[c <= P ? 0 : 1] += weight * Math.Pow(output[c, 0, f] - target[c, 0, f], 2);
                    sizes[c <= P ? 0 : 1] += weight * Math.Pow(target[c, 0, f], 2);
                }
            }
        });

        foreach (int directions in new[] { 1, 2 })
        {
            var source = full.WithHessianVectorProducts(directions, seed: 5);
            var loss = SobolevLoss.Measure(source);
            double[] mean = new double[3];
            ForEach(source, network, (output, target) =>
            {
                double[] losses = new double[3];
                loss.Evaluate<double>(output, target, [1, 1, 1], 1, losses);
                for (int order = 0; order < 3; order++)
                {
                    mean[order] += losses[order] / 3000;
                }
            });
            mean[1].Should().BeApproximately(expected[0] / sizes[0], 0.01 * mean[1]);
            mean[2].Should().BeApproximately(expected[1] / sizes[1], 0.05 * mean[2]);
        }
    }

    [Theory]
    [InlineData("2-jets")]
    [InlineData("products")]
    public void Components_OfADirection_AreContractionsOfTheFullJetAndDifferences(string kind)
    {
        // Inputs are the coordinates themselves, so the first derivatives of the input are the directions.
        var function = SmoothFunction.Units;
        var (x, y, gradient, hessian) = function.Labels(20, seed: 3);
        var full = JetData.FromJacobian(x, y, gradient, hessian);
        var source = kind == "2-jets" ? full.AlongRandomDirections(3, 2, seed: 1) : full.WithHessianVectorProducts(2, seed: 1);
        var layout = source.Layout;
        for (int s = 0; s < 20; s++)
        {
            var (input, target) = source.Sample(s);
            double[] point = input.Row(0, 0).ToArray();
            target[0, 0, 0].Should().Be(y[s]);
            for (int d = 0; d < layout.Tangents; d++)
            {
                double[] v = input.Row(1 + d, 0).ToArray();
                target[1 + d, 0, 0].Should().BeApproximately(Dot(v, i => gradient[s, i]), 1e-12 * Size(v, i => gradient[s, i]));
                double h = 1e-4;
                double slope = (function.Evaluate(Moved(point, v, h)).Value - function.Evaluate(Moved(point, v, -h)).Value) / (2 * h);
                target[1 + d, 0, 0].Should().BeApproximately(slope, 1e-6 * (1 + Math.Abs(slope)));
            }

            for (int k = 0; k < layout.Seconds.Length; k++)
            {
                double[] v = input.Row(1 + layout.Seconds[k].I, 0).ToArray();
                double[] w = input.Row(1 + layout.Seconds[k].J, 0).ToArray();
                double found = target[1 + layout.Firsts.Length + k, 0, 0];
                found.Should().BeApproximately(Dot(v, i => Dot(w, j => hessian[s, i, j])), 1e-11 * Size(v, i => Size(w, j => hessian[s, i, j])));
                double h = 1e-4;
                double Mixed(double a, double b) => function.Evaluate(Moved(Moved(point, v, a), w, b)).Value;
                double curvature = (Mixed(h, h) - Mixed(h, -h) - Mixed(-h, h) + Mixed(-h, -h)) / (4 * h * h);
                found.Should().BeApproximately(curvature, 1e-5 * (1 + Math.Abs(curvature)));
                input.Row(1 + layout.Firsts.Length + k, 0).ToArray().Should().OnlyContain(element => element == 0);
            }
        }
    }

    [Fact]
    public void Components_OfCurvedInputs_AreTurnedAsThoseOfTargets()
    {
        // A source whose targets are its inputs, with more features than are worked on at a time.
        var images = new CubeSource<float>(new CubeRenderer(), order: 2, count: 3, seed: 1);
        var batch = images.Batch(images.Layout, 0, 1, 2).Input;
        var echo = new MemoryJetSource<float>(batch, batch, [.. Enumerable.Range(0, 6).Select(images.TangentScale)]);
        foreach (var source in new[] { echo.AlongRandomDirections(2, 2), echo.WithHessianVectorProducts(2), echo.AlongRandomDirections(6, 1) })
        {
            var (input, target) = source.Batch(source.Layout, 0, 1, 2, 3);
            input.Data.ToArray().Should().Equal(target.Data.ToArray());
            input.Component(source.Layout.Count - 1).ToArray().Count(x => x != 0).Should().BeGreaterThan(100);
            var lower = new JetBatch<float>(source.Layout.Truncate(1), 4, 1681);
            source.Fill([0, 1, 2, 3], lower, new JetBatch<float>(source.Layout.Truncate(1), 4, 1681));
            lower.Data.ToArray().Should().Equal(input.Data[..lower.Data.Length].ToArray());
        }
    }

    [Fact]
    public void Directions_OfANumber_AreOrthogonalInUnitsOfTheRanges()
    {
        var source = Coordinates(count: 4).WithHessianVectorProducts(2, seed: 3);
        var (input, _) = source.Batch(source.Layout, 0, 9);
        for (int s = 0; s < 2; s++)
        {
            for (int i = 0; i < P; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    double product = Enumerable.Range(0, P).Sum(f => input[1 + i, s, f] * input[1 + j, s, f] / (Ranges[f] * Ranges[f]));
                    product.Should().BeApproximately(i == j ? 1 : 0, 1e-14);
                }
            }
        }
    }

    [Fact]
    public void Directions_OverManyNumbers_AreUniform()
    {
        // Mean and second moments of directions: of the first, and of the second, which is drawn among those orthogonal to it.
        var source = Coordinates(count: 1).AlongRandomDirections(2, 1, seed: 3);
        const int Samples = 20_000;
        double[] mean = new double[2 * P];
        double[,] moment = new double[2 * P, P];
        for (int s = 0; s < Samples; s++)
        {
            var (input, _) = source.Sample(s);
            for (int i = 0; i < 2 * P; i++)
            {
                double v = input[1 + (i / P), 0, i % P] / Ranges[i % P];
                mean[i] += v / Samples;
                for (int j = 0; j < P; j++)
                {
                    moment[i, j] += v * input[1 + (i / P), 0, j] / Ranges[j] / Samples;
                }
            }
        }

        // Standard errors are 1/√S and at most √2/√S; five of them.
        double tolerance = 5 * Math.Sqrt(2.0 / Samples);
        mean.Should().OnlyContain(m => Math.Abs(m) < tolerance);
        for (int i = 0; i < 2 * P; i++)
        {
            for (int j = 0; j < P; j++)
            {
                moment[i, j].Should().BeApproximately(i % P == j ? 1 : 0, tolerance);
            }
        }
    }

    [Fact]
    public void Numbers_BeyondAFiniteSource_ShowItAgainAlongOtherDirections()
    {
        var full = Tensors(count: 7);
        var source = full.WithHessianVectorProducts(seed: 2);
        source.Count.Should().Be(7);
        source.IsEndless.Should().BeTrue();
        var (input, target) = source.Batch(source.Layout, 3, 10, 3 + 7000);
        var (fullInput, fullTarget) = full.Sample(3);
        for (int s = 0; s < 3; s++)
        {
            input.Row(0, s).ToArray().Should().Equal(fullInput.Row(0, 0).ToArray());
            target.Row(0, s).ToArray().Should().Equal(fullTarget.Row(0, 0).ToArray());
        }

        target.Row(1, 0).ToArray().Should().NotEqual(target.Row(1, 1).ToArray());
        target.Row(1, 1).ToArray().Should().NotEqual(target.Row(1, 2).ToArray());
        full.WithHessianVectorProducts(seed: 3).Sample(3).Target.Data.ToArray().Should().NotEqual(source.Sample(3).Target.Data.ToArray());
    }

    [Fact]
    public void Fill_InAnyGroupingAndOrder_GivesTheSameBitsWithoutAllocating()
    {
        foreach (var source in new[] { Tensors(count: 40).WithHessianVectorProducts(2, seed: 2), Tensors(count: 40).AlongRandomDirections(3, 2, seed: 2) })
        {
            long[] all = [.. Enumerable.Range(0, 60).Select(k => (long)k)];
            var (input, target) = source.Batch(source.Layout, all);
            long[] some = [41, 3, 59, 3];
            var (someInput, someTarget) = source.Batch(source.Layout, some);
            for (int s = 0; s < some.Length; s++)
            {
                for (int c = 0; c < source.Layout.Count; c++)
                {
                    someInput.Row(c, s).ToArray().Should().Equal(input.Row(c, (int)some[s]).ToArray());
                    someTarget.Row(c, s).ToArray().Should().Equal(target.Row(c, (int)some[s]).ToArray());
                }
            }

            source.Fill(some, someInput, someTarget);
            Allocations.Least(() => source.Fill(some, someInput, someTarget)).Should().Be(0);
        }
    }

    [Fact]
    public void Layouts_HaveTheComponentsThatAreSaid()
    {
        var cubes = new CubeSource<float>(new CubeRenderer(), order: 2, count: 4, seed: 1);
        cubes.WithHessianVectorProducts().Layout.Count.Should().Be(13);
        cubes.WithHessianVectorProducts(2).Layout.Count.Should().Be(18);
        cubes.AlongRandomDirections(1, 2).Layout.Should().Be(JetLayout.Directional(1));
        cubes.AlongRandomDirections(3, 2).Layout.Should().Be(JetLayout.Directional(3));
        cubes.AlongRandomDirections(3, 1).Layout.Should().Be(JetLayout.Full(3, 1));
        cubes.WithHessianVectorProducts().InputOrder.Should().Be(2);
        cubes.AlongRandomDirections(3, 1).InputOrder.Should().Be(1);
        cubes.WithHessianVectorProducts().InputFeatures.Should().Be(1681);
        cubes.WithHessianVectorProducts().OutputFeatures.Should().Be(9);

        // One tangent has one direction, up to its sign.
        var (x, y, gradient, hessian) = (new double[,] { { 1 }, { 2 } }, new double[] { 3, 4 }, new double[,] { { 5 }, { 6 } }, new double[,,] { { { 7 } }, { { 8 } } });
        var line = JetData.FromJacobian(x, y, gradient, hessian).WithHessianVectorProducts();
        line.Layout.Should().Be(JetLayout.Full(1, 2));
        line.Sample(1).Target[2, 0, 0].Should().BeApproximately(8 * 0.25, 1e-14, "the range of the input is 1/2");
    }

    [Fact]
    public void WhatHasNoDirections_IsRefused()
    {
        var full = Tensors(count: 4);
        Refused(() => full.AlongRandomDirections(0, 2)).WithMessage("*1 to 5 directions*").WithParameterName("directions");
        Refused(() => full.AlongRandomDirections(6, 2)).WithMessage("*1 to 5 directions*");
        Refused(() => full.AlongRandomDirections(2, 3)).WithParameterName("order");
        Refused(() => full.AlongRandomDirections(2, 0)).WithParameterName("order");
        Refused(() => full.WithHessianVectorProducts(5)).WithMessage("*1 to 4 directions*");
        Refused(() => full.WithHessianVectorProducts(0)).WithMessage("*1 to 4 directions*");
        Refused(() => full.Truncate(1).AlongRandomDirections(2, 2)).WithMessage("*order 2 need all derivatives*").WithParameterName("source");
        Refused(() => full.Truncate(1).WithHessianVectorProducts()).WithMessage("*order 2 need all derivatives*");
        Refused(() => full.Truncate(0).AlongRandomDirections(1, 1)).WithMessage("*order 1 need all derivatives*");
        Refused(() => full.WithHessianVectorProducts().WithHessianVectorProducts()).WithMessage("*need all derivatives*");
        full.Truncate(1).AlongRandomDirections(2, 1).Layout.Count.Should().Be(3);

        static FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Refused(Action action) => action.Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("2-jets")]
    [InlineData("products")]
    [InlineData("first order")]
    public void Train_AlongRandomDirections_LowersTheErrorsOfAllComponents(string kind)
    {
        var (x, y, gradient, hessian) = SmoothFunction.Units.Labels(300, seed: 3);
        var full = JetData.FromJacobian(x, y, gradient, hessian);
        var source = kind switch
        {
            "2-jets" => full.AlongRandomDirections(1, 2, seed: 1),
            "products" => full.WithHessianVectorProducts(seed: 1),
            _ => full.AlongRandomDirections(2, 1, seed: 1),
        };
        float[] Train(int threads, out Evaluation before, out Evaluation after)
        {
            var network = Mlp<double>.Create(4, [24, 24], 1, Activation.Tanh, seed: 1);
            var options = new SobolevTrainingOptions
            {
                Epochs = threads == 1 ? 60 : 2,
                BatchSize = 30,
                Threads = threads,
                Optimizer = Optimizer.Adam(learningRate: 0.01),
                Schedule = LearningRateSchedule.Constant,
            };
            new SobolevTrainer<double>(network, options with { Epochs = 2 }).Fit(source);
            before = Evaluation.Of(network, full, order: 2);
            float[] parameters = Array.ConvertAll(network.Parameters.ToArray(), p => (float)p);
            new SobolevTrainer<double>(network, options).Fit(source);
            after = Evaluation.Of(network, full, order: 2);
            return parameters;
        }

        var alone = Train(1, out var early, out var late);
        late.NormalizedRmse.Should().BeLessThan(0.5 * early.NormalizedRmse);
        late.OrderErrors[1].Should().BeLessThan(0.5 * early.OrderErrors[1]);
        Train(3, out _, out _).Should().Equal(alone, "threads do not matter");
    }

    private static double Dot(double[] v, Func<int, double> of) => Enumerable.Range(0, v.Length).Sum(i => v[i] * of(i));

    private static double Size(double[] v, Func<int, double> of) => Enumerable.Range(0, v.Length).Sum(i => Math.Abs(v[i] * of(i)));

    private static double[] Moved(double[] point, double[] v, double by) => [.. point.Zip(v, (a, b) => a + (by * b))];

    /// <summary>A mean with its standard error.</summary>
    private static void Within((double Mean, double Error) found, double expected)
    {
        found.Error.Should().BeLessThan(0.015 * expected, "otherwise the test would show nothing");
        found.Mean.Should().BeApproximately(expected, (4 * found.Error) + (1e-12 * expected));
    }

    /// <summary>Σ of the squares of the target's components of each order, weighed as the loss weighs them; the first order alone if order is 1.</summary>
    private static ((double Mean, double Error) First, (double Mean, double Error) Second) Squares(IJetSource<double> source, int order, int samples)
    {
        var layout = source.Layout.Truncate(order);
        double[] weights =
        [
            1,
            .. layout.Firsts.ToArray().Select(i => Math.Pow(source.TangentScale(i), 2)),
            .. layout.Seconds.ToArray().Select(pair => Math.Pow(source.TangentScale(pair.I) * source.TangentScale(pair.J), 2)),
        ];
        double[] sums = new double[3];
        double[] squares = new double[3];
        var (input, target) = source.Batch(layout, 0);
        for (int s = 0; s < samples; s++)
        {
            source.Fill([s], input, target);
            double[] size = new double[3];
            for (int c = 1; c < layout.Count; c++)
            {
                foreach (double element in target.Row(c, 0))
                {
                    size[layout.OrderOf(c)] += weights[c] * element * element;
                }
            }

            for (int k = 1; k < 3; k++)
            {
                sums[k] += size[k] / samples;
                squares[k] += size[k] * size[k] / samples;
            }
        }

        (double, double) Estimate(int k) => (sums[k], Math.Sqrt(Math.Max(0, squares[k] - (sums[k] * sums[k])) / samples));
        return (Estimate(1), Estimate(2));
    }

    /// <summary>‖∇‖², ‖H‖² and tr H of the first output of sample 0 in units of the ranges; the trace is that of the only output with one.</summary>
    private static (double Gradient, double Hessian, double Trace) ScaledNorms(IJetSource<double> full)
    {
        var (_, target) = full.Sample(0);
        double gradient = 0;
        double hessian = 0;
        double trace = 0;
        for (int f = 0; f < full.OutputFeatures; f++)
        {
            for (int i = 0; i < P; i++)
            {
                gradient += Math.Pow(Ranges[i] * target[1 + i, 0, f], 2);
                trace += Ranges[i] * Ranges[i] * target[full.Layout.Second(i, i), 0, f];
                for (int j = 0; j < P; j++)
                {
                    hessian += Math.Pow(Ranges[i] * Ranges[j] * target[full.Layout.Second(i, j), 0, f], 2);
                }
            }
        }

        return (gradient, hessian, trace);
    }

    private static void ForEach(IJetSource<double> source, Mlp<double> network, Action<JetBatch<double>, JetBatch<double>> visit)
    {
        var pass = new JetPass<double>(network, source.Layout, 1);
        var output = new JetBatch<double>(source.Layout, 1, network.Architecture.Outputs);
        for (int s = 0; s < source.Count; s++)
        {
            var (input, target) = source.Sample(s);
            pass.Forward(input, output);
            visit(output, target);
        }
    }

    /// <summary>Jets of random numbers: 3 inputs and 2 outputs, of which the second has no trace.</summary>
    private static IJetSource<double> Tensors(int count) => JetSource.Generate<double>(
        JetLayout.Full(P, 2),
        3,
        2,
        count,
        (long sample, ref RandomStream random, JetSpan<double> x, JetSpan<double> y) =>
        {
            for (int c = 0; c < x.Layout.Count; c++)
            {
                bool isFirst = c is > 0 and <= P;
                var second = c > P ? x.Layout.Seconds[c - 1 - P] : default;
                double unit = c == 0 ? 1 : isFirst ? Ranges[c - 1] : Ranges[second.I] * Ranges[second.J];
                for (int f = 0; f < 3; f++)
                {
                    x[c, 0, f] = random.NextNormal() / unit;
                }

                y[c, 0, 0] = (random.NextNormal() + (c > P ? 0.5 : 0)) / unit;
                y[c, 0, 1] = c > P && second.I == second.J ? 0 : random.NextNormal() / unit;
            }
        },
        seed: 7,
        tangentScales: Ranges);

    /// <summary>Inputs and coordinates are the same.</summary>
    private static IJetSource<double> Coordinates(int count) => JetSource.Generate<double>(
        JetLayout.Full(P, 2),
        P,
        1,
        count,
        (long sample, ref RandomStream random, JetSpan<double> x, JetSpan<double> y) =>
        {
            for (int i = 0; i < P; i++)
            {
                x[0, 0, i] = random.NextNormal();
                x[1 + i, 0, i] = 1;
            }
        },
        inputOrder: 1,
        tangentScales: Ranges);
}
