namespace SobolevNet;

/// <summary>The weights of a source's samples, checked once.</summary>
internal static class SampleWeights
{
    /// <summary>Checks the weights that a caller gives.</summary>
    /// <returns>A copy; null if none are given.</returns>
    /// <exception cref="ArgumentException">Their number is not that of the samples, one is negative or not finite, or all are 0.</exception>
    public static double[]? Check(ReadOnlySpan<double> weights, int samples, string name)
    {
        if (weights.IsEmpty)
        {
            return null;
        }

        if (weights.Length != samples)
        {
            throw new ArgumentException($"{weights.Length} weights are given for {samples} samples; expected one for each.", name);
        }

        double sum = 0;
        for (int s = 0; s < weights.Length; s++)
        {
            sum += Checked(weights[s], s, name);
        }

        CheckSum(sum, samples, name);
        return weights.ToArray();
    }

    /// <summary>One of the checked weights.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sample does not exist.</exception>
    public static double Get(double[]? weights, int count, long sample)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)sample, (ulong)count, nameof(sample));
        return weights is null ? 1 : weights[sample];
    }

    /// <summary>The weight of a sample of a source; 1 if it has none.</summary>
    public static double Of<T>(IJetSource<T> source, long sample)
        where T : unmanaged => source.HasSampleWeights ? source.SampleWeight(sample) : 1;

    /// <summary>The weights of some samples of a source, for a copy of its data; empty if it has none.</summary>
    public static double[] Copy<T>(IJetSource<T> source, long first, int count)
        where T : unmanaged
    {
        double[] weights = new double[source.HasSampleWeights ? count : 0];
        for (int s = 0; s < weights.Length; s++)
        {
            weights[s] = source.SampleWeight(first + s);
        }

        return weights;
    }

    /// <summary>The mean weight of a source's samples, of an endless one those of the first epoch; 1 if it has no weights.</summary>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or all are 0.</exception>
    public static double Mean<T>(IJetSource<T> source, string name = "source")
        where T : unmanaged
    {
        if (!source.HasSampleWeights)
        {
            return 1;
        }

        double sum = 0;
        for (int s = 0; s < source.Count; s++)
        {
            sum += Checked(source.SampleWeight(s), s, name);
        }

        CheckSum(sum, source.Count, name);
        return sum / source.Count;
    }

    private static double Checked(double weight, int sample, string name) =>
        weight >= 0 && double.IsFinite(weight)
            ? weight
            : throw new ArgumentException($"The weight of sample {sample} is {weight}; expected a finite number of at least 0.", name);

    private static void CheckSum(double sum, int samples, string name)
    {
        if (!(sum > 0 && double.IsFinite(sum)))
        {
            throw new ArgumentException(
                sum > 0
                    ? $"The sum of the weights of {samples} samples overflows. Give smaller weights; only their ratios count."
                    : $"The weights of all {samples} samples are 0; expected one above 0.",
                name);
        }
    }
}
