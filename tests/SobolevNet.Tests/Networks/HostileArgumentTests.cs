using System.Collections;
using System.Reflection;
using System.Text;

namespace SobolevNet.Tests.Networks;

/// <summary>
/// Public members of Jets and Networks with arguments from the edges of what their types hold: each call works, or throws an
/// exception of a documented kind that names an argument of that member. Members that reflection can call are walked; those with
/// spans are written out, and none may be missing.
/// </summary>
public class HostileArgumentTests
{
    private static readonly Type[] Walked =
    [
        typeof(JetLayout), typeof(JetBatch<double>), typeof(SecondDerivative), typeof(MlpArchitecture), typeof(Mlp<double>), typeof(JetPass<double>),
        typeof(Predictor<double>), typeof(FeatureScaling<double>),
    ];

    /// <summary>Members that read or write files have tests of their own.</summary>
    private static readonly string[] OfFiles = ["Save", "Load"];

    /// <summary>Members that take or give spans, which reflection cannot call.</summary>
    private static readonly string[] WrittenOut =
    [
        "JetBatch.AsSpan", "JetBatch.Row", "JetBatch.Component", "JetBatch.op_Implicit", "Mlp.Layer", "Mlp.Evaluate", "Mlp.Derivatives",
        "Mlp.Jacobian", "Mlp.Hessian", "JetPass.Forward", "JetPass.Reverse", "Predictor.Evaluate", "Predictor.Propagate", "FeatureScaling..ctor",
    ];

    [Fact]
    public void PublicMembers_HostileArguments_NameTheArgument()
    {
        var failures = new StringBuilder();
        int calls = 0;
        foreach (var type in Walked)
        {
            foreach (var method in Members(type).Where(method => !HasSpans(method)))
            {
                foreach (object?[] arguments in Arguments(method.GetParameters()))
                {
                    calls++;
                    Call(failures, method, arguments);
                }
            }
        }

        calls.Should().BeGreaterThan(3_000);
        failures.ToString().Should().BeEmpty();
    }

    [Fact]
    public void PublicMembers_WithSpans_AreAllWrittenOut()
    {
        var withSpans = Walked.SelectMany(Members).Where(HasSpans).Where(method => !method.IsSpecialName || method.IsConstructor || method.Name == "op_Implicit");
        withSpans.Select(NameOf).Distinct().Should().BeEquivalentTo(WrittenOut);
    }

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

    private static IEnumerable<MethodBase> Members(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .OfType<MethodBase>()
            .Where(method => !OfFiles.Contains(method.Name))
            .Select(method => method is MethodInfo { IsGenericMethodDefinition: true } generic ? generic.MakeGenericMethod(typeof(float)) : method);

    private static string NameOf(MethodBase method) => $"{method.DeclaringType!.Name.Split('`')[0]}.{method.Name}";

    private static bool HasSpans(MethodBase method) =>
        method.GetParameters().Any(parameter => parameter.ParameterType.IsByRefLike)
        || (method is MethodInfo { ReturnType: { IsByRefLike: true } });

    /// <summary>All combinations of hostile values of the parameters.</summary>
    private static IEnumerable<object?[]> Arguments(ParameterInfo[] parameters)
    {
        IEnumerable<object?[]> all = [[]];
        foreach (var parameter in parameters)
        {
            object?[] values = Values(parameter.ParameterType);
            all = all.SelectMany(arguments => values.Select(value => (object?[])[.. arguments, value]));
        }

        return all;
    }

    private static object?[] Values(Type type) =>
        type == typeof(int) ? [int.MinValue, -1, 0, 1, 3, int.MaxValue]
        : type == typeof(ulong) ? [0UL, ulong.MaxValue]
        : type.IsEnum ? [Enum.ToObject(type, -1), Enum.ToObject(type, 0), Enum.ToObject(type, 1000)]
        : type == typeof(JetLayout) ? [null, JetLayout.Value, JetLayout.Full(2, 2), JetLayout.Create(5, [3])]
        : type == typeof(IEnumerable<int>) || type == typeof(IReadOnlyList<int>) ? [null, new int[0], new[] { 0, 2 }, new[] { 0, 0 }, new[] { int.MinValue }, new[] { int.MaxValue }]
        : type == typeof(IEnumerable<(int, int)>) ? [null, new[] { (0, 2) }, new[] { (0, 0), (0, 0) }, new[] { (int.MinValue, int.MaxValue) }]
        : type == typeof(double[]) ? [null, new double[0], new double[3]]
        : type == typeof(JetBatch<double>) ? [null, new JetBatch<double>(JetLayout.Value, 0, 2), new JetBatch<double>(JetLayout.Full(1, 2), 2, 2), new JetBatch<double>(JetLayout.Value, 1, 1)]
        : type == typeof(MlpArchitecture) ? [null, new MlpArchitecture(2, [], 1, Activation.Relu)]
        : type == typeof(Mlp<double>) ? [null, Mlp<double>.Create(2, [3], 1, Activation.Relu)]
        : type == typeof(FeatureScaling<double>) ? [null, new FeatureScaling<double>([1], [2]), new FeatureScaling<double>([1, 2], [1, 2])]
        : type == typeof(SecondDerivative) ? [default(SecondDerivative)]
        : type == typeof(object) ? [null, 3]
        : typeof(IEnumerable).IsAssignableFrom(type) || !type.IsValueType ? [null]
        : [Activator.CreateInstance(type)];

    private static void Call(StringBuilder failures, MethodBase method, object?[] arguments)
    {
        try
        {
            if (method is ConstructorInfo constructor)
            {
                constructor.Invoke(arguments);
            }
            else
            {
                method.Invoke(method.IsStatic ? null : Instance(method.DeclaringType!), arguments);
            }
        }
        catch (TargetInvocationException thrown)
        {
            var parameters = method.GetParameters().Select(parameter => parameter.Name).ToArray();
            bool isDocumented = thrown.InnerException switch
            {
                // Setters of scalings have always said what they check, not "value".
                ArgumentException refused => parameters.Contains(refused.ParamName) || (method.IsSpecialName && refused.ParamName == "scaling"),
                NotSupportedException => true,
                _ => false,
            };
            if (!isDocumented)
            {
                failures.AppendLine($"{NameOf(method)}({string.Join(", ", arguments)}): {thrown.InnerException!.GetType().Name} {thrown.InnerException.Message}");
            }
        }
    }

    private static object Instance(Type type) =>
        type == typeof(JetLayout) ? JetLayout.Full(2, 2)
        : type == typeof(JetBatch<double>) ? new JetBatch<double>(JetLayout.Full(2, 2), 2, 3)
        : type == typeof(MlpArchitecture) ? new MlpArchitecture(2, [3], 1, Activation.Relu)
        : type == typeof(Mlp<double>) ? Mlp<double>.Create(2, [3], 1, Activation.Relu)
        : type == typeof(JetPass<double>) ? new JetPass<double>(Mlp<double>.Create(2, [3], 1), JetLayout.Full(2, 2), 2)
        : type == typeof(Predictor<double>) ? new Predictor<double>(Mlp<double>.Create(2, [3], 1))
        : type == typeof(FeatureScaling<double>) ? new FeatureScaling<double>([1], [1])
        : Activator.CreateInstance(type)!;

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
