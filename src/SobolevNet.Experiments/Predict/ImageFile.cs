using SkiaSharp;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Predict;

/// <summary>Reads images as inputs of a network.</summary>
internal static class ImageFile
{
    /// <summary>Reads an image as the pixels of a network's input, row-major.</summary>
    /// <param name="path">An .npy array or a PNG file.</param>
    /// <param name="pixels">Number of the network's inputs.</param>
    /// <exception cref="Failure">The file is missing, of another kind, of another size or not finite.</exception>
    public static double[] Read(string path, int pixels)
    {
        if (!File.Exists(path))
        {
            throw new Failure($"There is no image file {path}.");
        }

        double[] values = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npy" => ReadNpy(path, pixels),
            ".png" => ReadPng(path, pixels),
            string other => throw new Failure($"{path} ends in \"{other}\"; expected an image as .npy or .png."),
        };
        int bad = Array.FindIndex(values, value => !double.IsFinite(value));
        return bad < 0 ? values : throw new Failure($"{path} has {values[bad]} at element {bad}; all pixels must be finite.");
    }

    private static double[] ReadNpy(string path, int pixels)
    {
        var array = NpyFile.Read<double>(path);
        if (array.Data.Length == pixels)
        {
            return array.Data;
        }

        // A jet, components × image: its first component is the image.
        int[] shape = array.Shape.ToArray();
        return shape.Length >= 2 && shape[0] > 0 && array.Data.Length / shape[0] == pixels
            ? array.Data[..pixels]
            : throw new Failure($"{path} has the shape ({string.Join(", ", shape)}); the network needs {Needed(pixels)}.");
    }

    private static double[] ReadPng(string path, int pixels)
    {
        using var bitmap = SKBitmap.Decode(path) ?? throw new Failure($"{path} is not a PNG image that can be read.");
        if (bitmap.Width * bitmap.Height != pixels)
        {
            throw new Failure($"{path} is {bitmap.Height} × {bitmap.Width} pixels; the network needs {Needed(pixels)}.");
        }

        var values = new double[pixels];
        for (int k = 0; k < pixels; k++)
        {
            var color = bitmap.GetPixel(k % bitmap.Width, k / bitmap.Width);
            values[k] = ((0.2126 * color.Red) + (0.7152 * color.Green) + (0.0722 * color.Blue)) / 255;
        }

        return values;
    }

    private static string Needed(int pixels)
    {
        int side = (int)Math.Round(Math.Sqrt(pixels));
        return side * side == pixels ? $"{side} × {side} pixels" : $"{pixels} pixels";
    }
}
