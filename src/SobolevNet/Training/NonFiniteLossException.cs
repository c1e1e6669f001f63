namespace SobolevNet;

/// <summary>Training stopped because its loss was infinite or not a number; the parameters are those before that step.</summary>
public sealed class NonFiniteLossException : ArithmeticException
{
    /// <summary>Describes where the loss broke.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="step">The mini-batch of the epoch, from 1.</param>
    /// <param name="order">The order whose loss broke first.</param>
    /// <param name="component">The largest component of that order, by <see cref="JetLayout.NameOf"/>.</param>
    /// <param name="magnitude">Its largest absolute error.</param>
    internal NonFiniteLossException(int epoch, int step, int order, string component, double magnitude)
        : base(
            $"The loss of order {order} is not finite in epoch {epoch}, step {step}; the largest error is {magnitude:G4} in component " +
            $"{component}. The parameters are those before this step. A lower learning rate, gradient clipping, a lower weight of that " +
            "order or standardized data usually help; check the data for huge values.")
    {
        Epoch = epoch;
        Step = step;
        Order = order;
        Component = component;
        Magnitude = magnitude;
    }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The mini-batch of the epoch, from 1.</summary>
    public int Step { get; }

    /// <summary>The order whose loss broke first.</summary>
    public int Order { get; }

    /// <summary>The component of that order with the largest error.</summary>
    public string Component { get; }

    /// <summary>The largest absolute error in that component; infinite or NaN if it overflowed.</summary>
    public double Magnitude { get; }
}
