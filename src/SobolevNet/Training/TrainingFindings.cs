namespace SobolevNet;

/// <summary>Finds what <see cref="TrainingFinding"/> names in the epochs of a training.</summary>
internal static class TrainingFindings
{
    /// <summary>The part by which errors must differ for a finding.</summary>
    private const double Difference = 0.1;

    /// <summary>The findings, by their numbers.</summary>
    /// <param name="history">All epochs.</param>
    /// <param name="end">Why training ended.</param>
    /// <param name="validation">The validation error at the end; null without validation.</param>
    /// <param name="isFresh">Whether there is nothing to memorize: each epoch had new samples, whose loss is as good as a validation, or there were no labels.</param>
    public static IReadOnlyList<TrainingFinding> Of(IReadOnlyList<EpochRecord> history, TrainingEnd end, double? validation, bool isFresh)
    {
        var findings = new List<TrainingFinding>();
        if (validation is null && !isFresh)
        {
            findings.Add(TrainingFinding.NotValidated);
        }

        double least = history.Select(epoch => epoch.ValidationError).Where(double.IsFinite).DefaultIfEmpty(double.PositiveInfinity).Min();
        if (validation > (1 + Difference) * least)
        {
            findings.Add(TrainingFinding.ValidationRose);
        }
        else if (end is not (TrainingEnd.EarlyStopped or TrainingEnd.Converged) && StillFalls(history))
        {
            findings.Add(TrainingFinding.StillFalling);
        }

        return findings;
    }

    /// <summary>A finding as a sentence.</summary>
    public static string Text(TrainingFinding finding) => finding switch
    {
        TrainingFinding.NotValidated =>
            $"Not validated: without validation data nothing shows whether the network memorizes ({nameof(SobolevTrainingOptions.ValidationPart)} keeps some).",
        TrainingFinding.ValidationRose =>
            $"The validation error rose after its least value: the network memorizes ({nameof(SobolevTrainingOptions.EarlyStopping)} keeps the best one).",
        _ => $"The error still fell: more {nameof(SobolevTrainingOptions.Epochs)} or time lower it further.",
    };

    /// <summary>Whether the error of the last tenth of the epochs is lower than that of the sixth tenth; not known of fewer than three epochs.</summary>
    private static bool StillFalls(IReadOnlyList<EpochRecord> history)
    {
        int tenth = Math.Max(1, history.Count / 10);
        int middle = history.Count / 2;
        int last = history.Count - tenth;
        return last >= middle + tenth && Mean(last) < (1 - Difference) * Mean(middle);

        double Mean(int first) => Enumerable.Range(first, tenth).Average(epoch => Error(history[epoch], history[^1].OrderWeights));
    }

    /// <summary>The validation error, or the root of the loss with the weights of the training's end, so that a change of weights is no change of the error.</summary>
    private static double Error(EpochRecord epoch, IReadOnlyList<double> weights) => double.IsNaN(epoch.ValidationError)
        ? Math.Sqrt(epoch.TermLosses.Count > 0 ? epoch.Loss : epoch.OrderLosses.Zip(weights, (loss, weight) => weight == 0 ? 0 : weight * loss).Sum())
        : epoch.ValidationError;
}
