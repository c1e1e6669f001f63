namespace SobolevNet.Tests.Training;

/// <summary>A source and a progress that together cancel a training in the middle of an epoch: so many samples after an epoch's end.</summary>
internal sealed class Interruption(IJetSource<float> inner, int afterEpoch, int samples)
    : JetSourceTransform<float>(inner), IProgress<TrainingProgress>, IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private int _left = int.MaxValue;

    public CancellationToken Token => _source.Token;

    protected override void Fill(IJetSource<float> source, ReadOnlySpan<long> numbers, JetSpan<float> input, JetSpan<float> target)
    {
        source.Fill(numbers, input, target);
        if (Interlocked.Add(ref _left, -numbers.Length) <= 0)
        {
            _source.Cancel();
        }
    }

    public void Report(TrainingProgress value)
    {
        if (value.IsEndOfEpoch && value.Epoch == afterEpoch)
        {
            _left = samples;
            if (samples == 0)
            {
                _source.Cancel();
            }
        }
    }

    public void Dispose() => _source.Dispose();

    /// <summary>Trains to the interruption, then resumes with fresh objects.</summary>
    /// <returns>The trainer that resumed, and its result.</returns>
    public static (SobolevTrainer<float> Trainer, TrainingResult Result) TrainAndResume(
        Func<Mlp<float>> network, SobolevTrainingOptions options, IJetSource<float> source, IJetSource<float>? validation, int afterEpoch, int samples)
    {
        using var interruption = new Interruption(source, afterEpoch, samples);
        var first = new SobolevTrainer<float>(network(), options);
        first.Invoking(trainer => trainer.Fit(interruption, validation, interruption, interruption.Token)).Should().Throw<TrainingCanceledException>();
        return Resume(network, options, source, validation);
    }

    /// <summary>Resumes with fresh objects from the checkpoint of the options.</summary>
    public static (SobolevTrainer<float> Trainer, TrainingResult Result) Resume(
        Func<Mlp<float>> network, SobolevTrainingOptions options, IJetSource<float> source, IJetSource<float>? validation = null)
    {
        var trainer = new SobolevTrainer<float>(network(), options);
        trainer.ResumeFrom(options.Checkpoint!.Path);
        return (trainer, trainer.Fit(source, validation));
    }
}
