namespace SobolevNet;

/// <summary>
/// Gives training jets: from arrays in memory, a renderer, a formula. A source fills memory that the caller owns, on
/// the thread of the caller.
/// </summary>
/// <remarks>
/// <para>
/// A sample is named by a number. A source must give the same bits for the same number each time, from any thread and in
/// any grouping, so that training is reproducible and resumable. The trainer asks a finite source for the numbers
/// 0 to <see cref="Count"/> − 1, in a shuffled order, and an endless one (<see cref="IsEndless"/>) for
/// e·<see cref="Count"/> + i in epoch e, so that no sample is seen twice.
/// </para>
/// <para>Implementations must be thread-safe and should not allocate in <see cref="Fill"/>.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public interface IJetSource<T>
    where T : unmanaged
{
    /// <summary>The components that the source can give.</summary>
    JetLayout Layout { get; }

    /// <summary>Features of an input row, n.</summary>
    int InputFeatures { get; }

    /// <summary>Features of a target row, m.</summary>
    int OutputFeatures { get; }

    /// <summary>Samples of an epoch; for a finite source, all there are. At least 1.</summary>
    int Count { get; }

    /// <summary>Whether every epoch has fresh samples.</summary>
    bool IsEndless => false;

    /// <summary>
    /// The highest order whose input components may differ from zero. A path x(r) that is linear in r has zero second
    /// derivatives: with 1 the first layer skips those rows. 2 is always right. Training and evaluation look at samples first, and refuse a source that
    /// fills what it declares to be zero.
    /// </summary>
    int InputOrder => 2;

    /// <summary>
    /// Where derivatives are taken by inputs themselves, the number of the input that each tangent is; empty where tangents are anything else. First derivatives of
    /// the input are then unit vectors, and second ones are zero; other ones are refused as those above <see cref="InputOrder"/> are. Training propagates
    /// derivatives by many inputs by adjoints where that is cheaper.
    /// </summary>
    ReadOnlySpan<int> TangentInputs => [];

    /// <summary>
    /// Whether all inputs are measured in one unit, so that their relative sizes are meaningful: pixels of an image, features of a
    /// <see cref="FrontEnds.LinearFrontEnd{T}"/>. Standardization gives such inputs one common scale instead of one each.
    /// </summary>
    bool InputsShareUnit => false;

    /// <summary>
    /// Whether labels may be missing: a NaN in a target then means that the value or derivative is not known. False: NaN is refused. Infinity, and NaN in an input, always are.
    /// </summary>
    bool HasMissingLabels => false;

    /// <summary>Whether samples have weights, see <see cref="SampleWeight"/>. False: all have the same one.</summary>
    bool HasSampleWeights => false;

    /// <summary>
    /// Samples that are read together, such as those of a block of a file; 1, where samples are as fast to get in any order. Above 1, training shuffles blocks of so many
    /// consecutive samples, and then the samples of 64 such blocks at a time, so that a block is read once in an epoch.
    /// </summary>
    int SamplesPerBlock => 1;

    /// <summary>
    /// The typical size ℓᵢ of a tangent's coordinate, in the units that derivatives are taken by. The loss weighs errors of
    /// ∂ᵢ by ℓᵢ² and of ∂ᵢⱼ by ℓᵢ²ℓⱼ², so that it does not depend on the units of the coordinates.
    /// </summary>
    /// <param name="tangent">A tangent of <see cref="Layout"/>.</param>
    /// <returns>A positive number; 1 by default.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layout has no such tangent.</exception>
    double TangentScale(int tangent) => 1;

    /// <summary>
    /// How much a sample counts in the loss, in statistics of the data and in errors, relative to the others: a sample of weight 2 counts as two samples. Asked for only where
    /// <see cref="HasSampleWeights"/> says so.
    /// </summary>
    /// <param name="sample">The number of the sample.</param>
    /// <returns>A finite number of at least 0, always the same for the same sample; 1 by default. Not all are 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    double SampleWeight(long sample) => 1;

    /// <summary>Writes the jets of some samples; every element of both views is written.</summary>
    /// <param name="samples">The numbers of the samples wanted.</param>
    /// <param name="input">
    /// Shape (components, samples.Length, <see cref="InputFeatures"/>), in the layout of <paramref name="target"/>. Where
    /// <see cref="TangentInputs"/> says what the derivatives are, the view may be of order 0 instead, to leave them out.
    /// </param>
    /// <param name="target">
    /// Shape (components, samples.Length, <see cref="OutputFeatures"/>), in <see cref="Layout"/> or that truncated to a lower order. NaN where a label is missing, if
    /// <see cref="HasMissingLabels"/> says that labels may be.
    /// </param>
    /// <exception cref="ArgumentException">A sample does not exist, or a view does not fit.</exception>
    void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target);
}
