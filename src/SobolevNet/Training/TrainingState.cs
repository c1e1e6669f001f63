using System.Numerics;

namespace SobolevNet;

/// <summary>
/// All that a training is in the middle of, besides the data and the options: what a checkpoint holds. Shuffling needs no
/// state, since an epoch's order follows from the seed and the epoch's number.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public TrainingState(Mlp<T> network, SobolevLoss loss, OptimizerState<T> optimizer, OrderBalance balance, int order)
    {
        (Network, Loss, Optimizer, Balance) = (network, loss, optimizer, balance);
        LossSums = new double[order + 1];
    }

    public Mlp<T> Network { get; }

    public SobolevLoss Loss { get; set; }

    public OptimizerState<T> Optimizer { get; }

    public OrderBalance Balance { get; }

    /// <summary>The current epoch, from 0.</summary>
    public int Epoch { get; set; }

    /// <summary>Mini-batches done in the current epoch.</summary>
    public int Step { get; set; }

    /// <summary>Samples trained in the current epoch.</summary>
    public long SamplesOfEpoch { get; set; }

    /// <summary>Mini-batches done at all.</summary>
    public long TotalSteps { get; set; }

    /// <summary>The epochs after which patience ended and annealing began; 0 before that.</summary>
    public int AnnealedFrom { get; set; }

    /// <summary>The highest order that each sample of the labels knows; null where all know all. No part of a checkpoint: it follows from the data.</summary>
    public byte[]? KnownOrders { get; set; }

    /// <summary>Where progress is counted from.</summary>
    public CourseStart Start { get; set; }

    /// <summary>Eₖ summed over the samples of the current epoch.</summary>
    public double[] LossSums { get; }

    /// <summary>λₖ in the last step.</summary>
    public double[] Weights { get; } = new double[3];

    /// <summary>The learning-rate factor of the last step.</summary>
    public double RateFactor { get; set; }

    /// <summary>Seconds of training by earlier runs.</summary>
    public double Seconds { get; set; }

    /// <summary>The epochs done.</summary>
    public List<EpochRecord> History { get; } = [];

    /// <summary>What early stopping keeps and counts.</summary>
    public BestParameters<T> Best { get; } = new();

    /// <summary>Eₖ averaged over the samples trained in the current epoch.</summary>
    public double[] MeanLosses() => [.. LossSums.Select(sum => sum / SamplesOfEpoch)];

    /// <summary>Σ λₖ Eₖ + Σ wᵢ Lᵢ averaged over the samples trained in the current epoch, with the weights of the last step.</summary>
    public double MeanLoss()
    {
        double[] ofTerms = Terms.Means();
        return MeanLosses().Select((loss, order) => Weights[order] == 0 ? 0 : loss * Weights[order]).Sum()
            + ofTerms.Select((loss, term) => Terms.Weights[term] == 0 ? 0 : loss * Terms.Weights[term]).Sum();
    }

    /// <summary>The weights and losses of the user's own terms.</summary>
    public TermLosses Terms { get; init; } = new(0);

    /// <summary>The numbers that losses of the user's own train beside the network; null without any.</summary>
    public CoefficientState<T>? Coefficients { get; init; }

    /// <summary>Goes on to the next epoch.</summary>
    public void BeginEpoch()
    {
        Epoch++;
        Step = 0;
        SamplesOfEpoch = 0;
        Array.Clear(LossSums);
        Terms.Clear();
    }
}
