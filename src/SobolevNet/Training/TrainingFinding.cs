using System.Text.Json.Serialization;

namespace SobolevNet;

/// <summary>What the errors of a training show beside their size.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainingFinding>))]
public enum TrainingFinding
{
    /// <summary>
    /// The training data are finite and there were no validation data, so nothing shows whether the network has learned the function or memorized its samples,
    /// noise included. Set <see cref="SobolevTrainingOptions.ValidationPart"/>, or give validation data.
    /// </summary>
    NotValidated,

    /// <summary>
    /// The validation error at the end is more than a tenth above its least value after an epoch: the network memorizes. Use
    /// <see cref="SobolevTrainingOptions.EarlyStopping"/>, derivatives, more samples or fewer epochs.
    /// </summary>
    ValidationRose,

    /// <summary>
    /// The error still fell in the second half of the training: in the last tenth of the epochs it is more than a tenth below that of the sixth tenth. The
    /// error is that of validation, or without validation the root of the weighted loss. More epochs lower it further.
    /// </summary>
    StillFalling,
}
