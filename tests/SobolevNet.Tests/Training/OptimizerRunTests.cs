namespace SobolevNet.Tests.Training;

/// <summary>The steps of an optimizer in a loop of the user's own.</summary>
public class OptimizerRunTests
{
    public static TheoryData<string> Names => ["Soap", "Adam", "Sgd", "RProp"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_AnyOptimizer_HasTheBitsOfTheTrainers(string name)
    {
        var optimizer = name switch { "Soap" => Optimizer.Soap(), "Adam" => Optimizer.Adam(), "Sgd" => Optimizer.Sgd(), _ => Optimizer.RProp() };
        var (own, trained) = (Network(), Network());
        var run = new OptimizerRun<float>(optimizer, own);
        var state = optimizer.CreateState<float>(trained.Architecture);
        using var team = new WorkerTeam(2);
        var random = new RandomStream(seed: 7);
        for (int step = 1; step <= 25; step++)
        {
            float[] gradient = [.. Enumerable.Range(0, own.Parameters.Length).Select(_ => (float)random.NextNormal())];
            float[] given = [.. gradient];
            double factor = 1.0 / step;
            run.Step(given, factor);
            given.Should().Equal(gradient, "the gradient is the caller's");
            state.Step(trained, gradient, factor, step, team);
        }

        run.Steps.Should().Be(25);
        own.Parameters.ToArray().Should().Equal(trained.Parameters.ToArray()).And.NotEqual(Network().Parameters.ToArray());
    }

    [Fact]
    public void Step_BadArguments_AreRefusedAndChangeNothing()
    {
        var network = Network();
        var run = new OptimizerRun<float>(Optimizer.Adam(), network);
        float[] gradient = new float[network.Parameters.Length];
        gradient[0] = float.NaN;
        run.Invoking(r => r.Step(gradient)).Should().Throw<ArgumentException>().WithMessage("*NaN at 0*");
        (gradient[0], gradient[3]) = (0, float.NaN);
        run.Invoking(r => r.Step(gradient)).Should().Throw<ArgumentException>().WithMessage("*NaN at 3*");
        run.Invoking(r => r.Step(gradient.AsSpan(1))).Should().Throw<ArgumentException>().WithMessage($"*{gradient.Length - 1} elements*");
        gradient[3] = 1;
        run.Invoking(r => r.Step(gradient, -1)).Should().Throw<ArgumentOutOfRangeException>();
        run.Steps.Should().Be(0);
        network.Parameters.ToArray().Should().Equal(Network().Parameters.ToArray());
        run.Invoking(r => new OptimizerRun<float>(Optimizer.Adam(epsilon: 1e-300), network)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static Mlp<float> Network() => Mlp<float>.Create(3, [7, 5], 2, seed: 1);
}
