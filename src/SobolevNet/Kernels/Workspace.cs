using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>The scratch memory of one thread, for packed panels; grows to what is asked and is then kept.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Workspace<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _panel = [];

    /// <summary>At least this many elements, with unspecified content.</summary>
    public Span<T> Panel(int length)
    {
        if (_panel.Length < length)
        {
            _panel = GC.AllocateUninitializedArray<T>(length, pinned: true);
        }

        return _panel.AsSpan(0, length);
    }
}
