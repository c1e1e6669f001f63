using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Data;

/// <summary>A source of the user's own whose tangents have scales that nothing can be divided by: whatever uses them names the tangent and the scale.</summary>
public class BadScaleTests
{
    private static readonly SobolevTrainingOptions Short = new() { Epochs = 1, Threads = 1, BatchSize = 8 };

    private static readonly Dictionary<string, Action<IJetSource<double>>> Uses = new()
    {
        ["random directions"] = source => source.AlongRandomDirections(1, 1),
        ["Hessian-vector products"] = source => source.WithHessianVectorProducts(),
        ["displacements"] = source => source.Displaced(0),
        ["front end"] = source => LinearFrontEnd<double>.Fit(source, 1),
        ["training"] = source => new SobolevTrainer<double>(Mlp<double>.Create(2, [3], 1), Short).Fit(source),
        ["validation"] = source => new SobolevTrainer<double>(Mlp<double>.Create(2, [3], 1), Short).Fit(new FunctionSource<double>(2, 20, 2), source),
        ["evaluation"] = source => Evaluation.Of(Mlp<double>.Create(2, [3], 1), source, order: 1, balanced: true),
        ["copy"] = source => source.Materialize(),
    };

    public static TheoryData<string> Names => [.. Uses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scale_ThatIsNotPositiveAndFinite_IsRefusedByTheTangentsNumber(string use)
    {
        foreach (double scale in new[] { 0, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            Uses[use].Invoking(act => act(new Scaled(scale))).Should().Throw<ArgumentException>($"of {scale} in {use}").WithMessage($"*scale of tangent 1 is {scale}*");
        }

        Uses[use](new Scaled(0.5));
    }

    [Theory]
    [InlineData(1e200)]
    [InlineData(1e-200)]
    public void Scale_WhoseSquareIsNoNumber_IsRefusedByTheComponent(double scale) =>
        FluentActions.Invoking(() => new SobolevTrainer<double>(Mlp<double>.Create(2, [3], 1), Short).Fit(new Scaled(scale)))
            .Should().Throw<ArgumentException>().WithMessage("*weight of ∂1*another unit*").WithParameterName("source");

    private sealed class Scaled(double scale) : IJetSource<double>
    {
        private readonly FunctionSource<double> _source = new(2, 20, 1);

        public JetLayout Layout => _source.Layout;

        public int InputFeatures => 2;

        public int OutputFeatures => 1;

        public int Count => _source.Count;

        public double TangentScale(int tangent) => tangent == 1 ? scale : 1;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) => _source.Fill(samples, input, target);
    }
}
