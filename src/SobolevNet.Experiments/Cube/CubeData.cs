using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using SobolevNet.Experiments.CubeImages;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Cube;

/// <summary>The training, validation and test images of an experiment. No pose is in two of them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class CubeData<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const ulong TrainingPoses = 0;
    private const ulong ValidationPoses = 1;
    private const ulong TestPoses = 2;

    private CubeData(IJetSource<T> training, IJetSource<T>? validation, IJetSource<T> test, double halfEdge, double testDeviation, TestPlaces places) =>
        (Training, Validation, Test, HalfEdge, TestDeviation, Places) = (training, validation, test, halfEdge, testDeviation, places);

    public IJetSource<T> Training { get; }

    public IJetSource<T>? Validation { get; }

    public IJetSource<T> Test { get; }

    /// <summary>Half the edge of the cube.</summary>
    public double HalfEdge { get; }

    /// <summary>Root mean square distance of a vertex from its mean position over the test images.</summary>
    public double TestDeviation { get; }

    /// <summary>Where the test images lie.</summary>
    public TestPlaces Places { get; }

    /// <summary>The test images, or the first ones of them.</summary>
    public static CubeSource<T> TestSource(CubeSettings settings, int order, int? count = null) =>
        Source(settings, order, count ?? settings.TestImages, TestPoses);

    /// <summary>Renders the images that fit in memory; the others are rendered when they are used.</summary>
    public static CubeData<T> Render(CubeSettings settings, int order, IProgressView view, CancellationToken cancellationToken)
    {
        var training = Source(settings, order, settings.TrainingImages, TrainingPoses, settings.FreshImages);
        var validation = settings.ValidationImages == 0 ? null : Source(settings, 0, settings.ValidationImages, ValidationPoses);
        var part = view.Start("render");
        var clock = Stopwatch.StartNew();
        int rendered = 0;
        var testSource = TestSource(settings, 2);
        var test = Cached(testSource);
        var (cachedTraining, cachedValidation) = (Cached(training), validation is null ? null : Cached(validation));
        clock.Stop();
        var data = new CubeData<T>(
            cachedTraining, cachedValidation, test, training.Renderer.Options.HalfEdge, CubeTargets.VertexDeviation(test, cancellationToken),
            TestPlaces.Of(testSource, training, cancellationToken));
        part.Done(
            rendered == 0 ? "during training"
            : string.Create(CultureInfo.InvariantCulture, $"{rendered} images, {clock.Elapsed.TotalSeconds:0.0} s"));
        return data;

        IJetSource<T> Cached(CubeSource<T> source)
        {
            double bytes = (double)source.Layout.Count * source.Count * source.InputFeatures * Unsafe.SizeOf<T>();
            bool fits = bytes <= settings.CacheGigabytes * (1 << 30) && bytes / Unsafe.SizeOf<T>() <= Array.MaxLength;
            if (source.IsEndless || !fits)
            {
                return source;
            }

            rendered += source.Count;
            return source.Materialize(threads: settings.Threads, cancellationToken: cancellationToken);
        }
    }

    private static CubeSource<T> Source(CubeSettings settings, int order, int count, ulong poses, bool endless = false) => new(
        settings.Renderer(), order, count, new RandomStream(settings.Seed, poses).NextBits(), endless, settings.Range());
}
