using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Cube;

/// <summary>The errors of a part of the test images, chosen by where their poses lie.</summary>
internal sealed record PlaceRow
{
    /// <summary><see cref="TestPlaces.Edge"/> or <see cref="TestPlaces.Neighbor"/>.</summary>
    public required string Distance { get; init; }

    /// <summary>The least distance of the images.</summary>
    public required double From { get; init; }

    /// <summary>The largest distance of the images.</summary>
    public required double To { get; init; }

    /// <summary>Number of images.</summary>
    public required int Images { get; init; }

    /// <summary>Root mean square error over these images, in the unit of the error over all test images.</summary>
    public required double ErrorPercent { get; init; }

    /// <summary>Median of the images' errors, in the same unit.</summary>
    public required double MedianPercent { get; init; }
}

/// <summary>Where the poses of the test images lie: how far from the edge of the range, and from the nearest training image.</summary>
internal sealed class TestPlaces
{
    /// <summary>1 − the largest of |angle| and |translations|, each over its bound: 0 at the edge of the range, 1 in the center.</summary>
    public const string Edge = "edge of the range";

    /// <summary>Root mean square distance of the cube's eight vertices from those of the nearest training image, in widths of an edge (σ).</summary>
    public const string Neighbor = "nearest training image";

    private const int Parts = 4;

    private readonly (string Name, double[] Of)[] _distances;

    private TestPlaces(params (string Name, double[] Of)[] distances) => _distances = distances;

    /// <summary>Finds the places. Training images that are new in every epoch are no neighbors.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="test">The test images.</param>
    /// <param name="training">The training images.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public static TestPlaces Of<T>(CubeSource<T> test, CubeSource<T> training, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] edge = [.. Poses(test).Select(pose => FromEdge(pose, test.Range))];
        return training.IsEndless ? new((Edge, edge)) : new((Edge, edge), (Neighbor, FromNeighbors(test, training, cancellationToken)));
    }

    /// <summary>The errors of all test images, and in four equal parts of them for each kind of distance, nearest first.</summary>
    /// <param name="errors">The error of every test image in per cent.</param>
    public IReadOnlyList<PlaceRow> Rows(double[] errors)
    {
        var rows = new List<PlaceRow>();
        foreach (var (name, distances) in _distances)
        {
            int[] images = [.. Enumerable.Range(0, errors.Length).OrderBy(image => distances[image])];
            int[][] parts = [.. Enumerable.Range(0, Parts).Select(part => images[(part * images.Length / Parts)..((part + 1) * images.Length / Parts)])];
            int[][] groups = rows.Count == 0 ? [images, .. parts] : parts;
            rows.AddRange(groups.Where(group => group.Length > 0).Select(group => Row(name, distances, group, errors)));
        }

        return rows;
    }

    private static PlaceRow Row(string name, double[] distances, int[] images, double[] errors)
    {
        double[] sorted = [.. images.Select(image => errors[image]).Order()];
        return new PlaceRow
        {
            Distance = name,
            From = distances[images[0]],
            To = distances[images[^1]],
            Images = images.Length,
            ErrorPercent = Math.Sqrt(sorted.Average(error => error * error)),
            MedianPercent = 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]),
        };
    }

    private static IEnumerable<Pose> Poses<T>(CubeSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Enumerable.Range(0, source.Count).Select(sample => source.PoseOf(sample));

    private static double FromEdge(Pose pose, PoseRange range) =>
        1 - Math.Max(Math.Abs(pose.Angle) / range.MaximalAngle, Coordinates(pose.Translation).Max(Math.Abs) / range.MaximalTranslation);

    private static double[] FromNeighbors<T>(CubeSource<T> test, CubeSource<T> training, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = test.Renderer.Options;
        double[][] neighbors = [.. Poses(training).Select(pose => Embedded(pose, options.HalfEdge))];
        return
        [
            .. Poses(test).Select(pose =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                double[] here = Embedded(pose, options.HalfEdge);
                return neighbors.Min(there => TensorPrimitives.Distance<double>(here, there)) / options.Sigma;
            }),
        ];
    }

    /// <summary>
    /// The translation and the rotation's columns times half an edge. Their Euclidean distance is the root mean square distance of the
    /// vertices of two cubes, because the second moments of the vertices (±1, ±1, ±1) are the unit matrix.
    /// </summary>
    private static double[] Embedded(Pose pose, double halfEdge)
    {
        Vector3D[] columns = [new(halfEdge, 0, 0), new(0, halfEdge, 0), new(0, 0, halfEdge)];
        return [.. Coordinates(pose.Translation), .. columns.SelectMany(column => Coordinates(pose.Rotate(column)))];
    }

    private static double[] Coordinates(Vector3D vector) => [vector.X, vector.Y, vector.Z];
}
