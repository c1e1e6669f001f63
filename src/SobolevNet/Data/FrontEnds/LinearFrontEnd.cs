using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.FrontEnds;

/// <summary>
/// A fixed linear map from n raw inputs to K features, found from the jets of training data. It is put before a network during
/// training and folded into its first layer afterwards.
/// </summary>
/// <remarks>
/// <para>
/// A feature is w·(x − x̄). The K directions w with the largest ratio of variance over the samples to slope and curvature along each sample's path
/// are selected: the largest μ of C₀w = μ(C₀ + a₁C₁ + a₂C₂)w, where C₀ is the covariance of the inputs and
/// C₁, C₂ are the mean squares of their first and second derivatives, in units of the tangents' scales (as in the
/// loss). Fine detail of an image has large derivatives and little information that coarse detail lacks, so such features
/// carry the information of the image with little of its curvature, and a network fits its derivatives more easily. The problem is
/// solved in the space of the leading principal components of the inputs. With a source of order 0, or both weights 0, the features
/// are the principal components themselves.
/// </para>
/// <para>
/// Features are scaled so that the k-th has the variance (μₖ/μ₀)^(1 − 2q), with q = <see cref="LinearFrontEndOptions.Whitening"/>, and
/// signed so that the largest weight is positive. They share one unit (<see cref="IJetSource{T}.InputsShareUnit"/>), so that
/// standardization keeps their relative sizes.
/// </para>
/// <para>
/// A step of training then costs as much as with K inputs instead of n, and projected jets are small enough to be kept in memory
/// (<see cref="JetSource.Materialize"/>). Slow-feature analysis (Wiskott and Sejnowski, 2002) is the same idea with first
/// derivatives by time.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var frontEnd = LinearFrontEnd&lt;float&gt;.Fit(images, features: 64);
/// var core = Mlp&lt;float&gt;.Create(64, [128, 128], outputs, Activation.Silu);
/// new SobolevTrainer&lt;float&gt;(core, options).Fit(frontEnd.Project(images).Materialize());
/// Mlp&lt;float&gt; network = frontEnd.Fold(core);     // takes raw images
/// </code>
/// </example>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LinearFrontEnd<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string BehindIt =
        "Behind a front end the network takes features instead of raw inputs: project the clean source, and make the source that changes of the result.";

    private readonly T[] _mean;
    private readonly T[] _weights;
    private readonly double[] _strengths;
    private readonly T[] _shift;
    private readonly JetProjection<T> _projection;

    internal LinearFrontEnd(T[] mean, T[] weights, double[] strengths, T[] shift)
    {
        _mean = mean;
        _weights = weights;
        _strengths = strengths;
        _shift = shift;
        _projection = new JetProjection<T>(mean, weights, shift);
    }

    /// <summary>Raw inputs n.</summary>
    public int Inputs => _mean.Length;

    /// <summary>Features K.</summary>
    public int Features => _weights.Length / _mean.Length;

    /// <summary>x̄, the mean input that is subtracted from values, shape (n).</summary>
    public ReadOnlySpan<T> Mean => _mean;

    /// <summary>W, shape (K, n), row-major: the feature k is W[k]·(x − x̄).</summary>
    public ReadOnlySpan<T> Weights => _weights;

    /// <summary>
    /// μ of each feature, in falling order: variance / (variance + weighted slope + weighted curvature), in [0, 1]; for plain
    /// principal components their variance.
    /// </summary>
    public ReadOnlySpan<double> Strengths => _strengths;

    /// <summary>Finds the features of a source.</summary>
    /// <param name="source">The training data; at most <see cref="LinearFrontEndOptions.Samples"/> of them are measured.</param>
    /// <param name="features">K, from 1 to the number of candidates and of inputs.</param>
    /// <param name="options">How to choose; the defaults if null.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The front end; the same to the bit for any number of threads.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There cannot be so many features.</exception>
    /// <exception cref="ArgumentException">
    /// The inputs or their derivatives are not finite or overflow when squared, vary in fewer independent directions than features are wanted, or change during training.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static LinearFrontEnd<T> Fit(
        IJetSource<T> source, int features, LinearFrontEndOptions? options = null, CancellationToken cancellationToken = default)
    {
        SourceArgument.Check(source);
        options ??= new LinearFrontEndOptions();
        AdaptiveSources.Refuse(source, BehindIt);
        int most = Math.Min(options.Candidates, source.InputFeatures);
        if (features < 1 || features > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(features), features,
                $"A front end of {source.InputFeatures} inputs and {options.Candidates} candidates has 1 to {most} features.");
        }

        if (source.Count < 2)
        {
            throw new ArgumentException($"The source has {source.Count} samples; features need at least 2.", nameof(source));
        }

        using var team = new WorkerTeam(options.Threads == 0 ? Environment.ProcessorCount : options.Threads);
        return new FrontEndFit<T>(source, options, team, cancellationToken).Run(features);
    }

    /// <summary>A source whose inputs are projected when they are asked for.</summary>
    /// <remarks>
    /// Values become W(x − x̄), derivatives W ∂x. All else is the source's. Project a clean source first; other transforms can be made of the result.
    /// </remarks>
    /// <param name="source">A source of jets with <see cref="Inputs"/> features.</param>
    /// <returns>The source of <see cref="Features"/> input features; nothing is stored.</returns>
    /// <exception cref="ArgumentException">The source has another number of inputs, or changes during training.</exception>
    public IJetSource<T> Project(IJetSource<T> source)
    {
        SourceArgument.Check(source);
        AdaptiveSources.Refuse(source, BehindIt);
        return source.InputFeatures == Inputs
            ? new ProjectedJetSource<T>(source, _projection)
            : throw new ArgumentException($"The source has {source.InputFeatures} inputs; the front end takes {Inputs}.", nameof(source));
    }

    /// <summary>
    /// The network of raw inputs that equals this front end followed by a network of features: with the core's first layer (W₁, b₁)
    /// acting on unscaled features, the first layer is (W₁W, b₁ − W₁W x̄), with x̄ relative to the shift where there is one.
    /// </summary>
    /// <param name="core">A network of <see cref="Features"/> inputs; it is not changed.</param>
    /// <returns>
    /// A network of <see cref="Inputs"/> inputs with the core's output scaling. Inputs whose mean is large relative to their spread are shifted by it
    /// (<see cref="Mlp{T}.InputScaling"/>), because a bias of that size would cost accuracy; other inputs are not scaled.
    /// </returns>
    /// <exception cref="ArgumentException">The core has another number of inputs.</exception>
    public Mlp<T> Fold(Mlp<T> core)
    {
        ArgumentNullException.ThrowIfNull(core);
        var architecture = core.Architecture;
        if (architecture.Inputs != Features)
        {
            throw new ArgumentException($"The network has {architecture.Inputs} inputs; the front end gives {Features} features.", nameof(core));
        }

        var folded = new Mlp<T>(
            new MlpArchitecture(Inputs, architecture.Hidden.ToArray(), architecture.Outputs, architecture.Activation, architecture.FirstActivation))
        {
            OutputScaling = core.OutputScaling,
            InputScaling = _shift.AsSpan().ContainsAnyExcept(T.Zero) ? new FeatureScaling<T>(_shift, Ones(Inputs)) : null,
        };
        var from = core.Layer(0);
        var to = folded.Layer(0);
        core.Parameters[(from.Weights.Length + from.Bias.Length)..].CopyTo(folded.Parameters[(to.Weights.Length + to.Bias.Length)..]);

        // Sums in double: a float network loses no more than the rounding of its weights.
        double[] row = new double[Inputs];
        double[] feature = new double[Inputs];
        double[] mean = new double[Inputs];
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = double.CreateTruncating(_mean[i]) - double.CreateTruncating(_shift[i]);
        }

        for (int o = 0; o < from.Outputs; o++)
        {
            double bias = double.CreateTruncating(from.Bias[o]);
            Array.Clear(row);
            for (int k = 0; k < Features; k++)
            {
                double weight = double.CreateTruncating(from.Weights[(o * Features) + k]);
                if (core.InputScaling is { } scaling)
                {
                    weight /= double.CreateTruncating(scaling.Scale[k]);
                    bias -= weight * double.CreateTruncating(scaling.Shift[k]);
                }

                TensorPrimitives.ConvertTruncating<T, double>(_weights.AsSpan(k * Inputs, Inputs), feature);
                TensorPrimitives.MultiplyAdd(feature, weight, row, row);
            }

            TensorPrimitives.ConvertTruncating<double, T>(row, to.Weights.Slice(o * Inputs, Inputs));
            to.Bias[o] = T.CreateTruncating(bias - TensorPrimitives.Dot<double>(row, mean));
        }

        return folded;
    }

    private static T[] Ones(int count)
    {
        var ones = new T[count];
        Array.Fill(ones, T.One);
        return ones;
    }
}
