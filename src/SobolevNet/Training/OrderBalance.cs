namespace SobolevNet;

/// <summary>The weights λₖ of the orders, given or balanced automatically.</summary>
/// <remarks>
/// Automatic: λₖ = max(1, Eₖ)^−(1 + progress/2) with Eₖ the loss of the network as training finds it. A fresh network meets
/// values and first derivatives to their own size (Eₖ about 1), but where the input's second derivatives are large and the
/// target's small, as with images, its second derivatives are wrong by a factor of thousands; with equal weights that order
/// would drown the others and flatten the network to a constant. Weighed so, every order starts with at most the same loss,
/// and an order that started too large leaves more and more of the say to the others.
/// </remarks>
internal sealed class OrderBalance
{
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
        Measured = new double[order + 1];
    }

    /// <summary>max(1, Eₖ) of the network as training finds it; all 0 until it is measured.</summary>
    public double[] Measured { get; }

    /// <summary>Whether the weights have yet to be measured.</summary>
    public bool NeedsMeasurement => _given is null && Measured[0] == 0;

    /// <summary>Takes the losses of the network as training finds it.</summary>
    public void Measure(ReadOnlySpan<double> losses)
    {
        for (int order = 0; order < Measured.Length; order++)
        {
            Measured[order] = Math.Max(1, losses[order]);
        }
    }

    /// <summary>λₖ at a point of the training.</summary>
    public void Weights(double progress, Span<double> weights)
    {
        for (int order = 0; order < Measured.Length; order++)
        {
            weights[order] = _given is not null ? _given[order].At(progress) : Math.Pow(Measured[order], -1 - (progress / 2));
        }
    }
}
