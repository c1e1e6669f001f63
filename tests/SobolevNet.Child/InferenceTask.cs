namespace SobolevNet.Child;

/// <summary>Asks a small network for one sample again and again.</summary>
internal static class InferenceTask
{
    private const int Calls = 5_000;

    public static void Run(string call)
    {
        var network = Mlp<float>.Create(8, [64, 64], 3, Activation.Silu, 1);
        var predictor = new Predictor<float>(network);
        var (x, y, direction) = (new float[8], new float[3], new float[8]);
        direction[0] = 1;
        for (int k = 0; k < Calls; k++)
        {
            switch (call)
            {
                case "evaluate":
                    network.Evaluate(x);
                    break;
                case "jacobian":
                    network.Jacobian(x);
                    break;
                case "hessian":
                    network.Hessian(x);
                    break;
                case "derivatives":
                    network.Derivatives(x, direction, 2);
                    break;
                case "predictor":
                    predictor.Evaluate(x, y);
                    break;
                case "layouts":
                    var batch = new JetBatch<float>(JetLayout.Directional(1 + (k % 400)), 1, 8);
                    predictor.Propagate(batch, new JetBatch<float>(batch.Layout, 1, 3));
                    break;
                case "turns":
                    network.Evaluate(x);
                    network.Jacobian(x);
                    network.Derivatives(x, direction, 1 + (k % 2));
                    break;
                case "too much":
                    _ = new byte[64 << 20];
                    break;
                default:
                    throw new ArgumentException($"There is no call \"{call}\".", nameof(call));
            }
        }
    }
}
