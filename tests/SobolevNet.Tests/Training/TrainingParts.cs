namespace SobolevNet.Tests.Training;

/// <summary>States of trainings that the parts of a run are tested with.</summary>
internal static class TrainingParts
{
    /// <summary>A training before its first step, with order weights 1.</summary>
    public static TrainingState<double> State(IJetSource<double> source, int order, Optimizer? optimizer = null)
    {
        var network = Mlp<double>.Create(source.InputFeatures, [5], source.OutputFeatures, seed: 3);
        var settings = optimizer ?? Optimizer.Sgd(learningRate: 0.1, momentum: 0);
        var state = new TrainingState<double>(
            network, SobolevLoss.Measure(source), settings.CreateState<double>(network.Architecture),
            new OrderBalance([1, 1, 1], order), order)
        { RateFactor = 1 };
        state.Weights.AsSpan(0, order + 1).Fill(1);
        return state;
    }

    /// <summary>The record of an epoch that ended at a time.</summary>
    public static EpochRecord Epoch(int epoch, double seconds = 0, double rateFactor = 1, double validationError = double.NaN) => new()
    {
        Epoch = epoch, OrderLosses = [0.25], OrderWeights = [1], TrainingError = 0.5, ValidationError = validationError,
        LearningRateFactor = rateFactor, Seconds = seconds,
    };
}
