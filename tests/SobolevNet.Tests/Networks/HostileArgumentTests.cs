namespace SobolevNet.Tests.Networks;

/// <summary>Views, passes and derivatives with several arguments at once from the edges of what their types hold: each call works, or names one of them.</summary>
public class HostileArgumentTests
{
    [Fact]
    public void Views_HostileArguments_NameTheArgument()
    {
        var layout = JetLayout.Full(2, 2);
        int[] edges = [int.MinValue, -1, 0, 1, 3, 1 << 16, 1 << 30, int.MaxValue];
        foreach (int a in edges)
        {
            foreach (int b in edges)
            {
                foreach (int stride in edges)
                {
                    Check(() => _ = new JetSpan<double>(new double[20], layout, a, b, stride), "data", "layout", "samples", "features", "componentStride");
                }

                Check(() => new JetBatch<double>(layout, 2, 3).AsSpan().Slice(a, b), "start", "count");
                Check(() => new JetBatch<double>(layout, 2, 3).AsSpan().Row(a, b), "component", "sample");
                Check(() => new JetBatch<double>(layout, 2, 3).Row(a, b), "component", "sample");
                Check(() => _ = new JetBatch<double>(layout, 2, 3).AsSpan()[a, 1, b], "component", "feature");
                Check(() => _ = new JetBatch<double>(layout, 2, 3)[1, a, b], "sample", "feature");
                Check(() => default(JetSpan<double>).Slice(a, b), "start", "count");
                Check(() => default(JetSpan<double>).Row(a, b), "component", "sample");
                Check(() => _ = default(JetSpan<double>)[a, b, 0], "component", "sample", "feature");
            }

            Check(() => new JetBatch<double>(layout, 2, 3).AsSpan().Component(a), "component");
            Check(() => new JetBatch<double>(layout, 2, 3).Component(a), "component");
            Check(() => new JetBatch<double>(layout, 2, 3).AsSpan().Truncate(a), "order");
            Check(() => default(JetSpan<double>).Truncate(a), "order");
            Check(() => default(JetSpan<double>).Component(a), "component");
            Check(() => Mlp<double>.Create(2, [3], 1).Layer(a), "layer");
        }

        Check(() => _ = new JetSpan<double>(new double[20], null!, 1, 1), "layout");
        Check(() => default(JetSpan<double>).Clear());
        Check(() => default(JetSpan<double>).CopyTo(default), "destination");
        Check(() => default(JetSpan<double>).CopyTo(new JetBatch<double>(layout, 2, 3)), "destination");
        Check(() => new JetBatch<double>(layout, 2, 3).AsSpan().CopyTo(default), "destination");
        Check(() => _ = ((JetBatch<double>?)null).AsView(), "batch");
        default(JetSpan<double>).Layout.Should().Be(JetLayout.Value);
        default(DenseLayer<double>).Outputs.Should().Be(0);
    }

    [Fact]
    public void Inference_HostileArguments_NameTheArgument()
    {
        var network = Mlp<double>.Create(2, [3], 1);
        var predictor = new Predictor<double>(network);
        var layout = JetLayout.Full(2, 2);
        var pass = new JetPass<double>(network, layout, 2);
        int[] lengths = [0, 1, 2, 3, 4, 1001];
        foreach (int a in lengths)
        {
            Check(() => network.Evaluate(new double[a]), "x");
            Check(() => network.Jacobian(new double[a]), "x");
            Check(() => network.Hessian(new double[a]), "x");
            foreach (int b in lengths)
            {
                Check(() => predictor.Evaluate(new double[a], new double[b]), "x", "y");
                Check(() => _ = new FeatureScaling<double>(new double[a], new double[b]), "shift", "scale");
                foreach (int order in new[] { int.MinValue, -1, 0, 1, 2, 3, int.MaxValue })
                {
                    Check(() => network.Derivatives(new double[a], new double[b], order), "x", "directions", "order");
                }
            }
        }

        foreach (double bad in new[] { double.NaN, double.PositiveInfinity, 0, -1 })
        {
            Check(() => _ = new FeatureScaling<double>([bad], [1]), "shift");
            Check(() => _ = new FeatureScaling<double>([0], [bad]), "scale");
        }

        // Too many directions for second derivatives, of a network that is cheap to ask.
        Check(() => network.Derivatives(new double[2], new double[20_000], 2), "directions");
        foreach (int which in Enumerable.Range(0, 5))
        {
            foreach (int other in Enumerable.Range(0, 5))
            {
                Check(() => predictor.Propagate(View(which, 2), View(other, 1)), "input", "output");
                Check(() => pass.Forward(View(which, 2), View(other, 1)), "input", "output");
                Check(() => pass.Reverse(View(which, 1), new double[other]), "outputAdjoint", "parameterGradient");
                Check(() => pass.Reverse(View(which, 1), default, View(other, 2)), "outputAdjoint", "inputAdjoint");
            }
        }

        JetSpan<double> View(int which, int features) => which switch
        {
            0 => default(JetSpan<double>),
            1 => new JetBatch<double>(layout, 2, features).AsSpan(),
            2 => new JetBatch<double>(layout, 0, features).AsSpan(),
            3 => new JetBatch<double>(layout, 5, features).AsSpan(),
            _ => new JetBatch<double>(JetLayout.Value, 2, features + 1).AsSpan(),
        };
    }

    [Fact]
    public void Derivatives_MoreThanArraysHold_AreRefused()
    {
        // 3 million parameters, and a Jacobian of 10¹² elements.
        var network = new Mlp<float>(new MlpArchitecture(MlpArchitecture.MaxFeatures, [1], MlpArchitecture.MaxFeatures, Activation.Tanh));
        float[] x = new float[MlpArchitecture.MaxFeatures];
        ((Action)(() => network.Jacobian(x))).Should().Throw<NotSupportedException>().WithMessage("*chosen directions*");
        ((Action)(() => network.Hessian(x))).Should().Throw<NotSupportedException>().WithMessage("*chosen directions*");
        var jets = new JetBatch<float>(JetLayout.Full(40_000, 1), 1, 1);
        var narrow = new Mlp<float>(new MlpArchitecture(1, [65_536], 1, Activation.Tanh));
        Check(() => narrow.Propagate(jets), "input");
        Check(() => new Predictor<float>(narrow).Propagate(jets, new JetBatch<float>(jets.Layout, 1, 1)), "input");
        Check(() => narrow.Derivatives([0], new float[40_000], 1), "directions");
        Check(() => _ = new JetPass<float>(narrow, jets.Layout, 1), "capacity");
    }

    [Fact]
    public void Layout_MoreComponentsThanAllowed_IsRefusedAtOnce()
    {
        Check(() => JetLayout.Full(65536, 2), "tangents");
        Check(() => JetLayout.Full(int.MaxValue, 1), "tangents");
        Check(() => JetLayout.Directional(int.MaxValue), "tangents");
        Check(() => JetLayout.Create(int.MaxValue, []), "tangents");
        Check(() => JetLayout.Create(3, Enumerable.Range(0, int.MaxValue)), "firsts");
        Check(() => JetLayout.Create(3, [0, 1, 2], Enumerable.Repeat((0, 1), int.MaxValue)), "seconds");
        JetLayout.Full(JetLayout.MaxComponents - 1, 1).Count.Should().Be(JetLayout.MaxComponents);
        ((Action)(() => JetLayout.Full(JetLayout.MaxComponents, 1))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new JetBatch<double>(JetLayout.Full(15, 1), 1 << 30, 1 << 30))).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static void Check(Action action, params string[] parameters)
    {
        try
        {
            action();
        }
        catch (ArgumentException refused)
        {
            parameters.Should().Contain(refused.ParamName, refused.Message);
        }
        catch (InvalidOperationException)
        {
            // Reverse without a forward pass.
        }
    }
}

/// <summary>Calls of conversions that lambdas cannot write.</summary>
internal static class ViewConversions
{
    public static int AsView(this JetBatch<double>? batch)
    {
        JetSpan<double> view = batch!;
        return view.Samples;
    }
}
