namespace SobolevNet.Tests.Data;

/// <summary>What must change no verdict, degenerate labels, and bad arguments.</summary>
public sealed class LabelCheckKindsTests
{
    [Theory]
    [InlineData(1, 0.0, LabelProblem.Unrelated)]
    [InlineData(1, 0.3, LabelProblem.Unrelated)]
    [InlineData(0, 0.0, LabelProblem.Unrelated)]
    [InlineData(2, 1234.0, LabelProblem.ConstantInput)]
    public void Run_OfAColumnOfOneNumber_FindsIt(int column, double value, LabelProblem problem)
    {
        var (x, y, gradient) = Waves(1000);
        for (int s = 0; s < 1000; s++)
        {
            gradient[s, column] = value;
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, gradient));

        report.HasProblems.Should().BeTrue();
        report.Findings.Where(f => f.Problem != LabelProblem.Inconclusive).Should().ContainSingle(report.ToString())
            .Which.Should().Match<LabelFinding>(f => f.Problem == problem && f.Component == 1 + column);
    }

    [Fact]
    public void Run_OfZerosByAnInputThatNeverChanges_SaysThatTheyCouldNotBeChecked()
    {
        var (x, y, gradient) = Waves(500);
        var report = LabelCheck.Run(JetData.FromJacobian(x, y, gradient));

        report.HasProblems.Should().BeFalse(report.ToString());
        report.IsConclusive.Should().BeFalse();
        report.Findings.Should().ContainSingle().Which.Message.Should().StartWith("∂2 was supplied as zero").And.Contain("never changes");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Run_OfSecondDerivativesByAnInputThatNeverChanges_ChecksTheMixedOneByTheFirstDerivative(double factor)
    {
        // y = sin(a) + b·cos(2a) at b = 0: the derivative by b is cos(2a), whose change along a shows the mixed one. Nothing shows the pure one.
        var random = new RandomStream(3);
        var (x, y, gradient, hessian) = (new double[400, 2], new double[400], new double[400, 2], new double[400, 2, 2]);
        for (int s = 0; s < 400; s++)
        {
            double a = x[s, 0] = random.NextUniform(-2, 2);
            (y[s], gradient[s, 0], gradient[s, 1], hessian[s, 0, 0], hessian[s, 1, 1]) = (Math.Sin(a), Math.Cos(a), Math.Cos(2 * a), -Math.Sin(a), 7);
            hessian[s, 0, 1] = hessian[s, 1, 0] = -2 * factor * Math.Sin(2 * a);
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, gradient, hessian));
        var layout = JetLayout.Full(2, 2);
        var found = report.Findings.Where(f => f.Problem != LabelProblem.Inconclusive).Select(f => (f.Problem, f.Component));
        found.Should().BeEquivalentTo<(LabelProblem, int)>(
        [
            (LabelProblem.ConstantInput, 2), (LabelProblem.ConstantInput, layout.Second(1, 1)),
            .. factor < 0 ? new[] { (LabelProblem.WrongSign, layout.Second(0, 1)) } : [],
        ], report.ToString());
    }

    [Fact]
    public void Run_OfAnOffsetThatLeavesOnlyRounding_TakesTheInputAsConstant()
    {
        var (x, y, gradient) = Waves(300);
        for (int s = 0; s < 300; s++)
        {
            (x[s, 2], gradient[s, 2]) = (1e6 + (s % 2 * 1e-10), 5);
        }

        LabelCheck.Run(JetData.FromJacobian(x, y, gradient)).Findings.Should().Contain(f => f.Problem == LabelProblem.ConstantInput && f.Component == 3);
    }

    [Fact]
    public void Run_OfAConstantOutputWithLabels_FindsThem()
    {
        var (x, y, gradient) = Waves(300);
        Array.Clear(y);
        LabelCheck.Run(JetData.FromJacobian(x, y, gradient)).HasProblems.Should().BeTrue();

        Array.Clear(gradient);
        LabelCheck.Run(JetData.FromJacobian(x, y, gradient)).HasProblems.Should().BeFalse();
    }

    [Theory]
    [InlineData(-30, -30, 0)]
    [InlineData(30, -30, 0)]
    [InlineData(-30, 30, 0)]
    [InlineData(30, 30, 0)]
    [InlineData(3, -5, 1000)]
    public void Run_InOtherUnitsAndFromOtherOrigins_SaysTheSame(int inputPower, int outputPower, double offset)
    {
        double unit = Math.Pow(10, inputPower);
        double outputUnit = Math.Pow(10, outputPower);
        foreach (string fault in new[] { "none", "sign", "exchanged", "zero", "second" })
        {
            Verdict(1, 1, 0).Should().Equal(Verdict(unit, outputUnit, offset), fault);

            (LabelProblem, int, int)[] Verdict(double input, double output, double origin)
            {
                var (x, y, gradient, hessian) = SmoothFunction.Trigonometric.Labels(200, seed: 3);
                for (int s = 0; s < 200; s++)
                {
                    y[s] = output * (y[s] + origin);
                    for (int i = 0; i < 2; i++)
                    {
                        x[s, i] = input * (x[s, i] + origin);
                        gradient[s, i] *= output / input;
                        for (int j = 0; j < 2; j++)
                        {
                            hessian[s, i, j] *= output / input / input;
                        }
                    }

                    gradient[s, 0] *= fault == "sign" ? -1 : fault == "zero" ? 0 : 1;
                    hessian[s, 0, 0] *= fault == "second" ? 0.5 : 1;
                    (gradient[s, 0], gradient[s, 1]) = fault == "exchanged" ? (gradient[s, 1], gradient[s, 0]) : (gradient[s, 0], gradient[s, 1]);
                }

                return [.. LabelCheck.Run(JetData.FromJacobian(x, y, gradient, hessian)).Findings.Select(f => (f.Problem, f.Component, f.MatchingComponent))];
            }
        }
    }

    [Fact]
    public void Run_OfRowsInAnyOrder_GivesTheSameReport()
    {
        var random = new RandomStream(11);
        var set = RandomLabelSet.Basket(600, 2, ref random);
        int[] rows = [.. Enumerable.Range(0, 600)];
        string first = Report();
        random.Shuffle(rows.AsSpan());
        Report().Should().Be(first);
        Array.Sort(rows, (a, b) => set.X[a, 1].CompareTo(set.X[b, 1]));
        Report().Should().Be(first);

        string Report()
        {
            var (x, y, gradient) = (new double[600, 2], new double[600], new double[600, 2]);
            for (int s = 0; s < 600; s++)
            {
                y[s] = set.Y[rows[s]];
                for (int i = 0; i < 2; i++)
                {
                    (x[s, i], gradient[s, i]) = (set.X[rows[s], i], i == 0 ? -set.Gradient[rows[s], i] : set.Gradient[rows[s], i]);
                }
            }

            return LabelCheck.Run(JetData.FromJacobian(x, y, gradient)).ToString();
        }
    }

    [Fact]
    public void Run_OfCopiedRows_CountsThemOnce()
    {
        var random = new RandomStream(12);
        var set = RandomLabelSet.Call(40, 1, ref random);
        var (x, y, gradient) = (new double[4000, 1], new double[4000], new double[4000, 1]);
        for (int s = 0; s < 4000; s++)
        {
            (x[s, 0], y[s], gradient[s, 0]) = (set.X[s % 40, 0], set.Y[s % 40], -set.Gradient[s % 40, 0]);
        }

        var copies = LabelCheck.Run(JetData.FromJacobian(x, y, gradient));
        copies.Samples.Should().Be(4000);
        copies.HasProblems.Should().BeFalse("forty different paths cannot tell a wrong sign in this noise");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void Run_OfFewOrEqualSamples_IsInconclusive(int samples)
    {
        foreach (double step in new[] { 0.0, 1.0 })
        {
            var (x, y, gradient) = (new double[samples, 2], new double[samples], new double[samples, 2]);
            for (int s = 0; s < samples; s++)
            {
                (x[s, 0], x[s, 1], y[s], gradient[s, 0]) = (step * s, step * s * s, step * s, 1);
            }

            var report = LabelCheck.Run(JetData.FromJacobian(x, y, gradient));
            report.HasProblems.Should().BeFalse(report.ToString());
            report.ToString().Should().NotContain("NaN");
            if (step == 0)
            {
                report.IsConclusive.Should().BeFalse();
                report.Findings.Should().Contain(f => f.Message.Contains("same input"));
            }
        }
    }

    [Theory]
    [InlineData(30, false, "∂0, ∂1, ∂2 could not be checked: the samples are too few for so many derivatives.")]
    [InlineData(500, true, "∂0, ∂2 could not be checked: other columns explain the same differences.")]
    public void Run_OfOpenColumns_NamesThemAndTheReason(int samples, bool isSame, string message)
    {
        // y = a + b + c of independent inputs, or of two that are the same.
        var (x, y, gradient) = (new double[samples, 3], new double[samples], new double[samples, 3]);
        var random = new RandomStream(14);
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < 3; i++)
            {
                x[s, i] = isSame && i == 2 ? x[s, 0] : random.NextUniform(-1, 1);
                y[s] += x[s, i];
                gradient[s, i] = 1;
            }
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, gradient));
        (report.HasProblems, report.IsConclusive).Should().Be((false, false));
        report.Findings.Should().ContainSingle(report.ToString()).Which.Message.Should().Be(message);
    }

    [Fact]
    public void Run_OfManyOutputs_SaysWhichWereChecked()
    {
        var (x, y, jacobian) = (new double[100, 1], new double[100, 20], new double[100, 20, 1]);
        for (int s = 0; s < 100; s++)
        {
            x[s, 0] = s * 0.01;
            for (int o = 0; o < 20; o++)
            {
                (y[s, o], jacobian[s, o, 0]) = (Math.Sin(x[s, 0] + o), Math.Cos(x[s, 0] + o));
            }
        }

        var report = LabelCheck.Run(JetData.FromJacobian(x, y, jacobian));
        report.IsConclusive.Should().BeFalse();
        report.Findings.Should().ContainSingle().Which.Message.Should().Contain("16 of the 20 outputs");

        for (int s = 0; s < 100; s++)
        {
            jacobian[s, 19, 0] *= -1;
        }

        LabelFunction<double> function = (input, target) =>
        {
            for (int o = 0; o < 20; o++)
            {
                target[o] = Math.Sin(input[0] + o);
            }
        };
        LabelCheck.Run(JetData.FromJacobian(x, y, jacobian), function).Findings.Should().ContainSingle().Which.Outputs.Should().Equal(19);
    }

    [Fact]
    public void Run_WithTheFunction_KeepsItsOptions()
    {
        var (x, y, gradient) = Waves(500);
        var data = JetData.FromJacobian(x, y, gradient);
        var samples = new HashSet<long>();
        double farthest = 0;
        LabelPath<double> path = (sample, offset, input, target) =>
        {
            samples.Add(sample);
            farthest = Math.Max(farthest, Math.Abs(offset[0]));
            for (int i = 0; i < 3; i++)
            {
                input[i] = x[sample, i] + offset[i];
            }

            target[0] = Value(input[0], input[1]);
        };

        var report = LabelCheck.Run(data, path, new LabelCheckOptions { MaxFunctionSamples = 7, Step = 0.05 });
        report.Samples.Should().Be(7);
        samples.Should().HaveCount(7).And.NotBeEquivalentTo(Enumerable.Range(0, 7).Select(s => (long)s));
        farthest.Should().BeApproximately(0.05 * data.TangentScale(0), 1e-12);
        report.HasProblems.Should().BeFalse(report.ToString());
    }

    [Fact]
    public void Run_OfBadArguments_NamesThem()
    {
        var (x, y, gradient) = Waves(20);
        var data = JetData.FromJacobian(x, y, gradient);
        FluentActions.Invoking(() => LabelCheck.Run<double>(null!)).Should().Throw<ArgumentNullException>().WithParameterName("source");
        FluentActions.Invoking(() => LabelCheck.Run(data, (LabelFunction<double>)null!)).Should().Throw<ArgumentNullException>().WithParameterName("function");
        FluentActions.Invoking(() => LabelCheck.Run(data, (LabelPath<double>)null!)).Should().Throw<ArgumentNullException>().WithParameterName("path");
        foreach (double step in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            FluentActions.Invoking(() => LabelCheck.Run(data, new LabelCheckOptions { Step = step }))
                .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Step");
        }

        FluentActions.Invoking(() => LabelCheck.Run(data, new LabelCheckOptions { MaxFunctionSamples = 0 }))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("MaxFunctionSamples");
        var places = Enumerable.Range(0, 20).Select(s => x[s, 0]).ToHashSet();
        LabelFunction<double> atSamplesOnly = (input, target) => target[0] = places.Contains(input[0]) ? Value(input[0], input[1]) : double.NaN;
        FluentActions.Invoking(() => LabelCheck.Run(data, atSamplesOnly)).Should().Throw<ArgumentException>().WithMessage("*not finite*");
        FluentActions.Invoking(() => LabelCheck.Run(data, cancellationToken: new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Run_OfASourceThatGivesNaN_SaysWhere()
    {
        var source = new OwnSource(JetLayout.Full(1, 1));

        FluentActions.Invoking(() => LabelCheck.Run(source)).Should().Throw<ArgumentException>().WithParameterName("source")
            .WithMessage("*component ∂0 of the target of sample 33 is NaN*");
        FluentActions.Invoking(() => LabelCheck.Run(new OwnSource(null!))).Should().Throw<ArgumentException>().WithParameterName("source");
    }

    private static double Value(double a, double b) => Math.Sin(3 * a) + (0.2 * Math.Sin(2 * b));

    /// <summary>Two inputs that vary and one that does not.</summary>
    private static (double[,] X, double[] Y, double[,] Gradient) Waves(int samples)
    {
        var (x, y, gradient) = (new double[samples, 3], new double[samples], new double[samples, 3]);
        var random = new RandomStream(4);
        for (int s = 0; s < samples; s++)
        {
            double a = random.NextUniform(-1, 1);
            double b = random.NextUniform(-1, 1);
            (x[s, 0], x[s, 1], x[s, 2]) = (a, b, 0.03);
            y[s] = Value(a, b);
            (gradient[s, 0], gradient[s, 1]) = (3 * Math.Cos(3 * a), 0.4 * Math.Cos(2 * b));
        }

        return (x, y, gradient);
    }

    /// <summary>A source that checks nothing by itself.</summary>
    private sealed class OwnSource(JetLayout layout) : IJetSource<double>
    {
        public JetLayout Layout => layout;

        public int InputFeatures => 1;

        public int OutputFeatures => 1;

        public int Count => 50;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            for (int s = 0; s < samples.Length; s++)
            {
                (input[0, s, 0], input[1, s, 0]) = (samples[s], 1);
                (target[0, s, 0], target[1, s, 0]) = (samples[s], samples[s] == 33 ? double.NaN : 1);
            }
        }
    }
}
