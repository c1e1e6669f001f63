namespace SobolevNet.Experiments.Cubes;

/// <summary>Named settings of the cube experiment.</summary>
internal static class CubePresets
{
    public const string Quick = "quick";
    public const string Small = "small";
    public const string Paper = "paper";

    public static IReadOnlyList<string> Names { get; } = [Quick, Small, Paper];

    public static CubeSettings Named(string name) => name switch
    {
        // Minutes on two cores. Few images, so that plain training overfits and derivatives have something to tell.
        Quick => new CubeSettings
        {
            Preset = Quick,
            Orders = [0, 1, 2],
            Hidden = [96, 96, 96],
            TrainingImages = 2000,
            ValidationImages = 500,
            TestImages = 1000,
            Epochs = 150,
            BatchSize = 32,
            LearningRate = 2e-3,
            WeightsOfOrder1 = "1,1",
            WeightsOfOrder2 = "1,1,3e-3:3e-5",
        },

        // Half an hour on two cores.
        Small => new CubeSettings
        {
            Preset = Small,
            Orders = [0, 1, 2],
            Hidden = [192, 192, 192],
            TrainingImages = 6000,
            ValidationImages = 500,
            TestImages = 2000,
            Epochs = 250,
            BatchSize = 32,
            LearningRate = 2e-3,
            WeightsOfOrder1 = "1,1",
            WeightsOfOrder2 = "1,1,3e-3:3e-5",
        },

        // The sizes of the paper's data set, networks and batches; many hours on two cores, over as many runs as you like.
        Paper => new CubeSettings
        {
            Preset = Paper,
            Orders = [0, 1, 2],
            Hidden = [512, 512, 512],
            TrainingImages = 117_180,
            ValidationImages = 500,
            TestImages = 5000,
            Epochs = 500,
            BatchSize = 1260,
            LearningRate = 1e-3,
            WeightsOfOrder1 = "1,1",
            WeightsOfOrder2 = "1,1,3e-3:3e-5",
            CheckpointSeconds = 300,
        },
        _ => throw new ArgumentException($"There is no preset \"{name}\"; expected {string.Join(", ", Names)}.", nameof(name)),
    };
}
