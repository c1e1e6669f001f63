using System.Numerics;

namespace SobolevNet;

/// <summary>The parameters with the least validation error so far, and how long no error has been an improvement.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class BestParameters<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The least validation error; infinite before the first.</summary>
    public double Error { get; set; } = double.PositiveInfinity;

    /// <summary>The validation error that the next improvement is measured from; infinite before the first.</summary>
    public double ErrorToImprove { get; set; } = double.PositiveInfinity;

    /// <summary>Epochs since the last improvement.</summary>
    public int Waited { get; set; }

    /// <summary>The parameters that had <see cref="Error"/>; empty before the first.</summary>
    public T[] Values { get; set; } = [];

    /// <summary>The numbers trained beside the network that had it; empty without any.</summary>
    public T[] Coefficients { get; set; } = [];

    /// <summary>Takes the validation error of an epoch into account.</summary>
    /// <param name="error">The validation error; NaN and infinity are never better.</param>
    /// <param name="parameters">The parameters that have it.</param>
    /// <param name="improvement">The relative improvement that ends a wait.</param>
    /// <param name="coefficients">The numbers trained beside the network.</param>
    public void Observe(double error, ReadOnlySpan<T> parameters, double improvement, ReadOnlySpan<T> coefficients = default)
    {
        if (error < Error)
        {
            Error = error;
            Values = Values.Length == parameters.Length ? Values : new T[parameters.Length];
            parameters.CopyTo(Values);
            Coefficients = coefficients.ToArray();
        }

        if (error < ErrorToImprove * (1 - improvement))
        {
            ErrorToImprove = error;
            Waited = 0;
        }
        else
        {
            Waited++;
        }
    }
}
