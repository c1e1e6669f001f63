using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>The weights λₖ of the orders, given or balanced automatically.</summary>
/// <remarks>
/// Automatic: λₖ = (1 + Rₖ)^−(0.8 + 0.5·progress), where Rₖ is the mean square of the derivatives of order k that the network has before the
/// first step over the variance of its values, both in units of the targets'. It measures how much rougher than the target the network is, in any units of
/// inputs and outputs: about 1 for functions of plain inputs; but images of sharp edges have huge second derivatives, and a
/// fresh network of them 10⁶ times those of its target. With equal weights that order would dominate the loss and flatten the network to a
/// constant. With these weights orders start about equal, and the weight of an order whose initial loss was large decreases during training.
/// </remarks>
internal sealed class OrderBalance
{
    /// <summary>The most samples that roughness is measured on.</summary>
    private const int MaxSamples = 128;

    /// <summary>Points of the training at which a weight is evaluated to see whether it is always 0.</summary>
    private const int Points = 64;

    private readonly IReadOnlyList<OrderWeight>? _given;

    public OrderBalance(IReadOnlyList<OrderWeight>? given, int order)
    {
        if (given is not null && given.Count <= order)
        {
            throw new ArgumentException(
                $"Order {order} is trained but there are {given.Count} order weights; expected {order + 1}.",
                nameof(SobolevTrainingOptions.OrderWeights));
        }

        _given = given;
        Measured = new double[HighestTrained(given, order) + 1];
        IsTrained = [.. Measured.Select((_, k) => given is null || IsEverAboveZero(given[k]))];
        if (!IsTrained.Contains(true))
        {
            throw new ArgumentException(
                $"The order weights are {string.Join(", ", given!)}: all of the orders 0 to {order} have weight 0 all the time, so that nothing would be trained. " +
                "Expected one above 0.",
                nameof(SobolevTrainingOptions.OrderWeights));
        }
    }

    /// <summary>The highest order trained. Higher ones, whose weights are the constant 0, are not propagated at all.</summary>
    public int Order => Measured.Length - 1;

    /// <summary>Whether each order up to <see cref="Order"/> has a weight above 0 at some point of the training.</summary>
    public bool[] IsTrained { get; }

    /// <summary>1 for values and 1 + Rₖ of the network before its first step; all 0 until it is measured.</summary>
    public double[] Measured { get; }

    /// <summary>Whether the weights have yet to be measured.</summary>
    public bool NeedsMeasurement => _given is null && Measured[0] == 0;

    /// <summary>The highest order whose weight is not the constant 0; 0 if there is none.</summary>
    /// <param name="given">The weights; automatic ones if null.</param>
    /// <param name="order">The highest order asked for.</param>
    public static int HighestTrained(IReadOnlyList<OrderWeight>? given, int order)
    {
        while (order > 0 && order < given?.Count && given[order].IsZero)
        {
            order--;
        }

        return order;
    }

    /// <summary>Measures the network before its first step.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">The training data.</param>
    /// <param name="loss">Its loss.</param>
    /// <param name="time">Ends the measurement.</param>
    /// <param name="propagation">How derivatives are propagated.</param>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public void Measure<T>(
        Mlp<T> network, IJetSource<T> source, SobolevLoss loss, MeasuringTime time, DerivativePropagation propagation = DerivativePropagation.Auto)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long[] samples = SampleSubset.Of(source.Count, MaxSamples);
        if (time.IsLimited)
        {
            SourceSurvey.Shuffle(samples);
        }

        var layout = source.Layout.Truncate(Measured.Length - 1);
        var output = Propagate(network, source, layout, samples, time, propagation);
        int count = output.Samples;
        double[] sampleWeights = [.. samples.Take(count).Select(sample => SampleWeights.Of(source, sample))];
        double sum = sampleWeights.Sum();
        double[] squares = new double[Measured.Length];
        for (int f = 0; f < source.OutputFeatures; f++)
        {
            double mean = 0;
            for (int s = 0; s < count; s++)
            {
                mean += sampleWeights[s] * double.CreateTruncating(output[0, s, f]) / sum;
            }

            for (int c = 0; c < layout.Count; c++)
            {
                int order = layout.OrderOf(c);
                double weight = loss.ComponentWeights[c] * loss.OutputWeights[f] / loss.Normalizers[order];
                if (loss.KnownShares is { } shares)
                {
                    // Normalizers are sums over what is known.
                    weight *= shares[(c * source.OutputFeatures) + f];
                }

                for (int s = 0; s < count; s++)
                {
                    double value = double.CreateTruncating(output[c, s, f]) - (c == 0 ? mean : 0);
                    squares[order] += sampleWeights[s] * (weight * value * value);
                }
            }
        }

        // The roughness of a network without variance is unknown.
        Measured[0] = 1;
        for (int order = 1; order < Measured.Length; order++)
        {
            double roughness = squares[order] / squares[0];
            Measured[order] = double.IsFinite(roughness) ? 1 + roughness : 1;
        }
    }

    /// <summary>λₖ at a point of the training.</summary>
    public void Weights(double progress, Span<double> weights)
    {
        for (int order = 0; order < Measured.Length; order++)
        {
            weights[order] = _given is not null ? _given[order].At(progress) : Math.Pow(Measured[order], -0.8 - (0.5 * progress));
        }
    }

    /// <summary>The network's jets at some samples, at as many as there is time for.</summary>
    private static JetSpan<T> Propagate<T>(
        Mlp<T> network, IJetSource<T> source, JetLayout layout, long[] samples, MeasuringTime time, DerivativePropagation propagation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tape = PassTapes.Create(network.Architecture, source, layout, propagation, samples.Length);
        var packed = new PackedNetwork<T>(network);
        packed.Pack(reverse: tape.IsAdjoint, reverseFirst: tape.IsAdjoint, keepZeros: tape.MaySkipInputs);
        var workspace = new Workspace<T>();
        var target = new JetBatch<T>(layout, tape.GroupSamples, source.OutputFeatures).AsSpan();
        var output = new JetBatch<T>(layout, samples.Length, source.OutputFeatures).AsSpan();
        int done = 0;
        while (done < samples.Length)
        {
            tape.Begin(Math.Min(tape.Capacity, samples.Length - done));
            for (int group = 0; group < tape.Groups; group++)
            {
                if (!time.AllowsMore(done))
                {
                    return output.Slice(0, done);
                }

                int count = tape.Group(group).Count;
                source.Fill(samples.AsSpan(done, count), tape.Input(group), target.Slice(0, count));
                tape.Forward(group, packed, workspace);
                tape.Output(group).CopyTo(output.Slice(done, count));
                done += count;
            }
        }

        return output;
    }

    private static bool IsEverAboveZero(OrderWeight weight) => Enumerable.Range(0, Points + 1).Any(point => weight.At((double)point / Points) > 0);
}
