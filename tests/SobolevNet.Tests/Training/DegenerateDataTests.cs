using SobolevNet.Tests.Data;

namespace SobolevNet.Tests.Training;

/// <summary>Degenerate data have an answer, or are refused by name.</summary>
public class DegenerateDataTests
{
    private static readonly SobolevTrainingOptions Short = new() { Epochs = 30, BatchSize = 16, Threads = 1 };

    private static IJetSource<double> Sine { get; } = JetData.FromValues(
        Table(50, s => (s / 25.0) - 1), [.. Enumerable.Range(0, 50).Select(s => Math.Sin((3 * s / 25.0) - 3))]);

    public static TheoryData<double[], double[]> Validations => new()
    {
        { [0.3], [Math.Sin(0.9)] },
        { [0, Math.PI / 3], [0.0, 0.0] },
        { [0.1, 0.1, 0.1], [Math.Sin(0.3), Math.Sin(0.3), Math.Sin(0.3)] },
    };

    [Theory]
    [MemberData(nameof(Validations))]
    public void Fit_ValidationWithoutSpread_IsComparedWithTheSpreadOfTheTrainingSet(double[] x, double[] y)
    {
        var validation = JetData.FromValues(Table(x.Length, s => x[s]), y);
        var network = Mlp<double>.Create(1, [16], 1, seed: 5);
        var result = new SobolevTrainer<double>(network, Short).Fit(Sine, validation);
        result.History.Should().OnlyContain(epoch => double.IsFinite(epoch.ValidationError));
        double deviation = Math.Sqrt(Variance(Enumerable.Range(0, 50).Select(s => Math.Sin((3 * s / 25.0) - 3)).ToArray()));
        double error = Math.Sqrt(x.Zip(y, (at, wanted) => Math.Pow(network.Evaluate([at])[0] - wanted, 2)).Average());
        result.Validation!.NormalizedRmse.Should().BeApproximately(error / deviation, 1e-9);
    }

    [Fact]
    public void Fit_ConstantTargets_HasFiniteErrorsRelativeToTheirSize()
    {
        foreach (double constant in new[] { 0, 3, -1e-7 })
        {
            var (x, y) = (Table(20, s => s), new double[20]);
            Array.Fill(y, constant);
            var source = JetData.FromJacobian(x, y, new double[20, 1]);
            var network = Mlp<double>.Create(1, [4], 1);
            double before = network.Evaluate([2])[0];
            var whole = Evaluation.Of(network, JetData.FromJacobian(Table(1, _ => 2), [constant], new double[1, 1]), order: 1);
            whole.NormalizedRmse.Should().BeApproximately(Math.Abs(before - constant) / (constant == 0 ? 1 : Math.Abs(constant)), 1e-9 * Math.Abs(before / (constant == 0 ? 1 : constant)));
            double.IsFinite(whole.OrderErrors[1]).Should().BeTrue();

            var result = new SobolevTrainer<double>(network, Short).Fit(source, source);
            result.Training.OrderErrors.Should().OnlyContain(error => error < 0.2);
            result.History.Should().OnlyContain(epoch => double.IsFinite(epoch.TrainingError) && double.IsFinite(epoch.ValidationError));
        }
    }

    [Fact]
    public void Fit_OneSample_IsLearned()
    {
        var source = JetData.FromJacobian(Table(1, _ => 2.5), [-4.0], new double[,] { { 1.5 } });
        var network = Mlp<double>.Create(1, [8], 1, seed: 1);
        var result = new SobolevTrainer<double>(network, Short with { Epochs = 3000 }).Fit(source);
        network.Evaluate([2.5])[0].Should().BeApproximately(-4, 0.05);
        network.Jacobian([2.5])[0, 0].Should().BeApproximately(1.5, 0.05);
        result.Training.OrderErrors.Should().OnlyContain(error => error < 0.05);
    }

    [Fact]
    public void Fit_DataThatCannotBeTrained_IsRefusedByName()
    {
        Refused<double>([1, 2, 3], [1e300, 0, 1], "*target reaches 1E+300*value*feature 0*unit*");
        Refused<double>([1, 2, 3], [1e-200, 0, 0], "*target reaches 1E?200*unit*");
        Refused<double>([1e200, 2, 3], [1, 2, 3], "*input reaches 1E+200*unit*");
        Refused<float>([1e-39f, 0, 2e-39f], [1, 2, 3], "*input 0 is*Single*unit*");
        Refused<float>([1, 2, 3], [1e-39f, 0, 2e-39f], "*target 0 is*Single*unit*");
        FluentActions.Invoking(() => new SobolevTrainer<double>(Mlp<double>.Create(2, [4], 1), Short).Fit(new NullLayout()))
            .Should().Throw<ArgumentException>().WithMessage("*Layout is null*");
        FluentActions.Invoking(() => SobolevLoss.Measure(new NullLayout())).Should().Throw<ArgumentException>().WithMessage("*Layout is null*");

        static void Refused<T>(T[] x, T[] y, string message)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            var network = Mlp<T>.Create(1, [4], 1);
            T[] before = network.Parameters.ToArray();
            FluentActions.Invoking(() => new SobolevTrainer<T>(network, Short).Fit(FlatLabels.Values<T>(x.Length, x, y)))
                .Should().Throw<ArgumentException>().WithMessage(message).And.ParamName.Should().Be("source");
            network.Parameters.ToArray().Should().Equal(before);
        }
    }

    [Fact]
    public void Fit_AllOrderWeightsZero_IsRefused()
    {
        var never = OrderWeight.Schedule(_ => 0);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Mlp<double>.Create(1, [4], 1), Short with { OrderWeights = [0, 1] }).Fit(Sine))
            .Should().Throw<ArgumentException>().WithMessage("*nothing would be trained*").And.ParamName.Should().Be("OrderWeights");
        FluentActions.Invoking(() => new SobolevTrainer<double>(Mlp<double>.Create(1, [4], 1), Short with { OrderWeights = [never] }).Fit(Sine))
            .Should().Throw<ArgumentException>();
        new SobolevTrainer<double>(Mlp<double>.Create(1, [4], 1), Short with { Epochs = 1, OrderWeights = [OrderWeight.Until(1, 0.5)] }).Fit(Sine);
    }

    [Fact]
    public void FeatureScaling_ScaleWithoutInverse_IsRefused()
    {
        FluentActions.Invoking(() => new FeatureScaling<float>([0], [1e-39f])).Should().Throw<ArgumentException>().WithMessage("*1E?39*Single*1 over it*");
        new FeatureScaling<float>([0], [3e-39f]).Features.Should().Be(1);
        new FeatureScaling<double>([0], [1e-300]).Features.Should().Be(1);
        FluentActions.Invoking(() => new FeatureScaling<double>([0], [1e-310])).Should().Throw<ArgumentException>();
    }

    private static double[,] Table(int rows, Func<int, double> value)
    {
        var table = new double[rows, 1];
        for (int s = 0; s < rows; s++)
        {
            table[s, 0] = value(s);
        }

        return table;
    }

    private static double Variance(double[] values) => values.Average(value => Math.Pow(value - values.Average(), 2));

    private sealed class NullLayout : IJetSource<double>
    {
        public JetLayout Layout => null!;

        public int InputFeatures => 2;

        public int OutputFeatures => 1;

        public int Count => 3;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) => throw new NotSupportedException();
    }
}
