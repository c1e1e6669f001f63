namespace SobolevNet.Experiments.Terminal;

/// <summary>Shows work of several parts, one line each.</summary>
internal interface IProgressView
{
    /// <summary>Starts a part without inner progress.</summary>
    /// <param name="name">What is being done.</param>
    IProgressPart Start(string name);

    /// <summary>Starts a part that says how much of it is done.</summary>
    /// <param name="name">What is being done.</param>
    IWorkPart StartWork(string name);

    /// <summary>Starts a training.</summary>
    /// <param name="name">What is trained.</param>
    ITrainingPart StartTraining(string name);
}

/// <summary>A part of the work.</summary>
internal interface IProgressPart
{
    /// <summary>Says how the part ended.</summary>
    void Done(string outcome);
}

/// <summary>A training, which reports.</summary>
internal interface ITrainingPart : IProgress<TrainingProgress>, IProgressPart;

/// <summary>A part that reports what is done of it, in [0, 1], from any thread.</summary>
internal interface IWorkPart : IProgress<double>, IProgressPart;
