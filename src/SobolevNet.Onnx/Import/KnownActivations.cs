namespace SobolevNet.Onnx;

/// <summary>Recognizes an activation by the values that a formula has at some points, whatever the formula.</summary>
internal static class KnownActivations
{
    /// <summary>The size from which a bound is as good as none.</summary>
    private const double Unbounded = 1e30;

    /// <summary>Where functions are compared: from −9 to 9 closely, on both sides of 0, and in the tails.</summary>
    public static readonly double[] Probes = [-100, -40, -20, .. Enumerable.Range(-24, 49).Select(k => (0.37 * k) + 0.013), -1e-3, 1e-3, 20, 40, 100];

    private static readonly (Activation Activation, double[] Samples)[] Known =
        [.. Enum.GetValues<Activation>().Where(activation => activation != Activation.Identity).Select(activation => (activation, SamplesOf(activation)))];

    /// <summary>Whether samples show what a comparison with a number does: some lie on either side of it, or the function levels off at it.</summary>
    public static bool Show(double[] samples, double bound) =>
        Math.Abs(bound) >= Unbounded
        || (samples.Any(sample => sample < bound) && samples.Any(sample => sample > bound))
        || samples.Count(sample => sample == bound) > 1;

    /// <summary>The activation that is closest to a function, if it is closer than a tolerance times 1 + |z| everywhere.</summary>
    public static Activation? Find(double[] samples, double tolerance)
    {
        var (activation, _, distance) = Known.Select(known => (known.Activation, known.Samples, Distance: Distance(known.Samples, samples))).MinBy(known => known.Distance);
        return distance <= tolerance ? activation : null;
    }

    private static double Distance(double[] known, double[] samples)
    {
        double distance = 0;
        for (int k = 0; k < Probes.Length; k++)
        {
            double difference = Math.Abs(known[k] - samples[k]) / (1 + Math.Abs(Probes[k]));
            distance = difference <= double.MaxValue ? Math.Max(distance, difference) : double.PositiveInfinity;
        }

        return distance;
    }

    /// <summary>A network of one neuron is its activation.</summary>
    private static double[] SamplesOf(Activation activation)
    {
        var neuron = new Mlp<double>(new MlpArchitecture(1, [1], 1, activation));
        ReadOnlySpan<double> parameters = [1, 0, 1, 0];
        parameters.CopyTo(neuron.Parameters);
        return neuron.Evaluate(Probes);
    }
}
