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

    /// <summary>Describes where a loss of the user's own broke.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="step">The mini-batch of the epoch, from 1.</param>
    /// <param name="term">What messages call the term.</param>
    /// <param name="sample">The number of the first sample whose loss or derivatives are not finite.</param>
    /// <param name="loss">The mean loss of the mini-batch so far.</param>
    /// <param name="order">The order of the component with the largest output.</param>
    /// <param name="component">That component.</param>
    /// <param name="magnitude">Its largest absolute output.</param>
    internal NonFiniteLossException(int epoch, int step, string term, long sample, double loss, int order, string component, double magnitude)
        : base(
            $"The loss of {term}, or its derivative, is not finite ({loss}) for sample {sample} in epoch {epoch}, step {step}; the network's largest output there is " +
            $"{magnitude:G4} in component {component}. The parameters are those before this step. If that output is large, a lower learning rate, gradient clipping or a " +
            "lower weight of the term usually helps; if not, the loss itself divides by zero, or takes a root or logarithm of a number that it should not.")
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

    /// <summary>The order whose loss broke first; for a loss of your own that of <see cref="Component"/>.</summary>
    public int Order { get; }

    /// <summary>The component of that order with the largest error; for a loss of your own that with the largest output.</summary>
    public string Component { get; }

    /// <summary>The largest absolute error, or output, in that component; infinite or NaN if it overflowed.</summary>
    public double Magnitude { get; }
}
