using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>What a user's pass needs beside its tape: the packed network, memory to work in, and whether there is a forward pass to reverse.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">The network.</param>
/// <param name="scratch">Elements of scratch memory of a reverse pass.</param>
/// <param name="keepZeros">See <see cref="PackedNetwork{T}.Pack(bool, bool, bool, bool)"/>.</param>
internal sealed class PassNetwork<T>(Mlp<T> network, int scratch, bool keepZeros)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool _hasForward;

    public Mlp<T> Network => network;

    public PackedNetwork<T> Packed { get; } = new(network);

    public Workspace<T> Workspace { get; } = new();

    public ArraySegment<T> Scratch { get; } = AlignedMemory.Zeros<T>(scratch);

    /// <summary>Reads the parameters anew.</summary>
    public void Refresh()
    {
        Packed.Pack(reverse: true, reverseFirst: true, keepZeros: keepZeros);
        _hasForward = false;
    }

    /// <summary>Lets the forward pass that ended be reversed.</summary>
    public void EndForward() => _hasForward = true;

    /// <summary>Refuses to reverse without a forward pass.</summary>
    public void CheckForward()
    {
        if (!_hasForward)
        {
            throw new InvalidOperationException("Reverse needs a Forward before it; each forward pass can be reversed once.");
        }
    }

    /// <summary>Uses up the forward pass; refuses memory for the gradient that is not as long as the parameters.</summary>
    /// <param name="parameterGradient">Memory for the gradient.</param>
    /// <param name="mayBeEmpty">Whether there need be none.</param>
    public void BeginReverse(ReadOnlySpan<T> parameterGradient, bool mayBeEmpty)
    {
        if (parameterGradient.Length != network.Architecture.ParameterCount && !(mayBeEmpty && parameterGradient.IsEmpty))
        {
            throw new ArgumentException(
                $"The gradient has {parameterGradient.Length} elements; the network has {network.Architecture.ParameterCount} parameters.",
                nameof(parameterGradient));
        }

        _hasForward = false;
    }
}
