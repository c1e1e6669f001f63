using SobolevNet.Robustness;

namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/robustness.md.</summary>
public class RobustnessExamples
{
    [Fact]
    public void Bump_IsFoundUnderPerturbations()
    {
        using var console = new ConsoleCapture();

        #region example: manifold
        // Clean inputs: a bump of some place and height on a line of 64 pixels. Wanted: its place.
        IDataManifold manifold = DataManifold.Create(
            lower: [0.25, 0.7], upper: [0.75, 1.3], inputFeatures: 64, outputFeatures: 1, (r, image, target) =>
            {
                for (int k = 0; k < 64; k++)
                {
                    double d = (k / 63.0 - r[0]) / 0.08, g = Math.Exp(-0.5 * d * d);
                    double[] jet = [r[1] * g, r[1] * d * g / 0.08, g, r[1] * (d * d - 1) * g / 0.0064, d * g / 0.08, 0];
                    for (int c = 0; c < image.Layout.Count; c++)
                    {
                        image[c, 0, k] = jet[c];        // value, ∂₀, ∂₁, ∂₀₀, ∂₀₁, ∂₁₁: as many as are asked for
                    }
                }

                target[0, 0, 0] = r[0];
                if (target.Layout.Order > 0)
                {
                    target[1, 0, 0] = 1;
                }
            });
        #endregion

        #region example: oracle
        var oracle = new NearestPointOracle(manifold);
        double[] clean = [0.5, 1.0];
        OracleExpansion near = oracle.Expand(clean, order: 2);
        double[] noisy = near.Input.ToArray();
        noisy[30] += 0.4;

        OracleResult exact = oracle.Project(clean, noisy);
        double[] bump = new double[64], slope = new double[1];
        bump[30] = 0.4;
        near.First(bump, slope);
        Console.WriteLine($"{exact.Status} in {exact.Iterations} steps, {exact.Residual:F2} away: {exact.Output[0]:F4}; to first order {near.Output[0] + slope[0]:F4}");
        #endregion

        exact.Output[0].Should().BeApproximately(near.Output[0] + slope[0], 5e-3);
        exact.Status.Should().Be(OracleStatus.Converged);

        #region example: universal training
        IJetSource<float> images = manifold.DrawJets<float>(order: 1, count: 500, seed: 1).Materialize();
        var universal = images.Robust(new RobustSourceOptions
        {
            ManifoldOrder = 0,                                          // values, and directions of input space alone
            Directions = [new DirectionGroup(DirectionSampler.Steepest(inputFeatures: 64, outputFeatures: 1))],
            PerturbationScale = 1,
        });
        var network = Mlp<float>.Create(64, [48, 48], 1, Activation.Silu, seed: 5);
        var options = new SobolevTrainingOptions { Epochs = 60, BatchSize = 16, OrderWeights = [1, OrderWeight.Geometric(3, 0.03)] };
        new SobolevTrainer<float>(network, options).Fit(universal);
        #endregion

        #region example: baselines
        // The invariance assumption: the right answer does not change. The same trainer trains on any of these.
        IJetSource<float> values = images.Truncate(0);
        IJetSource<float>[] invariance =
        [
            values.WithGaussianNoise(deviation: 0.1, seed: 2),
            images.Robust(new RobustSourceOptions { ManifoldOrder = 0, Target = DirectionTarget.Zero, PerturbationScale = 0.1 }),
            values.Adversarial(new AdversarialOptions(radius: 0.3) { Steps = 5 }),
            values.Trades(beta: 3, new AdversarialOptions(radius: 0.3) { Steps = 5 }),
        ];
        #endregion

        #region example: vulnerability
        var evaluator = new VulnerabilityEvaluator<float>(network, manifold);
        double[][] points = manifold.DrawPoints(count: 30, seed: 9);
        FirstOrderSummary first = evaluator.FirstOrder(points);
        Console.WriteLine($"σ of ∂N − ∂O {first.Universal:F3}: of ∂N where the oracle stays {first.Sensitivity:F3}, of ∂O where the network stays {first.Invariance:F3}");

        VulnerabilityCurve curve = evaluator.Curve(points, radii: [0.1, 0.5, 1]);
        foreach (VulnerabilityPoint point in curve.Points)
        {
            Console.WriteLine($"size {point.Radius}: mean {point.Mean:F3}, nine of ten below {point.Quantile(0.9):F3}, worst {point.Max:F3}");
        }

        if (curve.GradientsLookMasked)
        {
            Console.WriteLine("Attacks lead further than the gradients at the clean images predict: do not trust the first order.");
        }

        AttackResult attack = evaluator.Attack(points[0], radius: 0.5, new AttackOptions { Objective = AttackObjective.Sensitivity });
        foreach (NoisePoint noise in evaluator.Noise(points, deviations: [0.05]))
        {
            Console.WriteLine($"noise {noise.Deviation}: {noise.ErrorAgainstOracle:P1} from the oracle, which moved by {noise.OracleShift:P1}");
        }
        #endregion

        var plain = Mlp<float>.Create(64, [48, 48], 1, Activation.Silu, seed: 5);
        new SobolevTrainer<float>(plain, options with { OrderWeights = [1] }).Fit(values);
        double plainVulnerability = new VulnerabilityEvaluator<float>(plain, manifold).FirstOrder(points).Universal;
        first.Universal.Should().BeLessThan(0.5 * plainVulnerability);
        attack.OracleChange.Should().BeLessThan(1e-6);
        foreach (var source in invariance)
        {
            var other = Mlp<float>.Create(64, [8], 1, Activation.Silu, seed: 5);
            new SobolevTrainer<float>(other, new SobolevTrainingOptions { Epochs = 1 }).Fit(source).Epochs.Should().Be(1);
        }
    }
}
