namespace SobolevNet.Experiments.Surrogate;

/// <summary>Errors of a surrogate in per cent of the standard deviation of the right answers.</summary>
/// <param name="Values">Root mean square error of the values over their standard deviation.</param>
/// <param name="Greeks">The same of the first derivatives, all components together.</param>
/// <param name="Gammas">The same of the second derivatives.</param>
internal sealed record SurrogateErrors(double Values, double Greeks, double Gammas)
{
    /// <summary>What is known of a network that was not measured.</summary>
    public static SurrogateErrors Unknown { get; } = new(double.NaN, double.NaN, double.NaN);
}

/// <summary>Exact points on which surrogates are tested.</summary>
internal sealed class SurrogateTest
{
    private readonly IJetSource<float> _points;
    private readonly double[] _deviations = new double[3];

    /// <summary>Uses points with first and second derivatives.</summary>
    public SurrogateTest(IJetSource<float> points)
    {
        _points = points;
        var target = points.Materialize().Target;
        double[] squares = new double[3];
        for (int c = 0; c < target.Layout.Count; c++)
        {
            var component = target.Component(c);
            double mean = 0;
            double square = 0;
            foreach (float value in component)
            {
                mean += (double)value / component.Length;
                square += (double)value * value / component.Length;
            }

            int order = target.Layout.OrderOf(c);
            squares[order] += square;
            _deviations[order] += square - (mean * mean);
        }

        // Evaluation divides errors of derivatives by their root mean square, and that of values by their deviation already.
        _deviations[0] = 1;
        for (int order = 1; order < 3; order++)
        {
            _deviations[order] = Math.Sqrt(_deviations[order] / squares[order]);
        }
    }

    public SurrogateErrors ErrorsOf(Mlp<float> network, int threads, CancellationToken cancellationToken)
    {
        var errors = Evaluation.Of(network, _points, 2, threads: threads, balanced: false, cancellationToken: cancellationToken).OrderErrors;
        return new SurrogateErrors(100 * errors[0] / _deviations[0], 100 * errors[1] / _deviations[1], 100 * errors[2] / _deviations[2]);
    }
}
