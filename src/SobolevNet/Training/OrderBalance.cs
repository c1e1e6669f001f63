namespace SobolevNet;

/// <summary>The weights λₖ of the orders, given or balanced automatically.</summary>
/// <remarks>
/// Automatic: λₖ = 1/Ēₖ with Ēₖ a running mean of Eₖ over mini-batches. The gradient is then that of Σₖ log Ēₖ: every order
/// is asked for the same relative improvement, an order that starts thousands of times too large cannot drown the others,
/// and the relation of the orders follows from how well each can be met.
/// </remarks>
internal sealed class OrderBalance
{
    private const double Memory = 0.98;
    private const double Floor = 1e-14;
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
        Means = new double[order + 1];
    }

    /// <summary>Ēₖ times the weight of what has been seen; with <see cref="Seen"/> the state to keep in a checkpoint.</summary>
    public double[] Means { get; }

    /// <summary>The sum of the weights in the running means, below 1 at first.</summary>
    public double Seen { get; set; }

    /// <summary>Whether the weights depend on the losses.</summary>
    public bool IsAutomatic => _given is null;

    /// <summary>λₖ at a point of the training.</summary>
    public void Weights(double progress, Span<double> weights)
    {
        for (int order = 0; order < Means.Length; order++)
        {
            weights[order] = _given is not null ? _given[order].At(progress)
                : Seen == 0 ? 1
                : 1 / Math.Max(Means[order] / Seen, Floor);
        }
    }

    /// <summary>Takes the losses of a mini-batch into the running means.</summary>
    public void Observe(ReadOnlySpan<double> losses)
    {
        for (int order = 0; order < losses.Length; order++)
        {
            Means[order] = (Memory * Means[order]) + ((1 - Memory) * losses[order]);
        }

        Seen = (Memory * Seen) + (1 - Memory);
    }
}
