namespace SobolevNet;

/// <summary>What the library draws random numbers for: part of the name of every stream of its own, see <see cref="RandomStream.For(StreamPurpose, ulong, ulong)"/>.</summary>
/// <remarks>
/// Streams of different purposes are independent, whatever seeds and indices they share with each other and, but for initial
/// weights, with streams that a program makes by itself. The numbers are part of what a seed means: they do not change.
/// </remarks>
internal enum StreamPurpose
{
    /// <summary>Initial weights of a layer: the plain stream of the network's seed and the layer's index.</summary>
    InitialWeights = 0,

    /// <summary>Points of a manifold, poses of cubes: what the samples of a source are.</summary>
    Points = 1,

    /// <summary>What a program's own generator of samples draws.</summary>
    GeneratedSamples = 2,

    /// <summary>The order of samples in an epoch of training.</summary>
    EpochOrder = 3,

    /// <summary>The order of clean samples behind endless perturbed ones.</summary>
    CleanOrder = 4,

    /// <summary>Which samples are for training and which for validation.</summary>
    Split = 5,

    /// <summary>Directions in tangent space that derivatives are taken along.</summary>
    TangentDirections = 6,

    /// <summary>Displacements along the tangents.</summary>
    Displacements = 7,

    /// <summary>Noise added to inputs in training.</summary>
    TrainingNoise = 8,

    /// <summary>Directions in input space.</summary>
    InputDirections = 9,

    /// <summary>Where the ascents of adversarial training start.</summary>
    AscentStarts = 10,

    /// <summary>Where attacks start.</summary>
    AttackStarts = 11,

    /// <summary>Noise that a network is evaluated under.</summary>
    EvaluationNoise = 12,

    /// <summary>The samples that a statistic looks at.</summary>
    StatisticsSamples = 13,

    /// <summary>Where the search for principal axes starts.</summary>
    PrincipalAxes = 14,

    /// <summary>Vectors in place of dependent ones of a basis.</summary>
    ReplacedAxes = 15,

    /// <summary>The order in which statistics look at samples where time may end them.</summary>
    StatisticsOrder = 16,

    /// <summary>The order in which the label check takes samples.</summary>
    LabelOrder = 17,

    /// <summary>Jets that a loss of the user's own is asked at, to know it by its values.</summary>
    LossProbe = 18,

    /// <summary>Which samples a member of an ensemble is trained on.</summary>
    Bootstrap = 19,
}
