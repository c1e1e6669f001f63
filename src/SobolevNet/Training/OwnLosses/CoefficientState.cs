using System.Numerics;

namespace SobolevNet;

/// <summary>The numbers that losses of the user's own train beside the network, and the optimizer's memory of them.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="values">The numbers, which are changed in place.</param>
/// <param name="optimizer">How they are trained: by its own rule for single parameters, without decay.</param>
internal sealed class CoefficientState<T>(T[] values, Optimizer optimizer)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _gradient = new T[values.Length];

    /// <summary>The numbers.</summary>
    public T[] Values { get; } = values;

    /// <summary>The gradient of the current step.</summary>
    public double[] Gradient { get; } = new double[values.Length];

    /// <summary>The optimizer's memory.</summary>
    public ElementwiseOptimizerState<T> Optimizer { get; } = optimizer.CreateCoefficientState<T>(values.Length);

    /// <summary>Takes a step along the gradient.</summary>
    /// <param name="factor">The learning-rate factor of the schedule.</param>
    /// <param name="step">The number of this step, from 1.</param>
    public void Step(double factor, long step)
    {
        for (int k = 0; k < _gradient.Length; k++)
        {
            _gradient[k] = T.CreateTruncating(Gradient[k]);
        }

        Optimizer.Begin(factor, step);
        Optimizer.Update(Values, _gradient, 0);
    }
}
