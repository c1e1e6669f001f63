namespace SobolevNet;

/// <summary>
/// Where progress is counted from: the beginning of the training, where annealing began, or where it was resumed with more epochs or time.
/// From there progress goes on to 1 over the epochs and the time that are left.
/// </summary>
/// <param name="Progress">The part of the training that was done, in [0, 1].</param>
/// <param name="Annealed">The part of the annealing that was done, in [0, 1]; 0 before annealing.</param>
/// <param name="Epochs">The epochs done, with their part of the current one.</param>
/// <param name="Seconds">The seconds of training, all runs added up.</param>
internal readonly record struct CourseStart(double Progress, double Annealed, double Epochs, double Seconds);
