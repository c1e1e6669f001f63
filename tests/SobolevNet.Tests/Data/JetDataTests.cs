using System.Numerics.Tensors;

namespace SobolevNet.Tests.Data;

public sealed class JetDataTests
{
    private static readonly double[,] X = { { 1, 2, 3 }, { 4, 5, 6.5 } };
    private static readonly double[,] Y = { { 10, 20 }, { 30, 40 } };
    private static readonly double[,,] Jacobian = { { { 1, 2, 3 }, { 4, 5, 6 } }, { { 7, 8, 9 }, { 10, 11, 12 } } };

    [Fact]
    public void FromValues_GivesTheRowsOfASample()
    {
        var source = JetData.FromValues(X, Y);

        source.Layout.Should().Be(JetLayout.Value);
        (source.Count, source.InputFeatures, source.OutputFeatures, source.InputOrder).Should().Be((2, 3, 2, 0));
        var (input, target) = source.Sample(1);
        input.Data.ToArray().Should().Equal(4, 5, 6.5);
        target.Data.ToArray().Should().Equal(30, 40);
    }

    [Fact]
    public void FromJacobian_GivesUnitTangentsAndTheColumnsOfTheJacobian()
    {
        var source = JetData.FromJacobian(X, Y, Jacobian);

        source.Layout.Should().Be(JetLayout.Full(3, 1));
        source.InputOrder.Should().Be(1);
        var (input, target) = source.Sample(1);
        input.Data.ToArray().Should().Equal(4, 5, 6.5, 1, 0, 0, 0, 1, 0, 0, 0, 1);
        target.Data.ToArray().Should().Equal(30, 40, 7, 10, 8, 11, 9, 12);
        source.TangentScale(0).Should().BeApproximately(1.5, 1e-12);
        source.TangentScale(2).Should().BeApproximately(1.75, 1e-12);
    }

    [Fact]
    public void FromJacobian_WithHessian_GivesItsUpperTriangleAndZeroInputSeconds()
    {
        var (x, y, gradient, hessian) = SmoothFunction.Trigonometric.Labels(5, seed: 1);
        var source = JetData.FromJacobian(x, y, gradient, hessian);

        source.Layout.Should().Be(JetLayout.Full(2, 2));
        var (input, target) = source.Sample(3);
        input.Data.ToArray().Should().Equal(x[3, 0], x[3, 1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0);
        target.Data.ToArray().Should().Equal(
            y[3], gradient[3, 0], gradient[3, 1], hessian[3, 0, 0], hessian[3, 0, 1], hessian[3, 1, 1]);
    }

    [Fact]
    public void FromJacobian_AlongChosenDirections_KeepsTheirOrder()
    {
        double[,,] columns = { { { 3, 1 }, { 6, 4 } }, { { 9, 7 }, { 12, 10 } } };
        var source = JetData.FromJacobian(X, Y, columns, inputs: [2, 0]);

        source.Layout.Should().Be(JetLayout.Full(2, 1));
        var (input, target) = source.Sample(0);
        input.Data.ToArray().Should().Equal(1, 2, 3, 0, 0, 1, 1, 0, 0);
        target.Data.ToArray().Should().Equal(10, 20, 3, 6, 1, 4);
        source.TangentScale(0).Should().BeApproximately(1.75, 1e-12);
    }

    [Fact]
    public void FromJacobian_OfAConstantInput_HasScaleOne() =>
        FlatLabels.Jacobian(3, [0.1, 0.1, 0.1], [1.0, 2, 3], [1.0, 1, 1]).TangentScale(0).Should().Be(1);

    [Fact]
    public void Builders_OfSpansWithShapesArraysAndTensors_Agree()
    {
        var (x, y, gradient, hessian) = SmoothFunction.Trigonometric.Labels(4, seed: 2);
        double[] flatX = [.. x.Cast<double>()], flatG = [.. gradient.Cast<double>()], flatH = [.. hessian.Cast<double>()];
        var arrays = JetData.FromJacobian(x, y, gradient, hessian).All();
        var flat = FlatLabels.Jacobian(4, flatX, y, flatG, flatH).All();
        var tensors = JetData.FromJacobian<double>(
            Tensor.Create(flatX, [4, 2]), Tensor.Create(y, [4]), Tensor.Create(flatG, [4, 2]), Tensor.Create(flatH, [4, 2, 2])).All();
        double[] padded = [.. Enumerable.Range(0, 12).Select(k => k % 3 == 2 ? double.NaN : flatX[(k / 3 * 2) + (k % 3)])];
        var strided = JetData.FromJacobian(
            new ReadOnlyTensorSpan<double>(padded, [4, 2], [3, 1]), new ReadOnlyTensorSpan<double>(y, [4]), new ReadOnlyTensorSpan<double>(flatG, [4, 2]),
            new ReadOnlyTensorSpan<double>(flatH, [4, 2, 2])).All();

        flat.Should().BeEquivalentTo(arrays, o => o.WithStrictOrdering());
        tensors.Should().BeEquivalentTo(arrays, o => o.WithStrictOrdering());
        strided.Should().BeEquivalentTo(arrays, o => o.WithStrictOrdering());
    }

    [Fact]
    public void FromManifold_OrdersComponentsByPair()
    {
        // p = 2, n = 1, m = 2, one sample after another distinguishable by hundreds.
        double[] x = [100, 200];
        double[] dxdr = [101, 102, 201, 202];
        double[] d2xdr2 = [103, 104, 105, 203, 204, 205];
        double[] y = [1100, 1110, 1200, 1210];
        double[] dydr = [1101, 1111, 1102, 1112, 1201, 1211, 1202, 1212];
        double[] d2ydr2 = [1103, 1113, 1104, 1114, 1105, 1115, 1203, 1213, 1204, 1214, 1205, 1215];
        var source = FlatLabels.Manifold(2, x, dxdr, y, dydr, d2xdr2, d2ydr2, [0.5, 3]);

        source.Layout.Should().Be(JetLayout.Full(2, 2));
        source.InputOrder.Should().Be(2);
        source.TangentScale(1).Should().Be(3);
        var (input, target) = source.Sample(1);
        input.Data.ToArray().Should().Equal(200, 201, 202, 203, 204, 205);
        target.Data.ToArray().Should().Equal(1200, 1210, 1201, 1211, 1202, 1212, 1203, 1213, 1204, 1214, 1205, 1215);
    }

    [Fact]
    public void FromManifold_OfOneOutput_IsThatWithAnAxisOfOutputs()
    {
        double[,] x = { { 1, 2 }, { 3, 4 } };
        double[,,] dxdr = { { { 5, 6 } }, { { 7, 8 } } };
        double[,,] d2xdr2 = { { { -5, -6 } }, { { -7, -8 } } };
        var one = JetData.FromManifold(x, dxdr, [9.0, 10], new double[,] { { 11 }, { 12 } }, d2xdr2, new double[,] { { 13 }, { 14 } }, [2.5], weights: [1, 3]);
        var many = JetData.FromManifold(
            x, dxdr, new double[,] { { 9 }, { 10 } }, new double[,,] { { { 11 } }, { { 12 } } }, d2xdr2, new double[,,] { { { 13 } }, { { 14 } } }, [2.5], weights: [1, 3]);
        one.All().Should().Equal(many.All());
        (one.TangentScale(0), one.SampleWeight(1), one.OutputFeatures).Should().Be((2.5, 3, 1));
        JetData.FromManifold(x, dxdr, [9.0, double.NaN], new double[,] { { 11 }, { 12 } }, allowMissing: true).Layout.Should().Be(JetLayout.Full(1, 1));
        FluentActions.Invoking(() => JetData.FromManifold(x, dxdr, [9.0, 10], new double[,] { { 11 } })).Should().Throw<ArgumentException>().WithParameterName("dydr");
    }

    [Fact]
    public void FromManifold_OfStraightPaths_SaysInputOrderOne()
    {
        var source = FlatLabels.Manifold(1, [1.0], [1.0], [2.0], [3.0], [0.0], [4.0]);

        source.InputOrder.Should().Be(1);
        source.Sample(0).Input.Data.ToArray().Should().Equal(1, 1, 0);
    }

    [Fact]
    public void FromDirections_GivesDirectionalJets()
    {
        double[,,] v = { { { 1, 0, 0 }, { 0, 2, 0 } }, { { 0, 0, 3 }, { 1, 1, 1 } } };
        double[,,] dyv = { { { 1, 2 }, { 3, 4 } }, { { 5, 6 }, { 7, 8 } } };
        double[,,] d2yv = { { { -1, -2 }, { -3, -4 } }, { { -5, -6 }, { -7, -8 } } };
        var source = JetData.FromDirections(X, v, Y, dyv, d2yv);

        source.Layout.Should().Be(JetLayout.Directional(2));
        source.InputOrder.Should().Be(1);
        var (input, target) = source.Sample(1);
        input.Data.ToArray().Should().Equal(4, 5, 6.5, 0, 0, 3, 1, 1, 1, 0, 0, 0, 0, 0, 0);
        target.Data.ToArray().Should().Equal(30, 40, 5, 6, 7, 8, -5, -6, -7, -8);
        JetData.FromDirections(X, v, Y, dyv).Layout.Should().Be(JetLayout.Full(2, 1));
    }

    [Fact]
    public void Builders_WithTransposedLabels_NameTheShapes()
    {
        FluentActions.Invoking(() => JetData.FromJacobian(X, Y, new double[2, 3, 2]))
            .Should().Throw<ArgumentException>()
            .WithMessage("dydx has the shape (2, 3, 2); (2, 2, 3) is expected: 2 samples · 2 outputs · 3 inputs. Are its axes in another order?*")
            .WithParameterName("dydx");
        FluentActions.Invoking(() => JetData.FromJacobian(X, Y, new double[1, 2, 3]))
            .Should().Throw<ArgumentException>().WithMessage("*(1, 2, 3); (2, 2, 3) is expected: 2 samples*");
        FluentActions.Invoking(() => JetData.FromValues(X, new double[3, 2]))
            .Should().Throw<ArgumentException>().WithMessage("y has the shape (3, 2); (2, 2) is expected*");
        FluentActions.Invoking(() => JetData.FromValues(X, [1, 2, 3]))
            .Should().Throw<ArgumentException>().WithMessage("y has the shape (3); (2) is expected: 2 samples*");
        FluentActions.Invoking(() => JetData.FromManifold(X, new double[2, 1, 2], Y, new double[2, 1, 2]))
            .Should().Throw<ArgumentException>().WithMessage("dxdr has the shape (2, 1, 2); (2, 1, 3) is expected: 2 samples · 1 tangents · 3 inputs*");
        FluentActions.Invoking(() => JetData.FromValues<double>(Tensor.Create([1.0, 2, 3], [3, 1]), Tensor.Create([1.0, 2], [2])))
            .Should().Throw<ArgumentException>().WithMessage("y has the shape (2); (3) is expected: 3 samples*");
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity|∞")]
    public void Builders_WithNonFiniteLabels_SayWhere(double bad, string text)
    {
        var jacobian = (double[,,])Jacobian.Clone();
        jacobian[1, 0, 2] = bad;

        FluentActions.Invoking(() => JetData.FromJacobian(X, Y, jacobian))
            .Should().Throw<ArgumentException>().Where(e => e.Message.StartsWith("dydx[1, 0, 2] is ") && text.Split('|').Any(e.Message.Contains));
        var x = (double[,])X.Clone();
        x[0, 1] = bad;
        FluentActions.Invoking(() => JetData.FromValues(x, Y)).Should().Throw<ArgumentException>().WithMessage("x[0, 1] is*sample 0*");
    }

    [Fact]
    public void Builders_OfEmptySetsOrNoTangents_AreRefused()
    {
        FluentActions.Invoking(() => JetData.FromValues(new double[0, 3], new double[0, 2])).Should().Throw<ArgumentException>().WithMessage("*empty*");
        FluentActions.Invoking(() => JetData.FromValues<double>(default(ReadOnlyTensorSpan<double>), default(ReadOnlyTensorSpan<double>))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => JetData.FromValues(new double[2, 0], new double[2])).Should().Throw<ArgumentException>().WithMessage("*x has the shape (2, 0)*empty*");
        FluentActions.Invoking(() => JetData.FromManifold(X, new double[2, 0, 3], Y, new double[2, 0, 2]))
            .Should().Throw<ArgumentException>().WithMessage("dxdr has the shape (2, 0, 3)*empty*tangents*");
        FluentActions.Invoking(() => JetData.FromDirections(X, new double[2, 0, 3], Y, new double[2, 0, 2])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => JetData.FromJacobian(X, (double[,])null!, Jacobian)).Should().Throw<ArgumentNullException>().WithParameterName("y");
    }

    [Fact]
    public void FromManifold_WithOneSecondDerivativeArray_IsRefused() =>
        FluentActions.Invoking(() => JetData.FromManifold(X, new double[2, 1, 3], Y, new double[2, 1, 2], d2ydr2: new double[2, 1, 2]))
            .Should().Throw<ArgumentException>().WithMessage("*d2xdr2 is left out*");

    [Fact]
    public void FromJacobian_WithAHessianThatIsNone_IsRefused()
    {
        double[,,] skew = { { { 1, 2 }, { 2.5, 4 } } };
        FluentActions.Invoking(() => JetData.FromJacobian(new double[,] { { 1, 2 } }, [1.0], new double[,] { { 1, 2 } }, skew))
            .Should().Throw<ArgumentException>().WithMessage("*sample 0, output 0 is not symmetric: element (1, 0) is 2.5, element (0, 1) is 2.*");

        skew[0, 1, 0] = 2.001;
        JetData.FromJacobian(new double[,] { { 1, 2 } }, [1.0], new double[,] { { 1, 2 } }, skew)
            .Sample(0).Target[4, 0, 0].Should().BeApproximately(2.0005, 1e-12);
    }

    [Fact]
    public void FromJacobian_ByImpossibleInputs_IsRefused()
    {
        FluentActions.Invoking(() => JetData.FromJacobian(X, Y, new double[2, 2, 1], inputs: [3]))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*0 to 2*");
        FluentActions.Invoking(() => JetData.FromJacobian(X, Y, new double[2, 2, 2], inputs: [1, 1]))
            .Should().Throw<ArgumentException>().WithMessage("*1 is given twice*");
    }

    [Fact]
    public void Builders_CopyTheirArrays()
    {
        var x = (double[,])X.Clone();
        var source = JetData.FromValues(x, Y);
        x[0, 0] = 99;

        source.Sample(0).Input[0, 0, 0].Should().Be(1);
    }
}
