namespace SobolevNet.Tests.Data;

public sealed class LabelCheckTests
{
    public static TheoryData<string, int> FunctionsAndSizes
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var function in SmoothFunction.All)
            {
                data.Add(function.Name, 200);
                data.Add(function.Name, 600);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(FunctionsAndSizes))]
    public void Run_OfRightLabels_IsSatisfied(string name, int samples)
    {
        var report = Check(name, samples, (_, _) => { });

        report.Findings.Should().BeEmpty(report.ToString());
        report.Components.Should().HaveCount(report.Layout.Count - 1).And.OnlyContain(c => Math.Abs(c.Scale - 1) < 0.1 && c.Uncertainty >= 0 && c.Uncertainty < 0.25);
        report.ToString().Should().Contain("fit the values");
    }

    [Theory]
    [MemberData(nameof(FunctionsAndSizes))]
    public void Run_OfAWrongSign_NamesTheComponent(string name, int samples)
    {
        var report = Check(name, samples, (gradient, _) => gradient[1] *= -1);

        report.Findings.Should().ContainSingle(f => f.Component == 2, report.ToString())
            .Which.Should().Match<LabelFinding>(f => f.Problem == LabelProblem.WrongSign && Math.Abs(f.Ratio + 1) < 0.1 && f.Outputs.Count == 0);
        report.Findings.Should().OnlyContain(f => f.Component == 2);
    }

    [Theory]
    [InlineData(100, "per cent")]
    [InlineData(57.29578, "degrees")]
    [InlineData(0.0174533, "radians")]
    [InlineData(0.5, "rescaled")]
    [InlineData(3, "rescaled")]
    public void Run_OfAWrongScale_GivesTheRatio(double factor, string hint)
    {
        foreach (string name in SmoothFunction.All.Select(function => function.Name))
        {
            var report = Check(name, 300, (gradient, _) => gradient[0] *= factor);

            var finding = report.Findings.Should().ContainSingle(report.ToString()).Subject;
            finding.Should().Match<LabelFinding>(f => f.Problem == LabelProblem.WrongScale && f.Component == 1);
            (finding.Ratio / factor).Should().BeApproximately(1, 0.1);
            finding.Message.Should().Contain(hint);
        }
    }

    [Theory]
    [MemberData(nameof(FunctionsAndSizes))]
    public void Run_OfExchangedTangents_SaysWhichBelongsWhere(string name, int samples)
    {
        var report = Check(name, samples, (gradient, _) => (gradient[0], gradient[1]) = (gradient[1], gradient[0]));

        report.Findings.Where(f => f.Problem != LabelProblem.Inconclusive).Select(f => (f.Problem, f.Component, f.MatchingComponent))
            .Should().BeEquivalentTo([(LabelProblem.SwappedAxes, 1, 2), (LabelProblem.SwappedAxes, 2, 1)], report.ToString());
    }

    [Theory]
    [MemberData(nameof(FunctionsAndSizes))]
    public void Run_OfTaylorCoefficients_SaysThatTheyWereDividedByTwoFactorial(string name, int samples)
    {
        var report = Check(name, samples, (_, hessian) =>
        {
            for (int i = 0; i < hessian.GetLength(0); i++)
            {
                hessian[i, i] /= 2;
            }
        });

        var layout = report.Layout;
        int[] pure = [.. Enumerable.Range(0, layout.Tangents).Select(i => layout.Second(i, i))];
        report.Findings.Select(f => f.Component).Should().BeEquivalentTo(pure, report.ToString());
        report.Findings.Should().OnlyContain(f => f.Problem == LabelProblem.WrongScale && Math.Abs(f.Ratio - 0.5) < 0.05 && f.Message.Contains("2!"));
    }

    [Theory]
    [MemberData(nameof(FunctionsAndSizes))]
    public void Run_OfExchangedSecondDerivatives_SaysSo(string name, int samples)
    {
        var report = Check(name, samples, (_, hessian) => (hessian[0, 0], hessian[1, 1]) = (hessian[1, 1], hessian[0, 0]));

        report.Findings.Should().HaveCount(2).And.OnlyContain(f => f.Problem == LabelProblem.SwappedAxes, report.ToString());
    }

    [Theory]
    [MemberData(nameof(FunctionsAndSizes))]
    public void Run_OfUnrelatedOrMissingDerivatives_SaysSo(string name, int samples)
    {
        var random = new RandomStream(3);
        var noise = Check(name, samples, (gradient, _) => gradient[1] = Math.Abs(gradient[1]) * random.NextNormal());
        noise.Findings.Should().Contain(f => f.Problem == LabelProblem.Unrelated && f.Component == 2, noise.ToString());

        var zero = Check(name, samples, (gradient, _) => gradient[0] = 0);
        zero.Findings.Should().Contain(f => f.Problem == LabelProblem.Unrelated && f.Component == 1 && f.Message.Contains("zero"), zero.ToString());
    }

    [Fact]
    public void Run_OfATransposedJacobian_SaysSo()
    {
        // y = (sin(x0 + 2 x1), cos(2 x0 - x1), x0 x2) at points of a cube.
        var (x, y, jacobian) = ThreeOutputs(400, transposed: true);

        LabelCheck.Run(FlatLabels.Jacobian(400, x, y, jacobian)).Findings
            .Should().ContainSingle().Which.Should().Match<LabelFinding>(f => f.Problem == LabelProblem.SwappedAxes && f.Message.Contains("transposed"));
        (x, y, jacobian) = ThreeOutputs(400, transposed: false);
        LabelCheck.Run(FlatLabels.Jacobian(400, x, y, jacobian)).Findings.Should().BeEmpty();
    }

    [Fact]
    public void Run_OfOneWrongOutput_NamesIt()
    {
        var (x, y, jacobian) = ThreeOutputs(400, transposed: false);
        for (int s = 0; s < 400; s++)
        {
            jacobian[(s * 9) + 3] *= -1;
        }

        var report = LabelCheck.Run(FlatLabels.Jacobian(400, x, y, jacobian));
        report.Findings.Should().ContainSingle(report.ToString()).Which.Outputs.Should().Equal(1);
        report.ToString().Should().Contain("∂0 of output 1 has the wrong sign");
    }

    [Theory]
    [InlineData(1, "none")]
    [InlineData(1, "first x 57.3")]
    [InlineData(1, "second / 2")]
    [InlineData(2, "none")]
    [InlineData(2, "first x 57.3")]
    [InlineData(2, "second / 2")]
    public void Run_AlongAManifold_FindsScales(int tangents, string mistake)
    {
        var report = LabelCheck.Run(Manifold(tangents, 800, mistake));

        if (mistake == "none")
        {
            report.Findings.Should().BeEmpty(report.ToString());
            return;
        }

        var finding = report.Findings.Should().ContainSingle(report.ToString()).Subject;
        finding.Problem.Should().Be(LabelProblem.WrongScale);
        finding.Component.Should().Be(mistake.StartsWith("first", StringComparison.Ordinal) ? 1 : 1 + tangents);
    }

    [Fact]
    public void Run_OfRandomDirections_FindsSignsAndHalves()
    {
        LabelCheck.Run(Directions(k: 2, firstFactor: 1, secondFactor: 1)).Findings.Should().BeEmpty();
        LabelCheck.Run(Directions(k: 2, firstFactor: -1, secondFactor: 1)).Findings.Should().Contain(f => f.Problem == LabelProblem.WrongSign && f.Component == 1);
        LabelCheck.Run(Directions(k: 2, firstFactor: 1, secondFactor: 0.5)).Findings
            .Should().ContainSingle().Which.Should().Match<LabelFinding>(f => f.Problem == LabelProblem.WrongScale && f.Component == 3);
    }

    [Fact]
    public void Run_OfWildOrNoisyOrFewSamples_DoesNotCryWolf()
    {
        for (int k = 0; k < 40; k++)
        {
            var report = LabelCheck.Run(RandomWaves(k));
            report.HasProblems.Should().BeFalse($"the labels of case {k} are right: {report}");
        }

        var two = FlatLabels.Jacobian<double>(2, [1, 2], [1, 2], [1, 1]);
        LabelCheck.Run(two).HasProblems.Should().BeFalse();
        var same = FlatLabels.Jacobian<double>(5, [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1]);
        LabelCheck.Run(same).HasProblems.Should().BeFalse();
    }

    [Fact]
    public void Run_OfFloat_AgreesWithDouble()
    {
        var (x, y, gradient, _) = SmoothFunction.Basket.Labels(300, seed: 4);
        float[] narrow(Array array) => [.. array.Cast<double>().Select(value => (float)value)];
        var right = FlatLabels.Jacobian<float>(300, narrow(x), narrow(y), narrow(gradient));

        LabelCheck.Run(right).Findings.Should().BeEmpty();
    }

    [Fact]
    public void Run_WithTheFunction_ChecksExactly()
    {
        var function = SmoothFunction.Units;
        LabelFunction<double> f = (x, y) => y[0] = function.Evaluate(x.ToArray()).Value;
        LabelReport check(Action<double[], double[,]> spoil) => LabelCheck.Run(Source(function, 20, spoil), f);

        check((_, _) => { }).Findings.Should().BeEmpty();
        check((_, _) => { }).Components.Should().OnlyContain(c => Math.Abs(c.Scale - 1) < 1e-3);
        check((g, _) => g[2] *= 1.05).Findings.Should().ContainSingle()
            .Which.Should().Match<LabelFinding>(x => x.Problem == LabelProblem.WrongScale && x.Component == 3 && Math.Abs(x.Ratio - 1.05) < 1e-3);
        check((g, _) => g[3] *= -1).Findings.Should().ContainSingle().Which.Problem.Should().Be(LabelProblem.WrongSign);
        check((g, _) => (g[0], g[3]) = (g[3], g[0])).Findings.Should().HaveCount(2).And.OnlyContain(x => x.Problem == LabelProblem.SwappedAxes);
        check((_, h) => h[3, 3] /= 2).Findings.Should().ContainSingle().Which.Message.Should().Contain("∂3∂3 is 0.5 times");
        check((g, _) => g[0] += 0.01 * Math.Sin(1000 * g[1])).Findings.Should().ContainSingle().Which.Problem.Should().Be(LabelProblem.Unrelated);
    }

    [Fact]
    public void Run_WithTheFunctionInFloat_IsSatisfiedAndFindsATransposedJacobian()
    {
        LabelFunction<float> f = (x, y) =>
        {
            y[0] = MathF.Sin(x[0] + (2 * x[1]));
            y[1] = MathF.Cos((2 * x[0]) - x[1]);
            y[2] = x[0] * x[2];
        };
        IJetSource<float> source(bool transposed)
        {
            var (x, y, jacobian) = ThreeOutputs(30, transposed);
            float[] narrow(double[] values) => [.. values.Select(value => (float)value)];
            return FlatLabels.Jacobian<float>(30, narrow(x), narrow(y), narrow(jacobian));
        }

        LabelCheck.Run(source(transposed: false), f).Findings.Should().BeEmpty();
        LabelCheck.Run(source(transposed: true), f).Findings.Should().ContainSingle().Which.Message.Should().Contain("transposed");
    }

    [Fact]
    public void Run_WithThePath_ChecksTheInputToo()
    {
        LabelPath<double> path = (sample, offset, x, y) =>
        {
            double r = (0.1 * sample) + offset[0];
            x[0] = Math.Cos(r);
            x[1] = Math.Sin(r);
            y[0] = Math.Exp(r);
        };
        IJetSource<double> source(double inputFactor, double secondFactor) => JetSource.Generate<double>(
            JetLayout.Full(1, 2), 2, 1, 20, (long sample, ref RandomStream _, JetSpan<double> x, JetSpan<double> y) =>
            {
                var (s, c) = Math.SinCos(0.1 * sample);
                (x[0, 0, 0], x[0, 0, 1]) = (c, s);
                (x[1, 0, 0], x[1, 0, 1]) = (-s * inputFactor, c * inputFactor);
                (x[2, 0, 0], x[2, 0, 1]) = (-c, -s);
                y[0, 0, 0] = y[1, 0, 0] = Math.Exp(0.1 * sample);
                y[2, 0, 0] = Math.Exp(0.1 * sample) * secondFactor;
            });

        LabelCheck.Run(source(1, 1), path).Findings.Should().BeEmpty();
        LabelCheck.Run(source(-1, 1), path).Findings.Should().ContainSingle().Which.Message.Should().Be("input ∂0 has the wrong sign: the values fit its negative.");
        LabelCheck.Run(source(1, 2), path).Findings.Should().ContainSingle().Which.Component.Should().Be(2);
    }

    [Fact]
    public void Run_OfAFunctionThatGivesOtherValues_SaysSo()
    {
        var source = Source(SmoothFunction.Trigonometric, 5, (_, _) => { });

        FluentActions.Invoking(() => LabelCheck.Run(source, (LabelFunction<double>)((x, y) => y[0] = 7)))
            .Should().Throw<ArgumentException>().WithMessage("*gives 7 for feature 0 of the target of sample 0*");
    }

    [Fact]
    public void Run_OfWhatCannotBeChecked_SaysWhy()
    {
        var (x, y, _, _) = SmoothFunction.Trigonometric.Labels(10, seed: 1);
        FluentActions.Invoking(() => LabelCheck.Run(JetData.FromValues(x, y))).Should().Throw<ArgumentException>().WithMessage("*no derivatives*");
        FluentActions.Invoking(() => LabelCheck.Run(Source(SmoothFunction.Basket, 10, (_, _) => { }), new LabelCheckOptions { MaxSamples = 1 }))
            .Should().Throw<ArgumentOutOfRangeException>();
        var wide = FlatLabels.Jacobian(2, new double[400], new double[2], new double[400]);
        LabelCheck.Run(wide).Findings.Should().ContainSingle().Which.Message.Should().Contain("200 tangents are too many");
    }

    private static LabelReport Check(string name, int samples, Action<double[], double[,]> spoil) =>
        LabelCheck.Run(Source(SmoothFunction.All.Single(f => f.Name == name), samples, spoil));

    /// <summary>A source of order 2 whose gradient and Hessian are changed, sample by sample, after they are taken.</summary>
    private static IJetSource<double> Source(SmoothFunction function, int samples, Action<double[], double[,]> spoil)
    {
        var (x, y, gradients, hessians) = function.Labels(samples, seed: 7);
        int n = function.Inputs;
        double[] gradient = new double[n];
        var hessian = new double[n, n];
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < n; i++)
            {
                gradient[i] = gradients[s, i];
                for (int j = 0; j < n; j++)
                {
                    hessian[i, j] = hessians[s, i, j];
                }
            }

            spoil(gradient, hessian);
            for (int i = 0; i < n; i++)
            {
                gradients[s, i] = gradient[i];
                for (int j = 0; j < n; j++)
                {
                    hessians[s, i, j] = hessian[i, j];
                }
            }
        }

        return JetData.FromJacobian(x, y, gradients, hessians);
    }

    private static (double[] X, double[] Y, double[] Jacobian) ThreeOutputs(int samples, bool transposed)
    {
        double[] x = new double[3 * samples];
        double[] y = new double[3 * samples];
        double[] jacobian = new double[9 * samples];
        var random = new RandomStream(12);
        for (int s = 0; s < samples; s++)
        {
            var (a, b, c) = (random.NextUniform(), random.NextUniform(), random.NextUniform());
            (x[3 * s], x[(3 * s) + 1], x[(3 * s) + 2]) = (a, b, c);
            (y[3 * s], y[(3 * s) + 1], y[(3 * s) + 2]) = (Math.Sin(a + (2 * b)), Math.Cos((2 * a) - b), a * c);
            double first = Math.Cos(a + (2 * b));
            double second = -Math.Sin((2 * a) - b);
            double[,] block = { { first, 2 * first, 0 }, { 2 * second, -second, 0 }, { c, 0, a } };
            for (int o = 0; o < 3; o++)
            {
                for (int i = 0; i < 3; i++)
                {
                    jacobian[(9 * s) + (transposed ? (3 * i) + o : (3 * o) + i)] = block[o, i];
                }
            }
        }

        return (x, y, jacobian);
    }

    /// <summary>A curved sheet of 1 or 2 dimensions in a space of 4, and two outputs along it.</summary>
    private static IJetSource<double> Manifold(int p, int samples, string mistake)
    {
        double[,] waves = { { 1, 0.3 }, { -0.5, 1 }, { 0.7, 0.7 }, { 0.2, -1 }, { 1.3, -0.4 }, { -0.6, 1.1 } };
        int q = p * (p + 1) / 2;
        var layout = JetLayout.Full(p, 2);
        var input = new JetBatch<double>(layout, samples, 4);
        var target = new JetBatch<double>(layout, samples, 2);
        for (int s = 0; s < samples; s++)
        {
            var random = new RandomStream(2, (ulong)s);
            double[] r = [random.NextUniform(-1, 1), p > 1 ? random.NextUniform(-1, 1) : 0];
            for (int f = 0; f < 6; f++)
            {
                var batch = f < 4 ? input : target;
                int feature = f < 4 ? f : f - 4;
                var (sin, cos) = Math.SinCos((waves[f, 0] * r[0]) + (waves[f, 1] * r[1]) + f);
                batch[0, s, feature] = sin;
                for (int i = 0; i < p; i++)
                {
                    batch[1 + i, s, feature] = waves[f, i] * cos;
                    for (int j = i; j < p; j++)
                    {
                        batch[layout.Second(i, j), s, feature] = -waves[f, i] * waves[f, j] * sin;
                    }
                }
            }

            for (int o = 0; o < 2; o++)
            {
                target[1, s, o] *= mistake.StartsWith("first", StringComparison.Ordinal) ? 57.3 : 1;
                target[1 + p, s, o] *= mistake.StartsWith("second", StringComparison.Ordinal) ? 0.5 : 1;
            }
        }

        return new MemoryJetSource<double>(input, target);
    }

    /// <summary>exp(0.5 x0) sin(x1 + x2) with k random directions in 3 inputs, the first of which is spoiled.</summary>
    private static IJetSource<double> Directions(int k, double firstFactor, double secondFactor)
    {
        const int samples = 600;
        var input = new JetBatch<double>(JetLayout.Full(k, 1), samples, 3);
        var target = new JetBatch<double>(JetLayout.Directional(k), samples, 1);
        for (int s = 0; s < samples; s++)
        {
            var random = new RandomStream(3, (ulong)s);
            double[] x = [random.NextUniform(), random.NextUniform(), random.NextUniform()];
            x.CopyTo(input.Row(0, s));
            double e = Math.Exp(0.5 * x[0]);
            var (sin, cos) = Math.SinCos(x[1] + x[2]);
            target[0, s, 0] = e * sin;
            for (int i = 0; i < k; i++)
            {
                double[] v = [random.NextNormal(), random.NextNormal(), random.NextNormal()];
                v.CopyTo(input.Row(1 + i, s));
                double a = 0.5 * v[0];
                double b = v[1] + v[2];
                target[1 + i, s, 0] = e * ((a * sin) + (b * cos)) * (i == 0 ? firstFactor : 1);
                target[1 + k + i, s, 0] = e * ((a * a * sin) + (2 * a * b * cos) - (b * b * sin)) * (i == 0 ? secondFactor : 1);
            }
        }

        return new MemoryJetSource<double>(input, target);
    }

    /// <summary>Sums of waves of all frequencies in inputs of all units, some with noisy values; the derivatives are right.</summary>
    private static IJetSource<double> RandomWaves(int number)
    {
        var random = new RandomStream(77, (ulong)number);
        int n = 1 + random.NextInteger(6);
        int samples = new[] { 60, 200, 500 }[random.NextInteger(3)];
        double frequency = Math.Exp(random.NextUniform(Math.Log(0.5), Math.Log(12)));
        double noise = random.NextInteger(3) == 0 ? 0.1 : 0;
        double[] unit = [.. Enumerable.Range(0, n).Select(_ => Math.Pow(10, random.NextUniform(-3, 3)))];
        double[][] waves = [.. Enumerable.Range(0, 3).Select(_ => unit.Select(u => random.NextNormal() * frequency / Math.Sqrt(n) / u).ToArray())];
        double[] x = new double[samples * n];
        double[] y = new double[samples];
        double[] gradient = new double[samples * n];
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < n; i++)
            {
                x[(s * n) + i] = random.NextUniform() * unit[i];
            }

            y[s] = noise * random.NextNormal();
            foreach (double[] wave in waves)
            {
                var (sin, cos) = Math.SinCos(wave.Select((k, i) => k * x[(s * n) + i]).Sum());
                y[s] += sin;
                for (int i = 0; i < n; i++)
                {
                    gradient[(s * n) + i] += wave[i] * cos;
                }
            }
        }

        return FlatLabels.Jacobian(samples, x, y, gradient);
    }
}
