using System.Numerics;
using CsCheck;

namespace SobolevNet.Tests.Networks;

/// <summary>A sample alone goes another way through the network than a batch; the answers have the same bits.</summary>
public class PointPassTests
{
    /// <summary>So many samples that a batch goes by a tape.</summary>
    private const int Samples = 40;

    [Fact]
    public void EveryAnswer_Float_HasTheBitsOfTheBatch() => Check<float>();

    [Fact]
    public void EveryAnswer_Double_HasTheBitsOfTheBatch() => Check<double>();

    [Fact]
    public void NetworkOfFewParameters_ChangedThroughASpanHeldSinceBefore_AnswersAnew()
    {
        var network = JetPassTests.RandomNetwork<float>(Activation.Silu, [3, 20, 33, 2], 1);
        var parameters = network.Parameters;
        float[] x = [0.1f, -0.7f, 0.4f];
        for (int call = 0; call < 12; call++)
        {
            // Three calls with the same parameters, then one of them changes: 0 to -0 in the end, which only bits tell apart.
            if (call % 3 == 2)
            {
                parameters[call] = call == 11 ? -0f : 0;
            }

            if (call == 7)
            {
                network.OutputScaling = new FeatureScaling<float>([1, 2], [3, 4]);
            }

            var fresh = network.Clone();
            network.Evaluate(x).Should().Equal(fresh.Evaluate(x));
            network.Jacobian(x).Should().BeEquivalentTo(fresh.Jacobian(x));
            network.Hessian(x).Should().BeEquivalentTo(fresh.Hessian(x));
        }
    }

    private static void Check<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var shapes =
            from inputs in Gen.Int[1, 12]
            from hidden in Gen.Int[1, 100].Array[0, 3]
            from outputs in Gen.OneOf(Gen.Int[1, 4], Gen.Int[1, 40])
            from activation in Gen.OneOf(Gen.Const(Activation.Tanh), Gen.Const(Activation.Softplus), Gen.Const(Activation.Sine))
            from first in Gen.OneOf(Gen.Const(activation), Gen.Const(hidden.Length > 0 ? Activation.Silu : activation))
            from scaled in Gen.Bool
            from seed in Gen.ULong[1, 1_000_000]
            select (inputs, hidden, outputs, activation, first, scaled, seed);
        shapes.Sample(
            shape =>
            {
                var (n, m) = (shape.inputs, shape.outputs);
                var network = JetPassTests.RandomNetwork<T>(shape.activation, [n, .. shape.hidden, m], shape.seed, shape.first);
                if (shape.scaled)
                {
                    network.InputScaling = new FeatureScaling<T>(Numbers<T>(n), Numbers<T>(n));
                    network.OutputScaling = new FeatureScaling<T>(Numbers<T>(m), Numbers<T>(m));
                }

                var predictor = new Predictor<T>(network);
                T[] x = JetPassTests.RandomJets<T>(JetLayout.Value, Samples, n, shape.seed).Data.ToArray();
                Compare(predictor.Evaluate, x, n, m);
                Compare(predictor.Jacobian, x, n, m * n);
                Compare(predictor.Hessian, x, n, m * n * n);

                var jets = JetPassTests.RandomJets<T>(JetLayout.Full(3, 2), Samples, n, shape.seed);
                var all = new JetBatch<T>(jets.Layout, Samples, m);
                predictor.Propagate(jets, all);
                for (int s = 0; s < Samples; s += 13)
                {
                    var one = new JetBatch<T>(jets.Layout, 1, m);
                    predictor.Propagate(((JetSpan<T>)jets).Slice(s, 1), one);
                    for (int c = 0; c < jets.Layout.Count; c++)
                    {
                        one.Row(c, 0).ToArray().Should().Equal(all.Row(c, s).ToArray());
                    }
                }
            },
            iter: 30,
            threads: 1);
    }

    private delegate void Ask<T>(ReadOnlySpan<T> x, Span<T> answers);

    private static void Compare<T>(Ask<T> ask, T[] x, int inputs, int size)
        where T : unmanaged
    {
        var batch = new T[Samples * size];
        ask(x, batch);
        foreach (int count in new[] { 1, 3 })
        {
            var some = new T[count * size];
            ask(x.AsSpan(5 * inputs, count * inputs), some);
            some.Should().Equal(batch[(5 * size)..((5 + count) * size)]);
        }
    }

    private static T[] Numbers<T>(int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. Enumerable.Range(1, count).Select(k => T.CreateTruncating(0.5 + (k % 5 / 3.0)))];
}
