using System.Reflection;
using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Tests.PublicApi;

/// <summary>Every option of data, rendering and robustness: what it is if nothing is said, the outermost values that it takes, and the nearest ones that it refuses.</summary>
public class OptionRangeTests
{
    private static readonly double Tiny = double.Epsilon;

    private static readonly double Infinite = double.PositiveInfinity;

    private static readonly double AboveOne = Math.BitIncrement(1.0);

    private static readonly double BelowOne = Math.BitDecrement(1.0);

    private static readonly Row[] Rows =
    [
        new(typeof(AttackOptions), "Objective", AttackObjective.Universal, [AttackObjective.Invariance], [(AttackObjective)(-1), (AttackObjective)4]),
        new(typeof(AttackOptions), "Norm", PerturbationNorm.L2, [PerturbationNorm.LInfinity], [(PerturbationNorm)(-1), (PerturbationNorm)2]),
        new(typeof(AttackOptions), "Steps", 30, [0, 10_000], [-1, 10_001]),
        new(typeof(AttackOptions), "RandomStarts", 2, [0, 50], [-1, 51]),
        new(typeof(AttackOptions), "Tolerance", 1e-4, [Tiny, BelowOne], [0.0, 1.0, double.NaN]),
        new(typeof(AttackOptions), "StayTolerance", 0.02, [Tiny, BelowOne], [0.0, 1.0, double.NaN]),
        new(typeof(AttackOptions), "MaskingFactor", 2.0, [AboveOne, Infinite], [1.0, double.NaN]),
        new(typeof(AttackOptions), "Seed", 0UL, [ulong.MaxValue], []),
        new(typeof(AdversarialOptions), "Steps", 7, [1, 10_000], [0, 10_001]),
        new(typeof(AdversarialOptions), "StepSize", null, [null, Tiny, double.MaxValue], [0.0, Infinite, double.NaN]),
        new(typeof(AdversarialOptions), "Seed", 0UL, [ulong.MaxValue], []),
        new(typeof(AdversarialOptions), "Shuffle", true, [false], []),
        new(typeof(RobustSourceOptions), "PerturbationScale", 0.05, [Tiny, double.MaxValue], [0.0, Infinite, double.NaN]),
        new(typeof(RobustSourceOptions), "ManifoldOrder", 1, [0, 2], [-1, 3]),
        new(typeof(RobustSourceOptions), "SecondDerivatives", false, [true], []),
        new(typeof(RobustSourceOptions), "MixedDerivatives", false, [true], []),
        new(typeof(RobustSourceOptions), "Target", DirectionTarget.Oracle, [DirectionTarget.Zero], [(DirectionTarget)(-1), (DirectionTarget)2]),
        new(typeof(RobustSourceOptions), "MaxConditionNumber", 1e4, [AboveOne, Infinite], [1.0, double.NaN]),
        new(typeof(RobustSourceOptions), "Seed", 0UL, [ulong.MaxValue], []),
        new(typeof(RobustSourceOptions), "Shuffle", true, [false], []),
        new(typeof(NearestPointOptions), "Tolerance", 1e-11, [Tiny, BelowOne], [0.0, 1.0, double.NaN]),
        new(typeof(NearestPointOptions), "MaxIterations", 60, [1, int.MaxValue], [0]),
        new(typeof(NearestPointOptions), "UseSecondDerivatives", true, [false], []),
        new(typeof(NearestPointOptions), "MaxConditionNumber", 1e4, [AboveOne, Infinite], [1.0, double.NaN]),
        new(typeof(NearestPointOptions), "MaxStep", 1.0, [Tiny, Infinite], [0.0, double.NaN]),
        new(typeof(LinearFrontEndOptions), "Samples", 1000, [2, int.MaxValue], [1]),
        new(typeof(LinearFrontEndOptions), "Candidates", 256, [1, int.MaxValue], [0]),
        new(typeof(LinearFrontEndOptions), "FirstOrderWeight", 0.0, [0.0, double.MaxValue], [-Tiny, Infinite, double.NaN]),
        new(typeof(LinearFrontEndOptions), "SecondOrderWeight", 0.1, [0.0, double.MaxValue], [-Tiny, Infinite, double.NaN]),
        new(typeof(LinearFrontEndOptions), "Whitening", 0.25, [0.0, 0.5], [-Tiny, Math.BitIncrement(0.5), double.NaN]),
        new(typeof(LinearFrontEndOptions), "Threads", 0, [0, int.MaxValue], [-1]),
        new(typeof(CubeRendererOptions), "Rows", 41, [], []),
        new(typeof(CubeRendererOptions), "Columns", 41, [], []),
        new(typeof(CubeRendererOptions), "HalfWidth", 1.0, [], []),
        new(typeof(CubeRendererOptions), "HalfHeight", 1.0, [], []),
        new(typeof(CubeRendererOptions), "Sigma", 0.03, [], []),
        new(typeof(CubeRendererOptions), "FocalLength", 5.0, [], []),
        new(typeof(CubeRendererOptions), "CameraDistance", 5.0, [], []),
        new(typeof(CubeRendererOptions), "HalfEdge", 0.2, [], []),
        new(typeof(CubeRendererOptions), "Background", 0.0, [], []),
        new(typeof(PoseRange), "AngleExponent", 0.0, [0.0, double.MaxValue], [-Tiny, Infinite, double.NaN]),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Option_AtTheEndsOfItsRange_IsTakenAndNothingBeyond(string name)
    {
        var row = Rows.Single(row => row.Name == name);
        var property = row.Type.GetProperty(row.Property)!;
        property.GetValue(Instance(row.Type)).Should().Be(row.Default, "that is the default");
        foreach (object? value in row.Taken)
        {
            object options = Instance(row.Type);
            property.SetValue(options, value);
            property.GetValue(options).Should().Be(value);
        }

        foreach (object? value in row.Refused)
        {
            FluentActions.Invoking(() => property.SetValue(Instance(row.Type), value)).Should().Throw<TargetInvocationException>($"{value} is out of range")
                .Which.InnerException.Should().BeOfType<ArgumentOutOfRangeException>().Which.ParamName.Should().Be(row.Property);
        }
    }

    [Fact]
    public void Options_OfTheseTypes_AreAllInTheTable() =>
        Rows.GroupBy(row => row.Type).SelectMany(rows => rows.Key.GetProperties()
                .Where(property => property.SetMethod is not null && !property.PropertyType.IsGenericType && !rows.Any(row => row.Property == property.Name))
                .Select(property => $"{rows.Key.Name}.{property.Name}"))
            .Should().BeEmpty();

    [Fact]
    public void CubeRendererOptions_SaidNothing_BrightenFaceByFace() =>
        new CubeRendererOptions().Intensities.Should().Equal(1 / 6.0, 2 / 6.0, 0.5, 4 / 6.0, 5 / 6.0, 1);

    [Fact]
    public void LabelCheckOptions_AtTheEndsOfTheirRanges_AreTakenAndNothingBeyond()
    {
        var standard = new LabelCheckOptions();
        (standard.MaxSamples, standard.MaxFunctionSamples, standard.Step).Should().Be((16384, 64, null));
        foreach (var taken in new LabelCheckOptions[] { new() { MaxSamples = 2 }, new() { MaxFunctionSamples = 1 }, new() { Step = Tiny }, new() { Step = double.MaxValue } })
        {
            FluentActions.Invoking(taken.Check).Should().NotThrow();
        }

        foreach (var (refused, name) in new (LabelCheckOptions, string)[]
        {
            (new() { MaxSamples = 1 }, "MaxSamples"), (new() { MaxFunctionSamples = 0 }, "MaxFunctionSamples"),
            (new() { Step = 0 }, "Step"), (new() { Step = Infinite }, "Step"), (new() { Step = double.NaN }, "Step"),
        })
        {
            FluentActions.Invoking(refused.Check).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);
        }
    }

    [Fact]
    public void PoseRange_AtTheEndsOfItsRanges_IsTakenAndNothingBeyond()
    {
        (PoseRange.Default.MaximalAngle, PoseRange.Default.MaximalTranslation).Should().Be((Math.PI / 8, 0.52));
        foreach (var (angle, translation) in new[] { (0.0, 0.0), (Math.PI, double.MaxValue) })
        {
            var range = new PoseRange(angle, translation);
            (range.MaximalAngle, range.MaximalTranslation).Should().Be((angle, translation));
        }

        foreach (double angle in new[] { -Tiny, Math.BitIncrement(Math.PI), double.NaN })
        {
            FluentActions.Invoking(() => new PoseRange(angle)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("maximalAngle");
        }

        foreach (double translation in new[] { -Tiny, Infinite, double.NaN })
        {
            FluentActions.Invoking(() => new PoseRange(0, translation)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("maximalTranslation");
        }
    }

    [Fact]
    public void AdversarialOptions_AtTheEndsOfTheirRanges_AreTakenAndNothingBeyond()
    {
        (new AdversarialOptions(0.5) is { Radius: 0.5, Norm: PerturbationNorm.L2 }).Should().BeTrue();
        foreach (double radius in new[] { Tiny, double.MaxValue })
        {
            (new AdversarialOptions(radius, PerturbationNorm.LInfinity) is { Norm: PerturbationNorm.LInfinity } options && options.Radius == radius).Should().BeTrue();
        }

        foreach (double radius in new[] { 0, Infinite, double.NaN })
        {
            FluentActions.Invoking(() => new AdversarialOptions(radius)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("radius");
        }

        foreach (int norm in new[] { -1, 2 })
        {
            FluentActions.Invoking(() => new AdversarialOptions(1, (PerturbationNorm)norm)).Should().Throw<ArgumentOutOfRangeException>()
                .WithParameterName("norm").WithMessage("Expected one of L2, LInfinity.*");
        }
    }

    [Fact]
    public void DirectionGroup_AtTheEndsOfItsRanges_IsTakenAndNothingBeyond()
    {
        var white = DirectionSampler.White(2);
        (new DirectionGroup(white) is { Count: 1, Weight: 1 }).Should().BeTrue();
        foreach (var (count, weight) in new[] { (1, Tiny), (4096, double.MaxValue) })
        {
            var group = new DirectionGroup(white, count, weight);
            (group.Sampler, group.Count, group.Weight).Should().Be((white, count, weight));
        }

        foreach (int count in new[] { 0, 4097 })
        {
            FluentActions.Invoking(() => new DirectionGroup(white, count)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        }

        foreach (double weight in new[] { 0, Infinite, double.NaN })
        {
            FluentActions.Invoking(() => new DirectionGroup(white, 1, weight)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("weight");
        }
    }

    [Fact]
    public void PixelGrid_AtTheEndsOfItsRanges_IsTakenAndNothingBeyond()
    {
        double near = 1 + (451 * (AboveOne - 1));
        double tooNear = 1 + (450 * (AboveOne - 1));
        (new PixelGrid(2, 2) is { Left: -1, Right: 1, Bottom: -1, Top: 1, Pixels: 4 }).Should().BeTrue();
        foreach (var (left, right) in new (double, double)[] { (0, 1e-150), (0, 1e150), (1, near), (-near, -1), (-1e-150, 0) })
        {
            (new PixelGrid(2, 2, left: left, right: right) is var grid && grid.Left == left && grid.Right == right).Should().BeTrue();
            (new PixelGrid(2, 2, bottom: left, top: right) is var other && other.Bottom == left && other.Top == right).Should().BeTrue();
        }

        foreach (var (left, right) in new (double, double)[] { (0, Math.BitDecrement(1e-150)), (0, Math.BitIncrement(1e150)), (1, tooNear), (-tooNear, -1), (0, 0) })
        {
            FluentActions.Invoking(() => new PixelGrid(2, 2, left: left, right: right)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("right");
            FluentActions.Invoking(() => new PixelGrid(2, 2, bottom: left, top: right)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("top");
        }

        new PixelGrid(1 << 13, 1 << 13).Pixels.Should().Be(1 << 26);
        FluentActions.Invoking(() => new PixelGrid(1 << 13, (1 << 13) + 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("rows");
        FluentActions.Invoking(() => new PixelGrid(2, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("columns");
        FluentActions.Invoking(() => new PixelGrid(1, 2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("rows");
    }

    [Fact]
    public void FrequencyBand_AtTheEndsOfItsRanges_IsTakenAndNothingBeyond()
    {
        (new FrequencyBand(0, Infinite) is { Low: 0, High: double.PositiveInfinity }).Should().BeTrue();
        (new FrequencyBand(1, AboveOne) is { Low: 1 } band && band.High == AboveOne).Should().BeTrue();
        foreach (double low in new[] { -Tiny, Infinite, double.NaN })
        {
            FluentActions.Invoking(() => new FrequencyBand(low, Infinite)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("low");
        }

        foreach (double high in new[] { 1, 0.5, double.NaN })
        {
            FluentActions.Invoking(() => new FrequencyBand(1, high)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("high");
        }
    }

    private static object Instance(Type type) =>
        type == typeof(AdversarialOptions) ? new AdversarialOptions(0.5)
        : type == typeof(PoseRange) ? new PoseRange()
        : Activator.CreateInstance(type)!;

    private sealed record Row(Type Type, string Property, object? Default, object?[] Taken, object?[] Refused)
    {
        public string Name => $"{Type.Name}.{Property}";
    }
}
