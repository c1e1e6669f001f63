using System.Numerics;
using SobolevNet.Kernels;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Kernels;

public class JetActivationTests
{
    public static TheoryData<Activation, int> EveryCase()
    {
        var data = new TheoryData<Activation, int>();
        foreach (var activation in Enum.GetValues<Activation>())
        {
            foreach (var width in VectorWidths.Supported)
            {
                data.Add(activation, (int)width);
            }
        }

        return data;
    }

    /// <summary>All with second derivatives.</summary>
    public static TheoryData<Activation> Smooth => [.. Enum.GetValues<Activation>().Where(activation => activation != Activation.Relu)];

    [Theory]
    [MemberData(nameof(EveryCase))]
    public void Double_EveryLengthAndWidth_AgreesWithTheDefinition(Activation activation, int width) =>
        Check<double>(activation, (VectorWidth)width, 1e-12);

    [Theory]
    [MemberData(nameof(EveryCase))]
    public void Float_EveryLengthAndWidth_AgreesWithTheDefinition(Activation activation, int width) =>
        Check<float>(activation, (VectorWidth)width, 4e-6);

    [Fact]
    public void Tanh_NearZero_KeepsItsRelativeAccuracy()
    {
        foreach (double z in new[] { 1e-300, 1e-10, 1e-3, 0.3, 0.6249, 0.6251, 1, 5, 18, 20, 400 })
        {
            Tanh<SimdScalar<double>, double, double>.Value(z).Should().BeApproximately(Math.Tanh(z), 4e-16 * Math.Tanh(z));
            Tanh<SimdScalar<double>, double, double>.Value(-z).Should().BeApproximately(-Math.Tanh(z), 4e-16 * Math.Tanh(z));
        }

        double.IsNaN(Tanh<SimdScalar<double>, double, double>.Value(double.NaN)).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Smooth))]
    public void Forward_HugeArguments_SaturateWithoutNaN(Activation activation)
    {
        foreach (var width in VectorWidths.Supported)
        {
            var kernel = JetActivation<float>.Create(activation, width);
            var layout = JetLayout.Full(1, 2);
            float[] values = [-1e30f, -1e4f, -200, -89, 0, 89, 200, 1e4f, 1e30f];
            var z = new float[3 * values.Length];
            var a = new float[z.Length];
            values.CopyTo(z, 0);
            Array.Fill(z, 1, values.Length, values.Length);
            kernel.Forward(layout, 1, values.Length, values.Length, z, new float[values.Length], a, new Workspace<float>());
            a.Should().OnlyContain(element => float.IsFinite(element), "{0} at {1}", activation, width);
            kernel.Reverse(layout, 1, values.Length, values.Length, z, new float[values.Length], a, Enumerable.Repeat(1f, z.Length).ToArray(), new Workspace<float>());
            z.Should().OnlyContain(element => float.IsFinite(element), "{0} at {1} in reverse", activation, width);
        }
    }

    [Fact]
    public void Forward_BlockTooShort_IsRefused()
    {
        var kernel = JetActivation<double>.Create(Activation.Tanh);
        Action act = () => kernel.Forward(JetLayout.Full(2, 2), 2, 8, 8, new double[95], new double[8], new double[96], new Workspace<double>());
        act.Should().Throw<ArgumentException>().WithMessage("*96*");
    }

    [Theory]
    [InlineData(95, 8, 96)]
    [InlineData(96, 7, 96)]
    [InlineData(96, 8, 95)]
    public void Reverse_BlockTooShort_IsRefused(int z, int bias, int adjoint)
    {
        var kernel = JetActivation<double>.Create(Activation.Tanh);
        FluentActions.Invoking(() => kernel.Reverse(
            JetLayout.Full(2, 2), 2, 8, 8, new double[z], new double[bias], new double[96], new double[adjoint], new Workspace<double>()))
            .Should().Throw<ArgumentException>().WithMessage("*needs 96*");
    }

    [Fact]
    public void ForwardAndReverse_ManyTangents_RunOnASmallStack()
    {
        const int Tangents = 40_000;
        float[] second = [];
        var thread = new Thread(
            () =>
            {
                // With and without second derivatives, of which there are few.
                Run(JetLayout.Full(Tangents, 1));
                second = Run(JetLayout.Create(Tangents, Enumerable.Range(0, Tangents), [(0, Tangents - 1)]));
            },
            maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        second.Should().Equal(Enumerable.Repeat(1f, Tangents + 2).ToArray());

        static float[] Run(JetLayout layout)
        {
            var kernel = JetActivation<float>.Create(Activation.Identity);
            float[] z = [.. Enumerable.Repeat(1f, layout.Count)], a = new float[layout.Count], adjoint = [.. z];
            kernel.Forward(layout, 1, 1, 1, z, new float[1], a, new Workspace<float>());
            kernel.Reverse(layout, 1, 1, 1, z, new float[1], a, adjoint, new Workspace<float>());
            return z;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ForwardAndReverse_AfterWarmUp_AllocateNothing(int order)
    {
        var kernel = JetActivation<double>.Create(Activation.Tanh);
        var layout = JetLayout.Full(5, order);
        var workspace = new Workspace<double>();
        double[] z = new double[layout.Count * 16], a = new double[z.Length], adjoint = new double[z.Length], bias = new double[16];
        void Step()
        {
            kernel.Forward(layout, 1, 13, 16, z, bias, a, workspace);
            kernel.Reverse(layout, 1, 13, 16, z, bias, a, adjoint, workspace);
        }

        Step();
        Allocations.Least(Step).Should().Be(0);
    }

    private static void Check<T>(Activation activation, VectorWidth width, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var kernel = JetActivation<T>.Create(activation, width);
        var layouts = new List<JetLayout> { JetLayout.Value, JetLayout.Full(3, 1) };
        if (activation != Activation.Relu)
        {
            layouts.Add(JetLayout.Full(6, 2));
            layouts.Add(JetLayout.Create(4, [0, 2, 3], [(2, 3), (0, 0)]));
        }

        ulong seed = 0;
        foreach (var layout in layouts)
        {
            foreach (int features in new[] { 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 67 })
            {
                Check<T>(kernel, activation, layout, samples: 1 + (features % 3), features, stride: features + (features % 2), seed++, tolerance);
            }
        }
    }

    private static void Check<T>(
        JetActivation<T> kernel, Activation activation, JetLayout layout, int samples, int features, int stride, ulong seed, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = layout.Count * samples * stride;
        var random = new RandomStream(seed);
        T[] Random(int count, double scale)
        {
            var values = new T[count];
            foreach (ref T value in values.AsSpan())
            {
                value = T.CreateTruncating((float)(scale * random.NextNormal()));
            }

            return values;
        }

        // An offset of one element makes the spans unaligned.
        var z = Random(length + 1, 1.5).AsSpan(1);
        T[] bias = Random(features, 0.5);
        var adjoint = Random(length, 1);
        var a = new T[length];
        var workspace = new Workspace<T>();
        T[] before = z.ToArray();
        kernel.Forward(layout, samples, features, stride, z, bias, a, workspace);
        z.ToArray().Should().Equal(before, "the forward pass reads only");
        kernel.Reverse(layout, samples, features, stride, z, bias, a, adjoint, workspace);
        int At(int c, int s, int f) => (((c * samples) + s) * stride) + f;
        for (int s = 0; s < samples; s++)
        {
            for (int f = 0; f < features; f++)
            {
                double Z(int c) => double.CreateTruncating(before[At(c, s, f)]) + (c == 0 ? double.CreateTruncating(bias[f]) : 0);
                double Adjoint(int c) => double.CreateTruncating(adjoint[At(c, s, f)]);
                double[] d = Derivatives(activation, Z(0));
                var forward = new double[layout.Count];
                var reverse = new double[layout.Count];
                forward[0] = d[0];
                reverse[0] = d[1] * Adjoint(0);
                for (int k = 1; k <= layout.Firsts.Length; k++)
                {
                    forward[k] = d[1] * Z(k);
                    reverse[k] += d[1] * Adjoint(k);
                    reverse[0] += d[2] * Z(k) * Adjoint(k);
                }

                for (int c = 1 + layout.Firsts.Length; c < layout.Count; c++)
                {
                    var pair = layout.Seconds[c - 1 - layout.Firsts.Length];
                    var (zi, zj) = (Z(pair.FirstI), Z(pair.FirstJ));
                    forward[c] = (d[2] * zi * zj) + (d[1] * Z(c));
                    reverse[c] = d[1] * Adjoint(c);
                    reverse[pair.FirstI] += d[2] * zj * Adjoint(c);
                    reverse[pair.FirstJ] += d[2] * zi * Adjoint(c);
                    reverse[0] += ((d[3] * zi * zj) + (d[2] * Z(c))) * Adjoint(c);
                }

                for (int c = 0; c < layout.Count; c++)
                {
                    for (int padding = features; padding < stride; padding++)
                    {
                        a[At(c, s, padding)].Should().Be(T.Zero, "what lies between rows stays as it is");
                        z[At(c, s, padding)].Should().Be(before[At(c, s, padding)], "what lies between rows stays as it is");
                    }

                    Close(a[At(c, s, f)], forward[c], tolerance, "forward", c);
                    Close(z[At(c, s, f)], reverse[c], tolerance, "reverse", c);
                }
            }
        }
    }

    private static void Close<T>(T actual, double expected, double tolerance, string pass, int component)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Sums of up to 30 terms of size about 5: the bound is relative to that size where the sum itself is small.
        double error = Math.Abs(double.CreateTruncating(actual) - expected);
        if (!(error <= tolerance * Math.Max(5, Math.Abs(expected))))
        {
            Assert.Fail($"{pass} component {component} is {actual}, expected {expected}");
        }
    }

    public static double[] Derivatives(Activation activation, double z)
    {
        // Third derivatives by dual numbers nested three times.
        var seeded = new Dual<Dual<Dual<Real>>>(
            new(new(new(z), new(1)), new(new(1), new(0))),
            new(new(new(1), new(0)), new(new(0), new(0))));
        var result = ReferenceNetwork.Activate(activation, seeded);
        return [result.Value.Value.Value.Value, result.Value.Value.Tangent.Value, result.Value.Tangent.Tangent.Value, result.Tangent.Tangent.Tangent.Value];
    }
}
