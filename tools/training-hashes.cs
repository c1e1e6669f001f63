#:project ../src/SobolevNet/SobolevNet.csproj
#:property PublishAot=false
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SobolevNet;
using SobolevNet.FrontEnds;
using SobolevNet.Rendering;
using SobolevNet.Robustness;

// Trains small networks in every way that the library knows and prints a hash of each one's parameters. A change of the code that should
// not change results leaves every line as it was, on the same machine.
var surface = Surface(order: 2);
var single = Single(order: 2);
var cubes = new CubeSource(new CubeRenderer(), order: 2, count: 60, seed: 1);
var images = cubes.Materialize();

foreach (int order in (int[])[0, 1, 2])
{
    Train($"surface, order {order}, double", surface, [12, 9], new SobolevTrainingOptions { Order = order });
    Train($"surface, order {order}, float", single, [12, 9], new SobolevTrainingOptions { Order = order });
    Train($"cubes, order {order}", images, [40, 24], new SobolevTrainingOptions { Order = order, Epochs = 4 });
}

(string, Optimizer)[] optimizers =
    [("Adam", Optimizer.Adam()), ("AdamW", Optimizer.Adam(weightDecay: 0.01)), ("Sgd", Optimizer.Sgd()), ("RProp", Optimizer.RProp()), ("Soap", Optimizer.Soap())];
foreach (int order in (int[])[1, 2])
{
    var options = new SobolevTrainingOptions { Order = order, Propagation = DerivativePropagation.Adjoint };
    Train($"surface by adjoints, order {order}, double", surface, [12, 9], options);
    Train($"surface by adjoints, order {order}, float", single, [12, 9], options);
}

foreach (var (name, optimizer) in optimizers)
{
    Train($"surface, {name}", surface, [16, 16], new SobolevTrainingOptions { Optimizer = optimizer, BatchSize = name == "RProp" ? 200 : 32 });
}

foreach (var activation in Enum.GetValues<Activation>().Where(activation => activation != Activation.Identity))
{
    int order = activation == Activation.Relu ? 1 : 2;
    Train($"surface, {activation}", single, [15, 15], new SobolevTrainingOptions { Order = order }, activation);
}

Train("early stopping", surface, [12], new SobolevTrainingOptions { Epochs = 40, EarlyStopping = new EarlyStopping { Patience = 2 } }, validation: surface);
Train("clipping and scheduled weights", surface, [12], new SobolevTrainingOptions
{
    GradientClipNorm = 0.5,
    OrderWeights = [1, OrderWeight.Geometric(1, 0.01), OrderWeight.Until(0.1, 0.5)],
});
Train("random directions", surface.AlongRandomDirections(1, order: 2, seed: 4), [12], new SobolevTrainingOptions());
Train("Hessian-vector products", surface.WithHessianVectorProducts(1, seed: 4), [12], new SobolevTrainingOptions());
Train("displaced", images.Displaced(order: 1, radius: 0.2, seed: 4), [24], new SobolevTrainingOptions { Epochs = 3 });
Train("endless cubes", new CubeSource(new CubeRenderer(), order: 1, count: 40, seed: 3, isEndless: true), [24], new SobolevTrainingOptions { Epochs = 3 });
var frontEnd = LinearFrontEnd<float>.Fit(images, 20);
Train("front end", frontEnd.Project(images), [24], new SobolevTrainingOptions { Epochs = 4 });
Train("subset, truncated", images.Subset([.. Enumerable.Range(0, 30).Select(s => (long)(2 * s))]).Truncate(1), [24], new SobolevTrainingOptions { Epochs = 3 });
Train("universal", images.Robust(new RobustSourceOptions { Directions = [new DirectionGroup(DirectionSampler.Steepest(1681, 9), 1)] }), [24], new SobolevTrainingOptions { Epochs = 3 });
Train("universal, second derivatives", images.Robust(new RobustSourceOptions { Directions = [new DirectionGroup(DirectionSampler.White(1681), 2)], SecondDerivatives = true, MixedDerivatives = true }), [24], new SobolevTrainingOptions { Epochs = 3 });
Train("invariance", images.Robust(new RobustSourceOptions { ManifoldOrder = 0, Target = DirectionTarget.Zero, PerturbationScale = 0.1 }), [24], new SobolevTrainingOptions { Epochs = 3 });
Train("noise", images.Truncate(0).WithGaussianNoise(0.1, seed: 5), [24], new SobolevTrainingOptions { Epochs = 3 });
Train("projected ascent", images.Truncate(0).Adversarial(new AdversarialOptions(0.3) { Steps = 3 }), [24], new SobolevTrainingOptions { Epochs = 3 });
Train("trades", images.Truncate(0).Trades(2, new AdversarialOptions(0.3) { Steps = 3 }), [24], new SobolevTrainingOptions { Epochs = 3 });

static void Train<T>(
    string name, IJetSource<T> source, int[] hidden, SobolevTrainingOptions options, Activation activation = Activation.Tanh, IJetSource<T>? validation = null)
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    var network = Mlp<T>.Create(source.InputFeatures, hidden, source.OutputFeatures, activation, seed: 7);
    if (options.Epochs == new SobolevTrainingOptions().Epochs)
    {
        options = options with { Epochs = 10 };
    }

    if (options.Propagation == DerivativePropagation.Auto)
    {
        options = options with { Propagation = DerivativePropagation.Forward };
    }

    if (options.BatchSize == new SobolevTrainingOptions().BatchSize)
    {
        options = options with { BatchSize = 32 };
    }

    new SobolevTrainer<T>(network, options).Fit(source, validation);
    byte[] hash = SHA256.HashData(MemoryMarshal.AsBytes(network.Parameters));
    Console.WriteLine($"{Convert.ToHexStringLower(hash.AsSpan(0, 8))}  {name}");
}

static IJetSource<double> Surface(int order)
{
    var (x, y, dydx, d2ydx2) = Labels();
    return JetData.FromJacobian(x, y, dydx, d2ydx2).Truncate(order);
}

static IJetSource<float> Single(int order)
{
    var (x, y, dydx, d2ydx2) = Labels();
    var (xs, ys, firsts, seconds) = (new float[200, 2], new float[200], new float[200, 2], new float[200, 2, 2]);
    for (int s = 0; s < 200; s++)
    {
        ys[s] = (float)y[s];
        for (int i = 0; i < 2; i++)
        {
            (xs[s, i], firsts[s, i]) = ((float)x[s, i], (float)dydx[s, i]);
            (seconds[s, i, 0], seconds[s, i, 1]) = ((float)d2ydx2[s, i, 0], (float)d2ydx2[s, i, 1]);
        }
    }

    return JetData.FromJacobian(xs, ys, firsts, seconds).Truncate(order);
}

static (double[,] X, double[] Y, double[,] First, double[,,] Second) Labels()
{
    var random = new Random(1);
    var (x, y, first, second) = (new double[200, 2], new double[200], new double[200, 2], new double[200, 2, 2]);
    for (int s = 0; s < 200; s++)
    {
        var (a, b) = ((2 * random.NextDouble()) - 1, (2 * random.NextDouble()) - 1);
        (x[s, 0], x[s, 1], y[s]) = (a, b, Math.Sin(3 * a) * Math.Cos(2 * b));
        (first[s, 0], first[s, 1]) = (3 * Math.Cos(3 * a) * Math.Cos(2 * b), -2 * Math.Sin(3 * a) * Math.Sin(2 * b));
        second[s, 0, 0] = -9 * y[s];
        second[s, 1, 1] = -4 * y[s];
        second[s, 0, 1] = second[s, 1, 0] = -6 * Math.Cos(3 * a) * Math.Sin(2 * b);
    }

    return (x, y, first, second);
}
