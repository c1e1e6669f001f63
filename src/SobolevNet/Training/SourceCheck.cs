using System.Numerics;

namespace SobolevNet;

/// <summary>Refuses sources that cannot be used, before any work is done.</summary>
internal static class SourceCheck
{
    /// <summary>Checks that a source makes sense and has the network's shape.</summary>
    public static void Fits<T>(Mlp<T> network, IJetSource<T> source, string name = "source")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SourceArgument.Check(source, name);
        if (source.InputFeatures != network.Architecture.Inputs || source.OutputFeatures != network.Architecture.Outputs)
        {
            throw new ArgumentException(
                $"The source has {source.InputFeatures} inputs and {source.OutputFeatures} outputs; the network ({network.Architecture}) has " +
                $"{network.Architecture.Inputs} and {network.Architecture.Outputs}.",
                name);
        }
    }
}
