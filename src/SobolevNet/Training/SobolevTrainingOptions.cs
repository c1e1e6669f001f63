namespace SobolevNet;

/// <summary>How a network is trained.</summary>
public sealed record SobolevTrainingOptions
{
    private const int DefaultEpochs = 100;
    private readonly int? _epochs;
    private readonly TimeSpan? _timeBudget;
    private readonly int _batchSize = 128;
    private readonly int? _order;
    private readonly IReadOnlyList<OrderWeight>? _orderWeights;
    private readonly double? _gradientClipNorm;
    private readonly int _threads;
    private readonly Optimizer _optimizer = new Soap();
    private readonly LearningRateSchedule _schedule = LearningRateSchedule.Cosine().WithWarmUp();

    /// <summary>
    /// Passes over the training set, at least 1; null for 100, or for as many as the <see cref="TimeBudget"/> has room for. A resumed
    /// training may be given more than it was started with: its schedules go on where that longer training would be.
    /// </summary>
    public int? Epochs { get => _epochs; init => _epochs = value is { } epochs ? AtLeast(epochs, 1, nameof(Epochs)) : null; }

    /// <summary>
    /// Training ends when it has taken this long, all runs added up, validation included; no limit if null. The schedules of the
    /// learning rate and of the order weights are fitted to it: their progress is the time spent over the budget, or the epochs
    /// done over the epochs planned if that is more. How many steps that makes depends on the machine, so two such trainings
    /// differ; give epochs alone where the same bits matter.
    /// </summary>
    public TimeSpan? TimeBudget
    {
        get => _timeBudget;
        init => _timeBudget = value is null || value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(TimeBudget), value, "A time budget is above 0.");
    }

    /// <summary>The epochs after which training ends; null if only the time limits it.</summary>
    internal int? PlannedEpochs => _epochs ?? (_timeBudget is null ? DefaultEpochs : null);

    /// <summary>Samples of a mini-batch, at least 1; a set with fewer samples is one batch.</summary>
    public int BatchSize { get => _batchSize; init => _batchSize = AtLeast(value, 1, nameof(BatchSize)); }

    /// <summary>Names the shuffling of the samples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether samples come in a new order every epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>The highest order trained: 0, 1 or 2; the source's if null.</summary>
    public int? Order
    {
        get => _order;
        init => _order = value is null or (>= 0 and <= 2)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Order), value, "The order is 0, 1 or 2, or null for that of the source.");
    }

    /// <summary>
    /// λₖ of orders 0, 1, …, one for each order trained or more; null balances the orders automatically:
    /// λₖ = max(1, Eₖ)^−(1 + progress/2), Eₖ being the loss of that order before the first step, so that no order drowns the
    /// others.
    /// </summary>
    public IReadOnlyList<OrderWeight>? OrderWeights
    {
        get => _orderWeights;
        init => _orderWeights = value is null || (value.Count is >= 1 and <= 3 && value.All(weight => weight is not null))
            ? value
            : throw new ArgumentException($"There are {value.Count} order weights; expected 1 to 3, none null.", nameof(OrderWeights));
    }

    /// <summary>Whether each output is weighed by the inverse of its variance, for outputs of different units.</summary>
    public bool BalanceOutputs { get; init; } = true;

    /// <summary>
    /// Whether a fresh network (one without scalings, whose biases are all zero) is given scalings measured from the training
    /// set: mean and deviation of every output and of every input; where inputs share one unit
    /// (<see cref="IJetSource{T}.InputsShareUnit"/>) or are more than 64 (images, fields), one common scale for all inputs instead,
    /// since a pixel that hardly varies should not be blown up to the weight of others: the largest root mean square of the inputs along
    /// any direction of their space.
    /// </summary>
    public bool Standardize { get; init; } = true;

    /// <summary>
    /// Whether the first layer of a fresh network, where labels have derivatives by each of its 2 to 64 inputs, is trained in
    /// units of how much the labels change along each direction of the input space, rather than in equal units. Where a function of many inputs
    /// depends on few combinations of them, as the price of a basket does, noise of the labels is not learned along the others.
    /// </summary>
    public bool ScaleDirections { get; init; } = true;

    /// <summary>How gradients become steps; <see cref="Soap"/> with its defaults unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Settings of the optimizer contradict each other.</exception>
    public Optimizer Optimizer
    {
        get => _optimizer;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Optimizer));
            value.Check();
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
    public double? GradientClipNorm
    {
        get => _gradientClipNorm;
        init => _gradientClipNorm = value is null || (double.IsFinite(value.Value) && value > 0)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(GradientClipNorm), value, "A clipping norm is finite and above 0.");
    }

    /// <summary>When to end because the validation error has stopped falling; never if null.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Where and how often to write checkpoints; none if null.</summary>
    public CheckpointOptions? Checkpoint { get; init; }

    /// <summary>Threads that train; all cores if 0. The result does not depend on it.</summary>
    public int Threads { get => _threads; init => _threads = AtLeast(value, 0, nameof(Threads)); }

    private static int AtLeast(int value, int minimum, string name) =>
        value >= minimum ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is at least {minimum}.");
}
