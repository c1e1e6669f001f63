using System.CommandLine;
using System.Globalization;
using SobolevNet.Experiments.Robust;

namespace SobolevNet.Experiments.Commands;

/// <summary>The options of how robustness is measured, shared by robust and attack.</summary>
internal sealed class MeasureOptions
{
    /// <summary>The fewest rows and columns of an image.</summary>
    public const int LeastImageSize = 4;

    private readonly Option<int?> _test;
    private readonly Option<int?> _firstOrder;
    private readonly Option<int?> _attacked;
    private readonly Option<double[]?> _sizes;
    private readonly Option<int?> _steps;
    private readonly Option<double[]?> _noise;
    private readonly Option<int?> _imageSize;
    private readonly Option<double?> _sigma;
    private readonly Option<ulong?> _seed = Options.Seed("Names images, perturbations and initial weights. [default: 1]");

    /// <summary>Makes the options.</summary>
    /// <param name="preset">What they are in a preset, for their descriptions.</param>
    public MeasureOptions(Func<string, MeasureSettings> preset)
    {
        _test = Options.Integer("--test", "COUNT", Describe("Fresh clean images of the error.", name => preset(name).TestImages), 2);
        _firstOrder = Options.Integer("--first-order", "COUNT", Describe("Images of the first-order vulnerability, and that noise is added to.", name => preset(name).FirstOrderImages), 2);
        _attacked = Options.Integer("--attacked", "COUNT", Describe("Images that are attacked.", name => preset(name).AttackImages), 1);
        _sizes = Options.Rising(
            "--sizes", "LIST", Describe("Euclidean lengths of perturbations.", name => string.Join(',', preset(name).AttackSizes.Select(Text))));
        _steps = Options.Integer("--attack-steps", "COUNT", Describe("Steps of an attack from each start.", name => preset(name).AttackSteps), 0, 10_000);
        _noise = Options.Rising(
            "--noise", "LIST", Describe("Deviations of noise of a pixel.", name => string.Join(',', preset(name).NoiseDeviations.Select(Text))));
        _imageSize = Options.Integer("--size", "PIXELS", Describe("Rows and columns of an image.", name => preset(name).ImageSize), LeastImageSize, 1024);
        _sigma = Options.Real("--sigma", "NUMBER", Describe("Width of the Gaussian that smooths the image.", name => preset(name).Sigma), 0);
    }

    public IReadOnlyList<Option> All => [_test, _firstOrder, _attacked, _sizes, _steps, _noise, _imageSize, _sigma, _seed];

    public MeasureSettings Settings(ParseResult parsed, MeasureSettings preset) => preset with
    {
        TestImages = parsed.GetValue(_test) ?? preset.TestImages,
        FirstOrderImages = parsed.GetValue(_firstOrder) ?? preset.FirstOrderImages,
        AttackImages = parsed.GetValue(_attacked) ?? preset.AttackImages,
        AttackSizes = parsed.GetValue(_sizes) is { Length: > 0 } sizes ? sizes : preset.AttackSizes,
        AttackSteps = parsed.GetValue(_steps) ?? preset.AttackSteps,
        NoiseDeviations = parsed.GetValue(_noise) is { Length: > 0 } noise ? noise : preset.NoiseDeviations,
        ImageSize = parsed.GetValue(_imageSize) ?? preset.ImageSize,
        Sigma = parsed.GetValue(_sigma) ?? preset.Sigma,
        Seed = parsed.GetValue(_seed) ?? preset.Seed,
    };

    /// <summary>Says what an option is in the presets.</summary>
    public static string Describe(string description, Func<string, object> value)
    {
        string[] values = [.. RobustPresets.Names.Select(name => Convert.ToString(value(name), CultureInfo.InvariantCulture)!)];
        return values.Distinct().Count() == 1
            ? $"{description} [default: {values[0]}]"
            : $"{description} [{string.Join("; ", RobustPresets.Names.Zip(values, (name, text) => $"{name} {text}"))}]";
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
