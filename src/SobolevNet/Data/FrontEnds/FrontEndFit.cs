using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.FrontEnds;

/// <summary>The search for the features of a front end: principal components, then the generalized eigenproblem among them.</summary>
internal sealed class FrontEndFit<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Samples whose projected jets are in memory at the same time.</summary>
    private const int Chunk = 32;

    /// <summary>The most rows of projected jets, unless one sample has more.</summary>
    private const int MaxRows = 32768;

    /// <summary>Samples that a thread fills between two checks for cancellation.</summary>
    private const int Piece = 8;

    /// <summary>Makes the problem definite, relative to the mean of the diagonal.</summary>
    private const double Ridge = 1e-9;

    private readonly IJetSource<T> _source;
    private readonly LinearFrontEndOptions _options;
    private readonly WorkerTeam _team;
    private readonly CancellationToken _cancellationToken;
    private readonly SharedProduct _product;
    private readonly long[] _samples;
    private readonly double[] _tangentScales;

    public FrontEndFit(IJetSource<T> source, LinearFrontEndOptions options, WorkerTeam team, CancellationToken cancellationToken)
    {
        (_source, _options, _team, _cancellationToken) = (source, options, team, cancellationToken);
        _product = new SharedProduct(team);
        _samples = SampleSubset.Of(source.Count, options.Samples);
        _tangentScales = TangentScales.Of(source);
    }

    public LinearFrontEnd<T> Run(int features)
    {
        int inputs = _source.InputFeatures;
        double[] x = Values();
        var (mean, shift) = Center(x);
        double largest = TensorPrimitives.MaxMagnitude<double>(x);
        if (!double.IsFinite(largest * largest * x.Length))
        {
            throw new ArgumentException(
                $"The inputs vary by up to {largest:G3}, and the squares of that overflow; measure them in a larger unit.", "source");
        }

        var axes = PrincipalAxes.Find(x, _samples.Length, inputs, Math.Min(_options.Candidates, inputs), _product, _cancellationToken);
        if (axes.Count < features)
        {
            throw new ArgumentException(
                $"The inputs of the {_samples.Length} measured samples vary in {axes.Count} independent ways; {features} features need as many.",
                nameof(features));
        }

        double[] weights = axes.Axes[..(features * inputs)];
        double[] strengths = axes.Variances[..features];
        if (Order() is var order and > 0)
        {
            (weights, strengths) = Slowest(axes, order, mean, shift, features);
        }

        var rounded = new T[features * inputs];
        for (int k = 0; k < features; k++)
        {
            // Rows have the variance μ and get (μ/μ₀)^(1 − 2q).
            var row = weights.AsSpan(k * inputs, inputs);
            double scale = Math.Pow(strengths[k] / strengths[0], -_options.Whitening) / Math.Sqrt(strengths[0]);
            double sign = row[TensorPrimitives.IndexOfMaxMagnitude<double>(row)] < 0 ? -1 : 1;
            TensorPrimitives.Multiply(row, scale * sign, row);
            TensorPrimitives.ConvertTruncating<double, T>(row, rounded.AsSpan(k * inputs, inputs));
        }

        if (!TensorPrimitives.IsFiniteAll<T>(rounded))
        {
            throw new ArgumentException(
                $"The inputs vary by about {Math.Sqrt(axes.Variances[0]):G3}, too little for features of unit size in {typeof(T).Name}; measure them in a smaller unit.",
                "source");
        }

        return new LinearFrontEnd<T>(mean, rounded, strengths, shift);
    }

    /// <summary>The highest order whose derivatives matter.</summary>
    private int Order()
    {
        int order = Math.Min(_source.Layout.Order, _source.InputOrder);
        return order >= 2 && _options.SecondOrderWeight > 0 ? 2 : order >= 1 && _options.FirstOrderWeight > 0 ? 1 : 0;
    }

    /// <summary>The values of the inputs, shape (samples, inputs).</summary>
    private double[] Values()
    {
        int inputs = _source.InputFeatures;
        double[] x = new double[_samples.Length * inputs];
        Run(JetLayout.Value, 0, _samples.Length, 1, (raw, at, _) => TensorPrimitives.ConvertTruncating<T, double>(raw.Data[..(raw.Samples * inputs)], x.AsSpan(at * inputs)));
        return x;
    }

    /// <summary>Subtracts the mean, rounded to the precision of the front end.</summary>
    /// <returns>
    /// The mean, and the shift: those elements of the mean that are large relative to the deviation of the input. They are subtracted first, because W x and W x̄ would
    /// cancel. The others are not, which keeps the zeros of an image's background.
    /// </returns>
    private (T[] Mean, T[] Shift) Center(double[] x)
    {
        int inputs = _source.InputFeatures;
        double[] mean = new double[inputs];
        double[] difference = new double[inputs];
        for (int s = 0; s < _samples.Length; s++)
        {
            // Welford's recurrence: constant inputs give exactly their value.
            TensorPrimitives.Subtract(x.AsSpan(s * inputs, inputs), mean, difference);
            TensorPrimitives.Divide(difference, s + 1, difference);
            TensorPrimitives.Add<double>(mean, difference, mean);
        }

        var rounded = new T[inputs];
        TensorPrimitives.ConvertTruncating<double, T>(mean, rounded);
        TensorPrimitives.ConvertTruncating<T, double>(rounded, mean);
        for (int s = 0; s < _samples.Length; s++)
        {
            var row = x.AsSpan(s * inputs, inputs);
            TensorPrimitives.Subtract(row, mean, row);
        }

        var shift = new T[inputs];
        for (int i = 0; i < inputs; i++)
        {
            double largest = 0;
            for (int s = 0; s < _samples.Length; s++)
            {
                largest = Math.Max(largest, Math.Abs(x[(s * inputs) + i]));
            }

            shift[i] = Math.Abs(mean[i]) > largest ? rounded[i] : T.Zero;
        }

        return (rounded, shift);
    }

    /// <summary>The combinations of axes with the largest μ, as rows of input space with the variance μ.</summary>
    private (double[] Weights, double[] Strengths) Slowest(PrincipalAxes axes, int order, T[] mean, T[] shift, int features)
    {
        int inputs = _source.InputFeatures;
        double[] variance = Covariances(axes, order, mean, shift, out double[] penalty);
        _cancellationToken.ThrowIfCancellationRequested();
        TensorPrimitives.Add<double>(penalty, variance, penalty);
        double trace = 0;
        for (int k = 0; k < axes.Count; k++)
        {
            trace += penalty[k * (axes.Count + 1)];
        }

        if (!double.IsFinite(trace))
        {
            throw new ArgumentException("The squares of the inputs' derivatives in units of the tangents' scales overflow.", "source");
        }

        for (int k = 0; k < axes.Count; k++)
        {
            penalty[k * (axes.Count + 1)] += Ridge * trace / axes.Count;
        }

        var (vectors, values) = Symmetric.Decompose(variance, penalty, axes.Count);
        double[] weights = _product.Multiply(vectors, features, SharedProduct.Pack(axes.Axes, axes.Count, inputs));
        return (weights, values[..features]);
    }

    /// <summary>C₀, and a₁C₁ + a₂C₂, of the inputs projected on the axes; shapes (axes, axes).</summary>
    private double[] Covariances(PrincipalAxes axes, int order, T[] mean, T[] shift, out double[] penalty)
    {
        int size = axes.Count;
        var layout = _source.Layout.Truncate(order);
        double[] scales = [.. Enumerable.Range(0, layout.Count).Select(component => Math.Sqrt(Weight(layout, component) / _samples.Length))];
        var projection = new JetProjection<T>(mean, Array.ConvertAll(axes.Axes, T.CreateTruncating), shift);
        var scratches = new ProjectionScratch<T>?[_team.Workers];
        int chunk = Math.Clamp(MaxRows / layout.Count, 1, Chunk);
        var features = new JetBatch<T>(layout, chunk, size);
        double[] rows = new double[(long)layout.Count * chunk * size];
        double[] variance = new double[size * size];
        double[] sum = new double[size * size];
        int group = JetProjection<T>.GroupSamples(layout);
        for (int start = 0; start < _samples.Length; start += chunk)
        {
            int first = start;
            int count = Math.Min(chunk, _samples.Length - start);
            Run(layout, start, count, group, (raw, at, worker) =>
            {
                var scratch = scratches[worker] ??= new ProjectionScratch<T>(projection, layout);
                var projected = features.AsSpan().Slice(at - first, raw.Samples);
                projection.Run(raw, order, projected, scratch);
                for (int c = 0; c < layout.Count; c++)
                {
                    var to = rows.AsSpan(((c * count) + at - first) * size, raw.Samples * size);
                    TensorPrimitives.ConvertTruncating<T, double>(projected.Component(c), to);
                    TensorPrimitives.Multiply(to, scales[c], to);
                }
            });
            _product.Gram(rows, 0, count, size, variance, accumulate: true);
            _product.Gram(rows, count, (layout.Count - 1) * count, size, sum, accumulate: true);
        }

        penalty = sum;
        return variance;
    }

    /// <summary>a of the component's order times ℓᵢ² or ℓᵢ²ℓⱼ², as the loss weighs it; 1 for values.</summary>
    private double Weight(JetLayout layout, int component)
    {
        switch (layout.OrderOf(component))
        {
            case 0:
                return 1;
            case 1:
                return _options.FirstOrderWeight * Square(layout.Firsts[component - 1]);
            default:
                var second = layout.Seconds[component - 1 - layout.Firsts.Length];
                return _options.SecondOrderWeight * Square(second.I) * Square(second.J);
        }

        double Square(int tangent) => _tangentScales[tangent] * _tangentScales[tangent];
    }

    private delegate void Visit(JetSpan<T> raw, int at, int worker);

    /// <summary>Fills some of the samples in groups, on all threads.</summary>
    private void Run(JetLayout layout, int start, int count, int group, Visit visit)
    {
        var inputs = new JetBatch<T>?[_team.Workers];
        var targets = new JetBatch<T>?[_team.Workers];
        _team.Run((count + group - 1) / group, (task, worker) =>
        {
            int at = start + (task * group);
            int samples = Math.Min(group, start + count - at);
            var input = inputs[worker] is { } batch && batch.Samples == samples ? batch : inputs[worker] = new JetBatch<T>(layout, samples, _source.InputFeatures);
            var target = targets[worker] is { } other && other.Samples == samples ? other : targets[worker] = new JetBatch<T>(layout, samples, _source.OutputFeatures);
            for (int done = 0; done < samples; done += Piece)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                int part = Math.Min(Piece, samples - done);
                _source.Fill(_samples.AsSpan(at + done, part), input.AsSpan().Slice(done, part), target.AsSpan().Slice(done, part));
            }

            CheckFinite(input, at);
            visit(input, at, worker);
        });
    }

    private void CheckFinite(JetBatch<T> input, int at)
    {
        if (NotFinite.In(input.AsSpan()) is var (component, sample, feature))
        {
            throw new ArgumentException(
                $"The input holds {input[component, sample, feature]} in component {component} ({input.Layout.NameOf(component)}), " +
                $"sample {_samples[at + sample]}, feature {feature}; only finite numbers can be projected.",
                "source");
        }
    }
}
