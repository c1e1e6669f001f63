using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Experiments.Robust;

/// <summary>How the robustness of a network is measured.</summary>
internal sealed record MeasureSettings
{
    private const ulong TestPoses = 2;
    private const ulong AttackedPoses = 3;

    /// <summary>Fresh clean images of the error.</summary>
    public required int TestImages { get; init; }

    /// <summary>Clean images at which the Jacobians of network and oracle are compared, and that noise is added to.</summary>
    public required int FirstOrderImages { get; init; }

    /// <summary>Clean images that are attacked; the first of those above.</summary>
    public required int AttackImages { get; init; }

    /// <summary>Euclidean sizes of perturbations, rising.</summary>
    public required double[] AttackSizes { get; init; }

    /// <summary>Steps of the ascent from each start.</summary>
    public required int AttackSteps { get; init; }

    /// <summary>Random starts beside those of the first order.</summary>
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

    public CubeRenderer Renderer() => new(new CubeRendererOptions { Rows = ImageSize, Columns = ImageSize, Sigma = Sigma });

    public CubeManifold Manifold() => new(Renderer());

    public IJetSource<float> TestImagesSource() => new CubeSource(Renderer(), 0, TestImages, SeedOf(TestPoses));

    /// <summary>The clean images at which robustness is measured.</summary>
    public double[][] Points(IDataManifold manifold) => manifold.DrawPoints(Math.Max(FirstOrderImages, AttackImages), SeedOf(AttackedPoses));

    private ulong SeedOf(ulong poses) => new RandomStream(Seed, poses).NextBits();
}
