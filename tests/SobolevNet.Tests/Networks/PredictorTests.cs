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
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int k = 0; k < 100; k++)
        {
            predictor.Evaluate(x, y);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100 * 64, "a pool's entry is all that may be made");
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
