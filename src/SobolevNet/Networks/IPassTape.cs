using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>A forward pass from input jets to output jets and its reverse, by groups of samples, whichever way derivatives are propagated.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface IPassTape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows that products have for each sample.</summary>
    int RowsOfSample { get; }

    /// <summary>Most samples of a pass.</summary>
    int Capacity { get; }

    /// <summary>Samples of a group; the last group may have fewer.</summary>
    int GroupSamples { get; }

    /// <summary>Samples of the current pass.</summary>
    int Samples { get; }

    /// <summary>Groups of the current pass.</summary>
    int Groups { get; }

    /// <summary>Whether first layers may leave out inputs that are zero, for which they need packed weights.</summary>
    bool MaySkipInputs { get; }

    /// <summary>Whether products go back through layers in the forward pass too, the first one included.</summary>
    bool IsAdjoint { get; }

    /// <summary>Elements of scratch memory that a reverse pass of one group needs.</summary>
    int ReverseScratch { get; }

    /// <summary>Starts a pass of some samples.</summary>
    /// <param name="samples">How many.</param>
    /// <param name="isFirst">Whether it is the first of the passes whose gradients are added up.</param>
    /// <param name="isLast">Whether it is the last of them; the gradient is complete then.</param>
    void Begin(int samples, bool isFirst = true, bool isLast = true);

    /// <summary>The first sample and the number of samples of a group.</summary>
    (int Start, int Count) Group(int group);

    /// <summary>The input jets of a group, for the caller to fill before each <see cref="Forward"/>, which may change them.</summary>
    JetSpan<T> Input(int group);

    /// <summary>The output jets of a group after <see cref="Forward"/>; the caller replaces them by their adjoint before <see cref="Reverse"/>.</summary>
    JetSpan<T> Output(int group);

    /// <summary>Takes a group from its input to its output.</summary>
    void Forward(int group, PackedNetwork<T> network, Workspace<T> workspace);

    /// <summary>Takes the adjoint of a group's output back to every layer's product.</summary>
    void Reverse(int group, PackedNetwork<T> network, Workspace<T> workspace, Span<T> scratch);

    /// <summary>The gradient of some output features of a layer, from <paramref name="first"/> on, summed over all rows of the pass.</summary>
    void Gradient(int layer, int first, DenseLayer<T> gradient, bool accumulate, PackedNetwork<T> network, Workspace<T> workspace);
}
