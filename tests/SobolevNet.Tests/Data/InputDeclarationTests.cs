namespace SobolevNet.Tests.Data;

/// <summary>A source that declares other derivatives of its inputs than it fills is refused before anything is trained on it.</summary>
public class InputDeclarationTests
{
    private const string Untrue = "*source's InputOrder is 1*derivatives of inputs above order 1 are zero, but it fills*∂*feature 0 of the input of sample*";

    private static readonly SobolevTrainingOptions Short = new() { Epochs = 1, BatchSize = 16, Threads = 1 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void InputOrderBelowWhatIsFilled_InEveryNthSample_IsRefusedBeforeTheFirstStep(int everyNth)
    {
        var network = Network();
        float[] before = network.Parameters.ToArray();
        var source = new Path(declared: 1, everyNth);

        FluentActions.Invoking(() => new SobolevTrainer<float>(network, Short).Fit(source)).Should().Throw<ArgumentException>().WithMessage(Untrue).WithParameterName("source");
        FluentActions.Invoking(() => new SobolevTrainer<float>(network, Short).Fit(new Path(2), source)).Should().Throw<ArgumentException>().WithMessage(Untrue).WithParameterName("validation");
        FluentActions.Invoking(() => Evaluation.Of(network, source, order: 2)).Should().Throw<ArgumentException>().WithMessage(Untrue).WithParameterName("source");
        FluentActions.Invoking(() => source.Materialize()).Should().Throw<ArgumentException>().WithMessage(Untrue).WithParameterName("source");
        FluentActions.Invoking(() => SobolevLoss.Measure(source)).Should().Throw<ArgumentException>().WithMessage(Untrue);

        network.Parameters.ToArray().Should().Equal(before);
    }

    [Fact]
    public void DeclarationCheck_OfSamplesOfTooManyDerivatives_MakesNone()
    {
        // 9,001 components of 9,000 inputs: hundreds of megabytes for one sample.
        var source = JetSource.Generate<double>(
            JetLayout.Full(9000, 1), 9000, 1, 3, (long _, ref RandomStream _, JetSpan<double> _, JetSpan<double> _) => throw new InvalidOperationException("asked"),
            tangentInputs: Enumerable.Range(0, 9000).ToArray());
        FluentActions.Invoking(() => DeclarationCheck.Run(source, "source", new MeasuringTime(null, CancellationToken.None))).Should().NotThrow();
    }

    [Fact]
    public void InputOrderZero_WithFirstDerivativesFilled_IsRefused() =>
        FluentActions.Invoking(() => new SobolevTrainer<float>(Network(), Short).Fit(new Path(declared: 0)))
            .Should().Throw<ArgumentException>().WithMessage("*InputOrder is 0*above order 0 are zero, but it fills*");

    [Fact]
    public void TangentInputs_WithSecondDerivativesOfInputs_AreRefused() =>
        FluentActions.Invoking(() => new SobolevTrainer<float>(Network(), Short).Fit(new Path(declared: 2, tangentInputs: [0], slope: 1)))
            .Should().Throw<ArgumentException>().WithMessage("*TangentInputs says that its tangents are inputs, so that*above order 1 are zero, but it fills*");

    [Fact]
    public void TransformThatLeavesOutWhatIsDeclaredZero_HidesNothing()
    {
        var source = new Path(declared: 1, everyNth: 5);
        FluentActions.Invoking(() => new SobolevTrainer<float>(Network(), Short).Fit(source.Displaced(0))).Should().Throw<ArgumentException>().WithMessage(Untrue);
        FluentActions.Invoking(() => Evaluation.Of(Network(), source.Displaced(0))).Should().Throw<ArgumentException>().WithMessage(Untrue);
        foreach (var transform in new[] { source.AlongRandomDirections(1, order: 2), source.WithHessianVectorProducts().Truncate(2) })
        {
            FluentActions.Invoking(() => new SobolevTrainer<float>(Network(), Short).Fit(transform)).Should().Throw<ArgumentException>().WithMessage(Untrue);
            FluentActions.Invoking(() => new SobolevTrainer<float>(Network(), Short).Fit(new Path(2), transform)).Should().Throw<ArgumentException>().WithMessage(Untrue);
            FluentActions.Invoking(() => Evaluation.Of(Network(), transform, order: 1)).Should().Throw<ArgumentException>().WithMessage(Untrue);
        }
    }

    [Fact]
    public void DeclarationsThatAreTrue_AreTaken()
    {
        new SobolevTrainer<float>(Network(), Short).Fit(new Path(declared: 2), new Path(declared: 2)).Epochs.Should().Be(1);
        new SobolevTrainer<float>(Network(), Short).Fit(new Path(declared: 1, bend: -0f)).Epochs.Should().Be(1, "−0 is zero");
        foreach (var part in new[] { new Path(declared: 1), new Path(declared: 1).Subset([1, 2, 3]), new Path(declared: 1).Subset([1, 2, 3]).Truncate(1) })
        {
            new SobolevTrainer<float>(Network(), Short with { Order = 1 }).Fit(part).Epochs.Should().Be(1, "second derivatives are not trained");
        }

        new SobolevTrainer<float>(Network(), Short).Fit(new Path(declared: 1, bend: 0, tangentInputs: [0], slope: 1)).Epochs.Should().Be(1);
    }

    [Fact]
    public void InputsWithoutFirstDerivatives_OfTargetsThatHaveThem_AreRefused()
    {
        foreach (int declared in (int[])[0, 1, 2])
        {
            var source = new Path(declared, slope: 0, bend: 0);
            FluentActions.Invoking(() => new SobolevTrainer<float>(Network(), Short).Fit(source)).Should().Throw<ArgumentException>()
                .WithMessage("*targets have first derivatives, but those of its inputs are zero in all samples looked at*").WithParameterName("source");
            new SobolevTrainer<float>(Network(), Short with { Order = 0 }).Fit(source).Epochs.Should().Be(1, "derivatives are not trained");
        }

        var rests = new Path(2, slope: 0, bend: 0, targetSlope: 0);
        new SobolevTrainer<float>(Network(), Short).Fit(rests).Epochs.Should().Be(1, "nothing changes along the path");
        var restsMostly = new Path(2, everyNth: 39, slope: 1, slopeElsewhere: 0);
        new SobolevTrainer<float>(Network(), Short).Fit(restsMostly).Epochs.Should().Be(1, "a path may rest in single samples");
    }

    [Fact]
    public void Look_AtASourceThatComputesItsSamples_TakesFewOfThem()
    {
        var validation = new Path(declared: 1, bend: 0, count: 5_000);
        int? looked = null;
        var training = new Path(2) { OnFill = () => looked ??= validation.Filled };
        new SobolevTrainer<float>(Network(), Short).Fit(training, validation);
        looked.Should().BeInRange(1, 256);

        validation = new Path(declared: 1, bend: 0, count: 5_000);
        Evaluation.Of(Network(), validation, maxSamples: 7);
        validation.Filled.Should().Be(7, "values have no derivatives to declare");
    }

    private static Mlp<float> Network() => Mlp<float>.Create(1, [4], 1, Activation.Softplus, seed: 1);

    /// <summary>One input along a path, and a target that changes along it; other derivatives of the input in every n-th sample.</summary>
    private sealed class Path(
        int declared, int everyNth = 1, float slope = 2, float bend = 0.5f, float slopeElsewhere = 2, float targetSlope = 1, int count = 40, int[]? tangentInputs = null)
        : IJetSource<float>
    {
        private int _filled;

        /// <summary>Called before samples are filled.</summary>
        public Action? OnFill { get; init; }

        /// <summary>Samples filled so far.</summary>
        public int Filled => _filled;

        public JetLayout Layout { get; } = JetLayout.Full(1, 2);

        public int InputFeatures => 1;

        public int OutputFeatures => 1;

        public int Count => count;

        public int InputOrder => declared;

        public ReadOnlySpan<int> TangentInputs => tangentInputs;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target)
        {
            OnFill?.Invoke();
            Interlocked.Add(ref _filled, samples.Length);
            for (int s = 0; s < samples.Length; s++)
            {
                bool isNth = samples[s] % everyNth == 0;
                float[] x = [samples[s] / 10f, isNth ? slope : slopeElsewhere, isNth ? bend : 0];
                float[] y = [MathF.Sin(samples[s]), targetSlope, 0];
                for (int c = 0; c < target.Layout.Count; c++)
                {
                    target[c, s, 0] = y[c];
                    if (c < input.Layout.Count)
                    {
                        input[c, s, 0] = x[c];
                    }
                }
            }
        }
    }
}
