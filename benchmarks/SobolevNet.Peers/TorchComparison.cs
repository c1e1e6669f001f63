using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SobolevNet.Peers;

/// <summary>
/// TorchSharp: the bare product, and the step as an expert writes it, with jets as rows of one tensor and automatic
/// differentiation for the weights alone.
/// </summary>
internal static class TorchComparison
{
    /// <summary>Runs a comparison, or says in a line why it cannot be had.</summary>
    public static string Try(Func<string> comparison) => Missing() ?? comparison();

    /// <summary>Why TorchSharp cannot be had; null where it can.</summary>
    public static string? Missing()
    {
        // TorchSharp writes a long trace to the console when its native library fails; so that is tried first, without it.
        try
        {
            NativeLibrary.TryLoad("torch_cpu", typeof(TorchSharp.torch).Assembly, null, out _);
            NativeLibrary.Load("LibTorchSharp", typeof(TorchSharp.torch).Assembly, null);
        }
        catch (DllNotFoundException failure)
        {
            string line = failure.Message.Split('\n').FirstOrDefault(text => text.Contains("GLIBC", StringComparison.Ordinal)) ?? failure.Message;
            return $"does not load here: {line[(line.IndexOf(": ", StringComparison.Ordinal) + 1)..].Trim()}";
        }

        return null;
    }

    public static string Product()
    {
        set_num_threads(1);
        using var a = tensor(ProductShape.A, [ProductShape.Rows, ProductShape.Depth]);
        using var w = tensor(ProductShape.W, [ProductShape.Columns, ProductShape.Depth]);
        using var transposed = w.t();
        using var c = empty([ProductShape.Rows, ProductShape.Columns]);
        string line = ProductShape.Measure(
            () => mm(a, transposed).Dispose(),
            (r, n) =>
            {
                using var row = a[r];
                using var column = w[n];
                using var dot = row.dot(column);
                return dot.item<float>();
            },
            10);
        set_num_threads(Environment.ProcessorCount);
        return line;
    }

    public static string Step()
    {
        var layout = JetLayout.Full(StepShape.Tangents, 2);
        using var outer = NewDisposeScope();
        var firsts = layout.Seconds.ToArray();
        var left = tensor(firsts.Select(second => (long)second.I).ToArray());
        var right = tensor(firsts.Select(second => (long)second.J).ToArray());
        var (weights, biases, optimizer) = TorchNetwork.Create([StepShape.Inputs, .. StepShape.Hidden, StepShape.Outputs]);
        var x = rand(layout.Count, StepShape.Batch, StepShape.Inputs) - 0.5;
        var y = rand(layout.Count, StepShape.Batch, StepShape.Outputs) - 0.5;
        double best = ProductShape.Best(
            () =>
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var a = x;
                for (int layer = 0; layer < weights.Count; layer++)
                {
                    var z = matmul(a, weights[layer].t());
                    var value = z[0] + biases[layer];
                    var first = z.narrow(0, 1, StepShape.Tangents);
                    var second = z.narrow(0, 1 + StepShape.Tangents, layout.Count - 1 - StepShape.Tangents);
                    if (layer == weights.Count - 1)
                    {
                        a = cat([value.unsqueeze(0), first, second], 0);
                        break;
                    }

                    var t = tanh(value);
                    var slope = 1 - (t * t);
                    var curvature = -2 * t * slope;
                    var mixed = (curvature * first.index_select(0, left) * first.index_select(0, right)) + (slope * second);
                    a = cat([t.unsqueeze(0), slope * first, mixed], 0);
                }

                var difference = a - y;
                var loss = (difference * difference).mean();
                loss.backward();
                optimizer.step();
            },
            12);
        return StepShape.Format(best);
    }
}
