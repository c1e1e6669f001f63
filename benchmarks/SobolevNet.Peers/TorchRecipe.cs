using System.Diagnostics;
using SobolevNet.Experiments.Surrogate;
using static TorchSharp.torch;

namespace SobolevNet.Peers;

/// <summary>The recipe of the published notebooks (see <see cref="PublishedRecipe"/>) in TorchSharp, with derivatives by automatic differentiation inside the loss.</summary>
internal static class TorchRecipe
{
    /// <summary>Trains a network on values and derivatives by all inputs.</summary>
    /// <param name="labels">What it learns, order 1, one output.</param>
    /// <param name="seed">Names the initial weights.</param>
    /// <param name="epochs">Epochs; all but a warm-up are <see cref="PublishedRecipe.Epochs"/>.</param>
    /// <returns>The network in raw units, and the seconds that its training took.</returns>
    public static (Mlp<float> Network, double Seconds) Train(IJetSource<float> labels, ulong seed, int epochs)
    {
        var stored = labels.Materialize();
        var (samples, inputs) = (stored.Count, stored.InputFeatures);
        var options = PublishedRecipe.Training(inputs, samples, threads: 0);
        var network = PublishedRecipe.Network<float>(inputs, seed);
        int batch = options.BatchSize;
        using var outer = NewDisposeScope();
        long start = Stopwatch.GetTimestamp();

        var raw = tensor(stored.Input.Component(0).ToArray(), [samples, inputs]);
        var values = tensor(stored.Target.Component(0).ToArray(), [samples, 1]);
        var slopes = stack(Enumerable.Range(1, inputs).Select(k => tensor(stored.Target.Component(k).ToArray(), [samples])), 1);
        var (shift, scale) = (raw.mean([0L]), raw.std(0, false));
        float valueShift = values.mean().item<float>();
        float valueScale = values.std(false).item<float>();
        var xs = (raw - shift) / scale;
        var ys = (values - valueShift) / valueScale;
        slopes = slopes * scale / valueScale;
        var weightOfSlopes = 1 / (slopes * slopes).mean([0L]).sqrt();

        var weights = new List<TorchSharp.Modules.Parameter>();
        var biases = new List<TorchSharp.Modules.Parameter>();
        for (int layer = 0; layer < network.Architecture.LayerCount; layer++)
        {
            var initial = network.Layer(layer);
            weights.Add(new TorchSharp.Modules.Parameter(tensor(initial.Weights.ToArray(), [initial.Outputs, initial.Inputs])));
            biases.Add(new TorchSharp.Modules.Parameter(tensor(initial.Bias.ToArray(), [initial.Outputs])));
        }

        var optimizer = optim.Adam([.. weights, .. biases], PublishedRecipe.LargestRate);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = PublishedRecipe.RateAt(epoch);
            }

            for (int first = 0; first < samples; first += batch)
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                int count = Math.Min(batch, samples - first);
                var x = xs.narrow(0, first, count).clone().requires_grad_();
                var a = x;
                for (int layer = 0; layer < weights.Count; layer++)
                {
                    a = nn.functional.linear(a, weights[layer], biases[layer]);
                    a = layer == weights.Count - 1 ? a : nn.functional.softplus(a, 1, 20);
                }

                var slope = autograd.grad([a.sum()], [x], retain_graph: true, create_graph: true)[0];
                var value = a - ys.narrow(0, first, count);
                var difference = (slope - slopes.narrow(0, first, count)) * weightOfSlopes;
                var loss = ((value * value).mean() + (inputs * (difference * difference).mean())) / (1 + inputs);
                loss.backward();
                optimizer.step();
            }
        }

        for (int layer = 0; layer < weights.Count; layer++)
        {
            var trained = network.Layer(layer);
            weights[layer].data<float>().CopyTo(trained.Weights);
            biases[layer].data<float>().CopyTo(trained.Bias);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        network.InputScaling = new FeatureScaling<float>(shift.data<float>().ToArray(), scale.data<float>().ToArray());
        network.OutputScaling = new FeatureScaling<float>([valueShift], [valueScale]);
        return (network, seconds);
    }
}
