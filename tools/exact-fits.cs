#:project ../src/SobolevNet/SobolevNet.csproj
#:property PublishAot=false
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using SobolevNet;

// Fits small networks to exact labels by Levenberg–Marquardt in double, and prints the relative errors of values on 4,000 fresh points over time:
//   dotnet run -c Release tools/exact-fits.cs [CASE [SEED [SECONDS [WIDTHS]]]]
Fit[] fits =
[
    new("sine", "sin(x) cos(y) on [-1, 1]^2, gradients", 2, 600, 1, "16-16", Wave(1), Wave(1)),
    new("waves", "sin(x) cos(y) on [-3, 3]^2, Hessians", 2, 900, 2, "20-20-20", Wave(3), Wave(3)),
    new("basket", "call on a basket of 7 assets, gradients; training points spread 1.3 times as far", 7, 2000, 1, "16-16", Basket(1.3), Basket(1)),
    new("basket-same", "call on a basket of 7 assets, gradients", 7, 2000, 1, "16-16", Basket(1), Basket(1)),
];
string only = args.ElementAtOrDefault(0) ?? "";
ulong seed = ulong.Parse(args.ElementAtOrDefault(1) ?? "1");
double seconds = double.Parse(args.ElementAtOrDefault(2) ?? "60");
foreach (var fit in fits.Where(fit => only.Length == 0 || fit.Name == only))
{
    int[] widths = [.. (args.ElementAtOrDefault(3) ?? fit.Hidden).Split('-').Select(int.Parse)];
    var train = Labels(fit.Train, fit.Inputs, fit.Samples, fit.Order, seed);
    var fresh = Labels(fit.Fresh, fit.Inputs, 4000, 0, seed + 1000);
    var network = Mlp<double>.Create(train.InputFeatures, widths, 1, seed: seed);
    Console.WriteLine($"{fit.Name}: {fit.Description}; {fit.Samples} samples, {network.Architecture}, {network.Architecture.ParameterCount} parameters, seed {seed}");
    var options = new SobolevTrainingOptions { Optimizer = Optimizer.LevenbergMarquardt(), TimeBudget = TimeSpan.FromSeconds(seconds) };
    var result = new SobolevTrainer<double>(network, options).Fit(train, progress: new Times(network, fresh));
    var errors = Evaluation.Of(network, fresh);
    Console.WriteLine($"  {result.End} after {result.Steps} steps, {result.Elapsed.TotalSeconds:0.0} s: fresh {errors.NormalizedRmse:0.0e+00}, training {result.Training.NormalizedRmse:0.0e+00}");
}

static Labeled Wave(double range) => (ref RandomStream random, double[] x, double[] gradient, double[] hessian) =>
{
    x[0] = random.NextUniform(-range, range);
    x[1] = random.NextUniform(-range, range);
    var (sine, cosine) = Math.SinCos(x[0]);
    var (sine2, cosine2) = Math.SinCos(x[1]);
    (gradient[0], gradient[1]) = (cosine * cosine2, -sine * sine2);
    hessian[0] = hessian[3] = -sine * cosine2;
    hessian[1] = hessian[2] = -cosine * sine2;
    return sine * cosine2;
};

// Bachelier's price at a strike of 1.1, a year before expiry. All assets start at 1; the basket has a volatility of 0.2, and the points that of a year and a half.
static Labeled Basket(double spread)
{
    const int Assets = 7;
    var random = new RandomStream(7);
    double[] weights = [.. Draw(ref random, Assets, 1, 10)];
    double[] loadings = Draw(ref random, 2 * Assets * Assets, -1, 1);
    double[] volatilities = Draw(ref random, Assets, 5, 50);
    var a = Vector<double>.Build.Dense(weights).Normalize(1);
    var factors = Matrix<double>.Build.DenseOfRowMajor(Assets, 2 * Assets, loadings);
    factors = Matrix<double>.Build.DenseOfDiagonalArray(volatilities) * factors.NormalizeRows(2);
    factors *= 0.2 * 1.5 * spread / (factors.TransposeThisAndMultiply(a)).L2Norm();
    return (ref RandomStream random, double[] x, double[] gradient, double[] hessian) =>
    {
        var normals = Vector<double>.Build.Dense(2 * Assets);
        for (int k = 0; k < normals.Count; k++)
        {
            normals[k] = random.NextNormal();
        }

        (1 + (factors * normals)).AsArray().CopyTo(x, 0);
        double distance = ((a * Vector<double>.Build.Dense(x)) - 1.1) / 0.2;
        double delta = Normal.CDF(0, 1, distance);
        a.Multiply(delta).AsArray().CopyTo(gradient, 0);
        return 0.2 * ((distance * delta) + Normal.PDF(0, 1, distance));
    };
}

static double[] Draw(ref RandomStream random, int count, double least, double most)
{
    double[] numbers = new double[count];
    foreach (ref double number in numbers.AsSpan())
    {
        number = random.NextUniform(least, most);
    }

    return numbers;
}

static IJetSource<double> Labels(Labeled labeled, int inputs, int samples, int order, ulong seed)
{
    double[] point = new double[inputs];
    double[] slope = new double[inputs];
    double[] bend = new double[inputs * inputs];
    var (x, y, dydx, d2ydx2) = (new double[samples, inputs], new double[samples], new double[samples, inputs], new double[samples, inputs, inputs]);
    for (int s = 0; s < samples; s++)
    {
        var random = new RandomStream(seed, (ulong)s);
        y[s] = labeled(ref random, point, slope, bend);
        for (int i = 0; i < inputs; i++)
        {
            (x[s, i], dydx[s, i]) = (point[i], slope[i]);
            for (int j = 0; j < inputs; j++)
            {
                d2ydx2[s, i, j] = bend[(i * inputs) + j];
            }
        }
    }

    return JetData.FromJacobian(x, y, dydx, order == 2 ? d2ydx2 : null).Truncate(order);
}

internal delegate double Labeled(ref RandomStream random, double[] x, double[] gradient, double[] hessian);

internal sealed record Fit(string Name, string Description, int Inputs, int Samples, int Order, string Hidden, Labeled Train, Labeled Fresh);

/// <summary>Prints the error after 5, 10, 25 and 55 seconds.</summary>
internal sealed class Times(Mlp<double> network, IJetSource<double> fresh) : IProgress<TrainingProgress>
{
    private readonly Queue<double> _times = new([5, 10, 25, 55]);

    public void Report(TrainingProgress value)
    {
        if (_times.TryPeek(out double next) && value.Elapsed.TotalSeconds >= next)
        {
            Console.WriteLine($"  {_times.Dequeue(),3} s, epoch {value.Epoch}: {Evaluation.Of(network, fresh).NormalizedRmse:0.0e+00}");
        }
    }
}
