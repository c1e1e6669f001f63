using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>Writes the jets of a manifold with flat coordinates at one point; see <see cref="DataManifold.Create"/>.</summary>
/// <remarks>Both views hold zeros at the start. Called from several threads at once; must always write the same for the same coordinates.</remarks>
/// <param name="coordinates">r, p numbers.</param>
/// <param name="input">C with its derivatives, shape (components, 1, n): write <c>input[component, 0, feature]</c>.</param>
/// <param name="target">y with its derivatives, shape (components, 1, m), same layout.</param>
public delegate void ManifoldFunction(ReadOnlySpan<double> coordinates, JetSpan<double> input, JetSpan<double> target);

/// <summary>Makes manifolds, and points and training data of manifolds.</summary>
public static class DataManifold
{
    /// <summary>A manifold with flat coordinates, from a delegate that writes C, ∂C, ∂²C, y, ∂y, ∂²y.</summary>
    /// <example>
    /// <code>
    /// // a bump that moves along a line of 64 pixels; the target is its place
    /// var manifold = DataManifold.Create([0.2], [0.8], inputFeatures: 64, outputFeatures: 1, (r, image, y) =&gt;
    /// {
    ///     for (int k = 0; k &lt; 64; k++)
    ///     {
    ///         double d = (k / 63.0 - r[0]) / 0.05, g = Math.Exp(-0.5 * d * d);
    ///         double[] jet = [g, d * g / 0.05, (d * d - 1) * g / 0.0025];
    ///         for (int c = 0; c &lt; image.Layout.Count; c++) image[c, 0, k] = jet[c];
    ///     }
    ///
    ///     y[0, 0, 0] = r[0];
    ///     if (y.Layout.Order &gt; 0) y[1, 0, 0] = 1;
    /// });
    /// </code>
    /// </example>
    /// <param name="lower">The lower end of each coordinate's range, p numbers; points are drawn uniformly between both.</param>
    /// <param name="upper">The upper end of each, above the lower one.</param>
    /// <param name="inputFeatures">n, at least p.</param>
    /// <param name="outputFeatures">m, at least 1.</param>
    /// <param name="function">Writes the jets; it is asked for full layouts of p tangents and order 0, 1 or 2.</param>
    /// <param name="inputsShareUnit">Whether all inputs are measured in one unit, as pixels are; see <see cref="IJetSource{T}.InputsShareUnit"/>.</param>
    /// <returns>The manifold. <see cref="IDataManifold.TangentScale"/> is the standard deviation of each coordinate.</returns>
    /// <exception cref="ArgumentException">The ranges do not fit each other, or a size is out of range.</exception>
    public static IDataManifold Create(
        ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, int inputFeatures, int outputFeatures, ManifoldFunction function, bool inputsShareUnit = true)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (lower.IsEmpty || lower.Length != upper.Length)
        {
            throw new ArgumentException(
                $"The ranges have {lower.Length} lower and {upper.Length} upper ends; as many of both are needed, and at least one.", nameof(upper));
        }

        for (int i = 0; i < lower.Length; i++)
        {
            if (!double.IsFinite(lower[i]) || !double.IsFinite(upper[i]) || !(upper[i] > lower[i]))
            {
                throw new ArgumentException(
                    $"The range of coordinate {i} is {lower[i]} to {upper[i]}; it must be finite and not empty.", nameof(upper));
            }
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(inputFeatures, lower.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputFeatures, 1);
        return new FunctionManifold(lower.ToArray(), upper.ToArray(), inputFeatures, outputFeatures, function, inputsShareUnit);
    }

    /// <summary>Draws points.</summary>
    /// <param name="manifold">The manifold.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="seed">Names the set; point k depends only on the seed and k.</param>
    /// <returns>The points.</returns>
    /// <exception cref="ArgumentException">The manifold contradicts itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1 or above what an array holds.</exception>
    public static double[][] DrawPoints(this IDataManifold manifold, int count, ulong seed)
    {
        CheckManifold(manifold, nameof(manifold));
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength);
        double[][] points = new double[count][];
        for (int k = 0; k < count; k++)
        {
            points[k] = new double[manifold.PointLength];
            var random = RandomStream.For(StreamPurpose.Points, seed, (ulong)k);
            manifold.Draw(ref random, points[k]);
        }

        return points;
    }

    /// <summary>Jets at random points of a manifold: training data.</summary>
    /// <remarks>Sample k is at point k of <see cref="DrawPoints"/> for the same seed.</remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="manifold">The manifold.</param>
    /// <param name="order">Highest order of derivatives: 0, 1 or 2.</param>
    /// <param name="count">Samples of an epoch, at least 1.</param>
    /// <param name="seed">Names the set of points.</param>
    /// <param name="isEndless">Whether every epoch has fresh points.</param>
    /// <returns>The source. Its jets are computed whenever they are asked for; <see cref="JetSource.Materialize"/> keeps them.</returns>
    /// <exception cref="ArgumentException">The manifold contradicts itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The order or the count is out of range.</exception>
    public static IJetSource<T> DrawJets<T>(this IDataManifold manifold, int order, int count, ulong seed, bool isEndless = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new ManifoldSource<T>(manifold, order, count, seed, isEndless);

    /// <summary>Refuses a manifold, which may be of a caller's own type, whose sizes contradict <see cref="IDataManifold"/>.</summary>
    internal static void CheckManifold(IDataManifold manifold, string name)
    {
        ArgumentNullException.ThrowIfNull(manifold, name);
        if (manifold.DegreesOfFreedom < 1 || manifold.PointLength < 1 || manifold.OutputFeatures < 1 || manifold.InputFeatures < manifold.DegreesOfFreedom)
        {
            throw new ArgumentException(
                $"The manifold ({manifold.GetType().Name}) has {manifold.DegreesOfFreedom} degrees of freedom, points of {manifold.PointLength} numbers, " +
                $"{manifold.InputFeatures} inputs and {manifold.OutputFeatures} outputs; it needs at least one of each, and as many inputs as degrees of freedom.",
                name);
        }
    }

    /// <summary>Refuses views that do not fit a manifold.</summary>
    internal static void CheckViews<T>(IDataManifold manifold, JetSpan<T> input, JetSpan<T> target)
        where T : unmanaged
    {
        CheckView(manifold, manifold.InputFeatures, input, nameof(input));
        CheckView(manifold, manifold.OutputFeatures, target, nameof(target));
        if (!input.Layout.Equals(target.Layout))
        {
            throw new ArgumentException($"The input's layout ({input.Layout}) is not the target's ({target.Layout}); both views have one layout.", nameof(input));
        }

        static void CheckView(IDataManifold manifold, int features, JetSpan<T> view, string name)
        {
            if (view.Layout is null || view.Samples != 1 || view.Features != features || !UpperTriangle.IsFull(view.Layout, view.Layout.Order)
                || (view.Layout.Order > 0 && view.Layout.Tangents != manifold.DegreesOfFreedom))
            {
                throw new ArgumentException(
                    $"The view has {view.Samples} samples of {view.Features} features ({view.Layout?.ToString() ?? "no layout"}); one sample of {features} " +
                    $"features in a full layout of {manifold.DegreesOfFreedom} tangents is to be filled.",
                    name);
            }
        }
    }

    /// <summary>Refuses a tangent that a manifold has not.</summary>
    internal static void CheckTangent(IDataManifold manifold, int tangent) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tangent, (uint)manifold.DegreesOfFreedom, nameof(tangent));

    /// <summary>Refuses memory of another length than a point's.</summary>
    internal static void CheckLength(int length, int expected, string name)
    {
        if (length != expected)
        {
            throw new ArgumentException($"{name} has {length} numbers; {expected} are expected.", name);
        }
    }

    /// <summary>Refuses a point that is not one of the manifold's.</summary>
    internal static void CheckPoint(IDataManifold manifold, ReadOnlySpan<double> point, string name)
    {
        if (point.Length != manifold.PointLength)
        {
            throw new ArgumentException($"The point has {point.Length} numbers; the manifold's points have {manifold.PointLength}.", name);
        }

        CheckFinite(point, name);
    }

    /// <summary>Refuses a vector of another length, or with NaN or infinity.</summary>
    internal static void CheckVector(ReadOnlySpan<double> vector, int length, string what, string name)
    {
        if (vector.Length != length)
        {
            throw new ArgumentException($"The {what} has {vector.Length} elements; expected {length}.", name);
        }

        CheckFinite(vector, name);
    }

    private static void CheckFinite(ReadOnlySpan<double> vector, string name)
    {
        int k = NotFinite.IndexIn(vector);
        if (k >= 0)
        {
            throw new ArgumentException($"Element {k} is {vector[k]}; all must be finite.", name);
        }
    }
}
