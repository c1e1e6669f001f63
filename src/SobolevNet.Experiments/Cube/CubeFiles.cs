namespace SobolevNet.Experiments.Cube;

/// <summary>Names of the files of a cube experiment in its folder.</summary>
internal static class CubeFiles
{
    public const string Curves = "learning-curves.png";
    public const string Grid = "cubes.png";

    public static string Network(int order) => $"order{order}.safetensors";

    public static string Checkpoint(int order) => $"checkpoint{order}.safetensors";
}
