using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public class OptimizerTests
{
    [Theory]
    [InlineData(0.9, 0.999)]
    [InlineData(0.95, 0.95)]
    [InlineData(0.5, 0.3)]
    [InlineData(0, 0.9)]
    [InlineData(0.9, 0.5)] // old gradients weigh more in the mean than in the mean square: no bound
    public void AdamCoefficients_LongestStep_IsTheBoundByCauchyAndSchwarz(double beta1, double beta2)
    {
        double square = 0;
        for (int age = 0; age < 20_000; age++)
        {
            double ofMean = (1 - beta1) * Math.Pow(beta1, age);
            square += ofMean == 0 ? 0 : ofMean / ((1 - beta2) / (1 - beta1)) * Math.Pow(beta1 / beta2, age);
        }

        double expected = beta1 * beta1 < beta2 ? Math.Max(1, Math.Sqrt(square)) : 1;
        AdamCoefficients<double>.Of(0.25, beta1, beta2, 1e-8, 0, step: 3).Longest.Should().BeApproximately(0.25 * expected, 1e-12);
    }

    [Fact]
    public void Step_OfMoreParametersThanARange_UpdatesEachOnce()
    {
        // 70,001 parameters: a step is taken in three ranges.
        var network = Mlp<double>.Create(70_000, [], 1, seed: 1);
        double[] before = network.Parameters.ToArray();
        double[] gradient = [.. Enumerable.Range(0, before.Length).Select(k => (k % 11) - 5.0)];
        using var team = new WorkerTeam(2);
        Optimizer.Sgd(learningRate: 0.5, momentum: 0).CreateState<double>(network.Architecture).Step(network, gradient, factor: 0.25, step: 1, team);
        network.Parameters.ToArray().Should().Equal(before.Zip(gradient, (parameter, slope) => parameter - (0.125 * slope)));
    }

    /// <summary>Gradients of one parameter, whose signs stay, change, and stay again.</summary>
    private static readonly double[] Gradients = [3, 2, -1, -4, -0.1, 0.5, 0.2, 7, 1, 1];

    [Theory]
    [InlineData(0.25, 1.5, 0.25, 0.125, 0.75)]
    [InlineData(0.5, 1.5, 0.25, 0.125, 0.75)]
    [InlineData(0.25, 3, 0.25, 0.125, 0.75)]
    [InlineData(0.25, 1.5, 0.75, 0.125, 0.75)]
    [InlineData(0.25, 1.5, 0.25, 0.2, 0.75)]
    [InlineData(0.25, 1.5, 0.25, 0.125, 0.5)]
    public void RProp_EverySetting_IsThatOfThePaper(double initialStep, double increase, double decrease, double minStep, double maxStep)
    {
        // Igel and Hüsken's iRprop−, plainly.
        double expected = 0;
        double step = initialStep;
        double before = 0;
        double[] moved = Move(Optimizer.RProp(initialStep, increase, decrease, minStep, maxStep), factor: 0.5);
        for (int k = 0; k < Gradients.Length; k++)
        {
            double slope = Gradients[k];
            step = slope * before > 0 ? Math.Min(maxStep, step * increase)
                : slope * before < 0 ? Math.Max(minStep, step * decrease)
                : step;
            before = slope * before < 0 ? 0 : slope;
            expected -= 0.5 * step * Math.Sign(before);
            moved[k].Should().BeApproximately(expected, 1e-12, $"gradient {k}");
        }
    }

    [Fact]
    public void RProp_SettingsThatContradict_AreRefusedByName()
    {
        static void Refused(Func<Optimizer> make, string message) =>
            make.Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);

        Refused(() => Optimizer.RProp(minStep: 2), "*minStep is at most maxStep*");
        Refused(() => Optimizer.RProp(initialStep: 2), "*initialStep is in*");
        Refused(() => Optimizer.RProp(initialStep: 1e-10), "*initialStep is in*");
        Optimizer.RProp(minStep: 2, initialStep: 3, maxStep: 4).Should().NotBeNull();
    }

    [Fact]
    public void Settings_OutOfRange_AreRefusedByName()
    {
        var factories = typeof(Optimizer).GetMethods(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public);
        factories.Should().HaveCount(5);
        foreach (var factory in factories)
        {
            var parameters = factory.GetParameters();
            foreach (var parameter in parameters.Where(parameter => parameter.ParameterType != typeof(bool)))
            {
                object[] values = parameter.ParameterType == typeof(int) ? [-1] : [double.NaN, -1.0, double.PositiveInfinity, double.NegativeInfinity];
                foreach (object value in values)
                {
                    object?[] arguments = [.. parameters.Select(other => other == parameter ? value : other.DefaultValue)];
                    FluentActions.Invoking(() => factory.Invoke(null, arguments))
                        .Should().Throw<System.Reflection.TargetInvocationException>($"{factory.Name}, {parameter.Name} = {value}")
                        .WithInnerException<ArgumentOutOfRangeException>().WithParameterName(parameter.Name);
                }
            }
        }
    }

    [Fact]
    public void Settings_ThatRoundAway_AreRefusedInThatPrecisionAlone()
    {
        foreach (var (optimizer, name) in new (Optimizer, string)[]
        {
            (Optimizer.Adam(epsilon: 1e-50), "Epsilon"), (Optimizer.Adam(beta1: 1 - 1e-12), "Beta1"), (Optimizer.Adam(beta2: 1 - 1e-12, weightDecay: 0.01), "Beta2"),
            (Optimizer.Soap(epsilon: 1e-50), "Epsilon"), (Optimizer.Soap(covarianceBeta: 1 - 1e-12), "CovarianceBeta"),
            (Optimizer.Sgd(momentum: 1 - 1e-12), "Momentum"), (Optimizer.RProp(minStep: 1e-50), "MinStep"),
        })
        {
            var options = new SobolevTrainingOptions { Optimizer = optimizer };
            FluentActions.Invoking(() => new SobolevTrainer<float>(Mlp<float>.Create(1, [2], 1), options))
                .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Single*").WithParameterName(name);
            new SobolevTrainer<double>(Mlp<double>.Create(1, [2], 1), options).Options.Should().Be(options);
        }
    }

    [Fact]
    public void Soap_CovarianceBeta_DecaysTheCovariancesAlone()
    {
        // Without turned sides there is no covariance; with them the bases follow its decay.
        double[] Train(double beta, int maxSide)
        {
            var network = Mlp<double>.Create(2, [8], 1, seed: 1);
            var options = new SobolevTrainingOptions
            {
                Epochs = 4, BatchSize = 8, Threads = 1, Optimizer = Optimizer.Soap(covarianceBeta: beta, maxSide: maxSide, refreshEvery: 1), ScaleDirections = false,
            };
            new SobolevTrainer<double>(network, options).Fit(new FunctionSource<double>(1, 32, 1));
            return network.Parameters.ToArray();
        }

        Train(0.5, 0).Should().Equal(Train(0.95, 0));
        Train(0.5, 64).Should().NotEqual(Train(0.95, 64));

        var network = new Mlp<double>(new MlpArchitecture(2, [], 1, Activation.Tanh));
        var state = Optimizer.Soap(covarianceBeta: 0.75).CreateState<double>(network.Architecture);
        using var team = new WorkerTeam(1);
        double[][] gradients = [[1, 2, 0], [-3, 1, 0], [0.5, 0.25, 0]];
        double[] expected = new double[4];
        for (int k = 0; k < gradients.Length; k++)
        {
            state.Step(network, [.. gradients[k]], 1, k + 1, team);
            for (int i = 0; i < 4; i++)
            {
                expected[i] = (0.75 * expected[i]) + (gradients[k][i / 2] * gradients[k][i % 2]);
            }
        }

        double[] covariance = state.Tensors.Single(tensor => tensor.Name == "0.right.covariance").Values;
        covariance.Should().Equal(expected, (left, right) => Math.Abs(left - right) < 1e-12);
    }

    /// <summary>Where the bias of a network goes, step by step.</summary>
    private static double[] Move(Optimizer optimizer, double factor)
    {
        var network = new Mlp<double>(new MlpArchitecture(1, [], 1, Activation.Tanh));
        var state = optimizer.CreateState<double>(network.Architecture);
        using var team = new WorkerTeam(1);
        var moved = new double[Gradients.Length];
        for (int k = 0; k < Gradients.Length; k++)
        {
            state.Step(network, [0, Gradients[k]], factor, k + 1, team);
            network.Layer(0).Weights[0].Should().Be(0);
            moved[k] = network.Layer(0).Bias[0];
        }

        return moved;
    }
}
