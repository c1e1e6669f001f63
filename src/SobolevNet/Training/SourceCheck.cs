using System.Numerics;

namespace SobolevNet;

/// <summary>Refuses sources that cannot be used, before any work is done.</summary>
internal static class SourceCheck
{
    /// <summary>Checks that a source makes sense.</summary>
    /// <exception cref="ArgumentException">It has no layout, no samples or no features.</exception>
    public static void IsSane<T>(IJetSource<T> source, string name = "source")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (source.Layout is null)
        {
            throw new ArgumentException($"The source's Layout is null; expected the components that {source.GetType().Name} gives.", name);
        }

        if (source.Count < 1)
        {
            throw new ArgumentException($"The source has {source.Count} samples; at least one is needed.", name);
        }

        if (source.InputFeatures < 1 || source.OutputFeatures < 1)
        {
            throw new ArgumentException(
                $"The source has {source.InputFeatures} inputs and {source.OutputFeatures} outputs; at least one of each is needed.", name);
        }
    }

    /// <summary>Checks that a source makes sense and has the network's shape.</summary>
    public static void Fits<T>(Mlp<T> network, IJetSource<T> source, string name = "source")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IsSane(source, name);
        if (source.InputFeatures != network.Architecture.Inputs || source.OutputFeatures != network.Architecture.Outputs)
        {
            throw new ArgumentException(
                $"The source has {source.InputFeatures} inputs and {source.OutputFeatures} outputs; the network ({network.Architecture}) has " +
                $"{network.Architecture.Inputs} and {network.Architecture.Outputs}.",
                name);
        }
    }
}
