using System.Numerics;

namespace SobolevNet;

/// <summary>A loss of your own: the loss of one sample, and its derivative by the network's jet there.</summary>
/// <remarks>
/// It returns the loss of the sample and writes ∂loss/∂output to <see cref="JetLossSample{T}.Adjoint"/>, which holds zeros at the start. It is called from
/// several threads at once and must give the same for the same sample and jet. The trainer takes the mean over a mini-batch, so the bits of the result do not
/// depend on the threads.
/// </remarks>
/// <example>
/// <code>
/// // The residual of u'' = −u, for samples of the layout JetLayout.Full(1, order: 2): u, u', u''.
/// static double Residual(JetLossSample&lt;double&gt; s)
/// {
///     double residual = s.Output[2, 0, 0] + s.Output[0, 0, 0];
///     s.Adjoint[2, 0, 0] = s.Adjoint[0, 0, 0] = residual;
///     return 0.5 * residual * residual;
/// }
/// </code>
/// </example>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="sample">The sample, the network's jet there, and where the derivatives go.</param>
/// <returns>The loss of the sample.</returns>
public delegate double JetLoss<T>(JetLossSample<T> sample)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>What a <see cref="JetLoss{T}"/> sees of one sample, and where it writes its derivatives. All numbers are in raw units.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct JetLossSample<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal JetLossSample(
        long number, ReadOnlySpan<T> input, JetSpan<T> target, JetSpan<T> output, JetSpan<T> adjoint, ReadOnlySpan<T> coefficients, Span<T> coefficientAdjoint)
    {
        Number = number;
        Input = input;
        Target = target;
        Output = output;
        Adjoint = adjoint;
        Coefficients = coefficients;
        CoefficientAdjoint = coefficientAdjoint;
    }

    /// <summary>The number of the sample in its source.</summary>
    public long Number { get; }

    /// <summary>The input's values, shape (n).</summary>
    public ReadOnlySpan<T> Input { get; }

    /// <summary>The source's target, shape (components, 1, m); zeros where a source of points has no targets, NaN where a label is missing.</summary>
    public JetSpan<T> Target { get; }

    /// <summary>The network's jet, shape (components, 1, m): <c>Output[component, 0, feature]</c>, with the components of the source's layout.</summary>
    public JetSpan<T> Output { get; }

    /// <summary>Receives ∂loss/∂output, shape (components, 1, m); zeros at the start.</summary>
    public JetSpan<T> Adjoint { get; }

    /// <summary>The numbers that are trained beside the network: <see cref="SobolevTrainer{T}.Coefficients"/>.</summary>
    public ReadOnlySpan<T> Coefficients { get; }

    /// <summary>Receives ∂loss/∂coefficients; zeros at the start.</summary>
    public Span<T> CoefficientAdjoint { get; }
}
