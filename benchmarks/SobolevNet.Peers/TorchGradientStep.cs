using System.Diagnostics;
using static TorchSharp.torch;

namespace SobolevNet.Peers;

/// <summary>TorchSharp's step with derivatives by all inputs: the gradient by automatic differentiation inside the loss, which is differentiated again.</summary>
internal static class TorchGradientStep
{
    private const int WarmUp = 30;
    private const int Steps = 3 * GradientShape.Samples / GradientShape.Batch;

    public static string Measure(int inputs, int threads)
    {
        set_num_threads(threads);
        using var outer = NewDisposeScope();
        var (weights, biases, optimizer) = TorchNetwork.Create([inputs, .. GradientShape.Hidden, 1]);
        var xs = rand(GradientShape.Samples, inputs) - 0.5;
        var ys = rand(GradientShape.Samples, 1) - 0.5;
        var slopes = rand(GradientShape.Samples, inputs) - 0.5;
        var steps = new List<double>();
        for (int step = 0; step < WarmUp + Steps; step++)
        {
            long start = Stopwatch.GetTimestamp();
            using (NewDisposeScope())
            {
                var chosen = randint(0, GradientShape.Samples, [GradientShape.Batch], dtype: int64);
                optimizer.zero_grad();
                var x = xs.index_select(0, chosen).requires_grad_();
                var a = x;
                for (int layer = 0; layer < weights.Count; layer++)
                {
                    a = nn.functional.linear(a, weights[layer], biases[layer]);
                    a = layer == weights.Count - 1 ? a : nn.functional.softplus(a, 1, 20);
                }

                var slope = autograd.grad([a.sum()], [x], retain_graph: true, create_graph: true)[0];
                var value = a - ys.index_select(0, chosen);
                var difference = slope - slopes.index_select(0, chosen);
                var loss = (value * value).mean() + (difference * difference).sum(1).mean();
                loss.backward();
                optimizer.step();
            }

            if (step >= WarmUp)
            {
                steps.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        set_num_threads(Environment.ProcessorCount);
        return GradientShape.Format(GradientShape.Median(steps));
    }
}
