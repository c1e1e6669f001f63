namespace SobolevNet;

/// <summary>How a network is trained.</summary>
public sealed record SobolevTrainingOptions
{
    private const int DefaultEpochs = 100;
    private readonly int? _epochs;
    private readonly TimeSpan? _timeBudget;
    private readonly int? _batchSize;
    private readonly int? _order;
    private readonly IReadOnlyList<OrderWeight>? _orderWeights;
    private readonly IReadOnlyList<double>? _outputWeights;
    private readonly IReadOnlyList<double>? _componentWeights;
    private readonly double? _gradientClipNorm;
    private readonly double? _validationPart;
    private readonly int _threads;
    private readonly InputScalingKind _inputScaling;
    private readonly DerivativePropagation _propagation;
    private readonly Optimizer _optimizer = Optimizer.Soap();
    private readonly LearningRateSchedule _schedule = LearningRateSchedule.Cosine().WithWarmUp();

    /// <summary>
    /// Passes over the training set, at least 1. Null for as many as the <see cref="TimeBudget"/> has room for; without one for 100, or for as many more as
    /// make 10,000 mini-batches (200 with <see cref="Optimizer.LevenbergMarquardt"/>), so that few samples are trained as long as many. A resumed training may be given more than it was started with:
    /// its schedules go on from where they are and are stretched to the new end.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int? Epochs { get => _epochs; init => _epochs = value is { } epochs ? AtLeast(epochs, 1, nameof(Epochs)) : null; }

    /// <summary>
    /// Training ends when it has taken this long, all runs added up, measuring the data beforehand and validation included; no limit if null. The
    /// errors of the result are measured afterwards. Each of these measurements takes at most a twentieth of the budget, and looks at fewer samples,
    /// chosen at random, where that does not suffice for all. The schedules of the learning rate and of the order weights are fitted to it: their progress is the time spent over the budget, or the epochs
    /// done over the epochs planned if that is more. How many steps that makes depends on the machine, so two such trainings
    /// differ; give epochs alone where the same bits matter.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The budget is 0 or negative.</exception>
    public TimeSpan? TimeBudget
    {
        get => _timeBudget;
        init => _timeBudget = value is null || value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(TimeBudget), value, "A time budget is above 0.");
    }

    /// <summary>
    /// Samples of a mini-batch, at least 1; a set with fewer samples is one batch. Unless set 128, and <see cref="int.MaxValue"/> with
    /// <see cref="Optimizer.LevenbergMarquardt"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int BatchSize { get => _batchSize ?? _optimizer.DefaultBatchSize; init => _batchSize = AtLeast(value, 1, nameof(BatchSize)); }

    /// <summary>Names the shuffling of the samples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether samples come in a new order every epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>The highest order trained: 0, 1 or 2; the source's if null. Orders above it are not propagated, nor are the highest ones of constant weight 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The order is not 0, 1, 2 or null.</exception>
    public int? Order
    {
        get => _order;
        init => _order = value is null or (>= 0 and <= 2)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Order), value, "The order is 0, 1 or 2, or null for that of the source.");
    }

    /// <summary>
    /// λₖ of orders 0, 1, …, one for each order trained or more; null balances the orders automatically:
    /// λₖ = (1 + Rₖ)^−(0.8 + progress/2). Rₖ is the mean square of the derivatives of order k that the network has before the first step over the variance of its values, both in
    /// units of the targets', so that no order dominates the others.
    /// </summary>
    /// <exception cref="ArgumentException">There are none or more than three, or one is null.</exception>
    public IReadOnlyList<OrderWeight>? OrderWeights
    {
        get => _orderWeights;
        init => _orderWeights = value is null || (value.Count is >= 1 and <= 3 && value.All(weight => weight is not null))
            ? value
            : throw new ArgumentException($"There are {value.Count} order weights; expected 1 to 3, none null.", nameof(OrderWeights));
    }

    /// <summary>
    /// How much the squared errors of each output count, one weight for each output of the network; all the same if null. They multiply what
    /// <see cref="BalanceOutputs"/> gives, and only their ratios matter. An output of weight 0 is not trained; a source of your own may leave all of its labels missing.
    /// </summary>
    /// <remarks>
    /// Errors that training reports (<see cref="TrainingResult"/>, <see cref="TrainingProgress"/>), and that early stopping and schedules see, are weighed the same way, those of
    /// <see cref="ComponentWeights"/> too; <see cref="Evaluation.Of"/> and <see cref="Evaluation.Components"/> are not.
    /// </remarks>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or none is above 0.</exception>
    public IReadOnlyList<double>? OutputWeights { get => _outputWeights; init => _outputWeights = LossWeights.Checked(value, nameof(OutputWeights)); }

    /// <summary>
    /// How much the squared errors of each component count within their order, one weight for each component of the labels' <see cref="IJetSource{T}.Layout"/>, at the index that
    /// <see cref="JetLayout.First"/> and <see cref="JetLayout.Second"/> give; all the same if null. They multiply what the scales of the tangents give. Only the ratios within an
    /// order matter, so that of the value changes nothing: <see cref="OrderWeights"/> weigh orders. A component of weight 0 is not trained; a source of your own may leave all of its labels missing.
    /// </summary>
    /// <remarks>Where validation data have derivatives, they need the components of the training data. Reported errors are weighed as <see cref="OutputWeights"/> says.</remarks>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or none is above 0.</exception>
    public IReadOnlyList<double>? ComponentWeights { get => _componentWeights; init => _componentWeights = LossWeights.Checked(value, nameof(ComponentWeights)); }

    /// <summary>
    /// Whether each output is weighed by the inverse square of its size, for outputs of different units. The size is the deviation of its values; of
    /// an output that is constant (to the rounding of its own values) it is the size of the value. Where values do not vary or have no weight
    /// in <see cref="OrderWeights"/>, it is the change that the derivatives of the lowest trained order make over the spread of the inputs.
    /// Errors that training reports, and that early stopping and schedules see, are weighed the same way.
    /// </summary>
    public bool BalanceOutputs { get; init; } = true;

    /// <summary>
    /// Whether a fresh network is given scalings measured from the training set: mean and size (<see cref="BalanceOutputs"/>) of every output, and
    /// of the inputs what <see cref="InputScaling"/> says. Fresh is a network without scalings that is as
    /// <see cref="Mlp{T}.Create"/> or <see cref="Mlp{T}.Initialize"/> made it. Any other (trained, loaded, copied, with weights of your own) is trained
    /// on from where it stands; give it scalings of your own where its data need them.
    /// </summary>
    public bool Standardize { get; init; } = true;

    /// <summary>
    /// Whether the inputs of a fresh network are standardized one by one or by one common scale. By default the source says
    /// (<see cref="IJetSource{T}.InputsShareUnit"/>): cube images and features of a front end share a unit, labels in arrays do not. For images in arrays set
    /// <see cref="InputScalingKind.Common"/>: scales of their own would amplify pixels that hardly vary.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not known.</exception>
    public InputScalingKind InputScaling
    {
        get => _inputScaling;
        init => _inputScaling = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(InputScaling), value, "Expected Auto, PerInput or Common.");
    }

    /// <summary>
    /// Whether the first layer of a fresh network (<see cref="Standardize"/>), where labels have derivatives by each of its 2 to 256 inputs, is trained in
    /// units of how much the labels change along each direction of the input space, rather than in equal units. Where a function of many inputs
    /// depends on few combinations of them, as the price of a basket does, noise of the labels is not learned along the others.
    /// With more inputs it is not done, since its eigenvalue problem would take too long; the trainer's log says so.
    /// </summary>
    public bool ScaleDirections { get; init; } = true;

    /// <summary>
    /// How the network's derivatives are computed. By default the cheaper way is taken; set it to compare the ways. A checkpoint may be resumed with another one.
    /// </summary>
    /// <remarks>
    /// A step is the same to rounding. Rounding errors grow during a training, most with <see cref="Optimizer.Soap"/> in float. So two networks that are
    /// trained in different ways agree in accuracy, not in digits.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is not known.</exception>
    public DerivativePropagation Propagation
    {
        get => _propagation;
        init => _propagation = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Propagation), value, "Expected Auto, Forward or Adjoint.");
    }

    /// <summary>How gradients become steps; <see cref="Optimizer.Soap"/> with its defaults unless set.</summary>
    public Optimizer Optimizer
    {
        get => _optimizer;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Optimizer));
            _optimizer = value;
        }
    }

    /// <summary>How the learning rate changes; by default a short warm-up and half a cosine wave down to a thousandth.</summary>
    public LearningRateSchedule Schedule
    {
        get => _schedule;
        init => _schedule = value ?? throw new ArgumentNullException(nameof(Schedule));
    }

    /// <summary>The gradient is scaled down to this Euclidean norm if it is longer; no limit if null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The norm is not finite and above 0.</exception>
    public double? GradientClipNorm
    {
        get => _gradientClipNorm;
        init => _gradientClipNorm = value is null || (double.IsFinite(value.Value) && value > 0)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(GradientClipNorm), value, "A clipping norm is finite and above 0.");
    }

    /// <summary>When to end because the validation error has stopped falling; never if null.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>
    /// The part of the samples, in (0, 1), that is not trained but validates; null for none. It is the split that
    /// <see cref="JetSource.Split{T}"/> makes with this number and the <see cref="Seed"/>; nothing is measured on it but errors. Leave it out where validation data are
    /// given. Where losses of your own are trained too, it is a part of the labels alone. A front end that was fitted to all samples has seen those of this part too; fit it
    /// to the training part of the same split.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double? ValidationPart
    {
        get => _validationPart;
        init => _validationPart = value is null or (> 0 and < 1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ValidationPart), value, "The part that validates is above 0 and below 1, or null for none.");
    }

    /// <summary>Where and how often to write checkpoints; none if null.</summary>
    public CheckpointOptions? Checkpoint { get; init; }

    /// <summary>
    /// Threads that train, at least 0; 0 for as many as there are processors. A number above four times the processors (or above 16, if that is more)
    /// counts as that many. The result does not depend on it, to the bit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int Threads { get => _threads; init => _threads = AtLeast(value, 0, nameof(Threads)); }

    /// <summary>The same options with the number of epochs that null stands for, if time does not limit the training.</summary>
    /// <param name="samples">Samples of an epoch.</param>
    internal SobolevTrainingOptions WithEpochs(int samples)
    {
        int steps = StepsOfEpoch(samples);
        return _epochs is null && _timeBudget is null ? this with { Epochs = Math.Max(DefaultEpochs, (_optimizer.DefaultSteps + steps - 1) / steps) } : this;
    }

    /// <summary>Mini-batches of an epoch.</summary>
    /// <param name="samples">Samples of an epoch.</param>
    internal int StepsOfEpoch(int samples) => (int)(((long)samples + BatchSize - 1) / BatchSize);

    private static int AtLeast(int value, int minimum, string name) =>
        value >= minimum ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is at least {minimum}.");
}
