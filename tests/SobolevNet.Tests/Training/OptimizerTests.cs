using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public class OptimizerTests
{
    /// <summary>Gradients of one parameter, whose signs stay, change, and stay again.</summary>
    private static readonly double[] Gradients = [3, 2, -1, -4, -0.1, 0.5, 0.2, 7, 1, 1];

    private static readonly RProp Own = new() { InitialStep = 0.25, Increase = 1.5, Decrease = 0.25, MinStep = 0.125, MaxStep = 0.75 };

    public static TheoryData<RProp> RProps => new(
        Own, Own with { InitialStep = 0.5 }, Own with { Increase = 3 }, Own with { Decrease = 0.75 }, Own with { MinStep = 0.2 }, Own with { MaxStep = 0.5 });

    [Theory]
    [MemberData(nameof(RProps))]
    public void RProp_EverySetting_IsThatOfThePaper(RProp options)
    {
        // Igel and Hüsken's iRprop−, plainly.
        double expected = 0;
        double step = options.InitialStep;
        double before = 0;
        double[] moved = Move(options, factor: 0.5);
        for (int k = 0; k < Gradients.Length; k++)
        {
            double slope = Gradients[k];
            step = slope * before > 0 ? Math.Min(options.MaxStep, step * options.Increase)
                : slope * before < 0 ? Math.Max(options.MinStep, step * options.Decrease)
                : step;
            before = slope * before < 0 ? 0 : slope;
            expected -= 0.5 * step * Math.Sign(before);
            moved[k].Should().BeApproximately(expected, 1e-12, $"gradient {k}");
        }
    }

    [Fact]
    public void RProp_SettingsThatContradict_AreRefusedByName()
    {
        static void Refused(RProp options, string message) =>
            FluentActions.Invoking(() => new SobolevTrainingOptions { Optimizer = options }).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);

        Refused(new RProp { MinStep = 2 }, "*MinStep is at most MaxStep*");
        Refused(new RProp { InitialStep = 2 }, "*InitialStep is in*");
        Refused(new RProp { InitialStep = 1e-10 }, "*InitialStep is in*");
        new SobolevTrainingOptions { Optimizer = new RProp { MinStep = 2, InitialStep = 3, MaxStep = 4 } }.Optimizer.Should().NotBeNull();
    }

    [Fact]
    public void Settings_OutOfRange_AreRefusedByName()
    {
        foreach (var type in typeof(Optimizer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Optimizer))))
        {
            foreach (var setting in type.GetProperties().Where(property => property.PropertyType == typeof(double)))
            {
                foreach (double value in new[] { double.NaN, -1, double.PositiveInfinity, double.NegativeInfinity })
                {
                    FluentActions.Invoking(() => setting.SetValue(Activator.CreateInstance(type), value))
                        .Should().Throw<System.Reflection.TargetInvocationException>($"{type.Name}.{setting.Name} = {value}")
                        .WithInnerException<ArgumentOutOfRangeException>().WithParameterName(setting.Name);
                }
            }
        }
    }

    [Fact]
    public void Settings_ThatRoundAway_AreRefusedInThatPrecisionAlone()
    {
        foreach (var (optimizer, name) in new (Optimizer, string)[]
        {
            (new Adam { Epsilon = 1e-50 }, "Epsilon"), (new Adam { Beta1 = 1 - 1e-12 }, "Beta1"), (new AdamW { Beta2 = 1 - 1e-12 }, "Beta2"),
            (new Soap { Epsilon = 1e-50 }, "Epsilon"), (new Soap { CovarianceBeta = 1 - 1e-12 }, "CovarianceBeta"),
            (new Sgd { Momentum = 1 - 1e-12 }, "Momentum"), (new RProp { MinStep = 1e-50 }, "MinStep"),
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
                Epochs = 4, BatchSize = 8, Threads = 1, Optimizer = new Soap { CovarianceBeta = beta, MaxSide = maxSide, RefreshEvery = 1 }, ScaleDirections = false,
            };
            new SobolevTrainer<double>(network, options).Fit(new FunctionSource<double>(1, 32, 1));
            return network.Parameters.ToArray();
        }

        Train(0.5, 0).Should().Equal(Train(0.95, 0));
        Train(0.5, 64).Should().NotEqual(Train(0.95, 64));

        var network = new Mlp<double>(new MlpArchitecture(2, [], 1, Activation.Tanh));
        var state = new Soap { CovarianceBeta = 0.75 }.CreateState<double>(network.Architecture);
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
