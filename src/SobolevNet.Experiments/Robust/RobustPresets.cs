using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Robust;

/// <summary>Named settings of the robustness experiment.</summary>
internal static class RobustPresets
{
    public static Presets<RobustSettings> All { get; } = new(
        "minutes, an hour, or the paper's sizes",

        // About four minutes on two cores.
        new RobustSettings
        {
            Preset = "quick",
            Methods = [.. RobustMethod.Names],
            Widths = [64, 256],
            Inner = [128, 128],
            Strengths = new Dictionary<string, double[]>
            {
                ["universal"] = [1, 3], ["universal2"] = [1], ["bands"] = [0.3, 1],
                ["gaussian"] = [0.1, 0.4], ["jacobian"] = [0.2, 0.6], ["pgd"] = [0.2, 0.6], ["trades"] = [0.2, 0.6], ["jacobian-steepest"] = [0.3],
            },
            TrainingImages = 2000,
            Epochs = 25,
            AscentSteps = 3,
            Measure = new MeasureSettings
            {
                TestImages = 500,
                FirstOrderImages = 40,
                AttackImages = 6,
                AttackSizes = [0.1, 0.3, 1],
                AttackSteps = 8,
                NoiseDeviations = [0.01, 0.03, 0.1],
                NoiseDraws = 2,
            },
        },

        // About an hour on two cores. Wide first layers, because the rows of ∂N lie in the span of their weights.
        new RobustSettings
        {
            Preset = "small",
            Methods = [.. RobustMethod.Names],
            Widths = [64, 128, 256, 512],
            Inner = [256, 256],
            Strengths = new Dictionary<string, double[]>
            {
                ["universal"] = [3, 10], ["universal2"] = [3], ["bands"] = [0.3],
                ["gaussian"] = [0.1, 0.4], ["jacobian"] = [0.2, 0.6], ["pgd"] = [0.2, 0.6], ["trades"] = [0.2, 0.6],
                ["jacobian-steepest"] = [0.3],
            },
            TrainingImages = 4000,
            Epochs = 60,
            BatchSize = 128,
            Optimizer = "soap",
            LearningRate = 5e-3,
            Sketch = 9,
            AscentSteps = 3,
            Measure = new MeasureSettings
            {
                TestImages = 2000,
                FirstOrderImages = 100,
                AttackImages = 16,
                AttackSizes = [0.03, 0.1, 0.3, 1, 3],
                AttackSteps = 20,
                NoiseDeviations = [0.003, 0.01, 0.03, 0.1, 0.3],
            },
        },

        // The sizes of the paper's networks and data set: days on two cores. It can be interrupted and resumed.
        new RobustSettings
        {
            Preset = "paper",
            Methods = [.. RobustMethod.Names],
            Widths = [256, 1024],
            Inner = [256, 256],
            Strengths = new Dictionary<string, double[]>
            {
                ["universal"] = [3, 10], ["universal2"] = [3], ["bands"] = [0.3, 1],
                ["gaussian"] = [0.02, 0.05, 0.15, 0.5], ["jacobian"] = [0.03, 0.1, 0.3, 1], ["pgd"] = [0.03, 0.1, 0.3, 1], ["trades"] = [0.03, 0.1, 0.3, 1],
                ["jacobian-steepest"] = [0.03, 0.1, 0.3, 1],
            },
            TrainingImages = 117_180,
            Epochs = 100,
            BatchSize = 256,
            Optimizer = "soap",
            LearningRate = 5e-3,
            Sketch = 9,
            AscentSteps = 7,
            CheckpointSeconds = 300,
            Measure = new MeasureSettings
            {
                TestImages = 5000,
                FirstOrderImages = 300,
                AttackImages = 100,
                AttackSizes = [0.01, 0.03, 0.1, 0.3, 1, 3],
                AttackSteps = 40,
                RandomStarts = 3,
                NoiseDeviations = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
            },
        });
}
