using System.Numerics;

namespace SobolevNet;

/// <summary>One term of the loss of a training: samples, what is demanded of the network there, and how much that counts.</summary>
/// <remarks>
/// The loss of a training is Σ wᵢ Lᵢ. Lᵢ is the mean of the term's loss over its mini-batch; for labels it is the Sobolev loss, with the order weights of the options.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LossTerm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Labels: the Sobolev loss of a source's targets, with the weight 1.</summary>
    /// <param name="labels">The labels.</param>
    /// <exception cref="ArgumentException">The source has no layout, samples, inputs or outputs.</exception>
    public LossTerm(IJetSource<T> labels)
    {
        SourceArgument.Check(labels);
        (Source, Weight) = (labels, OrderWeight.Constant(1));
    }

    /// <summary>A loss of your own of the network's jets at the samples of a source.</summary>
    /// <param name="source">The samples; its layout says which components the loss sees, and targets may be zeros.</param>
    /// <param name="loss">The loss of a sample.</param>
    /// <param name="weight">wᵢ, a number or a schedule; 1 if null. While it is 0, the term costs nothing.</param>
    /// <param name="name">What messages and logs call the term; its place among the terms if null.</param>
    /// <exception cref="ArgumentException">The source has no layout, samples, inputs or outputs.</exception>
    public LossTerm(IJetSource<T> source, JetLoss<T> loss, OrderWeight? weight = null, string? name = null)
    {
        SourceArgument.Check(source);
        ArgumentNullException.ThrowIfNull(loss);
        (Source, Loss, Weight, Name) = (source, loss, weight ?? OrderWeight.Constant(1), name);
    }

    /// <summary>The samples.</summary>
    public IJetSource<T> Source { get; }

    /// <summary>The loss of a sample; null for labels.</summary>
    public JetLoss<T>? Loss { get; }

    /// <summary>wᵢ.</summary>
    public OrderWeight Weight { get; }

    /// <summary>What messages and logs call the term; null if it has no name.</summary>
    public string? Name { get; }

    /// <summary>
    /// Compares the derivatives that <see cref="Loss"/> writes with differences of the losses that it returns, at some samples and jets drawn at random. Training cannot tell a wrong
    /// derivative from a hard problem; call this once where a loss is new. In float a loss of a million hides changes below one, so check losses with large constant parts in double.
    /// </summary>
    /// <param name="coefficients">How many <see cref="SobolevTrainer{T}.Coefficients"/> the loss takes.</param>
    /// <exception cref="InvalidOperationException">
    /// A derivative is wrong, or is lost in the rounding of the loss or in kinks at all samples, so that it cannot be compared; or the term has labels and no loss of its own.
    /// </exception>
    /// <exception cref="ArgumentException">The loss takes an element that there is not.</exception>
    public void CheckAdjoint(int coefficients = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(coefficients);
        if (Loss is null)
        {
            throw new InvalidOperationException("The term has labels; its loss is the library's.");
        }

        var probe = new LossProbe<T>(new OwnTerm<T>(this, 0, nameof(coefficients)), coefficients);
        probe.CheckComponents();
        probe.CheckAdjoint();
    }
}
