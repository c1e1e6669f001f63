using System.Numerics;

namespace SobolevNet;

/// <summary>Measures the mean loss of a term again and again, with memory that it keeps.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TermMeasurement<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Samples measured at once.</summary>
    private const int Block = 128;

    private readonly TrainingPass<T> _pass;
    private readonly double[] _loss = new double[1];
    private readonly MeasuredSamples _samples;

    /// <summary>Reserves memory.</summary>
    /// <param name="source">The term's samples.</param>
    /// <param name="loss">The loss of a sample.</param>
    /// <param name="network">The network.</param>
    /// <param name="coefficients">The numbers that are trained beside it.</param>
    /// <param name="samples">The samples; put in random order if time is limited.</param>
    /// <param name="propagation">How derivatives are propagated.</param>
    /// <param name="team">Does the work.</param>
    public TermMeasurement(
        IJetSource<T> source, JetLoss<T> loss, Mlp<T> network, T[] coefficients, long[] samples, WorkerTeam team, DerivativePropagation propagation)
    {
        _samples = new MeasuredSamples(samples);
        _pass = new TrainingPass<T>(
            network, new PackedNetwork<T>(network), [], source, loss, coefficients, Math.Min(Block, samples.Length), team, propagation);
    }

    /// <summary>Measures the network as it is now.</summary>
    /// <param name="time">Ends the measurement.</param>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public double Run(MeasuringTime time)
    {
        double sum = 0;
        int done = 0;
        _samples.Begin(time);
        for (int count; (count = _samples.Next(done, Block)) > 0; done += count)
        {
            _pass.Measure(_samples.Numbers, done, count, _loss);
            sum += count * _loss[0];
        }

        return sum / done;
    }
}
