namespace SobolevNet.Benchmarks.Limits;

/// <summary>One image through a trained network: its value, and its value with a Jacobian along six directions.</summary>
internal static class InferenceRows
{
    public static IEnumerable<LimitRow> Measure(Machine machine)
    {
        var network = Mlp<float>.Create(1681, [512, 512, 512], 9, Activation.Tanh, seed: 1);
        int weights = network.Parameters.Length * sizeof(float);
        double read = weights / Machine.ReadRate(weights / 512 * 512);
        var predictor = new Predictor<float>(network);
        yield return Row("Inference, value of one image", JetLayout.Value);
        yield return Row("Inference, value and 6 directions of one image", JetLayout.Full(6, 1));

        LimitRow Row(string name, JetLayout layout)
        {
            var input = new JetBatch<float>(layout, 1, 1681, GemmFixture.Values<float>(layout.Count * 1681, 1));
            var output = new JetBatch<float>(layout, 1, 9);
            predictor.Propagate(input, output);
            Check(network, input, output);
            double arithmetic = 2.0 * layout.Count * network.Parameters.Length / machine.Peak<float>(machine.One);
            double limit = Math.Max(read, arithmetic);
            Action work = () => predictor.Propagate(input, output);
            Clock.WarmUp(work);
            double time = Clock.Best(work, 1000);
            return LimitRow.OfTime(
                name, time * 1e6, "µs", limit * 1e6, 0.80,
                read > arithmetic
                    ? $"reading {weights / 1e6:F1} MB of weights from cache at {weights / read * 1e-9:F0} GB/s"
                    : $"arithmetic (reading the weights alone {read * 1e6:F0} µs)");
        }
    }

    /// <summary>The value by plain sums in double precision.</summary>
    private static void Check(Mlp<float> network, JetBatch<float> input, JetBatch<float> output)
    {
        double[] values = [.. input.Row(0, 0).ToArray().Select(value => (double)value)];
        for (int layer = 0; layer < network.Architecture.LayerCount; layer++)
        {
            var dense = network.Layer(layer);
            var next = new double[dense.Outputs];
            for (int o = 0; o < next.Length; o++)
            {
                double sum = dense.Bias[o];
                for (int i = 0; i < values.Length; i++)
                {
                    sum += dense.Weights[(o * values.Length) + i] * values[i];
                }

                next[o] = layer < network.Architecture.LayerCount - 1 ? Math.Tanh(sum) : sum;
            }

            values = next;
        }

        for (int o = 0; o < values.Length; o++)
        {
            if (!(Math.Abs(output[0, 0, o] - values[o]) <= 1e-4))
            {
                throw new InvalidOperationException($"Inference is wrong: {output[0, 0, o]} instead of {values[o]}.");
            }
        }
    }
}
