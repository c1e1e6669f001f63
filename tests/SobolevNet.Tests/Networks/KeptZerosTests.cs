using SobolevNet.Kernels;

namespace SobolevNet.Tests.Networks;

/// <summary>Inputs that are zero stay zero under standardization, where that lets products leave them out.</summary>
public class KeptZerosTests
{
    private const int Inputs = 150;
    private const int Live = 40;
    private const int Samples = 9;

    [Fact]
    public void KeepZeros_ShiftsOfAFewScales_AreMoved_AndLargerOnesStay()
    {
        var scaling = new FeatureScaling<double>([0, 2, -8, 8.1, -1e6], [1, 0.5, 2, 2, 1]);

        var (ofRows, offset) = RowScaling.KeepZeros(scaling);

        ofRows.Shift.ToArray().Should().Equal(0, 0, 0, 8.1, -1e6);
        ofRows.Scale.ToArray().Should().Equal(scaling.Scale.ToArray());
        offset.Should().Equal(0, -4, 4, 0, 0);
    }

    [Fact]
    public void KeepZeros_NothingToMove_GivesTheScalingItself()
    {
        var scaling = new FeatureScaling<float>([0, 100], [1, 2]);

        RowScaling.KeepZeros(scaling).Should().Be((scaling, (float[]?)null));
    }

    [Fact]
    public void Pack_WithAndWithoutZeros_FollowsTheNetworksScaling()
    {
        var network = Network(largeShift: false);
        var packed = new PackedNetwork<double>(network);
        packed.Pack(reverse: false, reverseFirst: false, keepZeros: true);
        var (kept, offset) = (packed.InputScaling, packed.InputOffset);
        packed.Pack(reverse: false, reverseFirst: false);
        packed.InputScaling.Should().BeSameAs(network.InputScaling);
        packed.InputOffset.Should().BeNull();
        packed.Pack(reverse: false, reverseFirst: false, keepZeros: true);
        packed.InputScaling.Should().BeSameAs(kept);
        packed.InputOffset.Should().BeSameAs(offset).And.NotBeNull();
        packed.Pack(reverse: false, reverseFirst: false);
        network.InputScaling = null;
        packed.Pack(reverse: false, reverseFirst: false, keepZeros: true);
        packed.InputScaling.Should().BeNull();
        packed.InputOffset.Should().BeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(Samples - 1)]
    public void Tape_StandardizedImages_LeavesOutTheirBackground_UnlessOneOfTheGroupHasNone(int? full)
    {
        var network = Network(largeShift: false);
        var tape = new JetTape<double>(network.Architecture, JetLayout.Full(3, 1), inputOrder: 1, Samples, groupSamples: 4);
        var packed = new PackedNetwork<double>(network);
        packed.Pack(reverse: false, reverseFirst: false, keepZeros: tape.MaySkipInputs);
        var images = Images(tape.Layout);
        if (full is { } sample)
        {
            images.Row(0, sample).Fill(1);
        }

        tape.Begin(Samples);
        for (int group = 0; group < tape.Groups; group++)
        {
            var (start, count) = tape.Group(group);
            images.AsSpan().Slice(start, count).CopyTo(tape.Input(group));
            tape.Forward(group, packed, new Workspace<double>());
        }

        tape.MaySkipInputs.Should().BeTrue();
        Enumerable.Range(0, tape.Groups).Select(tape.HasFewLiveInputs).Should().Equal(Enumerable.Range(0, tape.Groups).Select(group => group != full / 4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pass_OfManyComponents_EqualsPassesOfFew_ThatTakeAllInputs(bool largeShift)
    {
        // Passes of three components and fewer never leave inputs out.
        var network = Network(largeShift);
        var many = Run(network, JetLayout.Full(3, 1), out double[] gradient, out double[] inputAdjoint);
        var few = Run(network, JetLayout.Full(2, 1), out double[] gradientOfFew, out double[] inputAdjointOfFew);

        for (int c = 0; c < 3; c++)
        {
            many.Component(c).ToArray().Should().Equal(few.Component(c).ToArray(), Close);
        }

        gradient.Should().Equal(gradientOfFew, Close);
        inputAdjoint.AsSpan(0, 3 * Samples * Inputs).ToArray().Should().Equal(inputAdjointOfFew, Close);
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) <= 1e-11 * (1 + Math.Abs(b));

    /// <summary>A pass whose loss weighs the values and the first two derivatives.</summary>
    private static JetBatch<double> Run(Mlp<double> network, JetLayout layout, out double[] gradient, out double[] inputAdjoint)
    {
        var pass = new JetPass<double>(network, layout, Samples);
        var output = new JetBatch<double>(layout, Samples, network.Architecture.Outputs);
        pass.Forward(Images(layout).AsSpan(), output.AsSpan());
        var adjoint = new JetBatch<double>(layout, Samples, network.Architecture.Outputs);
        for (int c = 0; c < 3; c++)
        {
            output.Component(c).CopyTo(adjoint.Component(c));
        }

        gradient = new double[network.Architecture.ParameterCount];
        var input = new JetBatch<double>(layout, Samples, Inputs);
        pass.Reverse(adjoint.AsSpan(), gradient, input.AsSpan());
        inputAdjoint = input.Data.ToArray();
        return output;
    }

    /// <summary>Jets that are zero but for some neighboring inputs of each sample.</summary>
    private static JetBatch<double> Images(JetLayout layout)
    {
        var jets = new JetBatch<double>(layout, Samples, Inputs);
        var random = new Random(2);
        for (int s = 0; s < Samples; s++)
        {
            int first = 11 * s;
            for (int f = first; f < first + Live; f++)
            {
                for (int c = 0; c < 4; c++)
                {
                    double element = random.NextDouble() - 0.5;
                    if (c < layout.Count)
                    {
                        jets.Row(c, s)[f] = element;
                    }
                }
            }
        }

        return jets;
    }

    private static Mlp<double> Network(bool largeShift)
    {
        var network = Mlp<double>.Create(Inputs, [17, 12], 2, Activation.Tanh, seed: 3);
        var random = new Random(4);
        double[] shift = [.. Enumerable.Range(0, Inputs).Select(_ => random.NextDouble() - 0.5)];
        if (largeShift)
        {
            (shift[0], shift[60]) = (7, -9);
        }

        network.InputScaling = new FeatureScaling<double>(shift, [.. Enumerable.Range(0, Inputs).Select(_ => 0.5 + random.NextDouble())]);
        network.OutputScaling = new FeatureScaling<double>([1, 2], [0.5, 2]);
        return network;
    }
}
