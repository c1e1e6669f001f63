using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Cube;

/// <summary>Named settings of the cube experiment.</summary>
internal static class CubePresets
{
    public static Presets<CubeSettings> All { get; } = new(
        "a minute, five minutes, a quarter of an hour, or the paper's sizes",

        // About a minute on two cores. Few images of a small range of poses, about as dense as the paper's over its range: training on values alone has
        // too few of them, and derivatives reach from image to image.
        new CubeSettings
        {
            Preset = "quick",
            Orders = [0, 1, 2],
            Hidden = [256, 128, 128],
            Features = 64,
            FeatureCurvature = 100,
            TrainingImages = 300,
            ValidationImages = 200,
            TestImages = 1000,
            Epochs = 1000,
            BatchSize = 32,
            Optimizer = "soap",
            LearningRate = 5e-3,
            WeightsOfOrder1 = "1,1:0.03",
            WeightsOfOrder2 = "1,1:0.1,1e-5:1e-6",
            MaximalAngle = 0.4 * Math.PI / 8,
            MaximalTranslation = 0.4 * 0.52,
        },

        // Some minutes on two cores. Neighboring images are two widths of an edge apart, where derivatives are worth most. More epochs or wider layers do
        // not lower the error of order 2, of which a few poses near the edge of the range have the most; so there are many test images.
        new CubeSettings
        {
            Preset = "dense",
            Orders = [0, 1, 2],
            Hidden = [256, 128, 128],
            Features = 64,
            FeatureCurvature = 100,
            TrainingImages = 160,
            ValidationImages = 200,
            TestImages = 8000,
            Epochs = 2000,
            BatchSize = 32,
            Optimizer = "soap",
            LearningRate = 5e-3,
            WeightsOfOrder1 = "1,1:0.03",
            WeightsOfOrder2 = "1,1:0.1,1e-5:1e-6",
            CacheGigabytes = 1,
            MaximalAngle = 0.3 * Math.PI / 8,
            MaximalTranslation = 0.3 * 0.52,
        },

        // A quarter of an hour on two cores, with the best recipe of the study: few features, SOAP, weights that fall.
        new CubeSettings
        {
            Preset = "small",
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

        // The sizes of the paper's data set, networks and batches. An epoch takes 7, 26 and 93 seconds on two cores for orders 0, 1
        // and 2, so the whole experiment takes 18 hours; it can be interrupted and resumed.
        new CubeSettings
        {
            Preset = "paper",
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
        });
}
