using System.Globalization;
using System.Reflection;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training.Checkpoints;

public class TrainingFingerprintTests
{
    /// <summary>For each option a training that differs in it alone.</summary>
    private static readonly Dictionary<string, SobolevTrainingOptions> Changed = new()
    {
        [nameof(SobolevTrainingOptions.Epochs)] = new() { Epochs = 101 },
        [nameof(SobolevTrainingOptions.TimeBudget)] = new() { Epochs = 100, TimeBudget = TimeSpan.FromTicks(1) },
        [nameof(SobolevTrainingOptions.BatchSize)] = new() { BatchSize = 129 },
        [nameof(SobolevTrainingOptions.Seed)] = new() { Seed = 1 },
        [nameof(SobolevTrainingOptions.Shuffle)] = new() { Shuffle = false },
        [nameof(SobolevTrainingOptions.Order)] = new() { Order = 0 },
        [nameof(SobolevTrainingOptions.OrderWeights)] = new() { OrderWeights = [1, 1] },
        [nameof(SobolevTrainingOptions.OutputWeights)] = new() { OutputWeights = [1] },
        [nameof(SobolevTrainingOptions.ComponentWeights)] = new() { ComponentWeights = [1, 1, 2] },
        [nameof(SobolevTrainingOptions.BalanceOutputs)] = new() { BalanceOutputs = false },
        [nameof(SobolevTrainingOptions.Standardize)] = new() { Standardize = false },
        [nameof(SobolevTrainingOptions.InputScaling)] = new() { InputScaling = InputScalingKind.Common },
        [nameof(SobolevTrainingOptions.ScaleDirections)] = new() { ScaleDirections = false },
        [nameof(SobolevTrainingOptions.Optimizer)] = new() { Optimizer = Optimizer.Adam() },
        [nameof(SobolevTrainingOptions.Schedule)] = new() { Schedule = LearningRateSchedule.Constant },
        [nameof(SobolevTrainingOptions.GradientClipNorm)] = new() { GradientClipNorm = 1 },
        [nameof(SobolevTrainingOptions.EarlyStopping)] = new() { EarlyStopping = new() },
        [nameof(SobolevTrainingOptions.ValidationPart)] = new() { ValidationPart = 0.1 },
        [nameof(SobolevTrainingOptions.Checkpoint)] = new() { Checkpoint = new("somewhere") },
        [nameof(SobolevTrainingOptions.Threads)] = new() { Threads = 1 },
        [nameof(SobolevTrainingOptions.Propagation)] = new() { Propagation = DerivativePropagation.Adjoint },
    };

    [Fact]
    public void Fields_EveryOption_TellTrainingsApartUnlessTheResultDoesNotDependOnIt()
    {
        var settings = typeof(SobolevTrainingOptions).GetProperties().Where(property => property.SetMethod is { IsPublic: true });
        Changed.Keys.Should().BeEquivalentTo(settings.Select(property => property.Name), "a new option belongs into the fingerprint and here");
        foreach (var (name, options) in Changed)
        {
            // The part that validates is known by the data of both parts, which the trainer passes on.
            bool isFree = name is nameof(SobolevTrainingOptions.Threads) or nameof(SobolevTrainingOptions.Checkpoint) or nameof(SobolevTrainingOptions.Propagation)
                or nameof(SobolevTrainingOptions.ValidationPart);
            (Fields(options) == Fields(new())).Should().Be(isFree, name);
        }
    }

    [Fact]
    public void Fields_EverySettingOfAnOptimizer_CountInFull()
    {
        CheckFactories(typeof(Optimizer), Optimizer.Adam(), optimizer => Fields(new() { Optimizer = (Optimizer)optimizer }));
    }

    [Fact]
    public void Fields_EverySettingOfEarlyStopping_CountInFull() =>
        CheckSettings(new EarlyStopping { AnnealingEpochs = 3 }, stopping => Fields(new() { EarlyStopping = (EarlyStopping)stopping }));

    [Fact]
    public void Fields_EveryArgumentOfASchedule_CountsInFull()
    {
        CheckFactories(
            typeof(LearningRateSchedule), LearningRateSchedule.Cosine(), schedule => Fields(new() { Schedule = (LearningRateSchedule)schedule }));
        CheckFactories(typeof(OrderWeight), OrderWeight.Constant(1), weight => Fields(new() { OrderWeights = [1, (OrderWeight)weight] }));
    }

    [Fact]
    public void Fields_FunctionsOfOnesOwn_AreKnownByTheirValues()
    {
        string Weight(Func<double, double> function) => Fields(new() { OrderWeights = [1, OrderWeight.Until(OrderWeight.Schedule(function), 0.5)] });
        string Rate(Func<SchedulePosition, double> function) => Fields(new() { Schedule = new OwnSchedule(function).WithWarmUp() });
        Weight(p => 1 - p).Should().Be(Weight(p => -p + 1)).And.NotBe(Weight(p => 5)).And.NotBe(Weight(p => 1.00001 - p));
        Rate(at => 1 - at.Progress).Should().Be(Rate(at => -at.Progress + 1)).And.NotBe(Rate(at => 1 - (at.Progress * at.Progress)));
        Rate(at => at.Epoch < 30 ? 1 : 0.5).Should().NotBe(Rate(at => at.Epoch < 31 ? 1 : 0.5));
        Rate(at => at.Losses is [.., < 0.1] ? 0.1 : 1).Should().NotBe(Rate(at => at.Losses is [.., < 0.01] ? 0.1 : 1));
        Rate(_ => throw new NotSupportedException()).Should().NotBe(Rate(_ => 1));
    }

    [Fact]
    public void Fields_OtherData_Differ()
    {
        string first = Fields(new(), Data(seed: 1), Data(seed: 3));
        Fields(new(), Data(seed: 1), Data(seed: 3)).Should().Be(first);
        Fields(new(), Data(seed: 2), Data(seed: 3)).Should().NotBe(first);
        Fields(new(), Data(seed: 1), Data(seed: 4)).Should().NotBe(first);
        Fields(new(), Data(seed: 1), null).Should().NotBe(first);
        Fields(new(), Data(seed: 1, changedSample: 2999), Data(seed: 3)).Should().NotBe(first, "all of what is in memory counts");
        Fields(new(), Data(seed: 1, changedSample: 2999).Split(0.2).Training, Data(seed: 3)).Should()
            .NotBe(Fields(new(), Data(seed: 1).Split(0.2).Training, Data(seed: 3)));
        Fields(new(), new FunctionSource<double>(1, 500, 1)).Should().NotBe(Fields(new(), new FunctionSource<double>(1, 500, 2)));
        Fields(new(), new FunctionSource<double>(1, 500, 1)).Should().NotBe(Fields(new(), new FunctionSource<double>(1, 500, 1, endless: true)));
        Fields(new(), seed: 5).Should().NotBe(Fields(new(), seed: 6));
    }

    [Fact]
    public void SourceHash_ScaleOfAnyTangent_Counts()
    {
        var jets = new JetBatch<double>(JetLayout.Full(3, 1), 2, 1);
        string Hash(params double[] scales) => SourceHash.Of(new MemoryJetSource<double>(jets, jets, scales), 1, default);
        string[] hashes = [Hash(1, 1, 1), Hash(2, 1, 1), Hash(1, 2, 1), Hash(1, 1, 2)];
        hashes.Should().OnlyHaveUniqueItems();
        Hash(1, 2, 1).Should().Be(hashes[2]);
    }

    [Fact]
    public void Fields_InAnyCulture_AreTheSame()
    {
        var options = new SobolevTrainingOptions
        {
            EarlyStopping = new(), GradientClipNorm = 0.5, TimeBudget = TimeSpan.FromSeconds(0.5), OrderWeights = [0.5, OrderWeight.Geometric(1, 0.1, 0.5)],
        };
        string invariant = Fields(options);
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = TestCulture.Comma;
            Fields(options).Should().Be(invariant);
            invariant.Should().NotContain(TestCulture.Comma.NumberFormat.NegativeSign).And.Contain("0.5");
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static string Fields(SobolevTrainingOptions options, IJetSource<double>? source = null, IJetSource<double>? validation = null, ulong seed = 3)
    {
        source ??= new FunctionSource<double>(1, 40, 1);
        int order = options.Order ?? source.Layout.Order;
        var fingerprint = TrainingFingerprint.Of(Mlp<double>.Create(2, [4], 1, seed: seed), options, source, order, validation, default);
        return string.Join('\n', fingerprint.Fields.Select(field => $"{field.Key} = {field.Value}"));
    }

    private static IJetSource<double> Data(ulong seed, int changedSample = -1)
    {
        var random = new RandomStream(seed);
        var (x, y) = (new double[3000, 2], new double[3000]);
        for (int s = 0; s < 3000; s++)
        {
            (x[s, 0], x[s, 1], y[s]) = (random.NextNormal(), random.NextNormal(), random.NextNormal());
        }

        if (changedSample >= 0)
        {
            y[changedSample] = Math.BitIncrement(y[changedSample]);
        }

        return JetData.FromValues(x, y);
    }

    private static void CheckSettings(object record, Func<object, string> fields)
    {
        var settings = record.GetType().GetProperties().Where(property => property.SetMethod is { IsPublic: true }).ToList();
        settings.Should().NotBeEmpty();
        foreach (var setting in settings)
        {
            object changed = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
            setting.SetValue(changed, Nudged(setting.GetValue(record)!));
            fields(changed).Should().NotBe(fields(record), $"{record.GetType().Name}.{setting.Name} counts");
        }
    }

    /// <summary>Calls every method that makes such an object, and again with each argument changed.</summary>
    private static void CheckFactories(Type type, object instance, Func<object, string> fields)
    {
        var factories = type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance)
            .Where(method => method.ReturnType == type && !method.IsSpecialName && method.GetParameters().Length > 0).ToList();
        factories.Should().HaveCountGreaterThan(3);
        foreach (var factory in factories)
        {
            object[] arguments = [.. factory.GetParameters().Select(parameter => parameter.DefaultValue is { } value and not DBNull ? value : Argument(parameter.ParameterType))];
            string first = fields(factory.Invoke(instance, arguments)!);
            for (int k = 0; k < arguments.Length; k++)
            {
                object[] changed = [.. arguments];
                changed[k] = Nudged(arguments[k]);
                fields(factory.Invoke(instance, changed)!).Should().NotBe(first, $"{factory.Name}, argument {k}");
            }
        }
    }

    private static object Argument(Type type) =>
        type == typeof(double) ? 0.3
        : type == typeof(int) ? 5
        : type == typeof(OrderWeight) ? OrderWeight.Constant(0.3)
        : type == typeof(Func<double, double>) ? (Func<double, double>)(progress => progress)
        : throw new NotSupportedException(type.Name);

    /// <summary>The smallest change of a setting.</summary>
    private static object Nudged(object value) => value switch
    {
        0.0 => 1e-300,
        double number => Math.BitDecrement(number),
        int number => number + 1,
        bool truth => !truth,
        OrderWeight weight => OrderWeight.Constant(Math.BitDecrement(weight.At(0))),
        Func<double, double> function => (Func<double, double>)(progress => function(progress) + 1e-5),
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    private sealed class OwnSchedule(Func<SchedulePosition, double> function) : LearningRateSchedule
    {
        public override double At(SchedulePosition position) => function(position);
    }
}
