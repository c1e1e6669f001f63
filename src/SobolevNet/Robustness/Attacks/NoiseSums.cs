namespace SobolevNet.Robustness;

/// <summary>Squared errors of one input under noise, summed over draws, for each deviation.</summary>
internal sealed class NoiseSums(double[] target, int deviations)
{
    public double[] Target { get; } = target;

    public double[] AgainstClean { get; } = new double[deviations];

    public double[] AgainstOracle { get; } = new double[deviations];

    public double[] OracleShift { get; } = new double[deviations];

    public int[] Failures { get; } = new int[deviations];

    /// <summary>Errors relative to the spread of the targets, over the inputs that have sums; NaN where their targets have no spread.</summary>
    public static NoisePoint[] Summarize(NoiseSums?[] inputs, IReadOnlyList<double> deviations, int draws)
    {
        NoiseSums[] answered = [.. inputs.OfType<NoiseSums>()];
        double spread = 0;
        for (int o = 0; answered.Length > 0 && o < answered[0].Target.Length; o++)
        {
            // Measured from the first input's target, so that equal ones give exactly zero.
            double origin = answered[0].Target[o];
            double mean = answered.Average(input => input.Target[o] - origin);
            spread += answered.Average(input => Math.Pow(input.Target[o] - origin - mean, 2));
        }

        if (!(spread > 0))
        {
            return [.. deviations.Select((deviation, k) => new NoisePoint(deviation, double.NaN, double.NaN, double.NaN, answered.Sum(input => input.Failures[k])))];
        }

        double total = (double)answered.Length * draws;
        return
        [
            .. deviations.Select((deviation, k) =>
            {
                int failures = answered.Sum(input => input.Failures[k]);
                double Error(Func<NoiseSums, double> of, double count) => Math.Sqrt(answered.Sum(of) / count / spread);
                return new NoisePoint(
                    deviation,
                    Error(input => input.AgainstClean[k], total),
                    Error(input => input.AgainstOracle[k], total - failures),
                    Error(input => input.OracleShift[k], total - failures),
                    failures);
            }),
        ];
    }
}
