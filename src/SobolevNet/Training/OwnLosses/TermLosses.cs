namespace SobolevNet;

/// <summary>The weights and losses of the user's own terms, as reports and checkpoints see them.</summary>
/// <param name="terms">How many terms there are.</param>
internal sealed class TermLosses(int terms)
{
    /// <summary>wᵢ in the last step.</summary>
    public double[] Weights { get; } = new double[terms];

    /// <summary>Losses summed over the samples of the current epoch; NaN once a step has left the term out.</summary>
    public double[] Sums { get; } = new double[terms];

    /// <summary>The samples of each term in the current epoch.</summary>
    public double[] Samples { get; } = new double[terms];

    /// <summary>The losses averaged over the samples trained in the current epoch.</summary>
    public double[] Means() => [.. Sums.Zip(Samples, (sum, samples) => sum / samples)];

    /// <summary>Counts a step.</summary>
    /// <param name="term">The term.</param>
    /// <param name="loss">Its mean loss; NaN if it was left out.</param>
    /// <param name="samples">Its samples.</param>
    public void Add(int term, double loss, int samples)
    {
        Sums[term] += samples * loss;
        Samples[term] += samples;
    }

    /// <summary>Begins an epoch.</summary>
    public void Clear()
    {
        Array.Clear(Sums);
        Array.Clear(Samples);
    }
}
