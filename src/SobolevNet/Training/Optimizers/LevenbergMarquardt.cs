namespace SobolevNet;

/// <summary><see cref="Optimizer.LevenbergMarquardt"/>, which has no settings, and what it can train.</summary>
internal sealed class LevenbergMarquardt : Optimizer
{
    /// <summary>The most parameters: the two triangular factors then take 400 MB, and each damping tried 4·10¹⁰ multiply-adds.</summary>
    public const int MaxParameters = 5000;

    /// <summary>The most numbers in the gradients of a sample's labels: 800 MB.</summary>
    private const int MaxGradients = 100_000_000;

    internal override IEnumerable<(string Name, string Value)> Settings => [("", nameof(LevenbergMarquardt))];

    internal override int DefaultBatchSize => int.MaxValue;

    internal override int DefaultSteps => 200;

    internal override bool IsLeastSquares => true;

    internal override void Check(MlpArchitecture architecture, SobolevTrainingOptions options)
    {
        if (architecture.ParameterCount > MaxParameters)
        {
            throw new ArgumentException(
                $"The network {architecture} has {architecture.ParameterCount} parameters; {nameof(LevenbergMarquardt)} trains at most {MaxParameters}, since a step solves a " +
                $"system of that many equations. Use a smaller network, or {nameof(Soap)}.",
                "network");
        }

        if (options.GradientClipNorm is { } norm)
        {
            throw new ArgumentException(
                $"{nameof(SobolevTrainingOptions.GradientClipNorm)} is {norm}; expected null with {nameof(LevenbergMarquardt)}, whose damping limits its steps.", nameof(options));
        }
    }

    internal override void CheckLabels(JetLayout layout, int outputs, MlpArchitecture architecture, string argument)
    {
        long labels = (long)layout.Count * outputs;
        if (labels * architecture.ParameterCount > MaxGradients)
        {
            throw new ArgumentException(
                $"A sample has {labels} labels ({layout}, {outputs} outputs), and the network {architecture.ParameterCount} parameters; {nameof(LevenbergMarquardt)} keeps a gradient by the " +
                $"parameters for each label, {MaxGradients} numbers at most. Use fewer labels or a lower order, or {nameof(Soap)}.",
                argument);
        }
    }

    internal override void CheckPrecision<T>()
    {
    }

    internal override OptimizerState<T> CreateState<T>(MlpArchitecture architecture) => new LevenbergMarquardtState<T>(architecture.ParameterCount);

    /// <summary>Not possible: losses of the user's own are no squares.</summary>
    internal override ElementwiseOptimizerState<T> CreateCoefficientState<T>(int coefficients) =>
        throw new NotSupportedException($"{nameof(LevenbergMarquardt)} trains no coefficients.");
}
