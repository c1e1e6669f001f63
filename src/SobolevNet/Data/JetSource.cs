using System.Numerics;

namespace SobolevNet;

/// <summary>Makes sources from a delegate and transforms of sources.</summary>
public static partial class JetSource
{
    /// <summary>The most samples that one thread copies between two checks for cancellation.</summary>
    private const int Chunk = 8;

    /// <summary>The most rows of jets that a thread fills at a time, unless one sample has more.</summary>
    private const int ChunkRows = 512;

    /// <summary>A source that makes each sample when it is asked for.</summary>
    /// <remarks>
    /// Nothing is stored. Sample k gets a random stream of its own, named by <paramref name="seed"/> and k, so that it is the same whenever and
    /// wherever it is made. A number that is not finite stops with an <see cref="InvalidOperationException"/> that names it.
    /// </remarks>
    /// <example>
    /// <code>
    /// // y = sin(x₀)·x₁ with its gradient, at fresh points of the unit square in every epoch
    /// var source = JetSource.Generate&lt;double&gt;(JetLayout.Full(2, order: 1), 2, 1, count: 4096, isEndless: true, tangentInputs: [0, 1],
    ///     generator: (long sample, ref RandomStream random, JetSpan&lt;double&gt; x, JetSpan&lt;double&gt; y) =&gt;
    ///     {
    ///         double a = x[0, 0, 0] = random.NextUniform();
    ///         double b = x[0, 0, 1] = random.NextUniform();
    ///         y[0, 0, 0] = Math.Sin(a) * b;
    ///         y[1, 0, 0] = Math.Cos(a) * b;
    ///         y[2, 0, 0] = Math.Sin(a);
    ///     });
    /// </code>
    /// </example>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="layout">The components that the generator writes.</param>
    /// <param name="inputFeatures">n, at least 1.</param>
    /// <param name="outputFeatures">m, at least 1.</param>
    /// <param name="count">Samples of an epoch, at least 1.</param>
    /// <param name="generator">Writes the jet of one sample.</param>
    /// <param name="seed">Names the family of random streams.</param>
    /// <param name="isEndless">Whether every epoch has fresh samples.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero: 1 for straight paths.</param>
    /// <param name="generatesLowerOrders">
    /// False: the generator always writes views of the full <paramref name="layout"/>, and unwanted components are dropped.
    /// True: it checks the layout of the views and writes only what they hold, which saves work when training
    /// drops an order.
    /// </param>
    /// <param name="tangentScales">The scale of each tangent, see <see cref="IJetSource{T}.TangentScale"/>; all 1 if left out.</param>
    /// <param name="inputsShareUnit">Whether all inputs are measured in one unit, as pixels are; see <see cref="IJetSource{T}.InputsShareUnit"/>.</param>
    /// <param name="tangentInputs">
    /// Where derivatives are taken by inputs themselves, the number of the input that each tangent is, as <see cref="IJetSource{T}.TangentInputs"/>. The
    /// generator then writes the input's values alone: its view of the input has no derivatives, and <paramref name="inputOrder"/> is 1.
    /// </param>
    /// <param name="allowMissing">Whether the generator may write NaN for a label that is missing; see <see cref="IJetSource{T}.HasMissingLabels"/>.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">
    /// A size is out of range, the scales do not fit, or <paramref name="tangentInputs"/> are not different inputs, one for each tangent.
    /// </exception>
    public static IJetSource<T> Generate<T>(
        JetLayout layout,
        int inputFeatures,
        int outputFeatures,
        int count,
        JetGenerator<T> generator,
        ulong seed = 0,
        bool isEndless = false,
        int inputOrder = 2,
        bool generatesLowerOrders = false,
        ReadOnlySpan<double> tangentScales = default,
        bool inputsShareUnit = false,
        ReadOnlySpan<int> tangentInputs = default,
        bool allowMissing = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputOrder, Math.Min(1, layout.Order));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputOrder, 2);
        CheckSize(layout, inputFeatures, nameof(inputFeatures));
        CheckSize(layout, outputFeatures, nameof(outputFeatures));
        var source = new GeneratedJetSource<T>(
            layout,
            inputFeatures,
            outputFeatures,
            count,
            generator,
            seed,
            isEndless,
            inputOrder,
            generatesLowerOrders,
            TangentScales.Check(tangentScales, layout.Tangents, nameof(tangentScales)),
            inputsShareUnit,
            tangentInputs.ToArray(),
            allowMissing);
        SourceArgument.Check<T>(source, nameof(tangentInputs));
        return source;
    }

    /// <summary>Some samples of a source, renumbered from 0; nothing is copied.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The source; an endless one becomes finite.</param>
    /// <param name="samples">The numbers of the samples, in any order; at least one.</param>
    /// <returns>A finite source of those samples.</returns>
    /// <exception cref="ArgumentException">No sample is given, or the source is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A sample does not exist.</exception>
    public static IJetSource<T> Subset<T>(this IJetSource<T> source, ReadOnlySpan<long> samples)
        where T : unmanaged
    {
        SourceArgument.Check(source);
        if (samples.IsEmpty)
        {
            throw new ArgumentException("A subset needs at least one sample.", nameof(samples));
        }

        foreach (long sample in samples)
        {
            if (sample < 0 || (!source.IsEndless && sample >= source.Count))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(samples), sample, source.IsEndless ? "A sample number is not negative." : $"The source has the samples 0 to {source.Count - 1}.");
            }
        }

        return new SubsetJetSource<T>(source, samples.ToArray());
    }

    /// <summary>Splits a finite source at random into two; nothing is copied.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The source, of at least 2 samples.</param>
    /// <param name="validationFraction">The share of the validation set, in (0, 1); each set gets at least one sample.</param>
    /// <param name="seed">The same seed gives the same split.</param>
    /// <returns>The training set and the validation set; together every sample once.</returns>
    /// <exception cref="ArgumentException">The source is endless or has fewer than 2 samples.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not in (0, 1).</exception>
    public static (IJetSource<T> Training, IJetSource<T> Validation) Split<T>(
        this IJetSource<T> source, double validationFraction, ulong seed = 0)
        where T : unmanaged => source.Parts(validationFraction, seed, keepsNumbers: false);

    /// <summary>The same split; messages and evaluations name samples by their numbers in the source if <paramref name="keepsNumbers"/>.</summary>
    internal static (IJetSource<T> Training, IJetSource<T> Validation) Parts<T>(
        this IJetSource<T> source, double validationFraction, ulong seed, bool keepsNumbers)
        where T : unmanaged
    {
        SourceArgument.Check(source);
        if (!(validationFraction > 0 && validationFraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(validationFraction), validationFraction, "The fraction must be above 0 and below 1.");
        }

        if (source.IsEndless)
        {
            throw new ArgumentException("An endless source has no parts; make a second one with another seed instead.", nameof(source));
        }

        if (source.Count < 2)
        {
            throw new ArgumentException($"A source of {source.Count} samples cannot be split in two.", nameof(source));
        }

        long[] order = new long[source.Count];
        for (int k = 0; k < order.Length; k++)
        {
            order[k] = k;
        }

        RandomStream.For(StreamPurpose.Split, seed).Shuffle<long>(order);
        int validation = Math.Clamp((int)Math.Round(validationFraction * source.Count), 1, source.Count - 1);

        // In rising order the samples of each part lie together in memory, whatever the trainer shuffles later.
        Array.Sort(order, 0, validation);
        Array.Sort(order, validation, order.Length - validation);
        return (
            new SubsetJetSource<T>(source, order[validation..]) { KeepsNumbers = keepsNumbers },
            new SubsetJetSource<T>(source, order[..validation]) { KeepsNumbers = keepsNumbers });
    }

    /// <summary>A source without its components above an order.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="order">0, 1 or 2; the source itself is returned if it has no higher order.</param>
    /// <returns>The source of lower order; nothing is copied.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The order is not 0, 1 or 2.</exception>
    /// <exception cref="ArgumentException">The source has no layout, samples, inputs or outputs.</exception>
    public static IJetSource<T> Truncate<T>(this IJetSource<T> source, int order)
        where T : unmanaged
    {
        SourceArgument.Check(source);
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        return order >= source.Layout.Order ? source : new TruncatedJetSource<T>(source, order);
    }

    /// <summary>Copies samples of a source into memory, so that they are made once instead of in every epoch.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The source, finite or endless.</param>
    /// <param name="count">How many samples; if left out, <see cref="IJetSource{T}.Count"/>.</param>
    /// <param name="first">The number of the first sample.</param>
    /// <param name="threads">Threads to use; all cores if 0. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the copying.</param>
    /// <returns>The samples <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1, as 0 to count − 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A sample does not exist, or one array cannot hold so many.</exception>
    /// <exception cref="ArgumentException">
    /// The source gave NaN or infinity, or a tangent scale that is not positive and finite; or its inputs do not have the derivatives that it declares.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static MemoryJetSource<T> Materialize<T>(
        this IJetSource<T> source,
        int? count = null,
        long first = 0,
        int threads = 0,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SourceArgument.Check(source);
        int samples = count ?? source.Count;
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1, nameof(count));
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (!source.IsEndless && samples > source.Count - first)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), samples, $"From sample {first} on, the source has {Math.Max(0, source.Count - first)} samples.");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, long.MaxValue - samples);
        var layout = source.Layout;
        var inputLayout = layout.Truncate(source.InputOrder);
        if ((double)inputLayout.Count * samples * source.InputFeatures > Array.MaxLength || (double)layout.Count * samples * source.OutputFeatures > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), samples,
                $"{layout.Count} components of {source.InputFeatures} inputs and {source.OutputFeatures} outputs are, for so many samples, more than one array holds.");
        }

        var input = new JetBatch<T>(inputLayout, samples, source.InputFeatures);
        var target = new JetBatch<T>(layout, samples, source.OutputFeatures);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads,
            CancellationToken = cancellationToken,
        };
        int size = Math.Clamp(ChunkRows / layout.Count, 1, Chunk);
        try
        {
            Parallel.For(
                0,
                (samples + size - 1) / size,
                options,
                () => new JetBatch<T>(layout, size, source.InputFeatures),
                (chunk, _, scratch) =>
                {
                    int start = chunk * size;
                    FillChunk(source, first, start, Math.Min(size, samples - start), scratch, input, target);
                    return scratch;
                },
                _ => { });
        }
        catch (AggregateException fault) when (fault.InnerExceptions.Count > 0)
        {
            // The first error alone, as it would be thrown without threads.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault.InnerExceptions[0]);
        }

        return new MemoryJetSource<T>(
            input, target, TangentScales.Of(source), source.HasMissingLabels, SampleWeights.Copy(source, first, samples), nameof(source))
        {
            InputsShareUnit = source.InputsShareUnit,
        };
    }

    /// <summary>Refuses jets of one sample that no array holds.</summary>
    private static void CheckSize(JetLayout layout, int features, string name)
    {
        if ((long)layout.Count * features > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(name, features, $"{layout.Count} components of so many features are more than one array holds.");
        }
    }

    /// <summary>Fills full jets in scratch memory and copies the input components that may differ from zero.</summary>
    private static void FillChunk<T>(
        IJetSource<T> source, long first, int start, int count, JetBatch<T> scratch, JetBatch<T> input, JetBatch<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<long> numbers = stackalloc long[count];
        for (int k = 0; k < count; k++)
        {
            numbers[k] = first + start + k;
        }

        var full = scratch.AsSpan().Slice(0, count);
        source.Fill(numbers, full, target.AsSpan().Slice(start, count));
        InputDeclarations.Check(source, numbers, full, nameof(source));
        full.Truncate(input.Layout.Order).CopyTo(input.AsSpan().Slice(start, count));
    }
}
