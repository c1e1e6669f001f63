using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace SobolevNet;

/// <content>Training.</content>
public sealed partial class MlpEnsemble<T>
{
    /// <summary>What the training of each member gave, in their order; empty where <see cref="Train"/> did not make the ensemble.</summary>
    public IReadOnlyList<TrainingResult> Trainings { get; private init; } = [];

    /// <summary>Trains the members one after another.</summary>
    /// <remarks>
    /// Member k is drawn as the network was, from its seed plus k, and trained with the seed of the options plus k. With a
    /// <see cref="SobolevTrainingOptions.Checkpoint"/> each member has a file of its own: run.checkpoint becomes run.0.checkpoint, run.1.checkpoint and so on. The same
    /// arguments give the same bits, for any number of threads and however often training was interrupted and resumed.
    /// </remarks>
    /// <param name="network">Says how members are drawn: as <see cref="Mlp{T}.Create"/> or <see cref="Mlp{T}.Initialize"/> made it. It is not changed.</param>
    /// <param name="source">The training data.</param>
    /// <param name="members">Networks to train, 2 to 1,000; 5 are usual.</param>
    /// <param name="options">How to train each; the defaults if null.</param>
    /// <param name="bootstrap">
    /// Whether each member is trained on samples of its own: as many as there are, drawn with replacement. A
    /// <see cref="SobolevTrainingOptions.ValidationPart"/> is kept before that. Otherwise all are trained on all samples.
    /// </param>
    /// <param name="validation">Data to measure errors on after every epoch; may be null, and must be with <see cref="SobolevTrainingOptions.ValidationPart"/>.</param>
    /// <param name="resume">Whether members that have a checkpoint go on from it: with the same arguments as before, after a cancellation or a crash.</param>
    /// <param name="progress">Receives the reports of each member's training in turn.</param>
    /// <param name="logger">Receives the start, the end and warnings of each training; none if null.</param>
    /// <param name="cancellationToken">Stops training within one mini-batch; a checkpoint is written if the options name one.</param>
    /// <returns>The ensemble, with <see cref="Trainings"/>.</returns>
    /// <exception cref="ArgumentException">
    /// The network is not as it was drawn, the number of members is out of range, the source is endless or has one sample and cannot be bootstrapped, there is nothing to resume
    /// from, or the data do not fit the network or the options.
    /// </exception>
    /// <exception cref="FileNotFoundException">Training is to be resumed, and no member has a checkpoint.</exception>
    /// <exception cref="NotSupportedException">The activation is not smooth enough for the order.</exception>
    /// <exception cref="NonFiniteLossException">A loss overflowed.</exception>
    /// <exception cref="InvalidDataException">A checkpoint to resume from is damaged or belongs to another training.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written where the options say.</exception>
    /// <exception cref="TrainingCanceledException">The token was canceled; it has the outcome of the member that was being trained.</exception>
    public static MlpEnsemble<T> Train(
        Mlp<T> network, IJetSource<T> source, int members, SobolevTrainingOptions? options = null, bool bootstrap = false,
        IJetSource<T>? validation = null, bool resume = false, IProgress<TrainingProgress>? progress = null, ILogger? logger = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        SourceArgument.Check(source);
        CheckCount(members, nameof(members));
        options ??= new SobolevTrainingOptions();
        logger ??= NullLogger.Instance;
        if (!network.IsAsInitialized())
        {
            throw new ArgumentException(
                "The network is not as it was drawn. Members are drawn anew in its place: give it as Create or Initialize makes it, or train networks one by one " +
                "and make an ensemble of them.",
                nameof(network));
        }

        if (bootstrap)
        {
            CheckBootstrap(source);
        }

        if (options.ValidationPart is not null && validation is not null)
        {
            throw new ArgumentException(
                $"Validation data are given and {nameof(SobolevTrainingOptions.ValidationPart)} is set; expected one of them.", nameof(validation));
        }

        CheckResume(options, members, resume);
        var trained = new Mlp<T>[members];
        var results = new TrainingResult[members];
        for (int k = 0; k < members; k++)
        {
            logger.LogInformation("Member {Number} of {Members} of the ensemble.", k + 1, members);
            trained[k] = network.DrawnAnew((ulong)k)!;
            results[k] = TrainMember(trained[k], source, validation, OfMember(options, k), bootstrap, resume, progress, logger, cancellationToken);
        }

        return new MlpEnsemble<T>(trained) { Trainings = results };
    }

    private static TrainingResult TrainMember(
        Mlp<T> member, IJetSource<T> source, IJetSource<T>? validation, SobolevTrainingOptions options, bool bootstrap, bool resume,
        IProgress<TrainingProgress>? progress, ILogger logger, CancellationToken cancellationToken)
    {
        if (bootstrap)
        {
            if (options.ValidationPart is { } part)
            {
                // Before samples are drawn, so that none is on both sides.
                (source, validation) = source.Split(part, options.Seed);
                options = options with { ValidationPart = null };
            }

            source = source.Subset<T>(Draw(source.Count, options.Seed));
        }

        var trainer = new SobolevTrainer<T>(member, options, logger);
        if (resume && File.Exists(options.Checkpoint!.Path))
        {
            trainer.ResumeFrom(options.Checkpoint.Path);
        }

        return trainer.Fit(source, validation, progress, cancellationToken);
    }

    /// <summary>As many samples as there are, with replacement; in rising order, so that equal ones lie together.</summary>
    internal static long[] Draw(int count, ulong seed)
    {
        var random = RandomStream.For(StreamPurpose.Bootstrap, seed);
        long[] samples = new long[count];
        for (int k = 0; k < count; k++)
        {
            samples[k] = random.NextInteger(count);
        }

        Array.Sort(samples);
        return samples;
    }

    private static void CheckBootstrap(IJetSource<T> source)
    {
        if (source.IsEndless)
        {
            throw new ArgumentException(
                "An endless source cannot be bootstrapped, and need not be: it has new samples in every epoch. Leave the bootstrap out.", nameof(source));
        }

        if (source.Count < 2)
        {
            throw new ArgumentException(
                $"A source of {source.Count} sample cannot be bootstrapped: every member would have the same one; expected at least 2.", nameof(source));
        }
    }

    private static void CheckResume(SobolevTrainingOptions options, int members, bool resume)
    {
        if (!resume)
        {
            return;
        }

        if (options.Checkpoint is not { } checkpoint)
        {
            throw new ArgumentException(
                $"Training cannot be resumed without checkpoints: set {nameof(SobolevTrainingOptions.Checkpoint)} as it was when training began.", nameof(resume));
        }

        if (!Enumerable.Range(0, members).Any(k => File.Exists(PathOf(checkpoint.Path, k))))
        {
            throw new FileNotFoundException($"There is no checkpoint of any member, from {PathOf(checkpoint.Path, 0)} on.", PathOf(checkpoint.Path, 0));
        }
    }

    private static SobolevTrainingOptions OfMember(SobolevTrainingOptions options, int member) => options with
    {
        Seed = unchecked(options.Seed + (ulong)member),
        Checkpoint = options.Checkpoint is { } checkpoint ? new CheckpointOptions(PathOf(checkpoint.Path, member)) { Every = checkpoint.Every } : null,
    };

    private static string PathOf(string path, int member) => Path.ChangeExtension(path, FormattableString.Invariant($"{member}{Path.GetExtension(path)}"));
}
