using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Tests.Robustness;

public class NearestPointOracleTests
{
    public static TheoryData<string> Manifolds => ["cubic", "blobs", "cube"];

    [Fact]
    public void Project_ManifoldWhoseDerivativesPointTheWrongWay_SaysThatItStalled()
    {
        var wrong = DataManifold.Create([-1], [1], 2, 1, (r, x, y) =>
        {
            x[0, 0, 0] = r[0];
            if (x.Layout.Order > 0)
            {
                x[1, 0, 0] = -1;
            }
        });
        var result = new NearestPointOracle(wrong, new NearestPointOptions { MaxIterations = 1000 }).Project([0.5], [0.1, 0]);
        result.Status.Should().Be(OracleStatus.Stalled);
        result.Residual.Should().BeApproximately(0.4, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Manifolds))]
    public void Project_CleanInputFromElsewhere_RecoversPoint(string name)
    {
        var manifold = Manifold(name);
        var oracle = new NearestPointOracle(manifold);
        foreach (double[] point in manifold.DrawPoints(4, 11))
        {
            double[] start = Moved(manifold, point, 0.15, 3);
            var result = oracle.Project(start, Clean(manifold, point).Input);

            result.Status.Should().Be(OracleStatus.Converged);
            result.Residual.Should().BeLessThan(1e-8);
            Distance(result.Output, Clean(manifold, point).Output).Should().BeLessThan(1e-9);
            if (manifold is CubeManifold)
            {
                double[] delta = new double[6];
                CubeManifold.PoseOf(point).LocalCoordinates(CubeManifold.PoseOf(result.Point), delta);
                Norm(delta).Should().BeLessThan(1e-9);
            }
            else
            {
                Distance(result.Point, point).Should().BeLessThan(1e-9);
            }
        }
    }

    [Fact]
    public void Project_NoisyCube_ReachesMinimumThatRestartsDoNotBeat()
    {
        var manifold = TestManifolds.Cube;
        var oracle = new NearestPointOracle(manifold);
        double[][] points = manifold.DrawPoints(3, 21);
        for (int k = 0; k < points.Length; k++)
        {
            double[] image = Clean(manifold, points[k]).Input;
            double[] noise = Direction(manifold, 40 + k);
            for (int f = 0; f < image.Length; f++)
            {
                image[f] += 2 * noise[f];
            }

            var result = oracle.Project(points[k], image);

            result.Status.Should().Be(OracleStatus.Converged);
            for (ulong restart = 0; restart < 5; restart++)
            {
                double[] start = restart < 3 ? Moved(manifold, points[k], 0.3, restart) : manifold.DrawPoints(1, 90 + restart)[0];
                oracle.Project(start, image).Residual.Should().BeGreaterThan(result.Residual * (1 - 1e-10));
            }
        }
    }

    [Fact]
    public void Project_GaussNewton_ReachesTheSamePoint()
    {
        var manifold = TestManifolds.Cube;
        double[] point = manifold.DrawPoints(1, 4)[0];
        double[] image = Clean(manifold, point).Input;
        double[] noise = Direction(manifold, 3);
        for (int f = 0; f < image.Length; f++)
        {
            image[f] += noise[f];
        }

        var newton = new NearestPointOracle(manifold).Project(point, image);
        var gauss = new NearestPointOracle(manifold, new NearestPointOptions { UseSecondDerivatives = false }).Project(point, image);

        gauss.Converged.Should().BeTrue();
        Distance(newton.Output, gauss.Output).Should().BeLessThan(1e-9);
        newton.Iterations.Should().BeLessThan(10).And.BeLessThanOrEqualTo(gauss.Iterations);
    }

    [Theory]
    [MemberData(nameof(Manifolds))]
    public void Expand_AgainstExactOracle_ErrorsFallWithSquareAndCube(string name)
    {
        var manifold = Manifold(name);
        var oracle = new NearestPointOracle(manifold, new NearestPointOptions { Tolerance = 1e-13 });
        double[] point = manifold.DrawPoints(1, 8)[0];
        var expansion = oracle.Expand(point, 2);
        double[] direction = Direction(manifold, 17);
        double[] first = new double[manifold.OutputFeatures];
        double[] second = new double[manifold.OutputFeatures];
        expansion.First(direction, first);
        expansion.Second(direction, second);
        double size = name == "cubic" ? 0.3 : 0.5;
        var logs = new List<(double Size, double First, double Second)>();
        for (int k = 0; k < 5; k++, size /= 2)
        {
            double[] input = expansion.Input.ToArray();
            for (int f = 0; f < input.Length; f++)
            {
                input[f] += size * direction[f];
            }

            var exact = oracle.Project(point, input);
            exact.Converged.Should().BeTrue();
            double firstError = 0;
            double secondError = 0;
            for (int o = 0; o < first.Length; o++)
            {
                double error = exact.Output[o] - expansion.Output[o] - (size * first[o]);
                firstError += error * error;
                error -= 0.5 * size * size * second[o];
                secondError += error * error;
            }

            logs.Add((Math.Log(size), 0.5 * Math.Log(firstError), 0.5 * Math.Log(secondError)));
        }

        Slope(logs.Select(log => (log.Size, log.First))).Should().BeApproximately(2, 0.15);
        Slope(logs.Select(log => (log.Size, log.Second))).Should().BeApproximately(3, 0.2);
    }

    [Theory]
    [MemberData(nameof(Manifolds))]
    public void Mixed_AgainstDifferencesAlongManifold_Agree(string name)
    {
        var manifold = Manifold(name);
        var oracle = new NearestPointOracle(manifold);
        double[] point = manifold.DrawPoints(1, 31)[0];
        var expansion = oracle.Expand(point, 2);
        double[] direction = Direction(manifold, 6);
        double[] mixed = new double[manifold.OutputFeatures];
        for (int i = 0; i < manifold.DegreesOfFreedom; i++)
        {
            expansion.Mixed(direction, i, mixed);
            double[] difference = Richardson(step => FirstAt(oracle, point, i, step, direction), 2e-3);

            Distance(mixed, difference).Should().BeLessThan(1e-6 * Math.Max(Norm(mixed), 1e-2), $"of the mixed derivative with tangent {i}");
        }
    }

    [Fact]
    public void Jacobian_TimesDirection_IsFirst()
    {
        var manifold = TestManifolds.Blobs();
        var expansion = new NearestPointOracle(manifold).Expand(manifold.DrawPoints(1, 2)[0], 1);
        double[] direction = Direction(manifold, 1);
        double[] jacobian = new double[3 * 256];
        double[] first = new double[3];
        expansion.Jacobian(jacobian);
        expansion.First(direction, first);
        for (int o = 0; o < 3; o++)
        {
            double sum = 0;
            for (int f = 0; f < 256; f++)
            {
                sum += jacobian[(o * 256) + f] * direction[f];
            }

            sum.Should().BeApproximately(first[o], 1e-13);
        }
    }

    [Fact]
    public void At_SourceOfFloats_AgreesWithManifold()
    {
        var manifold = TestManifolds.Blobs();
        var source = new ManifoldSource<float>(manifold, 2, 5, seed: 77);
        var expansion = OracleExpansion.At(source, 3);
        var exact = new NearestPointOracle(manifold).Expand(manifold.DrawPoints(5, 77)[3], 2);
        double[] direction = Direction(manifold, 9);
        double[] a = new double[3];
        double[] b = new double[3];
        expansion.Second(direction, a);
        exact.Second(direction, b);
        Distance(a, b).Should().BeLessThan(1e-5 * Norm(b));
    }

    [Fact]
    public void ConditionNumber_IsBoundOfTheTrueOne()
    {
        var manifold = TestManifolds.Cube;
        foreach (double[] point in manifold.DrawPoints(5, 3))
        {
            var expansion = new NearestPointOracle(manifold).Expand(point, 1);
            var tangents = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfRowMajor(6, 1681, expansion.Tangents.ToArray());
            double exact = tangents.NormalizeRows(2).Svd(computeVectors: false).ConditionNumber;
            expansion.ConditionNumber.Should().BeGreaterThanOrEqualTo(exact * (1 - 1e-9)).And.BeLessThan(6 * exact);
        }
    }

    [Fact]
    public void Expand_DependentTangents_Throws()
    {
        var oracle = new NearestPointOracle(TestManifolds.Degenerate());
        Action act = () => oracle.Expand([0.2, 0.3], 1);
        act.Should().Throw<DegenerateTangentsException>().WithMessage("*linearly dependent*").Which.ConditionNumber.Should().BeGreaterThan(1e4);
    }

    [Fact]
    public void Project_DependentTangents_IsReported()
    {
        var manifold = TestManifolds.Degenerate();
        double[] input = Clean(manifold, [0.21, 0.3]).Input;
        foreach (bool second in new[] { false, true })
        {
            var oracle = new NearestPointOracle(manifold, new NearestPointOptions { UseSecondDerivatives = second });
            var result = oracle.Project([0.2, 0.3], input);
            result.Status.Should().Be(OracleStatus.RankDeficient);
            result.Converged.Should().BeFalse();
        }
    }

    [Fact]
    public void Project_TooFewIterations_IsReported()
    {
        var manifold = TestManifolds.Cube;
        double[] point = manifold.DrawPoints(1, 4)[0];
        var oracle = new NearestPointOracle(manifold, new NearestPointOptions { MaxIterations = 1 });
        var result = oracle.Project(Moved(manifold, point, 0.3, 1), Clean(manifold, point).Input);
        result.Status.Should().Be(OracleStatus.IterationLimit);
        result.Iterations.Should().Be(1);
    }

    [Fact]
    public void Project_BeyondTheCenterOfCurvature_IsNoMinimum()
    {
        var oracle = new NearestPointOracle(TestManifolds.Circle());
        oracle.Project([0], [0.5, 0]).Converged.Should().BeTrue();
        oracle.Project([0], [-0.5, 0]).Status.Should().Be(OracleStatus.NotAMinimum, "the far side of the circle is a maximum of the distance");
        oracle.Project([0], [-0.5, 1e-3]).Converged.Should().BeTrue("a slight push leads to the near side");
    }

    [Fact]
    public void Project_WhereAStepNeedsDamping_CountsEveryTrial()
    {
        // At the far side the Hessian is −½: four raises of the damping until it is positive definite.
        var oracle = new NearestPointOracle(TestManifolds.Circle(), new NearestPointOptions { MaxIterations = 4 });
        var result = oracle.Project([0], [-0.5, 1e-3]);
        (result.Status, result.Iterations, result.Point[0]).Should().Be((OracleStatus.IterationLimit, 4, 0.0));
        oracle = new NearestPointOracle(TestManifolds.Circle(), new NearestPointOptions { MaxIterations = 5 });
        result = oracle.Project([0], [-0.5, 1e-3]);
        (result.Status, result.Iterations).Should().Be((OracleStatus.IterationLimit, 5));
        result.Point[0].Should().BeApproximately(1e-3 / (0.512 - 0.5), 1e-12);
    }

    [Fact]
    public void Project_AfterAStepThatGainsLessThanExpected_DampsTheNextOne()
    {
        // C(r) = r + 9r². From 0 towards 0.1 the first step leaves 0.9 of the distance, and 0.19 of what was expected is gained.
        var parabola = DataManifold.Create([-4], [4], 1, 1, (r, x, y) =>
        {
            x[0, 0, 0] = y[0, 0, 0] = r[0] + (9 * r[0] * r[0]);
            if (x.Layout.Order > 0)
            {
                x[1, 0, 0] = y[1, 0, 0] = 1 + (18 * r[0]);
            }
        });
        var options = new NearestPointOptions { MaxIterations = 2, UseSecondDerivatives = false };
        var result = new NearestPointOracle(parabola, options).Project([0], [0.1]);
        (result.Status, result.Iterations).Should().Be((OracleStatus.IterationLimit, 2));
        result.Point[0].Should().BeApproximately(0.1 - (0.09 / 2.8 / 1.001), 1e-12);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(8, 0.25)]
    public void Project_AFarInput_StepsNoFurtherThanMaxStepInTheUnitsOfTheTangents(double range, double maxStep)
    {
        // The plane z = 0; the second tangent's range is the smaller one, so it decides.
        var plane = DataManifold.Create([-4 * range, -range], [4 * range, range], 3, 1, (r, x, y) =>
        {
            (x[0, 0, 0], x[0, 0, 1]) = (r[0], r[1]);
            y[0, 0, 0] = r[0];
            if (x.Layout.Order > 0)
            {
                (x[1, 0, 0], x[2, 0, 1], y[1, 0, 0]) = (1, 1, 1);
            }
        });
        var oracle = new NearestPointOracle(plane, new NearestPointOptions { MaxIterations = 1, MaxStep = maxStep });
        double[] reached = oracle.Project([0, 0], [100 * range, 100 * range, 0]).Point;
        reached[0].Should().BeApproximately(maxStep * plane.TangentScale(1), 1e-12 * range);
        reached[1].Should().BeApproximately(maxStep * plane.TangentScale(1), 1e-12 * range);
        plane.TangentScale(0).Should().BeApproximately(4 * plane.TangentScale(1), 1e-12 * range);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Project_ByDampedSteps_HasConvergedOnlyWhereTheUndampedStepIsShort(bool useSecondDerivatives)
    {
        const double Tolerance = 1e-2;
        var oracle = new NearestPointOracle(TestManifolds.Wave(), new NearestPointOptions { Tolerance = Tolerance, UseSecondDerivatives = useSecondDerivatives });
        var random = new RandomStream(1);
        int converged = 0;
        for (int k = 0; k < 400; k++)
        {
            double start = random.NextUniform(-1, 1);
            double[] input = [random.NextUniform(-2, 2), random.NextUniform(-2, 2)];
            var result = oracle.Project([start], input);
            if (result.Converged)
            {
                converged++;
                double r = result.Point[0];
                double slope = 5 * Math.Cos(5 * r);
                double[] residual = [r - input[0], Math.Sin(5 * r) - input[1]];
                double square = 1 + (slope * slope);
                double bend = useSecondDerivatives ? square + (residual[1] * -25 * Math.Sin(5 * r)) : square;
                double step = Math.Abs((residual[0] + (residual[1] * slope)) / bend) * Math.Sqrt(square);
                step.Should().BeLessThan(1.05 * Tolerance * Math.Max(Norm(input), Norm([start, Math.Sin(5 * start)])), "from {0} to {1}, {2}", start, input[0], input[1]);
            }
        }

        converged.Should().BeGreaterThan(200);
    }

    [Fact]
    public void Project_WrongLengthsOrNonFinite_Throws()
    {
        var oracle = new NearestPointOracle(TestManifolds.Circle());
        ((Action)(() => oracle.Project([0, 0], [1, 0]))).Should().Throw<ArgumentException>().WithMessage("*2 numbers*have 1*");
        ((Action)(() => oracle.Project([0], [1, 0, 0]))).Should().Throw<ArgumentException>().WithMessage("*3 elements; expected 2*");
        ((Action)(() => oracle.Project([0], [1, double.NaN]))).Should().Throw<ArgumentException>().WithMessage("*NaN*");
        ((Action)(() => oracle.Expand([0], 3))).Should().Throw<ArgumentOutOfRangeException>();
        var expansion = oracle.Expand([0], 1);
        ((Action)(() => expansion.First([1.0], new double[1]))).Should().Throw<ArgumentException>();
        ((Action)(() => expansion.Second([1.0, 0], new double[1]))).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Options_OutOfRange_Throws()
    {
        ((Action)(() => _ = new NearestPointOptions { Tolerance = 0 })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new NearestPointOptions { MaxIterations = 0 })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new NearestPointOptions { MaxConditionNumber = 1 })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new NearestPointOptions { MaxStep = double.NaN })).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void CubeManifold_Source_HasTheCubeSourcesJets()
    {
        var expected = new CubeSource<double>(new CubeRenderer(), 2, 3, 12);
        var point = CubeManifold.PointOf(expected.PoseOf(2));
        var manifold = TestManifolds.Cube;
        var layout = JetLayout.Full(6, 2);
        var (wantedInput, wantedTarget) = (new JetBatch<double>(layout, 1, 1681), new JetBatch<double>(layout, 1, 9));
        var (input, target) = (new JetBatch<double>(layout, 1, 1681), new JetBatch<double>(layout, 1, 9));
        expected.Fill([2], wantedInput, wantedTarget);
        manifold.Evaluate<double>(point, input, target);
        Distance(target.Data.ToArray(), wantedTarget.Data.ToArray()).Should().BeLessThan(1e-13);
        Distance(input.Data.ToArray(), wantedInput.Data.ToArray()).Should().BeLessThan(1e-8);
        manifold.TangentScale(4).Should().Be(expected.TangentScale(4));
    }

    internal static IDataManifold Manifold(string name) => name switch
    {
        "cubic" => TestManifolds.Cubic(),
        "blobs" => TestManifolds.Blobs(),
        _ => TestManifolds.Cube,
    };

    internal static (double[] Input, double[] Output) Clean(IDataManifold manifold, ReadOnlySpan<double> point)
    {
        var input = new JetBatch<double>(JetLayout.Full(manifold.DegreesOfFreedom, 0), 1, manifold.InputFeatures);
        var target = new JetBatch<double>(JetLayout.Full(manifold.DegreesOfFreedom, 0), 1, manifold.OutputFeatures);
        manifold.Evaluate<double>(point, input, target);
        return (input.Data.ToArray(), target.Data.ToArray());
    }

    internal static double[] Direction(IDataManifold manifold, int seed)
    {
        double[] direction = new double[manifold.InputFeatures];
        DirectionSampler.White(manifold.InputFeatures).Draw((ulong)seed, 0, 0, direction);
        return direction;
    }

    internal static double[] Moved(IDataManifold manifold, double[] point, double part, ulong seed)
    {
        var random = new RandomStream(seed);
        double[] delta = new double[manifold.DegreesOfFreedom];
        double[] moved = new double[manifold.PointLength];
        for (int i = 0; i < delta.Length; i++)
        {
            delta[i] = part * manifold.TangentScale(i) * random.NextNormal();
        }

        manifold.Retract(point, delta, moved);
        return moved;
    }

    internal static double Norm(ReadOnlySpan<double> vector) => System.Numerics.Tensors.TensorPrimitives.Norm(vector);

    internal static double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => System.Numerics.Tensors.TensorPrimitives.Distance(a, b);

    /// <summary>The least-squares slope of y over x.</summary>
    internal static double Slope(IEnumerable<(double X, double Y)> points)
    {
        var list = points.ToList();
        double x = list.Average(point => point.X);
        double y = list.Average(point => point.Y);
        return list.Sum(point => (point.X - x) * (point.Y - y)) / list.Sum(point => (point.X - x) * (point.X - x));
    }

    private static double[] FirstAt(NearestPointOracle oracle, double[] point, int tangent, double step, double[] direction)
    {
        double[] delta = new double[oracle.Manifold.DegreesOfFreedom];
        delta[tangent] = step;
        double[] moved = new double[point.Length];
        oracle.Manifold.Retract(point, delta, moved);
        double[] first = new double[oracle.Manifold.OutputFeatures];
        oracle.Expand(moved, 1).First(direction, first);
        return first;
    }

    private static double[] Richardson(Func<double, double[]> function, double step)
    {
        double[] Central(double h)
        {
            double[] above = function(h);
            double[] below = function(-h);
            return [.. above.Zip(below, (a, b) => (a - b) / (2 * h))];
        }

        double[] coarse = Central(step);
        double[] fine = Central(step / 2);
        double[] finest = Central(step / 4);
        return
        [
            .. Enumerable.Range(0, coarse.Length).Select(k =>
            {
                double first = fine[k] + ((fine[k] - coarse[k]) / 3);
                double second = finest[k] + ((finest[k] - fine[k]) / 3);
                return second + ((second - first) / 15);
            }),
        ];
    }
}
