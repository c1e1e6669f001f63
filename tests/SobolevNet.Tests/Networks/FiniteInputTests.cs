namespace SobolevNet.Tests.Networks;

/// <summary>Inputs of inference that are not finite are refused by name, wherever they are.</summary>
public class FiniteInputTests
{
    public static TheoryData<double> NotFinite => [double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    [Theory]
    [MemberData(nameof(NotFinite))]
    public void Inference_InputThatIsNotFinite_IsRefusedByPlace(double bad)
    {
        var network = Mlp<double>.Create(3, [5], 2);
        var predictor = new Predictor<double>(network);
        double[] x = [0, bad, 0];
        Refused(() => network.Evaluate(x), "x", "*feature 1 of sample 0*");
        Refused(() => network.Jacobian(x), "x", "*feature 1 of sample 0*");
        Refused(() => network.Hessian(x), "x", "*feature 1 of sample 0*");
        Refused(() => network.Derivatives(x, new double[3], 1), "x", "*feature 1 of sample 0*");
        Refused(() => network.Derivatives(new double[3], x, 1), "directions", "*feature 1 of sample 0*");
        double[] many = new double[900];
        many[500] = bad;
        Refused(() => network.Evaluate(many), "x", "*feature 2 of sample 166*");
        Refused(() => predictor.Evaluate(many, new double[600]), "x", "*feature 2 of sample 166*");

        var layout = JetLayout.Full(2, 2);
        for (int component = 0; component < layout.Count; component++)
        {
            var jets = new JetBatch<double>(layout, 4, 3);
            jets[component, 3, 1] = bad;
            string place = $"*component {layout.NameOf(component)}, feature 1 of sample 3*";
            Refused(() => network.Propagate(jets), "input", place);
            Refused(() => predictor.Propagate(jets, new JetBatch<double>(layout, 4, 2)), "input", place);
            Refused(() => new JetPass<double>(network, layout, 4).Forward(jets, new JetBatch<double>(layout, 4, 2)), "input", place);
        }

        static void Refused(Action action, string parameter, string message) =>
            action.Should().Throw<ArgumentException>().WithParameterName(parameter).WithMessage(message);
    }

    [Fact]
    public void Inference_LargestNumbers_AreTaken()
    {
        var network = Mlp<float>.Create(1, [5], 1);
        network.Evaluate([float.MaxValue])[0].Should().NotBe(float.NaN).And.BeInRange(-100, 100);
    }
}
