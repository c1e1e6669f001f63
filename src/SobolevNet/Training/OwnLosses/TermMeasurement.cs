using System.Numerics;

namespace SobolevNet;

/// <summary>Measures the mean loss of a term again and again, with memory that it keeps.</summary>
/// <remarks>Where time is limited, the first measurement sees as many samples as it has time for, and later ones see the same.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TermMeasurement<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Samples between two looks at the time.</summary>
    private const int Block = 128;

    private readonly TrainingPass<T> _pass;
    private readonly double[] _loss = new double[1];
    private readonly long[] _samples;
    private int _count;
    private bool _isCounted;

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
        (_samples, _count) = (samples, samples.Length);
        _pass = new TrainingPass<T>(
            network, new PackedNetwork<T>(network), [], source, loss, coefficients, Math.Min(Block, samples.Length), team, propagation);
    }

    /// <summary>Measures the network as it is now.</summary>
    /// <param name="time">Ends the measurement.</param>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public double Run(MeasuringTime time)
    {
        bool isLimited = time.IsLimited && !_isCounted;
        if (isLimited)
        {
            SourceSurvey.Shuffle(_samples);
        }

        double sum = 0;
        for (int first = 0; first < _count; first += Block)
        {
            time.ThrowIfCanceled();
            if (isLimited && first > 0 && time.SecondsLeft <= 0)
            {
                _count = first;
                break;
            }

            int count = Math.Min(Block, _count - first);
            _pass.Measure(_samples, first, count, _loss);
            sum += count * _loss[0];
        }

        _isCounted = true;
        return sum / _count;
    }
}
