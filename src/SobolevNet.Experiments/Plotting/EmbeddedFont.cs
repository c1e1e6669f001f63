using ScottPlot;
using SkiaSharp;

namespace SobolevNet.Experiments.Plotting;

/// <summary>
/// The font of all pictures. It is part of the program, because a machine may have no fonts, and so pictures look the same on every
/// machine.
/// </summary>
internal sealed class EmbeddedFont : IFontResolver
{
    public const string Name = "Roboto";
    private const string Resource = "Roboto-Regular.ttf";

    private static readonly Lazy<SKTypeface> Loaded = new(Load);

    private EmbeddedFont()
    {
    }

    public static SKTypeface Typeface => Loaded.Value;

    /// <summary>Makes plots use the font.</summary>
    public static void UseInPlots()
    {
        if (!Fonts.FontResolvers.Any(resolver => resolver is EmbeddedFont))
        {
            Fonts.FontResolvers.Insert(0, new EmbeddedFont());
        }

        Fonts.Default = Name;
        Fonts.Sans = Name;
    }

    // Plots get this font for every family, weight and slant.
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => Load();

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => Load();

    private static SKTypeface Load()
    {
        using var stream = typeof(EmbeddedFont).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The font {Resource} is missing from the program.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException($"The font {Resource} cannot be read.");
    }
}
