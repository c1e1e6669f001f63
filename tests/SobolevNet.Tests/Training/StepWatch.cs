namespace SobolevNet.Tests.Training;

/// <summary>A schedule that looks on: it is asked on the training thread before every step, which it counts from 1.</summary>
internal sealed record StepWatch(LearningRateSchedule Schedule, Action<int> BeforeStep) : LearningRateSchedule
{
    private int _steps;

    public override double At(SchedulePosition position)
    {
        BeforeStep(++_steps);
        return Schedule.At(position);
    }
}
