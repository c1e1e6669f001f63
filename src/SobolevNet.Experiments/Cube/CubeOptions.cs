using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.CubeImages;

namespace SobolevNet.Experiments.Cube;

/// <summary>The options of the cube experiment.</summary>
internal static class CubeOptions
{
    public static SettingsOptions<CubeSettings> Create() => new()
    {
        { "--orders", "Orders of derivatives to train, as in 0,1,2.", Values.Integers(0, 2), s => s.Orders, (s, orders) => s with { Orders = [.. orders.Distinct().Order()] } },
        { "--hidden", "Widths of the hidden layers, as in 128,128,128.", Values.Integers(1, MlpArchitecture.MaxFeatures), s => s.Hidden, (s, widths) => s with { Hidden = widths } },
        { "--activation", "Activation between layers.", Values.Activation, s => s.Activation, (s, name) => s with { Activation = name } },
        { "--train", "Training images.", Values.Count(2), s => s.TrainingImages, (s, count) => s with { TrainingImages = count } },
        { "--validation", "Images on which the error is measured after every epoch; 0 for none.", Values.Count(0), s => s.ValidationImages, (s, count) => s with { ValidationImages = count } },
        { "--test", "Fresh images of the final error.", Values.Count(2), s => s.TestImages, (s, count) => s with { TestImages = count } },
        { "--fresh", "Render new training images in every epoch.", s => s.FreshImages, (s, fresh) => s with { FreshImages = fresh } },
        { "--epochs", "Passes over the training images.", Values.Count(1), s => s.Epochs, (s, count) => s with { Epochs = count } },
        { "--batch", "Images of a mini-batch.", Values.Count(1), s => s.BatchSize, (s, count) => s with { BatchSize = count } },
        { "--optimizer", "How gradients become steps.", Values.Word(["adam", "soap"]), s => s.Optimizer, (s, name) => s with { Optimizer = name } },
        { "--rate", "Highest learning rate (short rise, cosine fall).", Values.Real("NUMBER", 0), s => s.LearningRate, (s, rate) => s with { LearningRate = rate } },
        { "--memory", "Adam's memory of squared gradients (β₂), below 1.", Values.Real("NUMBER", 0, 1), s => s.AdamMemory, (s, memory) => s with { AdamMemory = memory } },
        { "--weights1", "Weights of orders 0,1 in the loss of order 1, or auto.", OrderWeightText.Kind(1), s => s.WeightsOfOrder1, (s, weights) => s with { WeightsOfOrder1 = weights } },
        { "--weights2", "The same for orders 0,1,2. FROM:TO changes geometrically over the training; @END drops the order after that part of it.", OrderWeightText.Kind(2), s => s.WeightsOfOrder2, (s, weights) => s with { WeightsOfOrder2 = weights } },
        { "--features", "Linear features of the training images that replace the pixels as inputs; 0 for pixels.", Values.Count(0, 256), s => s.Features, (s, count) => s with { Features = count } },
        { "--curvature", "Weight of second derivatives in finding the features, where order 2 is trained.", Values.Real("NUMBER", 0), s => s.FeatureCurvature, (s, weight) => s with { FeatureCurvature = weight } },
        { "--standardize", "Whether inputs and outputs are standardized.", Values.YesNo, s => Values.Answer(s.Standardize), (s, answer) => s with { Standardize = Values.IsYes(answer) } },
        { "--seed", "Names poses, initial weights and shuffling.", Values.Seed, s => s.Seed, (s, seed) => s with { Seed = seed } },
        { "--precision", "Type of numbers.", Values.Word(["float", "double"]), s => s.Precision, (s, name) => s with { Precision = name } },
        { "--checkpoint", "Time between checkpoints.", Values.Seconds, s => s.CheckpointSeconds, (s, seconds) => s with { CheckpointSeconds = seconds } },
        { "--cache", "Keep rendered images if they fit in this much memory.", Values.Real("GIGABYTES", 0), s => s.CacheGigabytes, (s, size) => s with { CacheGigabytes = size } },
        { "--size", "Rows and columns of an image.", Values.Integer("PIXELS", 2, 1024), s => s.ImageSize, (s, size) => s with { ImageSize = size } },
        { "--sigma", "Width of the Gaussian that smooths the image.", Values.Real("NUMBER", 0), s => s.Sigma, (s, sigma) => s with { Sigma = sigma } },
        { "--focal", "Focal length.", Values.Real("NUMBER", 0), s => s.FocalLength, (s, length) => s with { FocalLength = length } },
        { "--distance", "Distance of the camera.", Values.Real("NUMBER", 0), s => s.CameraDistance, (s, distance) => s with { CameraDistance = distance } },
        { "--max-angle", "Largest angle of rotation of a pose.", Values.Real("RADIANS", 0), s => s.MaximalAngle, (s, angle) => s with { MaximalAngle = angle } },
        { "--max-translation", "Largest translation of a pose along each axis.", Values.Real("NUMBER", 0), s => s.MaximalTranslation, (s, translation) => s with { MaximalTranslation = translation } },
    };
}
