using SobolevNet.Rendering;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>How a step scales to more cores than there are, by <see cref="CoreModel"/>, compared for the cores there are with the steps that threads take.</summary>
internal static class CoreRows
{
    private const int ManyCores = 64;
    private const int Batch = 1024;

    private static readonly MlpArchitecture Cube = new(1681, [512, 512, 512], 9, Activation.Tanh);

    public static IEnumerable<LimitRow> Measure(Machine machine)
    {
        var source = TableSource.Of(new CubeSource(new CubeRenderer(), 2, 256, seed: 1), Batch);
        double handover = CoreModel.Handover(machine.Cores);
        foreach (string optimizer in new[] { "Adam", "SOAP" })
        {
            string label = $"order 2, batch {Batch}, 1681-512³-9, {optimizer}";
            CoreTime Modeled(int cores) => Parts(source, optimizer, CoreModel.Time, cores, handover);
            var (alone, many) = (Modeled(1), Modeled(ManyCores));
            yield return LimitRow.OfRate(
                $"{ManyCores} cores over 1, modeled, {label}", alone.Total / many.Total, "×", ManyCores, 22.0 / ManyCores, "tasks");
            double serial = 100 * many.Serial / many.Total;
            yield return LimitRow.OfTime($"Outside of tasks on {ManyCores} cores, {label}", serial, "%", 3, 1, "");
            if (machine.Cores > 1)
            {
                double measured = Parts(source, optimizer, CoreModel.Measure, machine.Cores, handover).Total;
                yield return LimitRow.OfTime(
                    $"Step of {machine.Cores} threads, measured over modeled, {label}", measured * 1e3, "ms", Modeled(machine.Cores).Total * 1e3, 0.85,
                    "caches and memory");
            }
        }
    }

    /// <summary>The gradient with Adam's update, or the gradient and then SOAP's step, whose work repeats after some steps.</summary>
    private static CoreTime Parts(
        TableSource source, string optimizer, Func<int, double, Func<WorkerTeam, Action>, CoreTime> time, int cores, double handover)
    {
        const int RefreshEvery = 10;
        var network = new Mlp<float>(Cube);
        network.Initialize(1);
        float[] gradient = new float[network.Parameters.Length];
        long[] samples = [.. Enumerable.Range(0, Batch).Select(k => (long)k)];
        var adam = (ElementwiseOptimizerState<float>)Optimizer.Adam().CreateState<float>(Cube);
        var ofGradient = time(cores, handover, team =>
        {
            var pass = new TrainingPass<float>(
                network, new PackedNetwork<float>(network), gradient, source, 2, SobolevLoss.Measure(source), Batch, team);
            return () =>
            {
                adam.Begin(1e-3, 1000);
                pass.Run(samples, 0, Batch, [1, 1, 1], new double[3], optimizer == "Adam" ? adam : null);
            };
        });
        if (optimizer == "Adam")
        {
            return ofGradient;
        }

        var soap = Optimizer.Soap(refreshEvery: RefreshEvery).CreateState<float>(Cube);
        var ofSoap = time(cores, handover, team => () =>
        {
            for (int step = 0; step < RefreshEvery; step++)
            {
                soap.Step(network, gradient, 1e-3, (1000 * RefreshEvery) + step, team);
            }
        });
        return new CoreTime(ofGradient.Total + (ofSoap.Total / RefreshEvery), ofGradient.Serial + (ofSoap.Serial / RefreshEvery));
    }
}
