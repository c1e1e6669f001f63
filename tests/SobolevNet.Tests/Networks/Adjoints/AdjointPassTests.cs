using System.Numerics;
using CsCheck;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Networks;

/// <summary>Values, Jacobians and Hessian-vector products by adjoints, and their gradients, against forward jets and independent references.</summary>
public class AdjointPassTests
{
    public static TheoryData<Activation, int> EveryCase()
    {
        var data = new TheoryData<Activation, int>();
        foreach (var activation in Enum.GetValues<Activation>())
        {
            data.Add(activation, 0);
            if (activation != Activation.Relu)
            {
                data.Add(activation, 2);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryCase))]
    public void Forward_EveryActivation_AgreesWithNestedDualNumbers(Activation activation, int tangents) =>
        CompareWithDuals<double>(activation, tangents, [1e-12, 1e-12, 1e-12]);

    [Theory]
    [MemberData(nameof(EveryCase))]
    public void Forward_Float_AgreesWithNestedDualNumbersToFloat(Activation activation, int tangents) =>
        CompareWithDuals<float>(activation, tangents, Tolerances.FloatAgainstDouble);

    [Theory]
    [MemberData(nameof(EveryCase))]
    public void Reverse_EveryActivation_AgreesWithFiniteDifferences(Activation activation, int tangents)
    {
        var network = Scaled<double>(JetPassTests.RandomNetwork<double>(activation, [4, 9, 6, 2], 7));
        var run = new Run<double>(network, tangents, samples: 3, seed: 8);
        double[] gradient = run.AdjointGradient(out _);
        double scale = Math.Sqrt(gradient.Sum(g => g * g) / gradient.Length);
        for (int k = 0; k < gradient.Length; k++)
        {
            double numeric = Differences.Derivative(network.Parameters, k, run.Loss);
            Math.Abs(numeric - gradient[k]).Should().BeLessThan(
                Tolerances.DoubleAgainstDifferences * Math.Max(scale, Math.Abs(numeric)), "parameter {0}", k);
        }
    }

    [Fact]
    public void ForwardAndReverse_RandomShapes_AgreeWithForwardJets()
    {
        var shapes =
            from inputs in Gen.OneOf(Gen.Int[1, 9], Gen.Int[1, 300])
            from hidden in Gen.Int[1, 70].Array[0, 3]
            from outputs in Gen.Int[1, 5]
            from tangents in Gen.Int[0, 3]
            from samples in Gen.Int[1, 40]
            from activation in Gen.Enum<Activation>()
            from first in Gen.Enum<Activation>()
            from scaled in Gen.Bool
            from seed in Gen.ULong[1, 1_000_000]
            select (inputs, hidden, outputs, tangents, samples, activation, first, scaled, seed);
        shapes.Sample(
            shape =>
            {
                var network = JetPassTests.RandomNetwork<double>(
                    shape.activation, [shape.inputs, .. shape.hidden, shape.outputs], shape.seed, shape.hidden.Length > 0 ? shape.first : null);
                int tangents = network.Architecture.MaxOrder < 2 ? 0 : shape.tangents;
                var run = new Run<double>(shape.scaled ? Scaled<double>(network) : network, tangents, shape.samples, shape.seed);
                double[] gradient = run.AdjointGradient(out double[] results);
                double[] expected = run.JetGradient(out double[] wanted);
                Close(results, wanted, 1e-12);
                Close(gradient, expected, 1e-12);
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void ForwardAndReverse_OwnSeeds_AreCombinationsOfOutputs()
    {
        var shapes =
            from inputs in Gen.Int[1, 40]
            from hidden in Gen.Int[1, 40].Array[0, 3]
            from outputs in Gen.Int[1, 5]
            from seeds in Gen.Int[1, 7]
            from tangents in Gen.Int[0, 3]
            from samples in Gen.Int[1, 40]
            from scaled in Gen.Bool
            from seed in Gen.ULong[1, 1_000_000]
            select (inputs, hidden, outputs, seeds, tangents, samples, scaled, seed);
        shapes.Sample(
            shape =>
            {
                var network = JetPassTests.RandomNetwork<double>(Activation.Softplus, [shape.inputs, .. shape.hidden, shape.outputs], shape.seed);
                CompareWithUnitSeeds(shape.scaled ? Scaled<double>(network) : network, shape.tangents, shape.samples, shape.seeds, shape.seed);
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public void ForwardAndReverse_Float_AgreesWithDouble()
    {
        foreach (int tangents in new[] { 0, 2 })
        {
            var network = JetPassTests.RandomNetwork<float>(Activation.Softplus, [30, 64, 33, 2], 3);
            float[] gradient = new Run<float>(network, tangents, 9, 4).AdjointGradient(out float[] results);
            double[] expected = new Run<double>(network.Convert<double>(), tangents, 9, 4).AdjointGradient(out double[] wanted);
            Close([.. results.Select(element => (double)element)], wanted, 1e-5);
            Close([.. gradient.Select(element => (double)element)], expected, 1e-5);
        }
    }

    [Fact]
    public void ForwardAndReverse_AfterWarmUp_AllocateNothing()
    {
        var pass = new AdjointPass<float>(Mlp<float>.Create(7, [20, 20], 2, seed: 1), tangents: 1, capacity: 5);
        float[] x = new float[35], y = new float[10], jacobian = new float[70], products = new float[70];
        float[] gradient = new float[pass.Network.Parameters.Length];
        void Step()
        {
            pass.Forward(x, x, y, jacobian, products);
            pass.Reverse(y, jacobian, products, gradient);
        }

        Step();
        Allocations.Least(Step).Should().Be(0);
    }

    [Fact]
    public void Construction_BadNumbers_AreRefusedByName()
    {
        var network = Mlp<float>.Create(3, [4], 2, seed: 1);
        Refused(() => new AdjointPass<float>(null!, 0, 1), "*network*");
        Refused(() => new AdjointPass<float>(network, -1, 1), "*tangents*");
        Refused(() => new AdjointPass<float>(network, int.MaxValue, 1), "*tangents*");
        Refused(() => new AdjointPass<float>(network, 0, 0), "*capacity*");
        Refused(() => new AdjointPass<float>(network, 0, 1, seeds: 0), "*seeds*");
        Refused(() => new AdjointPass<float>(network, 0, 1, seeds: int.MaxValue), "*seeds*");
        Refused(() => new AdjointPass<float>(network, 1000, int.MaxValue), "*1000 tangents*array*");
        Action relu = () => _ = new AdjointPass<float>(Mlp<float>.Create(3, [4], 2, Activation.Relu), 1, 1);
        relu.Should().Throw<NotSupportedException>().WithMessage("*Relu*");
    }

    [Fact]
    public void ForwardAndReverse_WrongLengths_NameTheArgument()
    {
        var pass = new AdjointPass<double>(Mlp<double>.Create(3, [4], 2, seed: 1), tangents: 1, capacity: 2);
        double[] x = new double[6], y = new double[4], jacobian = new double[12];
        double[] gradient = new double[pass.Network.Parameters.Length];
        Refused(() => pass.Forward([], x, y, jacobian, jacobian), "*x*");
        Refused(() => pass.Forward(new double[7], x, y, jacobian, jacobian), "*x*");
        Refused(() => pass.Forward(new double[9], x, y, jacobian, jacobian), "*x has 9*1 to 2 samples*");
        Refused(() => pass.Forward(x, [], y, jacobian, jacobian), "*directions*");
        Refused(() => pass.Forward(x, x, new double[3], jacobian, jacobian), "*y has 3*");
        Refused(() => pass.Forward(x, x, y, new double[11], jacobian), "*jacobian has 11*");
        Refused(() => pass.Forward(x, x, y, jacobian, new double[13]), "*products has 13*");
        Refused(() => pass.Forward(x, x, y, jacobian, jacobian, seeds: y), "*seeds has 4*");
        Refused(() => pass.Forward([1, 2, 3, 4, double.NaN, 6], x, y, jacobian, jacobian), "*x*");
        Refused(() => pass.Forward(x, [1, 2, 3, 4, double.PositiveInfinity, 6], y, jacobian, jacobian), "*directions*");
        Action early = () => pass.Reverse(y, jacobian, jacobian, gradient);
        early.Should().Throw<InvalidOperationException>();
        pass.Forward(x, x, y, jacobian, jacobian);
        Refused(() => pass.Reverse(new double[5], jacobian, jacobian, gradient), "*yAdjoint has 5*");
        Refused(() => pass.Reverse(y, new double[5], jacobian, gradient), "*jacobianAdjoint has 5*");
        Refused(() => pass.Reverse(y, jacobian, [], gradient), "*productsAdjoint has 0*");
        Refused(() => pass.Reverse(y, jacobian, jacobian, new double[1]), "*gradient*");
        Refused(() => pass.Reverse(y, jacobian, jacobian, []), "*gradient has 0*");
        pass.Reverse(y, jacobian, jacobian, gradient);
        Action twice = () => pass.Reverse(y, jacobian, jacobian, gradient);
        twice.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Forward_OwnSeedsOfWrongLengths_NamesTheArgument()
    {
        var pass = new AdjointPass<double>(Mlp<double>.Create(3, [4], 2, seed: 1), tangents: 0, capacity: 2, seeds: 3);
        double[] x = new double[6], y = new double[4], jacobian = new double[18], seeds = new double[12];
        Refused(() => pass.Forward(x, [], y, jacobian, []), "*seeds has 0*3 seeds need 12*");
        Refused(() => pass.Forward(x, [], y, new double[12], [], seeds), "*jacobian has 12*");
        seeds[7] = double.NaN;
        Refused(() => pass.Forward(x, [], y, jacobian, [], seeds), "*seeds is NaN*");
    }

    /// <summary>uᵀJ and uᵀHv, and the gradient of a loss of them, against J and Hv of each output.</summary>
    private static void CompareWithUnitSeeds(Mlp<double> network, int tangents, int samples, int seeds, ulong seed)
    {
        var (inputs, outputs) = (network.Architecture.Inputs, network.Architecture.Outputs);
        double[] Draw(int length, ulong stream) => JetPassTests.RandomJets<double>(JetLayout.Value, Math.Max(1, length), 1, seed + stream).Data[..length].ToArray();
        double[] x = Draw(samples * inputs, 1), directions = Draw(tangents * samples * inputs, 2), u = Draw(samples * seeds * outputs, 3);
        double[] y = new double[samples * outputs], unitY = new double[y.Length], yAdjoint = Draw(y.Length, 4);
        double[] derivatives = new double[(1 + tangents) * samples * seeds * inputs], adjoints = Draw(derivatives.Length, 5);
        double[] unit = new double[(1 + tangents) * samples * outputs * inputs], unitAdjoints = new double[unit.Length], expected = new double[derivatives.Length];
        var (own, each) = (derivatives.Length / (1 + tangents), unit.Length / (1 + tangents));
        for (int k = 0; k <= tangents; k++)
        {
            for (int s = 0; s < samples; s++)
            {
                for (int q = 0; q < seeds; q++)
                {
                    for (int o = 0; o < outputs; o++)
                    {
                        for (int i = 0; i < inputs; i++)
                        {
                            unitAdjoints[(k * each) + (((s * outputs) + o) * inputs) + i] +=
                                u[(((s * seeds) + q) * outputs) + o] * adjoints[(k * own) + (((s * seeds) + q) * inputs) + i];
                        }
                    }
                }
            }
        }

        var gradient = Run(new AdjointPass<double>(network, tangents, samples, seeds), y, derivatives, own, adjoints, u);
        var wanted = Run(new AdjointPass<double>(network, tangents, samples), unitY, unit, each, unitAdjoints, []);
        for (int row = 0; row < (1 + tangents) * samples * seeds; row++)
        {
            for (int o = 0; o < outputs; o++)
            {
                for (int i = 0; i < inputs; i++)
                {
                    expected[(row * inputs) + i] += u[(row % (samples * seeds) * outputs) + o] * unit[(((row / seeds * outputs) + o) * inputs) + i];
                }
            }
        }

        Close(y, unitY, 1e-13);
        Close(derivatives, expected, 1e-12);
        Close(gradient, wanted, 1e-12);

        double[] Run(AdjointPass<double> pass, double[] values, double[] results, int first, double[] back, double[] ownSeeds)
        {
            double[] sums = new double[network.Parameters.Length];
            pass.Forward(x, directions, values, results.AsSpan(0, first), results.AsSpan(first), ownSeeds);
            pass.Reverse(yAdjoint, back.AsSpan(0, first), back.AsSpan(first), sums);
            return sums;
        }
    }

    private static void Refused(Action act, string message) => act.Should().Throw<ArgumentException>().WithMessage(message);

    private static Mlp<T> Scaled<T>(Mlp<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] Row(int length, double origin, double step) => [.. Enumerable.Range(0, length).Select(k => T.CreateTruncating(origin + (step * (k % 7))))];
        int inputs = network.Architecture.Inputs;
        int outputs = network.Architecture.Outputs;
        network.InputScaling = new FeatureScaling<T>(Row(inputs, -0.5, 0.2), Row(inputs, 0.6, 0.3));
        network.OutputScaling = new FeatureScaling<T>(Row(outputs, 0.3, -0.4), Row(outputs, 0.4, 0.7));
        return network;
    }

    private static void Close(double[] actual, double[] expected, double tolerance)
    {
        double scale = expected.Max(Math.Abs);
        actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThanOrEqualTo(tolerance * scale);
    }

    private static void CompareWithDuals<T>(Activation activation, int tangents, double[] tolerances)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = JetPassTests.RandomNetwork<T>(activation, [5, 17, 9, 3], 1);
        var run = new Run<T>(network, tangents, samples: 4, seed: 2);
        run.AdjointGradient(out T[] results);
        var jets = run.Jets();
        var compared = run.Split(results);
        for (int s = 0; s < 4; s++)
        {
            double[,] expected = ReferenceNetwork.Jets(network, jets, s);
            for (int c = 0; c < jets.Layout.Count; c++)
            {
                int order = jets.Layout.OrderOf(c);
                for (int u = 0; u < 3; u++)
                {
                    if (compared(c, s, u) is { } actual)
                    {
                        Math.Abs(double.CreateTruncating(actual) - expected[c, u]).Should().BeLessThan(
                            tolerances[order] * Math.Max(10, Math.Abs(expected[c, u])), "{0} of sample {1}", jets.Layout.NameOf(c), s);
                    }
                }
            }
        }
    }

    /// <summary>A random batch and a loss that is linear in all results, by adjoints and by jets.</summary>
    private sealed class Run<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Mlp<T> _network;
        private readonly int _tangents;
        private readonly int _samples;
        private readonly int _inputs;
        private readonly int _outputs;
        private readonly T[] _x;
        private readonly T[] _directions;
        private readonly T[] _yAdjoint;
        private readonly T[] _jacobianAdjoint;
        private readonly T[] _productsAdjoint;

        public Run(Mlp<T> network, int tangents, int samples, ulong seed)
        {
            (_network, _tangents, _samples) = (network, tangents, samples);
            (_inputs, _outputs) = (network.Architecture.Inputs, network.Architecture.Outputs);
            T[] Draw(int rows, ulong stream) =>
                rows == 0 ? [] : JetPassTests.RandomJets<T>(JetLayout.Value, rows, _inputs, seed + stream).Data.ToArray();
            _x = Draw(samples, 1);
            _directions = Draw(tangents * samples, 2);
            _yAdjoint = Draw(samples * _outputs, 3)[..(samples * _outputs)];
            _jacobianAdjoint = Draw(samples * _outputs, 4);
            _productsAdjoint = Draw(tangents * samples * _outputs, 5);
        }

        public T[] AdjointGradient(out T[] results)
        {
            var pass = new AdjointPass<T>(_network, _tangents, _samples);
            results = Forward(pass);
            var gradient = new T[_network.Parameters.Length];
            pass.Reverse(_yAdjoint, _jacobianAdjoint, _productsAdjoint, gradient);
            return gradient;
        }

        public double Loss()
        {
            T[] results = Forward(new AdjointPass<T>(_network, _tangents, _samples));
            double sum = 0;
            T[] adjoints = [.. _yAdjoint, .. _jacobianAdjoint, .. _productsAdjoint];
            for (int k = 0; k < results.Length; k++)
            {
                sum += double.CreateTruncating(results[k]) * double.CreateTruncating(adjoints[k]);
            }

            return sum;
        }

        /// <summary>Jets whose first tangents are the inputs and whose last ones are the directions.</summary>
        public JetBatch<T> Jets()
        {
            var pairs = from i in Enumerable.Range(0, _inputs) from k in Enumerable.Range(0, _tangents) select (i, _inputs + k);
            var jets = new JetBatch<T>(JetLayout.Create(_inputs + _tangents, Enumerable.Range(0, _inputs + _tangents), pairs), _samples, _inputs);
            _x.CopyTo(jets.Component(0));
            for (int s = 0; s < _samples; s++)
            {
                for (int i = 0; i < _inputs; i++)
                {
                    jets[1 + i, s, i] = T.One;
                }
            }

            _directions.CopyTo(jets.Data[((1 + _inputs) * _samples * _inputs)..]);
            return jets;
        }

        /// <summary>A component of the jets by number, sample and output among results; null for those that adjoints do not give.</summary>
        public Func<int, int, int, T?> Split(T[] results)
        {
            var layout = Jets().Layout;
            return (component, sample, output) => Place(layout, component, sample, output) is { } place ? results[place] : null;
        }

        public T[] JetGradient(out T[] results)
        {
            var input = Jets();
            var layout = input.Layout;
            var pass = new JetPass<T>(_network, layout, _samples);
            var output = new JetBatch<T>(layout, _samples, _outputs);
            pass.Forward(input, output);
            results = new T[_samples * _outputs * (1 + (_inputs * (1 + _tangents)))];
            T[] adjoints = [.. _yAdjoint, .. _jacobianAdjoint, .. _productsAdjoint];
            for (int c = 0; c < layout.Count; c++)
            {
                for (int s = 0; s < _samples; s++)
                {
                    for (int u = 0; u < _outputs; u++)
                    {
                        int? place = Place(layout, c, s, u);
                        if (place is { } known)
                        {
                            results[known] = output[c, s, u];
                        }

                        output[c, s, u] = place is { } at ? adjoints[at] : T.Zero;
                    }
                }
            }

            var gradient = new T[_network.Parameters.Length];
            pass.Reverse(output, gradient);
            return gradient;
        }

        private T[] Forward(AdjointPass<T> pass)
        {
            var y = new T[_yAdjoint.Length];
            var jacobian = new T[_jacobianAdjoint.Length];
            var products = new T[_productsAdjoint.Length];
            pass.Forward(_x, _directions, y, jacobian, products);
            return [.. y, .. jacobian, .. products];
        }

        private int? Place(JetLayout layout, int component, int sample, int output)
        {
            int row = (sample * _outputs) + output;
            int jacobian = _yAdjoint.Length + (row * _inputs);
            switch (layout.OrderOf(component))
            {
                case 0:
                    return row;
                case 1:
                    int tangent = layout.Firsts[component - 1];
                    return tangent < _inputs ? jacobian + tangent : null;
                default:
                    var pair = layout.Seconds[component - 1 - layout.Firsts.Length];
                    return jacobian + ((1 + pair.J - _inputs) * _jacobianAdjoint.Length) + pair.I;
            }
        }
    }
}
