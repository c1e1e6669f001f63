namespace SobolevNet;

/// <summary>What the errors of each column are described by beside their sums: means, quantiles and the worst samples.</summary>
/// <remarks>
/// For quantiles all errors are kept up to <see cref="MaxKept"/>; where there would be more, those of samples chosen at random by a fixed seed. Columns from
/// <see cref="MaxColumns"/> on are not described.
/// </remarks>
internal sealed class ErrorDetails
{
    /// <summary>The most columns described.</summary>
    public const int MaxColumns = 1 << 16;

    /// <summary>The most errors kept, of all columns together: 64 MiB.</summary>
    public const int MaxKept = 1 << 23;

    /// <summary>The worst samples known of each column.</summary>
    public const int Worst = 5;

    private readonly bool[]? _isKept;
    private readonly int _most;
    private readonly double[] _kept;
    private readonly int[] _keptCounts;
    private readonly double[] _sums;
    private readonly double[] _worstErrors;
    private readonly long[] _worstSamples;

    /// <summary>Reserves memory.</summary>
    /// <param name="columns">Columns there are.</param>
    /// <param name="samples">Most samples compared.</param>
    /// <param name="maxKept">The most errors kept.</param>
    public ErrorDetails(int columns, int samples, int maxKept = MaxKept)
    {
        Columns = Math.Min(columns, MaxColumns);
        _most = Math.Min(samples, Math.Max(1, maxKept / Columns));
        if (_most < samples)
        {
            _isKept = new bool[samples];
            foreach (long position in SampleSubset.Of(samples, _most))
            {
                _isKept[position] = true;
            }
        }

        _kept = new double[(long)Columns * _most];
        _keptCounts = new int[Columns];
        _sums = new double[Columns];
        _worstErrors = new double[Columns * Worst];
        _worstSamples = new long[Columns * Worst];
        Array.Fill(_worstErrors, -1);
    }

    /// <summary>Columns described, the first ones.</summary>
    public int Columns { get; }

    /// <summary>Adds an error.</summary>
    /// <param name="column">Its column; nothing is done for one that is not described.</param>
    /// <param name="error">Its magnitude.</param>
    /// <param name="weight">Its weight in the mean.</param>
    /// <param name="sample">The number of the sample.</param>
    /// <param name="position">How many samples came before this one.</param>
    public void Add(int column, double error, double weight, long sample, int position)
    {
        if (column >= Columns)
        {
            return;
        }

        _sums[column] += weight * error;
        if (_isKept is null || _isKept[position])
        {
            _kept[((long)column * _most) + _keptCounts[column]++] = error;
        }

        var errors = _worstErrors.AsSpan(column * Worst, Worst);
        if (IsWorse(error, sample, errors[^1], _worstSamples[(column * Worst) + Worst - 1]))
        {
            Insert(errors, _worstSamples.AsSpan(column * Worst, Worst), error, sample);
        }
    }

    /// <summary>Describes a column.</summary>
    /// <param name="column">The column, below <see cref="Columns"/>.</param>
    /// <param name="sums">The sums of all columns.</param>
    /// <param name="size">The size of the column's targets.</param>
    public ComponentErrors Describe(int column, ErrorSums sums, double size)
    {
        long count = sums.Counts[column];
        var errors = _kept.AsSpan(column * _most, _keptCounts[column]);
        errors.Sort();
        var worst = _worstSamples.AsSpan(column * Worst, (int)Math.Min(Worst, count));
        int component = column / sums.Outputs;
        return new ComponentErrors
        {
            Output = column % sums.Outputs,
            Component = component,
            Name = sums.Layout.NameOf(component),
            Count = count,
            Size = size,
            Mean = _sums[column] / sums.Weights[column],
            Rms = Math.Sqrt(sums.Squares[column] / sums.Weights[column]),
            Median = Quantile(errors, 50),
            Quantile90 = Quantile(errors, 90),
            Quantile99 = Quantile(errors, 99),
            Max = count > 0 ? sums.Largest[column] : double.NaN,
            WorstSamples = worst.ToArray(),
        };
    }

    /// <summary>The least error that a percentage of the errors do not exceed.</summary>
    private static double Quantile(ReadOnlySpan<double> rising, int percent) =>
        rising.IsEmpty ? double.NaN : rising[(int)((((long)percent * rising.Length) + 99) / 100) - 1];

    private static bool IsWorse(double error, long sample, double than, long thanSample) => error > than || (error == than && sample < thanSample);

    private static void Insert(Span<double> errors, Span<long> samples, double error, long sample)
    {
        int k = errors.Length - 1;
        for (; k > 0 && IsWorse(error, sample, errors[k - 1], samples[k - 1]); k--)
        {
            (errors[k], samples[k]) = (errors[k - 1], samples[k - 1]);
        }

        (errors[k], samples[k]) = (error, sample);
    }
}
