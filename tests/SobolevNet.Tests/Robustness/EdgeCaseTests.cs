using System.Diagnostics;
using SobolevNet.Robustness;
using SobolevNet.Tests.Data;

namespace SobolevNet.Tests.Robustness;

/// <summary>Slow sources, degenerate data, many tangents and offsets: every wait ends and every answer is finite or refused.</summary>
public class EdgeCaseTests
{
    private static readonly IDataManifold Blobs = TestManifolds.Blobs();

    [Theory]
    [InlineData("Materialize")]
    [InlineData("Displaced")]
    [InlineData("FrontEnd")]
    [InlineData("Attack")]
    [InlineData("Curve")]
    [InlineData("FirstOrder")]
    [InlineData("Noise")]
    [InlineData("Project")]
    [InlineData("Answer")]
    public void Cancellation_EverySampleTakesFiveMilliseconds_EndsTheCall(string call)
    {
        long asked = 0;
        using var stop = new CancellationTokenSource();
        var slow = DataManifold.Create([-1, -1], [1, 1], 3, 1, (r, x, y) =>
        {
            // The third sample cancels: what is asked for after that is what the call goes on with.
            if (Interlocked.Increment(ref asked) == 3)
            {
                stop.Cancel();
            }

            Thread.Sleep(5);
            for (int k = 0; k < 3; k++)
            {
                double phase = ((k + 1) * r[0]) + (k * r[1]);
                x[0, 0, k] = Math.Sin(phase);
                double[] slopes = [k + 1, k];
                for (int i = 0; i < 2 && x.Layout.Order > 0; i++)
                {
                    x[1 + i, 0, k] = slopes[i] * Math.Cos(phase);
                    for (int j = i; j < 2 && x.Layout.Order > 1; j++)
                    {
                        x[x.Layout.Second(i, j), 0, k] = -slopes[i] * slopes[j] * Math.Sin(phase);
                    }
                }
            }

            y[0, 0, 0] = 1;
        });
        var source = new ManifoldSource<double>(slow, 2, 4096, 1);
        var evaluator = new VulnerabilityEvaluator<double>(Mlp<double>.Create(3, [4], 1, seed: 1), slow, threads: 1);
        double[] far = [2, 2, 2];
        double[][] points = [.. Enumerable.Range(0, 50).Select(k => new double[] { 0.01 * k, 0.1 })];
        Action run = call switch
        {
            "Materialize" => () => source.Materialize(threads: 1, cancellationToken: stop.Token),
            "Displaced" => () => source.Displaced(1, cancellationToken: stop.Token),
            "FrontEnd" => () => LinearFrontEnd<double>.Fit(source, 2, new LinearFrontEndOptions { Threads = 1 }, stop.Token),
            "Attack" => () => evaluator.Attack([0.1, 0.1], 0.5, cancellationToken: stop.Token),
            "Curve" => () => evaluator.Curve(points, [0.1, 0.5], cancellationToken: stop.Token),
            "FirstOrder" => () => evaluator.FirstOrder(points, cancellationToken: stop.Token),
            "Noise" => () => evaluator.Noise(points, [0.1], cancellationToken: stop.Token),
            "Project" => () => new NearestPointOracle(slow).Project([0.1, 0.1], far, stop.Token),
            _ => () => evaluator.Answer([0.1, 0.1], far, stop.Token),
        };
        run.Should().Throw<OperationCanceledException>();
        asked.Should().BeInRange(3, 3 + 16, "16 samples take 80 ms");
    }

    [Fact]
    public void OrthogonalToManifold_OfDirectionsAlongIt_EndsWithAnError()
    {
        var at = new NearestPointOracle(Blobs).Expand(Blobs.DrawPoints(1, 3)[0], 1);
        double[] tangent = at.Tangents[..256].ToArray();
        var along = DirectionSampler.Create(256, 5, (ref RandomStream _, Span<double> v) => tangent.CopyTo(v));
        var sampler = DirectionSampler.OrthogonalToManifold(along, 4);
        ((Action)(() => sampler.Draw(1, 0, 0, new double[256], at.Frame))).Should().Throw<InvalidOperationException>().WithMessage("*tangent space*");
    }

    [Fact]
    public void DependentTangents_AnyLimitAllowed_AreStillRefused()
    {
        var manifold = TestManifolds.Degenerate();
        double[] point = [0.3, 0.4];
        var oracle = new NearestPointOracle(manifold, new NearestPointOptions { MaxConditionNumber = double.PositiveInfinity });
        ((Action)(() => oracle.Expand(point, 1))).Should().Throw<DegenerateTangentsException>();
        oracle.Project(point, new double[5]).Status.Should().Be(OracleStatus.RankDeficient);
        var source = new RobustSource<double>(
            new ManifoldSource<double>(manifold, 1, 2, 1), new RobustSourceOptions { MaxConditionNumber = double.PositiveInfinity });
        ((Action)(() => source.Sample(0))).Should().Throw<DegenerateTangentsException>();
    }

    [Theory]
    [InlineData(PerturbationNorm.L2)]
    [InlineData(PerturbationNorm.LInfinity)]
    public void ConstantNetwork_AttackedOrTrainedAgainst_HasFiniteAnswers(PerturbationNorm norm)
    {
        var network = Mlp<double>.Create(256, [4], 3, seed: 1);
        network.Parameters.Clear();
        var evaluator = new VulnerabilityEvaluator<double>(network, Blobs, threads: 1);
        double[] point = Blobs.DrawPoints(1, 3)[0];
        foreach (var objective in Enum.GetValues<AttackObjective>())
        {
            var result = evaluator.Attack(point, 0.1, new AttackOptions { Objective = objective, Norm = norm });
            new[] { result.Value, result.Growth, result.FirstOrderBound, result.NetworkChange }.Should().OnlyContain(x => double.IsFinite(x));
            result.NetworkChange.Should().Be(0);
            result.GradientLooksMasked.Should().BeFalse();
        }

        var run = new AdversarialSource<double>(new ManifoldSource<double>(Blobs, 0, 2, 1), new AdversarialOptions(0.1, norm)).BeginRun();
        run.BeginStep(network, 0, 0);
        run.Sample(0).Input.Data.ToArray().Should().OnlyContain(x => double.IsFinite(x));
    }

    [Fact]
    public void Attack_ANetworkFlatOnlyAtTheCleanInput_LooksMaskedAndReportsItsGrowth()
    {
        // tanh is saturated at the clean input; further off it is not.
        var network = Mlp<double>.Create(2, [1], 1, Activation.Tanh, seed: 1);
        new double[] { 60, 0, 50, 1, 0 }.CopyTo(network.Parameters);
        var evaluator = new VulnerabilityEvaluator<double>(network, TestManifolds.Circle(), threads: 1);
        var attack = evaluator.Attack([0], 1.95, new AttackOptions { Objective = AttackObjective.Universal });
        attack.GradientLooksMasked.Should().BeTrue();
        double[] clean = network.Evaluate(new double[] { 1, 0 });
        attack.Growth.Should().BeApproximately(
            Math.Abs(attack.NetworkOutput[0] - attack.OracleOutput[0] - clean[0]), 1e-12, "the clean error does not count");
        attack.Growth.Should().NotBe(attack.Value);
        evaluator.Attack([0], 0.01).GradientLooksMasked.Should().BeFalse();
    }

    [Theory]
    [InlineData(0.15, 0, false)] // grows by 0.82 where the first order allows 0.5: less than twice that
    [InlineData(0.4, 0, true)] // grows by 1.32
    [InlineData(0.4, 7e5, true)] // the same, just above 10⁻⁶ of the size of the targets
    [InlineData(0.4, 9e5, false)] // and just below
    public void Attack_ANetworkThatJumps_LooksMaskedIfTheErrorGrowsByMoreThanTwiceTheFirstOrderAndTheJumpIsNoTrifle(double jump, double other, bool expected)
    {
        var circle = TestManifolds.Circle();
        var manifold = DataManifold.Create([-1], [1], 2, 2, (r, x, y) =>
        {
            var angle = new JetBatch<double>(y.Layout, 1, 1);
            circle.Evaluate<double>(r, x, angle);
            for (int c = 0; c < y.Layout.Count; c++)
            {
                (y[c, 0, 0], y[c, 0, 1]) = (angle[c, 0, 0], c == 0 ? other : 0);
            }
        });

        // Flat at (1, 0); at the height −⅓ the first output rises by twice the jump while the angle falls.
        var network = Mlp<double>.Create(2, [1], 2, Activation.Tanh, seed: 1);
        new double[] { 0, 60, 20, -jump, 0, 0, other }.CopyTo(network.Parameters);
        var evaluator = new VulnerabilityEvaluator<double>(network, manifold, threads: 1);
        var attack = evaluator.Attack([0], 0.5, new AttackOptions { Objective = AttackObjective.UniversalGrowth });
        attack.FirstOrderBound.Should().BeApproximately(0.5, 1e-9);
        attack.Growth.Should().BeApproximately((2 * jump) + Math.Asin(0.5), 1e-3);
        attack.NetworkChange.Should().BeApproximately(2 * jump, 1e-4);
        attack.GradientLooksMasked.Should().Be(expected);
    }

    [Theory]
    [InlineData(AttackObjective.UniversalGrowth, 0, 2)] // the first order with either sign
    [InlineData(AttackObjective.Universal, 0, 3)] // and the gradient of the clean error
    [InlineData(AttackObjective.UniversalGrowth, 3, 5)]
    public void Attack_WithoutSteps_EvaluatesEveryStartOnce(AttackObjective objective, int randomStarts, int expected)
    {
        var evaluator = new VulnerabilityEvaluator<double>(Mlp<double>.Create(2, [3], 1, seed: 2), TestManifolds.Circle(), threads: 1);
        var attack = evaluator.Attack([0.2], 0.3, new AttackOptions { Objective = objective, Steps = 0, RandomStarts = randomStarts });
        (attack.Evaluations, attack.OracleFailures).Should().Be((expected, 0));
        evaluator.Attack([0.2], 0.3, new AttackOptions { Objective = objective, Steps = 1, RandomStarts = randomStarts }).Evaluations.Should().Be(2 * expected);
    }

    [Fact]
    public void Attack_WhereNoStartCanBeJudged_EvaluatesEachOnce()
    {
        // A short arc, beyond which there are no numbers: a perturbation that moves the nearest point off it has no oracle. What an attack before left
        // behind must lead no path on.
        var arc = DataManifold.Create([-0.01], [0.01], 2, 1, (angle, input, target) =>
        {
            var (sin, cos) = Math.Abs(angle[0]) < 0.01 ? Math.SinCos(angle[0]) : (double.NaN, double.NaN);
            double[][] jets = [[cos, sin, angle[0]], [-sin, cos, 1], [-cos, -sin, 0]];
            for (int c = 0; c < input.Layout.Count; c++)
            {
                (input[c, 0, 0], input[c, 0, 1], target[c, 0, 0]) = (jets[c][0], jets[c][1], jets[c][2]);
            }
        });
        var evaluator = new VulnerabilityEvaluator<double>(Mlp<double>.Create(2, [3], 1, seed: 2), arc, threads: 1);
        var options = new AttackOptions { Objective = AttackObjective.UniversalGrowth, Steps = 20, RandomStarts = 3 };
        evaluator.Attack([0], 1e-4, options).OracleFailures.Should().Be(0);
        var attack = evaluator.Attack([0], 0.3, options);
        (attack.Evaluations, attack.OracleFailures, attack.Value).Should().Be((5, 5, double.NaN));
        attack.Perturbation.Should().OnlyContain(element => element == 0);
    }

    [Fact]
    public void Bands_LowMidAndHigh_DivideAllFrequencies()
    {
        var (low, mid, high) = (new FrequencyBand(0, 0.15), new FrequencyBand(0.15, 0.4), new FrequencyBand(0.4, double.PositiveInfinity));
        int[] modes = [.. new[] { low, mid, high }.Select(band => DirectionSampler.Band(20, 20, band).Dimensions)];
        modes.Sum().Should().Be(400);
        low.Contains(2, 0, 20, 20).Should().BeTrue();
        low.Contains(3, 0, 20, 20).Should().BeFalse("0.15 begins the next band");
        mid.Contains(3, 0, 20, 20).Should().BeTrue();
        mid.Contains(0, 7, 20, 20).Should().BeTrue();
        mid.Contains(0, 8, 20, 20).Should().BeFalse();
        high.Contains(8, 19, 20, 20).Should().BeTrue();
        DirectionGroup.Bands(20, 20, 2).Select(group => (group.Count, group.Sampler.Dimensions)).Should().Equal((2, modes[0]), (2, modes[1]), (2, modes[2]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RandomDirectionsAndDisplacements_ManyInputs_TakeNoTablesOfSquareSize(int order)
    {
        int p = order == 1 ? 5000 : 200;
        var random = new RandomStream(1);
        float[] x = [.. Enumerable.Range(0, 2 * p).Select(_ => (float)random.NextNormal())];
        float[] slopes = [.. Enumerable.Range(0, 2 * p).Select(_ => (float)random.NextNormal())];
        var labels = order == 1
            ? FlatLabels.Jacobian<float>(2, x, [1, 2], slopes)
            : FlatLabels.Jacobian<float>(2, x, [1, 2], slopes, new float[2 * p * p]);
        var clock = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var directions = labels.AlongRandomDirections(1, order, seed: 4);
        var (input, target) = directions.Subset([1, 4]).Sample(0);
        if (order == 2)
        {
            labels.Displaced(1).Sample(0);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(4_000_000, "the input's jets alone would be p² or p³/2 numbers of 4 bytes");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
        float[] direction = input.Row(1, 0).ToArray();
        float expected = direction.Zip(slopes[p..], (v, g) => v * g).Sum();
        target[1, 0, 0].Should().BeApproximately(expected, 1e-4f * p);
        input.Row(0, 0).ToArray().Should().Equal(x[p..]);
    }

    [Fact]
    public void UnitTangents_TurnedAndDisplaced_AreThoseOfMaterializedLabels()
    {
        var random = new RandomStream(3);
        int[] coordinates = [2, 0];
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
        double[] hessian = new double[4 * 4];
        for (int s = 0; s < 4; s++)
        {
            double[] v = Draw(2);
            for (int k = 0; k < 4; k++)
            {
                hessian[(4 * s) + k] = v[k / 2] * v[k % 2];
            }
        }

        var labels = FlatLabels.Jacobian<double>(4, Draw(12), Draw(4), Draw(8), hessian, coordinates);
        var stored = labels.Materialize();
        foreach (var make in new Func<IJetSource<double>, IJetSource<double>>[]
        {
            s => s.AlongRandomDirections(2, 2, 5), s => s.WithHessianVectorProducts(1, 5), s => s.Displaced(1, seed: 5), s => s.Displaced(0, seed: 5),
        })
        {
            var (plain, other) = (Run(make(labels)), Run(make(stored)));
            plain.Batch(plain.Layout, [0, 3, 6]).Input.Data.ToArray().Should().Equal(other.Batch(plain.Layout, [0, 3, 6]).Input.Data.ToArray());
            plain.Batch(plain.Layout, [0, 3, 6]).Target.Data.ToArray().Should().Equal(other.Batch(plain.Layout, [0, 3, 6]).Target.Data.ToArray());
        }

        static IJetSource<double> Run(IJetSource<double> source)
        {
            var (view, run) = AdaptiveSources.BeginRun(source);
            run.SingleOrDefault()?.BeginStep(Mlp<double>.Create(3, [2], 1), 0, 0.25);
            return view;
        }
    }

    [Fact]
    public void Scales_DataFarFromZero_AreThoseOfDataAtZero()
    {
        // Tangent scales, the reach of displacements and the features of a front end.
        double[] x = [.. Enumerable.Range(0, 60).Select(k => Math.Cos(k * k) + (0.3 * Math.Sin(k)))];
        double[] y = [.. Enumerable.Range(0, 20).Select(k => Math.Sin(k))];
        double[] slopes = [.. Enumerable.Range(0, 60).Select(k => Math.Cos(3 * k))];
        double[] curves = [.. Enumerable.Repeat(40.0, 180)];

        (IJetSource<double> Labels, double[] Moved) Make(double offset)
        {
            var labels = FlatLabels.Jacobian<double>(20, [.. x.Select(v => v + offset)], [.. y.Select(v => v + offset)], slopes, curves);
            var (view, run) = AdaptiveSources.BeginRun(labels.Displaced(0));
            run.Single().BeginStep(Mlp<double>.Create(3, [2], 1), 0, 0);
            return (labels, [.. view.Sample(2).Input.Data.ToArray().Select(v => v - offset)]);
        }

        var (plain, moved) = Make(0);
        foreach (double offset in new[] { 1e6, -1e9 })
        {
            var (far, farMoved) = Make(offset);
            double rounding = 1e-14 * Math.Abs(offset);
            far.TangentScale(1).Should().BeApproximately(plain.TangentScale(1), rounding);
            farMoved.Should().Equal(moved, (a, b) => Math.Abs(a - b) < rounding);
        }

        FlatLabels.Jacobian<double>(2, [1e-200, 3e-200], [0, 0], [1, 1]).TangentScale(0).Should().BeApproximately(1e-200, 1e-213);
        FlatLabels.Jacobian<double>(3, [1e15, 1e15, 1e15], [0, 0, 0], [1, 1, 1]).TangentScale(0).Should().Be(1);

        // Multiples of 1/64, which float holds exactly at 100,000 too.
        float[] coarse = [.. x.Select(v => (float)Math.Round(v * 64) / 64)];
        var floats = FlatLabels.Values(20, coarse, new float[20]);
        var offsets = FlatLabels.Values(20, [.. coarse.Select(v => v + 100_000)], new float[20]);
        var frontEnd = LinearFrontEnd<float>.Fit(floats, 2);
        var farEnd = LinearFrontEnd<float>.Fit(offsets, 2);
        float[] Features(LinearFrontEnd<float> end, IJetSource<float> source, int sample) => end.Project(source).Sample(sample).Input.Data.ToArray();
        float[] first = Features(frontEnd, floats, 0);
        float[] farFirst = Features(farEnd, offsets, 0);
        for (int s = 1; s < 20; s++)
        {
            // The mean is rounded as the inputs are, which moves all samples alike.
            float[] step = [.. Features(frontEnd, floats, s).Zip(first, (a, b) => a - b)];
            Features(farEnd, offsets, s).Zip(farFirst, (a, b) => a - b).Should().Equal(step, (a, b) => Math.Abs(a - b) < 0.001);
        }
    }

    [Fact]
    public void Displaced_OutputsOfDifferentUnits_CountAlike()
    {
        // The second output bends as little as the first one bends much; in a unit of 1e6 it would rule alone.
        double[] Reach(double unit)
        {
            var (x, y) = (new double[30, 1], new double[30, 2]);
            var (slopes, curves) = (new double[30, 2, 1], new double[30, 2, 1, 1]);
            for (int s = 0; s < 30; s++)
            {
                double a = x[s, 0] = s / 10.0;
                (y[s, 0], slopes[s, 0, 0], curves[s, 0, 0, 0]) = (Math.Sin(20 * a), 20 * Math.Cos(20 * a), -400 * Math.Sin(20 * a));
                (y[s, 1], slopes[s, 1, 0], curves[s, 1, 0, 0]) = (unit * a * a, 2 * unit * a, 2 * unit);
            }

            return CurvatureLengths.Measure(JetData.FromJacobian(x, y, slopes, curves), default);
        }

        Reach(1 << 20)[0].Should().BeApproximately(Reach(1)[0], 1e-12);
    }

    [Fact]
    public void CurvatureLengths_OfWeightedSamples_AreThoseOfDuplicates()
    {
        IJetSource<double> Samples(int[] numbers, double[]? weights)
        {
            var (x, y) = (new double[numbers.Length, 1, 1], new double[numbers.Length, 1, 1]);
            var (values, labels) = (new double[numbers.Length, 1], new double[numbers.Length, 1]);
            var (bends, curves) = (new double[numbers.Length, 1, 1], new double[numbers.Length, 1, 1]);
            for (int k = 0; k < numbers.Length; k++)
            {
                double r = 0.1 * numbers[k];
                (values[k, 0], x[k, 0, 0], bends[k, 0, 0]) = (Math.Exp(r), Math.Exp(r), Math.Exp(r));
                (labels[k, 0], y[k, 0, 0], curves[k, 0, 0]) = (Math.Sin(9 * r), 9 * Math.Cos(9 * r), -81 * Math.Sin(9 * r));
            }

            return JetData.FromManifold(values, x, labels, y, bends, curves, weights: weights ?? []);
        }

        double Length(int[] numbers, double[]? weights = null) => CurvatureLengths.Measure(Samples(numbers, weights), default)[0];
        double expected = Length([1, 1, 1, 3, 5, 5]);
        Length([1, 3, 5, 8], [3, 1, 2, 0]).Should().BeApproximately(expected, 1e-14);
        Length([1, 3, 5, 8]).Should().NotBeApproximately(expected, 1e-3);
    }

    [Fact]
    public void Noise_OracleThatNeverConverges_CountsEveryDraw()
    {
        var evaluator = new VulnerabilityEvaluator<double>(
            Mlp<double>.Create(2, [3], 1, seed: 1), TestManifolds.Circle(), new NearestPointOptions { MaxIterations = 1 }, threads: 1);
        var noise = evaluator.Noise([[0.1], [0.2], [0.4]], [0.3], draws: 5)[0];
        noise.OracleFailures.Should().Be(15);
        noise.ErrorAgainstClean.Should().BePositive();
        noise.ErrorAgainstOracle.Should().Be(double.NaN);
    }

    [Fact]
    public void FromJacobian_AsymmetryAmongInputsOfASmallUnit_IsFound()
    {
        double[,] x = { { 1, 1e-6 }, { 2, 3e-6 }, { 4, 2e-6 } };
        double[,,] symmetric = { { { 1, 1e6 }, { 1e6, 1e12 } }, { { 1, 1e6 }, { 1e6, 1e12 } }, { { 1, 1e6 }, { 1e6, 1e12 } } };
        double[,,] wrong = (double[,,])symmetric.Clone();
        wrong[1, 0, 1] = 1.1e6;
        JetData.FromJacobian(x, new double[3], new double[3, 2], symmetric).Layout.Order.Should().Be(2);
        ((Action)(() => JetData.FromJacobian(x, new double[3], new double[3, 2], wrong))).Should().Throw<ArgumentException>().WithMessage("*sample 1*not symmetric*1100000*");
        float[,,] huge = { { { 3e38f } } };
        JetData.FromJacobian(new float[1, 1], new float[1], new float[1, 1], huge).Sample(0).Target[2, 0, 0].Should().Be(3e38f, "halves are summed without overflow");
    }
}
