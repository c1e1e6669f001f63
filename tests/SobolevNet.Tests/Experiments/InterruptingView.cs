using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Tests.Experiments;

/// <summary>Cancels at the second epoch of the parts whose names start with some text.</summary>
internal sealed class InterruptingView(string name, CancellationTokenSource? interrupt) : IProgressView
{
    public IProgressPart Start(string part) => new Part(part.StartsWith(name, StringComparison.Ordinal) ? interrupt : null);

    private sealed class Part(CancellationTokenSource? interrupt) : IProgressPart
    {
        public void Done(string outcome)
        {
        }

        public void Report(double value)
        {
        }

        public void Report(TrainingProgress value)
        {
            if (value.Epoch == 2)
            {
                interrupt?.Cancel();
            }
        }
    }
}
