namespace SobolevNet.Onnx;

/// <summary>A step of the chain from the input of a model to its output.</summary>
/// <param name="before">The step before; null for the input.</param>
/// <param name="activation">The activation between the step before and this one; null for none.</param>
/// <param name="features">Features that the step gives; 0 if the model does not say.</param>
internal abstract class Stage(Stage? before, Activation? activation, int features)
{
    public Stage? Before => before;

    public Activation? Activation => activation;

    public int Features => features;
}

/// <summary>The input of a model.</summary>
internal sealed class InputStage(int features) : Stage(null, null, features);

/// <summary>A dense layer, y = factor · W x + b, with W of shape (outputs, inputs); without bias if b is null.</summary>
internal sealed class DenseStage(Stage before, Activation? activation, Constant weights, double factor, double[]? bias)
    : Stage(before, activation, (int)weights.Shape[0])
{
    public Constant Weights => weights;

    public double Factor => factor;

    public double[]? Bias => bias;
}

/// <summary>How a unit changes.</summary>
internal enum UnitChange
{
    Add,
    Sub,
    Mul,
    Div,
}

/// <summary>A change of the unit of every feature by a number of its own, or by one number for all.</summary>
internal sealed class UnitStage(Stage before, Activation? activation, UnitChange change, double[] numbers)
    : Stage(before, activation, numbers.Length == 1 ? before.Features : numbers.Length)
{
    public UnitChange Change => change;

    /// <summary>The number for a feature.</summary>
    public double For(int feature) => numbers[numbers.Length == 1 ? 0 : feature];
}
