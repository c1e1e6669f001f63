namespace SobolevNet.Tests.Networks;

public class PredictorTests
{
    [Fact]
    public void Evaluate_FromManyThreads_GivesTheBitsOfOneBatch()
    {
        var network = JetPassTests.RandomNetwork<float>(Activation.Silu, [11, 40, 23, 3], 1);
        float[] x = JetPassTests.RandomJets<float>(JetLayout.Value, 500, 11, 2).Data.ToArray();
        var predictor = new Predictor<float>(network);
        var expected = new float[1500];
        predictor.Evaluate(x, expected);
        var actual = new float[1500];
        Parallel.For(0, 500, s => predictor.Evaluate(x.AsSpan(s * 11, 11), actual.AsSpan(s * 3, 3)));
        actual.Should().Equal(expected);
    }

    [Fact]
    public void Evaluate_ChangedNetwork_KeepsTheSnapshot()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 5, 1], 1);
        var predictor = new Predictor<double>(network);
        double[] before = network.Evaluate([1, 2]);
        network.Parameters.Clear();
        var after = new double[1];
        predictor.Evaluate([1, 2], after);
        after.Should().Equal(before);
    }

    [Fact]
    public void Evaluate_AfterTheFirstCall_AllocatesNothing()
    {
        var predictor = new Predictor<double>(JetPassTests.RandomNetwork<double>(Activation.Tanh, [20, 50, 3], 1));
        var x = new double[20];
        var y = new double[3];
        predictor.Evaluate(x, y);
        predictor.Evaluate(x, y);
        Allocations.Least(() => predictor.Evaluate(x, y)).Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evaluate_AnyNumberOfSamples_GivesTheBitsOfTheNetwork(bool scaled)
    {
        var network = JetPassTests.RandomNetwork<float>(Activation.Gelu, [19, 40, 23, 17], 1);
        if (scaled)
        {
            network.InputScaling = new FeatureScaling<float>(Numbers(19), Numbers(19));
            network.OutputScaling = new FeatureScaling<float>(Numbers(17), Numbers(17));
        }

        float[] x = JetPassTests.RandomJets<float>(JetLayout.Value, 300, 19, 2).Data.ToArray();
        var expected = new float[300 * 17];
        new Predictor<float>(network).Evaluate(x, expected);
        network.Evaluate(x).Should().Equal(expected);
        for (int s = 0; s < 300; s += 7)
        {
            network.Evaluate(x.AsSpan(s * 19, 19)).Should().Equal(expected[(s * 17)..((s + 1) * 17)]);
        }

        static float[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(k => k / 7f)];
    }

    [Fact]
    public void Propagate_LayoutsInTurn_GivesTheResultsOfEachAlone()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [3, 20, 2], 1);
        var predictor = new Predictor<double>(network);
        for (int round = 0; round < 3; round++)
        {
            for (int tangents = 1; tangents < 9; tangents++)
            {
                var input = JetPassTests.RandomJets<double>(JetLayout.Full(tangents, 2), 9 - tangents, 3, (ulong)tangents);
                var output = new JetBatch<double>(input.Layout, input.Samples, 2);
                predictor.Propagate(input, output);
                output.Data.ToArray().Should().Equal(network.Propagate(input).Data.ToArray());
            }
        }
    }

    [Fact]
    public void WrongShapes_NameTheArgument()
    {
        var predictor = new Predictor<float>(Mlp<float>.Create(3, [4], 2));
        Refused(() => predictor.Evaluate(new float[4], new float[2]), "x");
        Refused(() => predictor.Evaluate(new float[3], new float[3]), "y");
        Refused(() => predictor.Propagate(new JetBatch<float>(JetLayout.Value, 1, 2), new JetBatch<float>(JetLayout.Value, 1, 2)), "input");
        Refused(() => predictor.Propagate(new JetBatch<float>(JetLayout.Value, 1, 3), new JetBatch<float>(JetLayout.Value, 2, 2)), "output");

        static void Refused(Action action, string parameter) => action.Should().Throw<ArgumentException>().WithParameterName(parameter);
    }
}
