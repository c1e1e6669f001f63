namespace SobolevNet.Experiments.Cubes;

/// <summary>Names of the components of cube jets.</summary>
internal static class CubeComponents
{
    private static readonly string[] Tangents = ["tx", "ty", "tz", "rx", "ry", "rz"];

    /// <summary>"value", "tx" or "tx ty".</summary>
    public static string NameOf(JetLayout layout, int component)
    {
        switch (layout.OrderOf(component))
        {
            case 0:
                return "value";
            case 1:
                return Tangents[layout.Firsts[component - 1]];
            default:
                var second = layout.Seconds[component - 1 - layout.Firsts.Length];
                return $"{Tangents[second.I]} {Tangents[second.J]}";
        }
    }
}
