using System.Numerics;
using SobolevNet.Tests.Kernels;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Networks;

public class JetPassTests
{
    public static TheoryData<Activation, int> SmoothActivations()
    {
        var data = new TheoryData<Activation, int>();
        foreach (var activation in Enum.GetValues<Activation>())
        {
            for (int order = 0; order <= (activation == Activation.Relu ? 1 : 2); order++)
            {
                data.Add(activation, order);
            }
        }

        return data;
    }

    public static JetBatch<T> RandomJets<T>(JetLayout layout, int samples, int features, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var batch = new JetBatch<T>(layout, samples, features);
        var random = new RandomStream(seed);
        foreach (ref T element in batch.Data)
        {
            // Numbers that float holds exactly, so that float and double passes get the same input.
            element = T.CreateTruncating((float)random.NextNormal());
        }

        return batch;
    }

    /// <summary>Networks whose first hidden layer has another activation, with the highest order that they carry.</summary>
    public static TheoryData<Activation, Activation, int> FirstActivations => new()
    {
        { Activation.Sine, Activation.Tanh, 2 },
        { Activation.Softplus, Activation.Sine, 2 },
        { Activation.Relu, Activation.Silu, 1 },
    };

    public static Mlp<T> RandomNetwork<T>(Activation activation, int[] sizes, ulong seed, Activation? first = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = new Mlp<T>(new MlpArchitecture(sizes[0], sizes[1..^1], sizes[^1], activation, first));
        network.Initialize(seed);
        var random = new RandomStream(seed, 99);
        foreach (ref T parameter in network.Parameters)
        {
            parameter = T.CreateTruncating((float)(double.CreateTruncating(parameter) + (0.1 * random.NextNormal())));
        }

        return network;
    }

    [Theory]
    [MemberData(nameof(SmoothActivations))]
    public void Forward_EveryActivation_AgreesWithNestedDualNumbers(Activation activation, int order) =>
        CompareWithDuals(RandomNetwork<double>(activation, [5, 17, 9, 3], 1), order);

    [Theory]
    [MemberData(nameof(FirstActivations))]
    public void Forward_AnotherFirstActivation_AgreesWithNestedDualNumbers(Activation first, Activation activation, int order) =>
        CompareWithDuals(RandomNetwork<double>(activation, [5, 17, 9, 11, 3], 1, first), order);

    /// <summary>Compares jets along three random tangents at seven random inputs.</summary>
    internal static void CompareWithDuals(Mlp<double> network, int order)
    {
        var layout = order == 0 ? JetLayout.Value : JetLayout.Full(3, order);
        var input = RandomJets<double>(layout, 7, network.Architecture.Inputs, 2);
        var output = network.Propagate(input);
        for (int s = 0; s < input.Samples; s++)
        {
            Compare(output, s, ReferenceNetwork.Jets(network, input, s), _ => Tolerances.DoubleAgainstDual);
        }
    }

    [Theory]
    [MemberData(nameof(SmoothActivations))]
    public void Forward_Float_AgreesWithNestedDualNumbersToFloat(Activation activation, int order)
    {
        var network = RandomNetwork<float>(activation, [5, 33, 18, 3], 3);
        var layout = order == 0 ? JetLayout.Value : JetLayout.Full(4, order);
        var input = RandomJets<float>(layout, 5, 5, 4);
        var output = network.Propagate(input);
        for (int s = 0; s < input.Samples; s++)
        {
            Compare(output, s, ReferenceNetwork.Jets(network, input, s), o => Tolerances.FloatAgainstDouble[o]);
        }
    }

    [Fact]
    public void Forward_ChosenComponents_AreThoseOfTheFullLayout()
    {
        var network = RandomNetwork<double>(Activation.Gelu, [4, 20, 2], 5);
        var full = JetLayout.Full(4, 2);
        var chosen = JetLayout.Create(4, [3, 0, 2], [(2, 0), (3, 3)]);
        var input = RandomJets<double>(full, 3, 4, 6);
        var subset = new JetBatch<double>(chosen, 3, 4);
        input.Component(0).CopyTo(subset.Component(0));
        foreach (int i in chosen.Firsts)
        {
            input.Component(full.First(i)).CopyTo(subset.Component(chosen.First(i)));
        }

        foreach (var pair in chosen.Seconds)
        {
            input.Component(full.Second(pair.I, pair.J)).CopyTo(subset.Component(chosen.Second(pair.I, pair.J)));
        }

        var expected = network.Propagate(input);
        var actual = network.Propagate(subset);
        actual.Component(0).ToArray().Should().Equal(expected.Component(0).ToArray());
        actual.Component(chosen.First(2)).ToArray().Should().Equal(expected.Component(full.First(2)).ToArray());
        actual.Component(chosen.Second(0, 2)).ToArray().Should().Equal(expected.Component(full.Second(0, 2)).ToArray());
        actual.Component(chosen.Second(3, 3)).ToArray().Should().Equal(expected.Component(full.Second(3, 3)).ToArray());
    }

    [Theory]
    [MemberData(nameof(SmoothActivations))]
    public void Reverse_EveryActivation_AgreesWithFiniteDifferences(Activation activation, int order) =>
        CompareWithDifferences(RandomNetwork<double>(activation, [4, 9, 6, 2], 7), order);

    [Theory]
    [MemberData(nameof(FirstActivations))]
    public void Reverse_AnotherFirstActivation_AgreesWithFiniteDifferences(Activation first, Activation activation, int order) =>
        CompareWithDifferences(RandomNetwork<double>(activation, [4, 9, 6, 2], 7, first), order);

    private static void CompareWithDifferences(Mlp<double> network, int order)
    {
        var layout = order == 0 ? JetLayout.Value : JetLayout.Full(3, order);
        var input = RandomJets<double>(layout, 3, 4, 8);
        var seeds = RandomJets<double>(layout, 3, 2, 9);
        var pass = new JetPass<double>(network, layout, 3);
        var output = new JetBatch<double>(layout, 3, 2);
        pass.Forward(input, output);
        var gradient = new double[network.Parameters.Length];
        var inputGradient = new JetBatch<double>(layout, 3, 4);
        pass.Reverse(seeds, gradient, inputGradient);

        double Loss()
        {
            pass.Refresh();
            pass.Forward(input, output);
            double sum = 0;
            for (int k = 0; k < output.Data.Length; k++)
            {
                sum += seeds.Data[k] * output.Data[k];
            }

            return sum;
        }

        double scale = Math.Sqrt(gradient.Sum(g => g * g) / gradient.Length);
        for (int k = 0; k < gradient.Length; k++)
        {
            double numeric = Differences.Derivative(network.Parameters, k, Loss);
            Math.Abs(numeric - gradient[k]).Should().BeLessThan(
                Tolerances.DoubleAgainstDifferences * Math.Max(scale, Math.Abs(numeric)), "parameter {0}", k);
        }

        scale = Math.Sqrt(inputGradient.Data.ToArray().Sum(g => g * g) / inputGradient.Data.Length);
        for (int k = 0; k < inputGradient.Data.Length; k++)
        {
            double numeric = Differences.Derivative(input.Data, k, Loss);
            Math.Abs(numeric - inputGradient.Data[k]).Should().BeLessThan(
                Tolerances.DoubleAgainstDifferences * Math.Max(scale, Math.Abs(numeric)), "input element {0}", k);
        }
    }

    [Theory]
    [MemberData(nameof(SmoothActivations))]
    public void Reverse_IsTheAdjointOfTheLinearizedForward(Activation activation, int order)
    {
        // The last layer is linear in its weights: ⟨ȳ, dy⟩ for a change dW of the last layer equals ⟨W̄, dW⟩ exactly.
        var network = RandomNetwork<double>(activation, [3, 8, 5], 11);
        var layout = order == 0 ? JetLayout.Value : JetLayout.Full(2, order);
        var input = RandomJets<double>(layout, 4, 3, 12);
        var seeds = RandomJets<double>(layout, 4, 5, 13);
        var pass = new JetPass<double>(network, layout, 4);
        var before = new JetBatch<double>(layout, 4, 5);
        pass.Forward(input, before);
        var gradient = new double[network.Parameters.Length];
        pass.Reverse(seeds, gradient);
        var change = RandomJets<double>(JetLayout.Value, 1, 8 * 5, 14).Data;
        double expected = 0;
        var last = network.Layer(1).Weights;
        int offset = network.Parameters.Length - 5 - (8 * 5);
        for (int k = 0; k < change.Length; k++)
        {
            expected += gradient[offset + k] * change[k];
            last[k] += change[k];
        }

        var after = network.Propagate(input);
        double actual = 0;
        for (int k = 0; k < after.Data.Length; k++)
        {
            actual += seeds.Data[k] * (after.Data[k] - before.Data[k]);
        }

        actual.Should().BeApproximately(expected, 1e-11 * Math.Max(1, Math.Abs(expected)));
    }

    [Theory]
    [MemberData(nameof(JetActivationTests.Smooth), MemberType = typeof(JetActivationTests))]
    public void Reverse_ThroughHiddenLayers_IsTheAdjointOfTheForwardTangent(Activation activation)
    {
        // ⟨ȳ, ∂ᵥf⟩ = ⟨x̄, v⟩ with x̄ from the reverse pass of values, and ⟨ȳ, ∂ᵤ∂ᵥf⟩ = ⟨x̄, v⟩ with x̄ from that of slopes along u: to rounding.
        var network = RandomNetwork<double>(activation, [5, 17, 31, 15, 3], 21);
        var full = RandomJets<double>(JetLayout.Full(2, 2), 3, 5, 22);
        for (int c = 3; c < full.Layout.Count; c++)
        {
            full.Component(c).Clear();
        }

        var forward = network.Propagate(full);
        Compare(JetLayout.Value, 0, forward.Layout.First(1));
        Compare(JetLayout.Full(1, 1), 1, forward.Layout.Second(0, 1));

        void Compare(JetLayout layout, int component, int forwardComponent)
        {
            var input = new JetBatch<double>(layout, 3, 5);
            for (int c = 0; c < layout.Count; c++)
            {
                full.Component(c).CopyTo(input.Component(c));
            }

            var seeds = new JetBatch<double>(layout, 3, 3);
            RandomJets<double>(JetLayout.Value, 3, 3, 23).Component(0).CopyTo(seeds.Component(component));
            var pass = new JetPass<double>(network, layout, 3);
            pass.Forward(input, new JetBatch<double>(layout, 3, 3));
            var adjoint = new JetBatch<double>(layout, 3, 5);
            pass.Reverse(seeds, new double[network.Parameters.Length], adjoint);
            double expected = Dot(seeds.Component(component), forward.Component(forwardComponent), out double size);
            double actual = Dot(adjoint.Component(0), full.Component(2), out double otherSize);
            actual.Should().BeApproximately(expected, 1e-13 * (size + otherSize), "{0}", layout);
        }

        static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b, out double size)
        {
            double sum = size = 0;
            for (int k = 0; k < a.Length; k++)
            {
                sum += a[k] * b[k];
                size += Math.Abs(a[k] * b[k]);
            }

            return sum;
        }
    }

    [Theory]
    [MemberData(nameof(SmoothActivations))]
    public void Reverse_ThroughAllLayers_IsTheAdjointOfTheLinearForward(Activation activation, int order)
    {
        // Jets depend linearly on the input's derivatives of the highest order, through all layers and activations.
        if (order == 0)
        {
            return;
        }

        var network = RandomNetwork<double>(activation, [3, 8, 7, 5], 11);
        network.InputScaling = new FeatureScaling<double>([1, 2, 3], [2, 0.3, 7]);
        network.OutputScaling = new FeatureScaling<double>([1, 2, 3, 4, 5], [2, 0.3, 7, 1, 5]);
        var layout = JetLayout.Full(2, order);
        var input = RandomJets<double>(layout, 4, 3, 12);
        var change = RandomJets<double>(layout, 4, 3, 15);
        change.AsSpan().Truncate(order - 1).Clear();
        var seeds = RandomJets<double>(layout, 4, 5, 13);
        var pass = new JetPass<double>(network, layout, 4);
        var (before, after) = (new JetBatch<double>(layout, 4, 5), new JetBatch<double>(layout, 4, 5));
        pass.Forward(input, before);
        var adjoint = new JetBatch<double>(layout, 4, 3);
        pass.Reverse(seeds, default, adjoint);
        double expected = Dot(change.Data, adjoint.Data);
        for (int k = 0; k < input.Data.Length; k++)
        {
            input.Data[k] += change.Data[k];
        }

        pass.Forward(input, after);
        (Dot(seeds.Data, after.Data) - Dot(seeds.Data, before.Data)).Should().BeApproximately(expected, 1e-11 * Math.Max(1, Math.Abs(expected)));

        static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => System.Numerics.Tensors.TensorPrimitives.Dot(a, b);
    }

    [Fact]
    public void Refresh_AfterChanges_ReadsThem()
    {
        var network = RandomNetwork<double>(Activation.Tanh, [2, 5, 1], 1);
        var pass = new JetPass<double>(network, JetLayout.Full(2, 1), 3);
        pass.Network.Should().BeSameAs(network);
        pass.Layout.Should().Be(JetLayout.Full(2, 1));
        pass.Capacity.Should().Be(3);
        var input = RandomJets<double>(pass.Layout, 2, 2, 2);
        var (before, after) = (new JetBatch<double>(pass.Layout, 2, 1), new JetBatch<double>(pass.Layout, 2, 1));
        pass.Forward(input, before);
        network.OutputScaling = new FeatureScaling<double>([0], [2]);
        pass.Refresh();
        Invoking(() => pass.Reverse(before, default)).Should().Throw<InvalidOperationException>("the forward pass was of other weights");
        pass.Forward(input, after);
        after.Data.ToArray().Should().Equal(before.Data.ToArray().Select(y => 2 * y));
    }

    [Fact]
    public void Reverse_WithScalings_AgreesWithFiniteDifferences()
    {
        var network = RandomNetwork<double>(Activation.Tanh, [3, 7, 2], 15);
        network.InputScaling = new FeatureScaling<double>([100, -3, 0.5], [20, 0.1, 2]);
        network.OutputScaling = new FeatureScaling<double>([5, -1], [3, 0.2]);
        var layout = JetLayout.Full(2, 2);
        var input = RandomJets<double>(layout, 3, 3, 16);
        for (int s = 0; s < 3; s++)
        {
            for (int f = 0; f < 3; f++)
            {
                for (int c = 0; c < layout.Count; c++)
                {
                    input[c, s, f] = (input[c, s, f] * network.InputScaling.Scale[f]) + (c == 0 ? network.InputScaling.Shift[f] : 0);
                }
            }
        }

        var seeds = RandomJets<double>(layout, 3, 2, 17);
        var pass = new JetPass<double>(network, layout, 3);
        var output = new JetBatch<double>(layout, 3, 2);
        pass.Forward(input, output);
        Compare(output, 1, ReferenceNetwork.Jets(network, input, 1), _ => 1e-10);
        var gradient = new double[network.Parameters.Length];
        pass.Reverse(seeds, gradient);
        double scale = Math.Sqrt(gradient.Sum(g => g * g) / gradient.Length);
        for (int k = 0; k < gradient.Length; k++)
        {
            double numeric = Differences.Derivative(network.Parameters, k, () =>
            {
                pass.Refresh();
                pass.Forward(input, output);
                return output.Data.ToArray().Zip(seeds.Data.ToArray(), (y, seed) => y * seed).Sum();
            });
            Math.Abs(numeric - gradient[k]).Should().BeLessThan(1e-6 * Math.Max(scale, Math.Abs(numeric)), "parameter {0}", k);
        }
    }

    [Fact]
    public void Pass_OfManySamples_GivesTheBitsOfOneByOne()
    {
        var network = RandomNetwork<float>(Activation.Silu, [6, 70, 33, 4], 18);
        var layout = JetLayout.Full(3, 2);
        var input = RandomJets<float>(layout, 53, 6, 19);
        var all = network.Propagate(input);
        for (int s = 0; s < input.Samples; s++)
        {
            var one = new JetBatch<float>(layout, 1, 6);
            input.AsSpan().Slice(s, 1).CopyTo(one);
            var alone = network.Propagate(one);
            for (int c = 0; c < layout.Count; c++)
            {
                alone.Row(c, 0).ToArray().Should().Equal(all.Row(c, s).ToArray());
            }
        }
    }

    [Fact]
    public void Construction_ReluWithOrderTwo_IsRefusedWithTheReason()
    {
        var network = Mlp<float>.Create(2, [4], 1, Activation.Relu);
        var construct = () => new JetPass<float>(network, JetLayout.Full(2, 2), 1);
        construct.Should().Throw<NotSupportedException>().WithMessage("*second derivative is zero*");
        var train = () => new SobolevTrainer<float>(network, new SobolevTrainingOptions { Order = 2 });
        train.Should().Throw<NotSupportedException>();
    }

    [Fact]
    public void Passes_OfWrongShape_NameTheArgument()
    {
        var network = Mlp<double>.Create(2, [4], 1);
        var pass = new JetPass<double>(network, JetLayout.Full(2, 1), 3);
        var input = new JetBatch<double>(JetLayout.Full(2, 1), 3, 2);
        var output = new JetBatch<double>(JetLayout.Full(2, 1), 3, 1);
        Invoking(() => pass.Reverse(output, default)).Should().Throw<InvalidOperationException>();
        Invoking(() => pass.Forward(new JetBatch<double>(JetLayout.Value, 3, 2), output)).Should().Throw<ArgumentException>().WithParameterName("input");
        Invoking(() => pass.Forward(new JetBatch<double>(JetLayout.Full(2, 1), 4, 2), output)).Should().Throw<ArgumentException>().WithParameterName("input");
        Invoking(() => pass.Forward(input, new JetBatch<double>(JetLayout.Full(2, 1), 3, 2))).Should().Throw<ArgumentException>().WithParameterName("output");
        pass.Forward(input, output);
        Invoking(() => pass.Reverse(output, new double[3])).Should().Throw<ArgumentException>().WithParameterName("parameterGradient");
    }

    internal static void Compare<T>(JetBatch<T> actual, int sample, double[,] expected, Func<int, double> tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int order = 0; order <= actual.Layout.Order; order++)
        {
            double scale = 0;
            for (int c = 0; c < actual.Layout.Count; c++)
            {
                for (int f = 0; f < actual.Features && actual.Layout.OrderOf(c) == order; f++)
                {
                    scale = Math.Max(scale, Math.Abs(expected[c, f]));
                }
            }

            for (int c = 0; c < actual.Layout.Count; c++)
            {
                for (int f = 0; f < actual.Features && actual.Layout.OrderOf(c) == order; f++)
                {
                    double error = Math.Abs(double.CreateTruncating(actual[c, sample, f]) - expected[c, f]);
                    error.Should().BeLessThanOrEqualTo(
                        tolerance(order) * scale, "component {0}, output {1} is {2}", actual.Layout.NameOf(c), f, expected[c, f]);
                }
            }
        }
    }

    private static Action Invoking(Action action) => action;
}
