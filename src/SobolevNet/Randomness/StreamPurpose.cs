namespace SobolevNet;

/// <summary>What the library draws random numbers for: part of the name of every stream of its own, see <see cref="RandomStream.For(StreamPurpose, ulong, ulong)"/>.</summary>
/// <remarks>
/// Streams of different purposes are independent, whatever seeds and indices they share with each other and with streams that
/// a program makes by itself. The numbers are part of what a seed means: they do not change.
/// </remarks>
internal enum StreamPurpose
{
    /// <summary>Initial weights of a layer.</summary>
    InitialWeights = 1,

    /// <summary>Points of a manifold, poses of cubes: what the samples of a source are.</summary>
    Points = 2,

    /// <summary>What a program's own generator of samples draws.</summary>
    GeneratedSamples = 3,

    /// <summary>The order of samples in an epoch of training.</summary>
    EpochOrder = 4,

    /// <summary>The order of clean samples behind endless perturbed ones.</summary>
    CleanOrder = 5,

    /// <summary>Which samples are for training and which for validation.</summary>
    Split = 6,

    /// <summary>Directions in tangent space that derivatives are taken along.</summary>
    TangentDirections = 7,

    /// <summary>Displacements along the tangents.</summary>
    Displacements = 8,

    /// <summary>Noise added to inputs in training.</summary>
    TrainingNoise = 9,

    /// <summary>Directions in input space.</summary>
    InputDirections = 10,

    /// <summary>Where the ascents of adversarial training start.</summary>
    AscentStarts = 11,

    /// <summary>Where attacks start.</summary>
    AttackStarts = 12,

    /// <summary>Noise that a network is evaluated under.</summary>
    EvaluationNoise = 13,

    /// <summary>The samples that a statistic looks at.</summary>
    StatisticsSamples = 14,

    /// <summary>Where the search for principal axes starts.</summary>
    PrincipalAxes = 15,

    /// <summary>Vectors in place of dependent ones of a basis.</summary>
    ReplacedAxes = 16,
}
