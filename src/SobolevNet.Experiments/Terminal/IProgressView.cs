namespace SobolevNet.Experiments.Terminal;

/// <summary>Shows the parts of a computation, one line each.</summary>
internal interface IProgressView
{
    /// <summary>Starts a part.</summary>
    /// <param name="name">What is computed.</param>
    IProgressPart Start(string name);
}

/// <summary>A part of a computation. It may report the progress of a training, or the finished share in [0, 1].</summary>
internal interface IProgressPart : IProgress<TrainingProgress>, IProgress<double>
{
    /// <summary>Ends the part.</summary>
    /// <param name="outcome">Its result in a few words.</param>
    void Done(string outcome);
}
