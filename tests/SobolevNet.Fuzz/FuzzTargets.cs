using System.IO.Compression;
using System.Text;
using SobolevNet.Experiments.Cube;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Onnx;
using SobolevNet.Tests.Files;

namespace SobolevNet.Fuzz;

/// <summary>The readers of files that others may have written.</summary>
internal static class FuzzTargets
{
    private static readonly string Scratch = Directory.CreateTempSubdirectory("sobolevnet-fuzz-").FullName;

    public static FuzzTarget[] All()
    {
        byte[][] labels = [.. Labels()];
        byte[] network = Written(path => Network().Save(path));
        byte[] ensemble = Written(path => new MlpEnsemble<float>(
            [Mlp<float>.Create(2, [3], 1, seed: 1, frequency: 2), Mlp<float>.Create(2, [3], 1, seed: 2, frequency: 2)]).Save(path));
        byte[] checkpoint = Checkpoint();
        try
        {
            return
            [
                new("npy", [.. Arrays()], path => NpyFile.Read<double>(path)),
                new("npy-int", [.. Arrays()], path => NpyFile.Read<int>(path)),
                new("npz", labels, ReadArchive),
                new("labels", labels, path => JetData.Load<double>(path)) { Damage = DamagedInside },
                new("folder", labels, ReadFolder) { Damage = DamagedInside },
                new("labels-in-stream", labels, path => JetData.Load<float>(new MemoryStream(File.ReadAllBytes(path)))) { Damage = DamagedInside },
                new("safetensors", [SafetensorsBytes.WithoutChecksum(network), network], path => SafetensorsFile.Read(path)),
                new("network", [SafetensorsBytes.WithoutChecksum(network), StateDictionary(), network], path => Mlp<float>.Load(path, Activation.Tanh)),
                new("prefix", [SafetensorsBytes.WithoutChecksum(StateDictionary()), StateDictionary()], path => Mlp<double>.Load(path, Activation.Tanh, "net.")),
                new("ensemble", [SafetensorsBytes.WithoutChecksum(ensemble), ensemble], path => MlpEnsemble<float>.Load(path)),
                new("checkpoint", [SafetensorsBytes.WithoutChecksum(checkpoint), checkpoint], Resume),
                new("onnx", [Model(Activation.GeluTanh, 0), Model(Activation.Softplus, 2)], path => OnnxModel.Load<float>(path)),
                new("report", [Report()], path => ReportFile.Read(path, ReportJson.Default.CubeReport)),
            ];
        }
        finally
        {
            Directory.Delete(Scratch, recursive: true);
        }
    }

    private static byte[] Written(Action<string> write)
    {
        string path = Path.Combine(Scratch, "sample");
        write(path);
        return File.ReadAllBytes(path);
    }

    private static IEnumerable<byte[]> Arrays()
    {
        yield return Written(path => NpyFile.Write<double>(path, [1.5, -2, 3, 4, 5, 6], 2, 3));
        yield return Written(path => NpyFile.Write<int>(path, [1, -2, 3], 3));
        yield return [.. Header("{'descr': '>f2', 'fortran_order': True, 'shape': (2, 2), }"), 0x3E, 0, 0, 0x3C, 0x7C, 0, 0x3E, 1];
        yield return [.. Header("{'descr': '|b1', 'fortran_order': True, 'shape': (2, 1, 2), }"), 1, 0, 1, 1];

        static byte[] Header(string text) => [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. Encoding.ASCII.GetBytes(text)];
    }

    /// <summary>Labels of every form, some of them deflated.</summary>
    private static IEnumerable<byte[]> Labels()
    {
        double[,] x = { { 1, 2 }, { 3, 4 } };
        var chosen = JetLayout.Create(5, [1, 3, 4], [(1, 4), (3, 3)]);
        IJetSource<double>[] sources =
        [
            JetData.FromValues(x, [5.0, 6]),
            JetData.FromJacobian(x, [5.0, 6], new double[,] { { 1, 0 }, { 0, 1 } }, new double[,,] { { { 1, 0 }, { 0, 1 } }, { { 2, 1 }, { 1, 2 } } }),
            JetData.FromJacobian(x, [5.0, 6], new double[,] { { 1 }, { 2 } }, inputs: [1]),
            JetData.FromManifold(x, Numbers(2, 2), new double[,] { { 1 }, { 2 } }, Numbers(2, 1), Numbers(3, 2), Numbers(3, 1), [2, 0.5]),
            JetData.FromDirections(x, Numbers(2, 2), new double[,] { { 1 }, { 2 } }, Numbers(2, 1), Numbers(2, 1)),
            new MemoryJetSource<double>(new JetBatch<double>(chosen, 1, 2, new double[12]), new JetBatch<double>(chosen, 1, 1, new double[6])),
        ];
        for (int k = 0; k < sources.Length; k++)
        {
            yield return Written(path => JetData.Save(path, sources[k], compress: k % 2 == 0));
        }

        static double[,,] Numbers(int rows, int features)
        {
            var numbers = new double[2, rows, features];
            for (int k = 0; k < numbers.Length; k++)
            {
                numbers[k / (rows * features), k / features % rows, k % features] = 1 + (k % 8);
            }

            return numbers;
        }
    }

    private static Mlp<float> Network()
    {
        var network = Mlp<float>.Create(2, [3], 1, Activation.Tanh, seed: 1);
        network.InputScaling = new FeatureScaling<float>([1, 2], [3, 4]);
        return network;
    }

    private static byte[] Model(Activation activation, int order) => Written(path =>
    {
        var network = new Mlp<double>(new MlpArchitecture(2, [3, 2], 1, activation)) { InputScaling = new FeatureScaling<double>([1, 2], [3, 4]) };
        network.ToOnnx(path, new OnnxExportOptions { Order = order });
    });

    private static byte[] StateDictionary() => Written(path => SafetensorsFile.Write(
        path,
        new Dictionary<string, string> { ["format"] = "pt" },
        [
            SafetensorsTensor.Create<float>("net.0.weight", [1, 2, 3, 4, 5, 6], 3, 2),
            SafetensorsTensor.Create<float>("net.0.bias", [1, 2, 3], 3),
            SafetensorsTensor.Create<float>("net.2.weight", [1, 2, 3], 1, 3),
        ]));

    /// <summary>Opens the unpacked archive, and reads every sample in a row and anew in an order without blocks.</summary>
    private static void ReadFolder(string path)
    {
        string folder = path + "-folder";
        try
        {
            ZipFile.ExtractToDirectory(path, folder);
            using var labels = JetData.Open<double>(folder, allowMissing: true, cacheBytes: 4096);
            var input = new JetBatch<double>(labels.Layout, 1, labels.InputFeatures);
            var target = new JetBatch<double>(labels.Layout, 1, labels.OutputFeatures);
            for (long k = 0; k < Math.Min(2 * labels.Count, 100); k++)
            {
                labels.Fill([k * 7 % labels.Count], input, target);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void ReadArchive(string path)
    {
        using var file = NpzReader.Open(path);
        foreach (string name in file.Names)
        {
            file.Read<double>(name);
        }
    }

    /// <summary>An archive with an array in it damaged or replaced by hostile whole numbers, and sound around it.</summary>
    private static byte[] DamagedInside(byte[] archive, ulong seed)
    {
        var random = new RandomStream(seed, 1);
        var result = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(archive)))
        using (var to = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            int damaged = random.NextInteger(from.Entries.Count);
            for (int k = 0; k < from.Entries.Count; k++)
            {
                var content = new MemoryStream();
                using (var stream = from.Entries[k].Open())
                {
                    stream.CopyTo(content);
                }

                byte[] bytes = content.ToArray();
                if (k == damaged)
                {
                    bytes = random.NextInteger(4) == 0 ? Hostile(random) : ByteMutations.Random(bytes, 1, seed, bytes.Length).Single();
                }

                using var entry = to.CreateEntry(from.Entries[k].FullName).Open();
                entry.Write(bytes);
            }
        }

        return result.ToArray();
    }

    private static byte[] Hostile(RandomStream random)
    {
        int[] extremes = [0, 1, -1, 2, 5, 46_341, 65_536, 1 << 20, 1 << 30, int.MaxValue, int.MinValue];
        int[] values = new int[random.NextInteger(8)];
        for (int k = 0; k < values.Length; k++)
        {
            values[k] = extremes[random.NextInteger(extremes.Length)];
        }

        var stream = new MemoryStream();
        if (values.Length == 1)
        {
            NpyFile.Write<int>(stream, values);
        }
        else
        {
            NpyFile.Write<int>(stream, values, values.Length);
        }

        return stream.ToArray();
    }

    /// <summary>A checkpoint of a training that stopped in the last but one epoch.</summary>
    private static byte[] Checkpoint() => Written(path =>
    {
        using var stop = new CancellationTokenSource();
        try
        {
            Trainer(path).Fit(Data(), progress: new StopAt(3, stop), cancellationToken: stop.Token);
        }
        catch (OperationCanceledException)
        {
        }
    });

    private static void Resume(string path)
    {
        var trainer = Trainer(null);
        trainer.ResumeFrom(path);
        try
        {
            trainer.Fit(Data());
        }
        catch (NonFiniteLossException)
        {
            // Numbers so large that training breaks are still numbers.
        }
    }

    private static SobolevTrainer<float> Trainer(string? checkpoint) => new(
        Mlp<float>.Create(2, [3], 1, seed: 1),
        new SobolevTrainingOptions
        {
            Epochs = 4,
            BatchSize = 2,
            Threads = 1,
            Checkpoint = checkpoint is null ? null : new CheckpointOptions(checkpoint),
        });

    private static IJetSource<float> Data() =>
        JetData.FromJacobian(
            new float[,] { { 1, 2 }, { 3, 4 }, { 2, 1 }, { 0, 5 } }, [5f, 6, 3, 1], new float[,] { { 1, 0 }, { 0, 1 }, { 2, 1 }, { 0, 1 } });

    private static byte[] Report() => Written(path => ReportFile.Write(
        path,
        new CubeReport
        {
            Complete = false,
            Started = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            Machine = MachineReport.Current(),
            Settings = CubePresets.All["quick"],
            Command = "cube",
            Runs =
            [
                new CubeRun
                {
                    Order = 1,
                    TestErrorPercent = 0.5,
                    TrainErrorPercent = double.NaN,
                    Epochs = 2,
                    Seconds = 3,
                    TestVertexErrorInEdges = 0.1,
                    TestDerivativeErrorsPercent = [1, 2],
                    Architecture = "2-3-1 tanh",
                    Parameters = 13,
                    OrderWeights = "1, 2",
                    Network = "order1.safetensors",
                    History = new RunHistory
                    {
                        Seconds = [1, 2], TrainErrorPercent = [3, 4], ValidationErrorPercent = [5, double.NaN], OrderLosses = [[1, double.NaN], [2, 3]],
                    },
                },
            ],
        },
        ReportJson.Default.CubeReport));

    private sealed class StopAt(int epoch, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Epoch == epoch)
            {
                stop.Cancel();
            }
        }
    }
}
