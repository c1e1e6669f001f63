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
        // About two minutes on two cores. Few images, so that plain training overfits and derivatives have something to tell;
        // small batches, since order 2 is limited by the number of steps.
        Quick => new CubeSettings
        {
            Preset = Quick,
            Orders = [0, 1, 2],
            Hidden = [192, 128, 128],
            TrainingImages = 600,
            ValidationImages = 200,
            TestImages = 1000,
            Epochs = 600,
            BatchSize = 16,
            LearningRate = 2e-3,
            WeightsOfOrder1 = "1,1",
            WeightsOfOrder2 = "1,1,2e-5:2e-7",
        },

        // A quarter of an hour on two cores, with what the recipe study found: few features, SOAP, weights that fall.
        Small => new CubeSettings
        {
            Preset = Small,
            Orders = [0, 1, 2],
            Hidden = [512, 256, 256],
            Features = 64,
            FeatureCurvature = 100,
            TrainingImages = 3000,
            ValidationImages = 200,
            TestImages = 2000,
            Epochs = 600,
            BatchSize = 128,
            Optimizer = "soap",
            LearningRate = 1e-2,
            WeightsOfOrder1 = "1,1:0.03",
            WeightsOfOrder2 = "1,1:0.1,1e-5:1e-6",
        },

        // The sizes of the paper's data set, networks and batches; an epoch takes 7, 26 and 93 seconds on two cores for orders 0, 1
        // and 2, so all of it 18 hours, over as many runs as you like.
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
            WeightsOfOrder2 = "1,1,2e-5:2e-7",
            CheckpointSeconds = 300,
        },
        _ => throw new ArgumentException($"There is no preset \"{name}\"; expected {string.Join(", ", Names)}.", nameof(name)),
    };
}
