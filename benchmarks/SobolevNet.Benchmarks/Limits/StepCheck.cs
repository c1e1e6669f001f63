namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// The check that comes before a step is timed: its gradient in single precision against differences of the loss in double
/// precision, along a random direction of all parameters.
/// </summary>
internal static class StepCheck
{
    private const int Samples = 16;
    private const double Step = 1e-5;
    private const double Tolerance = 1e-3;

    public static void Run(Mlp<float> network, IJetSource<float> source, WorkerTeam team, DerivativePropagation propagation)
    {
        var loss = SobolevLoss.Measure(source);
        int order = source.Layout.Order;
        double[] weights = [.. Enumerable.Repeat(1.0, order + 1)];
        long[] samples = [.. Enumerable.Range(0, Samples).Select(k => (long)k)];
        float[] gradient = new float[network.Parameters.Length];
        var pass = new TrainingPass<float>(network, new PackedNetwork<float>(network), gradient, source, order, loss, Samples, team, propagation);
        pass.Run(samples, 0, Samples, weights, new double[order + 1]);

        float[] direction = GemmFixture.Values<float>(gradient.Length, 7);
        double slope = 0;
        double magnitude = 0;
        for (int k = 0; k < gradient.Length; k++)
        {
            double term = (double)gradient[k] * direction[k];
            slope += term;
            magnitude += term * term;
        }

        double difference = (LossAt(Step) - LossAt(-Step)) / (2 * Step);
        if (!(Math.Abs(slope - difference) <= Tolerance * (Math.Abs(difference) + Math.Sqrt(magnitude))))
        {
            throw new InvalidOperationException(
                $"The gradient of a step is wrong: {slope} along a direction where the loss says {difference}. Nothing is timed before that is right.");
        }

        double LossAt(double distance)
        {
            var moved = network.Convert<double>();
            for (int k = 0; k < direction.Length; k++)
            {
                moved.Parameters[k] += distance * direction[k];
            }

            var input = new JetBatch<float>(source.Layout, Samples, source.InputFeatures);
            var target = new JetBatch<float>(source.Layout, Samples, source.OutputFeatures);
            source.Fill(samples, input, target);
            var output = new JetBatch<double>(source.Layout, Samples, source.OutputFeatures);
            new JetPass<double>(moved, source.Layout, Samples).Forward(Widened(input), output);
            var losses = new double[Samples * (order + 1)];
            loss.Evaluate<double>(output, Widened(target), weights, 1.0 / Samples, losses);
            return losses.Sum() / Samples;
        }
    }

    private static JetBatch<double> Widened(JetBatch<float> jets) =>
        new(jets.Layout, jets.Samples, jets.Features, Array.ConvertAll(jets.Data.ToArray(), element => (double)element));
}
