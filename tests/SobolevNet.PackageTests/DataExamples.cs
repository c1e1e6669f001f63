namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/your-data.md.</summary>
public class DataExamples
{
    [Fact]
    public void Jacobian_WithSomeOfItsColumns_IsASourceOfThoseDirections()
    {
        double[,] x = { { 1.0, 0.2, 0.5 }, { 1.1, 0.3, 0.6 }, { 0.9, 0.2, 0.7 } };
        double[] price = [0.08, 0.2, 0.04];
        double[,] delta = { { 0.54 }, { 0.7 }, { 0.3 } };

        #region example: some directions
        // x has shape (S, 3), price (S), delta (S, 1): of the three inputs only the first has derivatives.
        IJetSource<double> data = JetData.FromJacobian(x, price, delta, inputs: [0]);
        #endregion

        data.Layout.Should().Be(JetLayout.Full(1, 1));
        data.InputFeatures.Should().Be(3);
    }

    [Fact]
    public void Manifold_OfACurvedPath_IsLearnedToSecondOrder()
    {
        #region example: manifold
        // A point on a helix seen by two instruments that read its coordinates x(r); wanted is y(r) = r².
        const int Samples = 64;
        var (x, dxdr, d2xdr2) = (new double[Samples, 3], new double[Samples, 1, 3], new double[Samples, 1, 3]);
        var (y, dydr, d2ydr2) = (new double[Samples, 1], new double[Samples, 1, 1], new double[Samples, 1, 1]);
        for (int s = 0; s < Samples; s++)
        {
            double r = 4.0 * s / Samples;
            (x[s, 0], x[s, 1], x[s, 2]) = (Math.Cos(r), Math.Sin(r), 0.1 * r);
            (dxdr[s, 0, 0], dxdr[s, 0, 1], dxdr[s, 0, 2]) = (-Math.Sin(r), Math.Cos(r), 0.1);
            (d2xdr2[s, 0, 0], d2xdr2[s, 0, 1]) = (-Math.Cos(r), -Math.Sin(r));
            (y[s, 0], dydr[s, 0, 0], d2ydr2[s, 0, 0]) = (r * r, 2 * r, 2);
        }

        IJetSource<double> helix = JetData.FromManifold(x, dxdr, y, dydr, d2xdr2, d2ydr2);
        #endregion

        helix.Layout.Should().Be(JetLayout.Full(1, 2));
        var network = Mlp<double>.Create(3, [24, 24], 1, seed: 3);
        var options = new SobolevTrainingOptions { Epochs = 150, BatchSize = 16 };
        new SobolevTrainer<double>(network, options).Fit(helix).Training.NormalizedRmse.Should().BeLessThan(0.02);
    }

    [Fact]
    public void Directions_OfTheirOwnForEachSample_GiveDirectionalJets()
    {
        var (x, v) = (new double[40, 5], new double[40, 2, 5]);
        var (y, dyv, d2yv) = (new double[40], new double[40, 2], new double[40, 2]);
        var random = new RandomStream(seed: 5);
        for (int s = 0; s < 40; s++)
        {
            for (int i = 0; i < 5; i++)
            {
                x[s, i] = random.NextNormal();
                y[s] += x[s, i] * x[s, i];
                for (int k = 0; k < 2; k++)
                {
                    v[s, k, i] = random.NextNormal();
                    dyv[s, k] += 2 * x[s, i] * v[s, k, i];
                    d2yv[s, k] += 2 * v[s, k, i] * v[s, k, i];
                }
            }
        }

        #region example: directions
        // x (S, n), directions v (S, k, n), y (S); dyv (S, k) and d2yv (S, k) are first and second derivatives along each v.
        IJetSource<double> data = JetData.FromDirections(x, v, y, dyv, d2yv);
        #endregion

        data.Layout.Should().Be(JetLayout.Directional(2));
    }

    [Fact]
    public void Generator_OfFreshSamples_TrainsWithoutEndAndWithoutStorage()
    {
        #region example: generator
        // y = sin(a)·b with its gradient, at 1,024 fresh points of the unit square in every epoch.
        IJetSource<float> fresh = JetSource.Generate(
            JetLayout.Full(tangents: 2, order: 1), inputFeatures: 2, outputFeatures: 1, count: 1024, seed: 1, isEndless: true, tangentInputs: [0, 1],
            generator: (long sample, ref RandomStream random, JetSpan<float> x, JetSpan<float> y) =>
            {
                float a = x[0, 0, 0] = (float)random.NextUniform();
                float b = x[0, 0, 1] = (float)random.NextUniform();
                y[0, 0, 0] = MathF.Sin(a) * b;
                y[1, 0, 0] = MathF.Cos(a) * b;
                y[2, 0, 0] = MathF.Sin(a);
            });
        #endregion

        #region example: sources from sources
        MemoryJetSource<float> stored = fresh.Materialize(count: 512);          // a copy in memory: samples are made once
        var (training, validation) = stored.Split(validationFraction: 0.25, seed: 3);
        IJetSource<float> valuesAlone = training.Truncate(order: 0);
        #endregion

        (training.Count, validation.Count, valuesAlone.Layout.Order).Should().Be((384, 128, 0));
        var network = Mlp<float>.Create(2, [32, 32], 1);
        var options = new SobolevTrainingOptions { Epochs = 20, BatchSize = 32 };
        new SobolevTrainer<float>(network, options).Fit(fresh, validation).Validation!.NormalizedRmse.Should().BeLessThan(0.05);
    }

    [Fact]
    public void Forces_AreLearnedAsMinusTheGradientOfTheEnergy()
    {
        var (x, energies, forces) = (new double[256, 3], new double[256], new double[256, 3]);
        double[] stiffness = [1, 2, 3];
        var random = new RandomStream(seed: 6);
        for (int s = 0; s < 256; s++)
        {
            for (int i = 0; i < 3; i++)
            {
                x[s, i] = random.NextUniform(-1, 1);
                energies[s] += 0.5 * stiffness[i] * x[s, i] * x[s, i];
                forces[s, i] = -stiffness[i] * x[s, i];
            }
        }

        #region example: forces
        // Energies (S) of positions x (S, n) and the forces on them, F = −∂E/∂x: the Jacobian is −F.
        var dydx = new double[x.GetLength(0), x.GetLength(1)];
        for (int s = 0; s < x.GetLength(0); s++)
        {
            for (int i = 0; i < x.GetLength(1); i++)
            {
                dydx[s, i] = -forces[s, i];
            }
        }

        IJetSource<double> data = JetData.FromJacobian(x, energies, dydx);
        var options = new SobolevTrainingOptions { InputScaling = InputScalingKind.Common };    // all coordinates share a unit
        #endregion

        LabelCheck.Run(data).HasProblems.Should().BeFalse();
        var network = Mlp<double>.Create(3, [32, 32], 1, seed: 3);
        new SobolevTrainer<double>(network, options with { BatchSize = 8 }).Fit(data).Training.NormalizedRmse.Should().BeLessThan(0.01);
        network.Jacobian([0.5, 0, 0])[0, 0].Should().BeApproximately(0.5, 0.05);
    }

    [Theory]
    [InlineData(DerivativePropagation.Auto)]
    [InlineData(DerivativePropagation.Forward)]
    [InlineData(DerivativePropagation.Adjoint)]
    public void Source_OfYourOwn_TrainsLikeAnyOther(DerivativePropagation propagation)
    {
        var network = Mlp<double>.Create(1, [32], 1);
        var options = new SobolevTrainingOptions { Epochs = 200, BatchSize = 20, Propagation = propagation };
        var result = new SobolevTrainer<double>(network, options).Fit(new PendulumSource(100));
        result.Training.NormalizedRmse.Should().BeLessThan(0.02);
    }

    #region example: own source
    /// <summary>A pendulum of 1 m: the energy by the angle, with first and second derivative; nothing is stored.</summary>
    public sealed class PendulumSource(int count) : IJetSource<double>
    {
        public JetLayout Layout { get; } = JetLayout.Full(tangents: 1, order: 2);

        public int InputFeatures => 1;

        public int OutputFeatures => 1;

        public int Count => count;

        public int InputOrder => 1;                                 // x(r) = r is straight

        public ReadOnlySpan<int> TangentInputs => [0];              // optional: the only tangent is input 0

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            input.Clear();                                          // every element must be written
            for (int s = 0; s < samples.Length; s++)
            {
                double angle = 2 * Math.PI * samples[s] / count;
                input[0, s, 0] = angle;
                target[0, s, 0] = 9.81 * (1 - Math.Cos(angle));
                if (input.Layout.Order >= 1)                        // not target.Layout: the input view may have values alone
                {
                    input[1, s, 0] = 1;
                }

                if (target.Layout.Order >= 1)                       // the trainer asks for no more than it needs
                {
                    target[1, s, 0] = 9.81 * Math.Sin(angle);
                }

                if (target.Layout.Order >= 2)
                {
                    target[2, s, 0] = 9.81 * Math.Cos(angle);
                }
            }
        }
    }
    #endregion
}
