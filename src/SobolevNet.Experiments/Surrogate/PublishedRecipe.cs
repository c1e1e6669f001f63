using System.Numerics;

namespace SobolevNet.Experiments.Surrogate;

/// <summary>
/// The training method of the public notebooks of B. Huge and A. Savine, Differential Machine Learning (2020), expressed with
/// this library.
/// </summary>
/// <remarks>
/// Four hidden layers of 20 softplus units, weights of variance 1/inputs; inputs and values standardized. Of the loss, the
/// mean square error of values has the weight 1/(1 + n) and that of the n derivatives, each divided by the root mean square of
/// its label and averaged, n/(1 + n). 100 epochs in a fixed order of max(256, S/16) samples a batch, by Adam; the learning rate
/// is linear between 10⁻⁸, 0.1, 0.01, 10⁻⁶, 10⁻⁸ at 0, 0.2, 0.6, 0.9 and 1 of the epochs and is constant in an epoch.
/// </remarks>
internal static class PublishedRecipe
{
    public const int Epochs = 100;
    private const int Layers = 4;
    private const int Width = 20;
    private const int SmallestBatch = 256;
    private const int BatchesPerEpoch = 16;
    public const double LargestRate = 0.1;
    private static readonly (double Part, double Rate)[] Rates = [(0, 1e-8), (0.2, LargestRate), (0.6, 0.01), (0.9, 1e-6), (1, 1e-8)];

    public static Mlp<T> Network<T>(int inputs, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Mlp<T>.Create(inputs, Enumerable.Repeat(Width, Layers).ToArray(), 1, Activation.Softplus, seed, Initializer.LeCunNormal);

    public static SobolevTrainingOptions Training(int inputs, int samples, int threads) => new()
    {
        Epochs = Epochs,
        BatchSize = Math.Max(SmallestBatch, samples / BatchesPerEpoch),
        Shuffle = false,
        ScaleDirections = false,
        Order = 1,
        OrderWeights = [1.0 / (1 + inputs), (double)inputs / (1 + inputs)],
        Optimizer = Optimizer.Adam(learningRate: LargestRate),
        Schedule = new OneCycle(),
        Threads = threads,
    };

    /// <summary>The labels with every derivative weighted by the inverse of its mean square: the scale of its tangent is the inverse root mean square.</summary>
    public static IJetSource<T> Weighted<T>(IJetSource<T> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var stored = labels.Truncate(1).Materialize();
        double[] scales = new double[stored.Layout.Tangents];
        for (int i = 0; i < scales.Length; i++)
        {
            double sum = 0;
            foreach (T label in stored.Target.Component(1 + i))
            {
                sum += double.CreateTruncating(label) * double.CreateTruncating(label);
            }

            scales[i] = Math.Sqrt(labels.Count / sum);
        }

        return new MemoryJetSource<T>(stored.Input, stored.Target, scales);
    }

    /// <summary>The learning rate in an epoch.</summary>
    public static double RateAt(int epoch)
    {
        double part = (double)epoch / Epochs;
        int end = 1;
        while (end < Rates.Length - 1 && part >= Rates[end].Part)
        {
            end++;
        }

        var (from, to) = (Rates[end - 1], Rates[end]);
        return from.Rate + ((to.Rate - from.Rate) * (part - from.Part) / (to.Part - from.Part));
    }

    /// <summary>The learning rate over <see cref="LargestRate"/> at the start of an epoch.</summary>
    private sealed class OneCycle : LearningRateSchedule
    {
        public override double At(SchedulePosition position) => RateAt(position.Epoch) / LargestRate;
    }
}
