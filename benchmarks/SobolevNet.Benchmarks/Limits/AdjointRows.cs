using System.Numerics.Tensors;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>Steps with derivatives by all inputs, propagated by adjoints.</summary>
internal static class AdjointRows
{
    private const int Batch = 128;
    private const int Steps = 64;
    private const int StepsOfGradients = 1280;
    private const int StepsOfHessians = 160;

    public static IEnumerable<LimitRow> Measure(Machine machine)
    {
        foreach (var clock in machine.Clocks)
        {
            string threads = $"{clock.Threads} thread{(clock.Threads == 1 ? "" : "s")}";

            var times = new Dictionary<int, double>();
            foreach (int inputs in new[] { 7, 30, 100 })
            {
                var meter = Meter(inputs, 64, 1, Steps, DerivativePropagation.Adjoint);
                double share = meter.Measure(clock).Share;
                times[inputs] = meter.Flop / (share * machine.Peak<float>(clock));
                yield return machine.OfPeak<float>(clock, $"Step, gradient by {inputs} inputs, batch {Batch}, {inputs}-64³-1", share, 0.5);
            }

            yield return LimitRow.OfTime($"Step with 100 inputs over step with 7, {threads}", times[100] / times[7], "×", 1.6, 1, "first layer");
            foreach (var (inputs, rows, components) in new[] { (7, 18, 36), (30, 66, 496) })
            {
                double forward = Time(machine, clock, inputs, 2, DerivativePropagation.Forward);
                double adjoint = Time(machine, clock, inputs, 2, DerivativePropagation.Adjoint);
                yield return LimitRow.OfTime(
                    $"Step, Hessian by {inputs} inputs over that of forward jets, {threads}", adjoint / forward, "×", (double)rows / components, 1,
                    $"{rows} rows of Hessian-vector products, {components} components");
            }

            double wide = Meter(100, 512, 1, Steps, DerivativePropagation.Adjoint).Measure(clock).Share;
            yield return machine.OfPeak<float>(clock, $"Step, gradient by 100 inputs, batch {Batch}, 100-512³-1", wide, 0.75);
        }
    }

    private static double Time(Machine machine, Clock clock, int inputs, int order, DerivativePropagation propagation)
    {
        var meter = Meter(inputs, 64, order, order == 1 ? Steps : 8, propagation);
        return meter.Flop / (meter.Measure(clock).Share * machine.Peak<float>(clock));
    }

    private static StepMeter Meter(int inputs, int width, int order, int steps, DerivativePropagation propagation)
    {
        int samples = Batch * steps;
        float[] hessians = order == 1 ? [] : Values(samples * inputs * inputs, 4);
        for (int s = 0; s < samples && order > 1; s++)
        {
            for (int i = 0; i < inputs; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    hessians[(((s * inputs) + i) * inputs) + j] = hessians[(((s * inputs) + j) * inputs) + i];
                }
            }
        }

        var source = JetData.FromJacobian(
            new ReadOnlyTensorSpan<float>(Values(samples * inputs, 1), [samples, inputs]), new ReadOnlyTensorSpan<float>(Values(samples, 2)),
            new ReadOnlyTensorSpan<float>(Values(samples * inputs, 3), [samples, inputs]),
            order == 1 ? default : new ReadOnlyTensorSpan<float>(hessians, [samples, inputs, inputs]));
        var architecture = new MlpArchitecture(inputs, [width, width, width], 1, Activation.Softplus);
        int epochs = width > 64 ? 2 : (order == 1 ? StepsOfGradients : StepsOfHessians) / steps;
        return new StepMeter(architecture, source, Batch, propagation, epochs);
    }

    private static float[] Values(int count, int seed) => GemmFixture.Values<float>(count, seed);
}
