using static TorchSharp.torch;

namespace SobolevNet.Peers;

/// <summary>The parameters of a TorchSharp network and what optimizes them.</summary>
internal static class TorchNetwork
{
    public static (List<TorchSharp.Modules.Parameter> Weights, List<TorchSharp.Modules.Parameter> Biases, optim.Optimizer Optimizer) Create(int[] sizes)
    {
        var weights = new List<TorchSharp.Modules.Parameter>();
        var biases = new List<TorchSharp.Modules.Parameter>();
        for (int layer = 0; layer + 1 < sizes.Length; layer++)
        {
            weights.Add(new TorchSharp.Modules.Parameter(randn(sizes[layer + 1], sizes[layer]) / Math.Sqrt(sizes[layer])));
            biases.Add(new TorchSharp.Modules.Parameter(zeros(sizes[layer + 1])));
        }

        return (weights, biases, optim.Adam([.. weights, .. biases], 1e-3));
    }
}
