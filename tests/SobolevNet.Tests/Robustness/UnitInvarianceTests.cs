using System.Numerics;
using CsCheck;
using SobolevNet.Robustness;
using SobolevNet.Tests.Data;

namespace SobolevNet.Tests.Robustness;

/// <summary>
/// Units of inputs, outputs and coordinates change nothing. They are powers of two here, so that not even rounding differs; in double from
/// 1e-30 to 1e30, in float as far as it holds the network's slopes.
/// </summary>
public class UnitInvarianceTests
{
    private const int Inputs = 8;
    private const int Outputs = 2;

    [Fact]
    public void Attack_AnyUnits_FindsTheSamePerturbation()
    {
        foreach (var (objective, norm) in from o in Enum.GetValues<AttackObjective>() from n in Enum.GetValues<PerturbationNorm>() select (o, n))
        {
            AttackResult Attack(Units units)
            {
                var options = new AttackOptions { Objective = objective, Norm = norm, Steps = 6 };
                return Evaluator<double>(units).Attack(units.Point, units.Input * (norm == PerturbationNorm.L2 ? 0.3 : 0.1), options);
            }

            var plain = Attack(Units.None);
            plain.Value.Should().BePositive();
            Units.Double.Sample(
                units =>
                {
                    var result = Attack(units);
                    result.Perturbation.Select(x => x / units.Input).Should().Equal(plain.Perturbation);
                    (result.Value / units.Output).Should().Be(plain.Value);
                    (result.Growth / units.Output).Should().Be(plain.Growth);
                    (result.FirstOrderBound / units.Output).Should().Be(plain.FirstOrderBound);
                    (result.GradientLooksMasked, result.Start, result.Evaluations).Should().Be((plain.GradientLooksMasked, plain.Start, plain.Evaluations));
                },
                iter: 6,
                threads: 1);
        }
    }

    [Fact]
    public void FirstOrderAndNoise_AnyUnits_AreTheSame()
    {
        double[] Measure(Units units)
        {
            var evaluator = Evaluator<double>(units);
            var first = evaluator.FirstOrder(units.Point);
            var noise = evaluator.Noise([units.Point, units.OtherPoint], [0.1 * units.Input], draws: 2)[0];
            double slope = units.Output / units.Input;
            return
            [
                first.Universal / slope, first.Sensitivity / slope, first.Invariance / slope, first.CleanError / units.Output, .. first.WorstDirection,
                .. first.WorstError, noise.ErrorAgainstClean, noise.ErrorAgainstOracle, noise.OracleShift,
            ];
        }

        double[] plain = Measure(Units.None);
        Units.Double.Sample(units => Measure(units).AsSpan().SequenceEqual(plain), iter: 20, threads: 1);
    }

    [Fact]
    public void Oracle_AnyUnits_FindsTheSamePoint()
    {
        double[] Project(Units units)
        {
            var oracle = new NearestPointOracle(units.Manifold);
            var near = oracle.Expand(units.Point, 2);
            double[] direction = [.. Enumerable.Range(0, Inputs).Select(f => units.Input * Math.Cos(f))];
            var exact = oracle.Project(units.Point, [.. near.Input.ToArray().Zip(direction, (x, d) => x + (0.2 * d))]);
            exact.Status.Should().Be(OracleStatus.Converged);
            double[] second = new double[Outputs];
            double[] mixed = new double[Outputs];
            near.Second(direction, second);
            near.Mixed(direction, 1, mixed);
            return
            [
                .. exact.Point.Select(r => r / units.Coordinate), exact.Residual / units.Input, exact.Iterations, exact.ConditionNumber,
                .. exact.Output.Concat(second).Select(y => y / units.Output), .. mixed.Select(y => y / units.Output * units.Coordinate),
            ];
        }

        double[] plain = Project(Units.None);
        Units.Double.Sample(units => Project(units).AsSpan().SequenceEqual(plain), iter: 30, threads: 1);
    }

    [Fact]
    public void Oracle_InputsFarFromZero_FindsTheSamePointToRounding()
    {
        var plain = new NearestPointOracle(Units.None.Manifold).Project(Units.None.Point, Noisy(Units.None));
        foreach (double offset in new[] { 1e3, -1e5, 1e6 })
        {
            var units = Units.None with { Offset = offset };
            var moved = new NearestPointOracle(units.Manifold).Project(units.Point, Noisy(units));
            moved.Status.Should().Be(OracleStatus.Converged);
            moved.Residual.Should().BeApproximately(plain.Residual, 1e-14 * Math.Abs(offset));
            moved.Point[0].Should().BeApproximately(plain.Point[0], 1e-10 * Math.Abs(offset), "the search ends at a part of the input's length");
        }

        static double[] Noisy(Units units)
        {
            double[] input = new NearestPointOracle(units.Manifold).Expand(units.Point, 1).Input.ToArray();
            return [.. input.Select((x, f) => x + (0.2 * Math.Cos(f)))];
        }
    }

    [Fact]
    public void SourcesThatFollowTheNetwork_AnyUnitsOfDouble_GiveTheSameSamples() => Follow<double>(Units.Double);

    [Fact]
    public void SourcesThatFollowTheNetwork_AnyUnitsOfFloat_GiveTheSameSamples() => Follow<float>(Units.Float);

    [Fact]
    public void AdversarialSource_SizesThatTheTypeCannotHold_AreRefused()
    {
        var clean = JetData.FromValues(new float[4, 2], new float[4]);
        foreach (var options in new[] { new AdversarialOptions(1e-50), new AdversarialOptions(1e50), new AdversarialOptions(1) { StepSize = 1e-50 } })
        {
            ((Action)(() => _ = new AdversarialSource<float>(clean, options))).Should().Throw<ArgumentException>().WithParameterName("options").WithMessage("*Single cannot hold*");
            ((Action)(() => _ = new TradesSource<float>(clean, 1, options))).Should().Throw<ArgumentException>().WithParameterName("options");
        }

        ((Action)(() => _ = new TradesSource<float>(clean, 1e39, new AdversarialOptions(1)))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("beta");
        ((Action)(() => _ = new GaussianNoiseSource<float>(clean, 1e38))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("deviation");
    }

    [Fact]
    public void VectorLength_AnySize_IsExact()
    {
        Gen.Select(Gen.Int[-1060, 1000], Gen.Double[0.5, 2].Array[1, 9]).Sample((exponent, vector) =>
        {
            double unit = Math.ScaleB(1, exponent);
            double[] scaled = [.. vector.Select(x => x * unit)];
            double expected = Math.Sqrt(vector.Sum(x => x * x)) * unit;
            VectorLength.Of<double>(scaled).Should().BeApproximately(expected, (1e-14 * expected) + double.Epsilon);
            VectorLength.TryNormalize<double>(scaled).Should().BeTrue();
            VectorLength.Of<double>(scaled).Should().BeApproximately(1, 1e-14);
        });
        foreach (float unit in new[] { 1e-44f, 1e-38f, 1e-23f, 1e-15f, 1f, 1e18f, 1e22f, 1e38f })
        {
            float[] vector = [2 * unit, -unit, 2 * unit];
            VectorLength.Of<float>(vector).Should().BeApproximately(3.0 * unit, 1e-6 * unit);
            VectorLength.TryNormalize<float>(vector).Should().BeTrue();
            vector[1].Should().BeApproximately(-1 / 3f, 1e-6f);
        }

        VectorLength.Of<double>([]).Should().Be(0);
        VectorLength.Of<double>([0, double.NaN]).Should().Be(double.NaN);
        VectorLength.Of<float>([1, float.NegativeInfinity]).Should().Be(double.PositiveInfinity);
        foreach (double[] bad in new double[][] { [], [0, 0], [1, double.NaN], [1, double.PositiveInfinity] })
        {
            double[] before = [.. bad];
            VectorLength.TryNormalize<double>(bad).Should().BeFalse();
            bad.Should().Equal(before);
        }
    }

    private static void Follow<T>(Gen<Units> gen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (string, Func<Units, IJetSource<T>, IJetSource<T>>)[] kinds =
        [
            ("pgd", (u, clean) => new AdversarialSource<T>(clean, new AdversarialOptions(0.3 * u.Input) { Steps = 3 })),
            ("pgd in L∞", (u, clean) => new AdversarialSource<T>(clean, new AdversarialOptions(0.1 * u.Input, PerturbationNorm.LInfinity) { Steps = 3 })),
            ("trades", (u, clean) => new TradesSource<T>(clean, 1, new AdversarialOptions(0.3 * u.Input) { Steps = 3 })),
            ("steepest", (u, clean) => new RobustSource<T>(clean, new RobustSourceOptions { Directions = [new(DirectionSampler.Steepest(Inputs, Outputs, 2), 2)], ManifoldOrder = 0 })),
            ("displaced", (u, clean) => clean.Displaced(0)),
        ];
        foreach (var (kind, make) in kinds)
        {
            (double[] Inputs, double[] Targets) Fill(Units units)
            {
                var (view, run) = AdaptiveSources.BeginRun(make(units, new ManifoldSource<T>(units.Manifold, 2, 6, seed: 4).Materialize()));
                run.Single().BeginStep(units.Network<T>(), 0, 0.5);
                var (input, target) = view.Batch(view.Layout, [0, 3, 7]);
                bool directions = kind == "steepest";
                return (
                    [.. input.Component(0).ToArray().Select(x => double.CreateChecked(x) / units.Input), .. directions ? input.Component(1).ToArray().Select(double.CreateChecked) : []],
                    [.. target.Component(0).ToArray().Select(y => double.CreateChecked(y) / units.Output)]);
            }

            var plain = Fill(Units.None);
            gen.Sample(
                units =>
                {
                    var (inputs, targets) = Fill(units);
                    inputs.Should().Equal(plain.Inputs, (a, b) => Math.Abs(a - b) < 1e-5, kind);
                    targets.Should().Equal(plain.Targets, (a, b) => Math.Abs(a - b) < 1e-5, kind);
                },
                iter: 8,
                threads: 1);
        }
    }

    private static VulnerabilityEvaluator<T> Evaluator<T>(Units units)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(units.Network<T>(), units.Manifold, threads: 1);

    /// <summary>What 1 is called in each quantity, and where inputs begin.</summary>
    private sealed record Units(double Input, double Output, double Coordinate, double Offset = 0)
    {
        private static readonly double[][] Drawn = TestManifolds.Cubic(2, Inputs, Outputs).DrawPoints(2, 3);

        public static Units None { get; } = new(1, 1, 1);

        /// <summary>1e-30 to 1e30 in each.</summary>
        public static Gen<Units> Double { get; } =
            Gen.Select(Gen.Int[-100, 100], Gen.Int[-100, 100], Gen.Int[-100, 100], (a, b, c) => new Units(Math.ScaleB(1, a), Math.ScaleB(1, b), Math.ScaleB(1, c)));

        /// <summary>1e-18 to 1e18; coordinates so that second derivatives of inputs and outputs fit into float too.</summary>
        public static Gen<Units> Float { get; } =
            Gen.Select(Gen.Int[-60, 60], Gen.Int[-60, 60], Gen.Int[-20, 20], (a, b, c) => new Units(Math.ScaleB(1, a), Math.ScaleB(1, b), Math.ScaleB(1, c)));

        public double[] Point => [.. Drawn[0].Select(r => r * Coordinate)];

        public double[] OtherPoint => [.. Drawn[1].Select(r => r * Coordinate)];

        public IDataManifold Manifold
        {
            get
            {
                var (input, target) = (new Cubic(2, Inputs, 5), new Cubic(2, Outputs, 6));
                return DataManifold.Create([-0.5 * Coordinate, -0.5 * Coordinate], [0.5 * Coordinate, 0.5 * Coordinate], Inputs, Outputs, (r, x, y) =>
                {
                    double[] plain = [r[0] / Coordinate, r[1] / Coordinate];
                    input.Write(plain, x);
                    target.Write(plain, y);
                    Scale(x, Input);
                    Scale(y, Output);
                    for (int f = 0; f < Inputs; f++)
                    {
                        x[0, 0, f] += Offset;
                    }
                });
            }
        }

        public Mlp<T> Network<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var network = Mlp<T>.Create(Inputs, [6], Outputs, Activation.Tanh, seed: 3);
            network.InputScaling = new FeatureScaling<T>(new T[Inputs], [.. Enumerable.Repeat(T.CreateChecked(Input), Inputs)]);
            network.OutputScaling = new FeatureScaling<T>(new T[Outputs], [.. Enumerable.Repeat(T.CreateChecked(Output), Outputs)]);
            return network;
        }

        private void Scale(JetSpan<double> jet, double unit)
        {
            for (int c = 0; c < jet.Layout.Count; c++)
            {
                foreach (ref double element in jet.Row(c, 0))
                {
                    element *= unit / Math.Pow(Coordinate, jet.Layout.OrderOf(c));
                }
            }
        }
    }
}
