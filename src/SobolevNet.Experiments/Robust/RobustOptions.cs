using SobolevNet.Experiments.Commands;

namespace SobolevNet.Experiments.Robust;

/// <summary>The options of the robustness experiment.</summary>
internal static class RobustOptions
{
    public static SettingsOptions<RobustSettings> Create() => new()
    {
        { "--methods", "Methods to compare.", Values.Words(RobustMethod.Names), s => s.Methods, (s, names) => s with { Methods = names } },
        { "--strengths", "Strengths of methods.", StrengthText.Kind, s => s.Strengths, WithStrengths },
        { "--widths", "Widths of the first hidden layer: the capacities compared.", Values.Integers(1, MlpArchitecture.MaxFeatures), s => s.Widths, (s, widths) => s with { Widths = [.. widths.Distinct().Order()] } },
        { "--inner", "Widths of the hidden layers after the first.", Values.Integers(1, MlpArchitecture.MaxFeatures), s => s.Inner, (s, widths) => s with { Inner = widths } },
        { "--activation", "Activation between layers.", Values.Activation, s => s.Activation, (s, name) => s with { Activation = name } },
        { "--train", "Training images of an epoch.", Values.Count(2), s => s.TrainingImages, (s, count) => s with { TrainingImages = count } },
        { "--fresh", "Whether every epoch has new images.", Values.YesNo, s => Values.Answer(s.FreshImages), (s, answer) => s with { FreshImages = Values.IsYes(answer) } },
        { "--epochs", "Epochs.", Values.Count(1), s => s.Epochs, (s, count) => s with { Epochs = count } },
        { "--seconds", "Time of each training, instead of epochs: the outcome depends on the machine's speed. 0 for epochs.", Values.Count(0), s => s.Seconds, (s, seconds) => s with { Seconds = seconds } },
        { "--batch", "Images of a mini-batch.", Values.Count(1), s => s.BatchSize, (s, count) => s with { BatchSize = count } },
        { "--optimizer", "How gradients become steps.", Values.Word(["adam", "soap"]), s => s.Optimizer, (s, name) => s with { Optimizer = name } },
        { "--rate", "Highest learning rate (short rise, cosine fall).", Values.Real("NUMBER", 0), s => s.LearningRate, (s, rate) => s with { LearningRate = rate } },
        { "--memory", "Adam's memory of squared gradients (β₂), below 1.", Values.Real("NUMBER", 0, 1), s => s.AdamMemory, (s, memory) => s with { AdamMemory = memory } },
        { "--standardize", "Whether networks have scalings, one for all pixels and one for each output.", Values.YesNo, s => Values.Answer(s.Standardize), (s, answer) => s with { Standardize = Values.IsYes(answer) } },
        { "--directions", "Random directions of jacobian, and of each frequency band of bands.", Values.Count(1, 100), s => s.Directions, (s, count) => s with { Directions = count } },
        { "--sketch", "Random output vectors whose worst combination gives a steepest direction.", Values.Count(1, 9), s => s.Sketch, (s, count) => s with { Sketch = count } },
        { "--perturbation", "Deviation of pixel noise that sets the weight of universal2's directions relative to the manifold's.", Values.Real("NUMBER", 0), s => s.PerturbationScale, (s, deviation) => s with { PerturbationScale = deviation } },
        { "--weight2", "Weight of second order of universal2 at the start.", Values.Real("NUMBER", 0), s => s.SecondOrderWeight, (s, weight) => s with { SecondOrderWeight = weight } },
        { "--last-weight", "Last over first weight of the derivatives of universal, universal2 and bands.", Values.Real("NUMBER", 0), s => s.LastWeight, (s, weight) => s with { LastWeight = weight } },
        { "--ascent-steps", "Ascent steps of pgd and trades.", Values.Count(1, 1000), s => s.AscentSteps, (s, count) => s with { AscentSteps = count } },
        { "--trades-weight", "Weight of the perturbed difference of trades.", Values.Real("NUMBER", 0), s => s.TradesWeight, (s, weight) => s with { TradesWeight = weight } },
        { MeasureSettings.Options(), s => s.Measure, (s, measure) => s with { Measure = measure, Seed = measure.Seed } },
    };

    /// <summary>Replaces the strengths of the given methods; the others keep those of the preset.</summary>
    private static RobustSettings WithStrengths(RobustSettings settings, IReadOnlyDictionary<string, double[]> given) => settings with
    {
        Strengths = settings.Strengths.Concat(given).GroupBy(entry => entry.Key).ToDictionary(method => method.Key, method => method.Last().Value),
    };
}
