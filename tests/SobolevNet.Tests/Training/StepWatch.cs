namespace SobolevNet.Tests.Training;

/// <summary>A schedule that looks on: it is asked on the training thread before every step, which it counts from 1.</summary>
internal sealed class StepWatch(LearningRateSchedule schedule, Action<int> beforeStep) : LearningRateSchedule
{
    private int _steps;

    public override double At(SchedulePosition position)
    {
        beforeStep(++_steps);
        return schedule.At(position);
    }
}
