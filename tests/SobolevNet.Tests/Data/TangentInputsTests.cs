using SobolevNet.Robustness;

namespace SobolevNet.Tests.Data;

/// <summary>Which sources say that derivatives are by inputs themselves, and what is refused.</summary>
public class TangentInputsTests
{
    [Fact]
    public void FromJacobian_OfSomeInputs_NamesThemHoweverItIsTaken()
    {
        int[] chosen = [2, 0];
        var labels = JetData.FromJacobian(new double[4, 3], new double[4], new double[4, 2], new double[4, 2, 2], chosen);
        labels.TangentInputs.ToArray().Should().Equal(chosen);
        labels.Subset([1, 3]).TangentInputs.ToArray().Should().Equal(chosen);
        labels.Truncate(1).TangentInputs.ToArray().Should().Equal(chosen);
        labels.Truncate(0).TangentInputs.ToArray().Should().BeEmpty();
        labels.Split(0.5).Validation.TangentInputs.ToArray().Should().Equal(chosen);
        labels.Materialize().TangentInputs.ToArray().Should().Equal(chosen);
        new GaussianNoiseSource<double>(labels, 0.1).TangentInputs.ToArray().Should().Equal(chosen);
        labels.WithHessianVectorProducts().TangentInputs.ToArray().Should().BeEmpty("directions are no inputs");
    }

    [Fact]
    public void MemoryJetSource_FindsUnitVectors_AndNothingElse()
    {
        var layout = JetLayout.Full(2, 1);
        var target = new JetBatch<float>(layout, 2, 1);
        Inputs(_ => { }).Should().Equal(1, 2);
        Inputs(input => input[1, 1, 0] = 0.5f).Should().BeEmpty("a sample differs");
        Inputs(input => input[2, 0, 2] = 2).Should().BeEmpty("a vector is no unit vector");
        Inputs(input => (input[2, 0, 1], input[2, 0, 2], input[2, 1, 1], input[2, 1, 2]) = (1, 0, 1, 0)).Should().BeEmpty("both are the same");

        int[] Inputs(Action<JetBatch<float>> change)
        {
            var input = new JetBatch<float>(layout, 2, 3);
            for (int s = 0; s < 2; s++)
            {
                input[1, s, 1] = input[2, s, 2] = 1;
            }

            change(input);
            return new MemoryJetSource<float>(input, target).TangentInputs.ToArray();
        }
    }

    [Fact]
    public void MemoryJetSource_InputsThatBend_HaveNone()
    {
        var layout = JetLayout.Full(1, 2);
        var input = new JetBatch<float>(layout, 1, 1);
        input[1, 0, 0] = 1;
        new MemoryJetSource<float>(input, new JetBatch<float>(layout, 1, 1)).TangentInputs.ToArray().Should().Equal(0);
        input[2, 0, 0] = 1;
        new MemoryJetSource<float>(input, new JetBatch<float>(layout, 1, 1)).TangentInputs.ToArray().Should().BeEmpty();
    }

    [Theory]
    [InlineData(new[] { 0 }, "*TangentInputs has 1 elements*2 tangents*")]
    [InlineData(new[] { 0, 2 }, "*TangentInputs has the element 2; expected different inputs in*")]
    [InlineData(new[] { 0, -1 }, "*TangentInputs has the element -1*")]
    [InlineData(new[] { 1, 1 }, "*TangentInputs has the element 1*")]
    [InlineData(new[] { 1, 0 }, "*TangentInputs*not their unit vectors*")]
    public void Fit_SourceThatNamesWrongInputs_IsRefused(int[] inputs, string message)
    {
        var network = Mlp<double>.Create(2, [4], 1, seed: 1);
        Action act = () => new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 1 }).Fit(new Claim(inputs));
        act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void SourceThatIsRightInEverySecondOrEighthSampleAlone_IsRefused()
    {
        foreach (int everyNth in (int[])[2, 8])
        {
            var network = Mlp<double>.Create(2, [4], 1, seed: 1);
            FluentActions.Invoking(() => new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 1 }).Fit(new Claim([0, 1], everyNth)))
                .Should().Throw<ArgumentException>().WithMessage("*not their unit vectors*").WithParameterName("source");
            FluentActions.Invoking(() => Evaluation.Of(network, new Claim([0, 1], everyNth), order: 1))
                .Should().Throw<ArgumentException>().WithMessage("*not their unit vectors*").WithParameterName("source");
        }
    }

    [Fact]
    public void Fit_ThousandsOfInputs_MakesNoUnitVectorsOfAllSamples()
    {
        const int Inputs = 2_000;
        const int Samples = 40;
        var (x, y, dydx) = (new float[Samples, Inputs], new float[Samples], new float[Samples, Inputs]);
        for (int s = 0; s < Samples; s++)
        {
            for (int i = 0; i < Inputs; i++)
            {
                x[s, i] = MathF.Sin((i * s) + s);
                y[s] += x[s, i] / Inputs;
                dydx[s, i] = 1f / Inputs;
            }
        }

        var labels = JetData.FromJacobian(x, y, dydx);
        var trainer = new SobolevTrainer<float>(Mlp<float>.Create(Inputs, [8], 1, seed: 1), new SobolevTrainingOptions { Epochs = 1, Optimizer = Optimizer.Adam(), Threads = 1 });
        long before = GC.GetAllocatedBytesForCurrentThread();

        trainer.Fit(labels);

        // The unit vectors of one sample take 16 MB, those of all samples 640. One thread does all of the work; tests that run at the same time are not counted.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(400_000_000);
    }

    [Fact]
    public void Fit_SourceThatNamesItsInputs_IsAskedForValuesOfInputsAlone()
    {
        var source = new Claim([0, 1]);
        var options = new SobolevTrainingOptions { Epochs = 1, BatchSize = 16, Propagation = DerivativePropagation.Adjoint };
        new SobolevTrainer<double>(Mlp<double>.Create(2, [4], 1, seed: 1), options).Fit(source);
        source.ValuesAlone.Should().BeGreaterThan(0);
    }

    /// <summary>y = x₀ + 2x₁ with its gradient, and whatever is claimed of the tangents.</summary>
    private sealed class Claim(int[] inputs, int everyNth = 1) : IJetSource<double>
    {
        private int _valuesAlone;

        public int ValuesAlone => _valuesAlone;

        public JetLayout Layout { get; } = JetLayout.Full(2, 1);

        public int InputFeatures => 2;

        public int OutputFeatures => 1;

        public int Count => 40;

        public int InputOrder => 1;

        public ReadOnlySpan<int> TangentInputs => inputs;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            input.Clear();
            Interlocked.Add(ref _valuesAlone, input.Layout.Order < target.Layout.Order ? 1 : 0);
            for (int s = 0; s < samples.Length; s++)
            {
                double a = input[0, s, 0] = Math.Sin(samples[s]);
                double b = input[0, s, 1] = Math.Cos(3.0 * samples[s]);
                target[0, s, 0] = a + (2 * b);
                for (int i = 0; i < 2; i++)
                {
                    if (target.Layout.Order > 0)
                    {
                        target[1 + i, s, 0] = 1 + i;
                    }

                    if (input.Layout.Order > 0)
                    {
                        input[1 + i, s, i] = samples[s] % everyNth == 0 ? 1 : 2;
                    }
                }
            }
        }
    }
}
