using System.Globalization;
using SobolevNet.Experiments.Plotting;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.CubeImages;

/// <summary>The components of a cube's image: the image and its derivatives.</summary>
internal static class CubeComponents
{
    private static readonly string[] Tangents = ["tx", "ty", "tz", "rx", "ry", "rz"];

    /// <summary>The name of a component, such as "value", "tx" or "tx ty".</summary>
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

    /// <summary>A component of an image as a picture with its name and largest magnitude.</summary>
    public static Picture Picture(CubeRenderer renderer, JetBatch<double> jet, int component)
    {
        var values = jet.Row(component, 0);
        var (rows, columns) = (renderer.Grid.Rows, renderer.Grid.Columns);
        return component == 0
            ? new Picture(ImagePixels.Gray(values, rows, columns), "image")
            : new Picture(
                ImagePixels.Signed(values, rows, columns),
                string.Create(CultureInfo.InvariantCulture, $"∂{NameOf(jet.Layout, component).Replace(" ", " ∂")}, up to {ImagePixels.LargestMagnitude(values):0.#}"));
    }
}
