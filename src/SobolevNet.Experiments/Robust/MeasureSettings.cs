using SobolevNet.Experiments.Commands;
using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Experiments.Robust;

/// <summary>How the robustness of a network is measured.</summary>
internal sealed record MeasureSettings
{
    /// <summary>The fewest rows and columns of an image.</summary>
    public const int LeastImageSize = 4;

    private const ulong TestPoses = 2;
    private const ulong AttackedPoses = 3;

    /// <summary>Fresh clean images of the error.</summary>
    public required int TestImages { get; init; }

    /// <summary>Clean images at which the Jacobians of network and oracle are compared, and to which noise is added.</summary>
    public required int FirstOrderImages { get; init; }

    /// <summary>Clean images that are attacked: the first ones of <see cref="FirstOrderImages"/>.</summary>
    public required int AttackImages { get; init; }

    /// <summary>Euclidean sizes of perturbations, rising.</summary>
    public required double[] AttackSizes { get; init; }

    /// <summary>Steps of the ascent from each start.</summary>
    public required int AttackSteps { get; init; }

    /// <summary>Random starts in addition to the singular vectors of the first order.</summary>
    public int RandomStarts { get; init; } = 1;

    /// <summary>Standard deviations of noise, rising.</summary>
    public required double[] NoiseDeviations { get; init; }

    /// <summary>Draws of noise for each image.</summary>
    public int NoiseDraws { get; init; } = 4;

    /// <summary>Rows and columns of an image.</summary>
    public int ImageSize { get; init; } = 41;

    /// <summary>Standard deviation of the Gaussian that smooths the image.</summary>
    public double Sigma { get; init; } = 0.03;

    /// <summary>Names the test images, the attacked ones and the noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The options of the settings, shared by robust and attack.</summary>
    public static SettingsOptions<MeasureSettings> Options() => new()
    {
        { "--test", "Fresh clean images of the error.", Values.Count(2), s => s.TestImages, (s, count) => s with { TestImages = count } },
        { "--first-order", "Images of the first-order vulnerability and of the errors under noise.", Values.Count(2), s => s.FirstOrderImages, (s, count) => s with { FirstOrderImages = count } },
        { "--attacked", "Images that are attacked.", Values.Count(1), s => s.AttackImages, (s, count) => s with { AttackImages = count } },
        { "--sizes", "Euclidean lengths of perturbations.", Values.Rising, s => s.AttackSizes, (s, sizes) => s with { AttackSizes = sizes } },
        { "--attack-steps", "Steps of an attack from each start.", Values.Count(0, 10_000), s => s.AttackSteps, (s, count) => s with { AttackSteps = count } },
        { "--noise", "Standard deviations of the noise of a pixel.", Values.Rising, s => s.NoiseDeviations, (s, deviations) => s with { NoiseDeviations = deviations } },
        { "--size", "Rows and columns of an image.", Values.Integer("PIXELS", LeastImageSize, 1024), s => s.ImageSize, (s, size) => s with { ImageSize = size } },
        { "--sigma", "Width of the Gaussian that smooths the image.", Values.Real("NUMBER", 0), s => s.Sigma, (s, sigma) => s with { Sigma = sigma } },
        { "--seed", "Names images, perturbations and initial weights.", Values.Seed, s => s.Seed, (s, seed) => s with { Seed = seed } },
    };

    public CubeRenderer Renderer() => new(new CubeRendererOptions { Rows = ImageSize, Columns = ImageSize, Sigma = Sigma });

    public CubeManifold Manifold() => new(Renderer());

    public IJetSource<float> TestImagesSource() => new CubeSource(Renderer(), 0, TestImages, SeedOf(TestPoses));

    /// <summary>The clean images at which robustness is measured.</summary>
    public double[][] Points(IDataManifold manifold) => manifold.DrawPoints(Math.Max(FirstOrderImages, AttackImages), SeedOf(AttackedPoses));

    private ulong SeedOf(ulong poses) => new RandomStream(Seed, poses).NextBits();
}
