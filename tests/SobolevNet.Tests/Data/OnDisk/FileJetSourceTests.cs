using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CsCheck;
using SobolevNet.Tests.Files;

namespace SobolevNet.Tests.Data.OnDisk;

/// <summary>Sources whose labels stay in files, compared with those that hold the same arrays.</summary>
public sealed class FileJetSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Forms => [.. JetDataFileTests.Forms.Select(row => (string)((object[])row)[0])];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Open_OfAnUnpackedArchive_IsTheSourceThatTheArchiveIs(string form)
    {
        var source = JetDataFileTests.Make(form);
        string folder = Unpacked(source);
        using var opened = JetData.Open<double>(folder, cacheBytes: 1);

        opened.Layout.Should().Be(source.Layout);
        opened.Count.Should().Be(source.Count);
        opened.InputOrder.Should().Be(source.InputOrder);
        opened.InputsShareUnit.Should().Be(source.InputsShareUnit);
        opened.HasMissingLabels.Should().BeFalse();
        opened.HasSampleWeights.Should().BeFalse();
        int[] tangents = [.. Enumerable.Range(0, source.Layout.Tangents)];
        tangents.Select(opened.TangentScale).Should().Equal(tangents.Select(source.TangentScale));
        opened.All().Should().Equal(source.All());
        for (int order = 0; order < source.Layout.Order; order++)
        {
            opened.Truncate(order).All().Should().Equal(source.Truncate(order).All());
        }
    }

    [Fact]
    public void TangentInputs_OfTheJacobianForm_AreDeclaredAndInputsMayBeValuesAlone()
    {
        var source = JetDataFileTests.Make("jacobian, chosen directions");
        using var opened = JetData.Open<double>(Unpacked(source));
        opened.TangentInputs.ToArray().Should().Equal(2, 0);
        var (input, target) = (new JetBatch<double>(JetLayout.Value, 2, 3), new JetBatch<double>(source.Layout, 2, source.OutputFeatures));
        opened.Fill([1, 0], input, target);
        var expected = source.Batch(source.Layout, 1, 0);
        target.Data.ToArray().Should().Equal(expected.Target.Data.ToArray());
        input.Data.ToArray().Should().Equal(expected.Input.Data[..6].ToArray());
    }

    [Fact]
    public void Fill_OfAnyTypesFoldersAndOrder_GivesThePlainNumbers() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[1, 40].Array[1, 4], Gen.ULong, Gen.Long[1, 20_000]).Sample(
            (inputs, outputs, counts, seed, cache) =>
            {
                string root = Directory.CreateDirectory(_folder.File($"{seed}")).FullName;
                try
                {
                    Compare<float>(root, inputs, outputs, counts, seed, cache);
                    Compare<double>(root, inputs, outputs, counts, seed, cache);
                }
                finally
                {
                    Directory.Delete(root, recursive: true);
                }
            },
            iter: 60, threads: 1);

    [Fact]
    public void Fill_FromManyThreads_GivesTheSameAndAllocatesNothing()
    {
        var random = new RandomStream(3);
        var (x, y, dydx) = (new double[5000, 3], new double[5000, 2], new double[5000, 2, 3]);
        FillWith(random, x, y, dydx);
        var source = JetData.FromJacobian(x, y, dydx);

        // Rows of 88 bytes; a block has 2 of them and 384 blocks are kept.
        using var opened = JetData.Open<double>(Unpacked(source), cacheBytes: 2 * 88 * 384);
        opened.SamplesPerBlock.Should().Be(8);
        double[] expected = source.All();
        Parallel.For(0, 8, worker =>
        {
            var stream = new RandomStream(5, (ulong)worker);
            var (input, target) = (new JetBatch<double>(source.Layout, 40, 3), new JetBatch<double>(source.Layout, 40, 2));
            long[] samples = new long[40];
            for (int round = 0; round < 200; round++)
            {
                // Within a window that moves on, beyond it, and in a row.
                int range = round % 3 == 0 ? 5000 : 600;
                int from = round % 3 == 0 ? 0 : round * 20;
                for (int k = 0; k < samples.Length; k++)
                {
                    samples[k] = round % 5 == 0 ? from + k : from + stream.NextInteger(range);
                }

                opened.Fill(samples, input, target);
                for (int c = 0; c < source.Layout.Count; c++)
                {
                    for (int s = 0; s < samples.Length; s++)
                    {
                        for (int f = 0; f < 2; f++)
                        {
                            target[c, s, f].Should().Be(expected[(source.Layout.Count * 5000 * 3) + (c * 5000 * 2) + ((int)samples[s] * 2) + f]);
                        }
                    }
                }
            }
        });

        var (one, two) = (new JetBatch<double>(source.Layout, 8, 3), new JetBatch<double>(source.Layout, 8, 2));
        long[] near = [7, 3, 5, 3000, 3001, 3002, 4999, 0];
        Allocations.Least(() => opened.Fill(near, one, two)).Should().Be(0);
    }

    [Fact]
    public void Open_OfMissingLabels_IsAsTheBuildersAre()
    {
        double[,] x = { { 1 }, { 2 }, { 4 } };
        var source = JetData.FromJacobian(x, [1.0, double.NaN, 3], new[,] { { 1 }, { 2 }, { double.NaN } }, allowMissing: true, weights: [1, 0, 3]);
        string folder = Unpacked(source);
        using (var opened = JetData.Open<double>(folder))
        {
            opened.HasMissingLabels.Should().BeTrue();
            opened.All().Should().Equal(source.All());
            opened.SampleWeight(2).Should().Be(3);
            opened.TangentScale(0).Should().Be(source.TangentScale(0));
        }

        File.Delete(Path.Combine(folder, "missing_labels.npy"));
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage($"*\"{folder}\"*y[1, 0] is NaN (sample 1)*allowMissing*");
        JetData.Open<double>(folder, allowMissing: true).Dispose();
        NpyFile.Write<double>(Path.Combine(folder, "dydx.npy"), [1, double.NaN, 3], 3, 1, 1);
        FluentActions.Invoking(() => JetData.Open<double>(folder, allowMissing: true)).Should().Throw<InvalidDataException>().WithMessage("*sample 1 are missing*");
        NpyFile.Write<double>(Path.Combine(folder, "y.npy"), [1, 2, 3], 3, 1);
        NpyFile.Write<double>(Path.Combine(folder, "dydx.npy"), [double.NaN, double.NaN, double.NaN], 3, 1, 1);
        FluentActions.Invoking(() => JetData.Open<double>(folder, allowMissing: true)).Should().Throw<InvalidDataException>().WithMessage("*labels of ∂0 are missing*");
        NpyFile.Write<double>(Path.Combine(folder, "dydx.npy"), [1, 2, 3], 3, 1, 1);
        using var complete = JetData.Open<double>(folder, allowMissing: true);
        complete.HasMissingLabels.Should().BeFalse("none is missing");
    }

    [Fact]
    public void Open_FoldersWithWeightsForEachOther_AreRefused()
    {
        string[] folders = [Directory.CreateDirectory(_folder.File("first")).FullName, Directory.CreateDirectory(_folder.File("second")).FullName];
        foreach (var (folder, weights) in folders.Zip([1, 3]))
        {
            NpyFile.Write(Path.Combine(folder, "x.npy"), new double[] { 1, 2 }, 2, 1);
            NpyFile.Write(Path.Combine(folder, "y.npy"), new double[] { 1, 2 }, 2);
            NpyFile.Write(Path.Combine(folder, "weights.npy"), new double[weights].Select(_ => 1.0).ToArray(), weights);
        }

        FluentActions.Invoking(() => JetData.Open<double>(folders)).Should().Throw<InvalidDataException>().WithMessage("*first\" has 1 weights and 2 samples*");
    }

    [Fact]
    public void Open_AsymmetricHessian_NamesItsFolder()
    {
        string[] folders = [Directory.CreateDirectory(_folder.File("first")).FullName, Directory.CreateDirectory(_folder.File("second")).FullName];
        foreach (var (folder, upper) in folders.Zip([2.0, 5.0]))
        {
            NpyFile.Write(Path.Combine(folder, "x.npy"), new double[] { 1, 2, 3, 5 }, 2, 2);
            NpyFile.Write(Path.Combine(folder, "y.npy"), new double[] { 1, 2 }, 2);
            NpyFile.Write(Path.Combine(folder, "dydx.npy"), new double[] { 1, 2, 3, 4 }, 2, 2);
            NpyFile.Write(Path.Combine(folder, "d2ydx2.npy"), new[] { 1, 2, 2, 1, 1, upper, 2, 1 }, 2, 2, 2);
        }

        FluentActions.Invoking(() => JetData.Open<double>(folders)).Should().Throw<InvalidDataException>().WithMessage("*second\"*Hessian of sample 1, output 0 is not symmetric*");
    }

    [Fact]
    public void Open_OfWhatIsNoSetOfLabels_NamesFolderAndArray()
    {
        string folder = Directory.CreateDirectory(_folder.File("a")).FullName;
        Write("x", [1, 2, 3, 4], 2, 2);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage($"*\"{folder}\" has no array \"y\"; it has x.*");
        Write("y", [1, 2, 3], 3);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage("*not usable labels*y has the shape (3); (2) is expected*");
        Write("y", [1, double.PositiveInfinity], 2);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage("*y[1] is *only finite*");
        Write("y", [1, 2], 2);
        Write("dy_dx", [1, 2], 2);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage("*values form has no array \"dy_dx\"*");
        File.Delete(Path.Combine(folder, "dy_dx.npy"));
        Write("dydx", [1, 2, 3, 4], 2, 2);
        Write("d2ydx2", [1, 2, 2, 1, 1, 5, 2, 1], 2, 2, 2);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage("*Hessian of sample 1, output 0 is not symmetric: element (1, 0) is 2, element (0, 1) is 5*");
        File.Delete(Path.Combine(folder, "d2ydx2.npy"));
        Write("weights", [1], 1);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage("*has 1 weights and 2 samples*");
        File.Delete(Path.Combine(folder, "weights.npy"));
        Write("tangent_scales", [1, 2, 3], 3);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage("*3 scales*2 tangents*");
        Write("tangent_scales", [1, 2], 2);
        using (var opened = JetData.Open<double>(folder))
        {
            opened.TangentScale(1).Should().Be(2);
            opened.Subset([0, 0, 1]).SamplesPerBlock.Should().BeGreaterThan(1, "a bootstrap is in the order of the files");
            opened.Subset([1, 0, 0]).SamplesPerBlock.Should().Be(1);
        }

        byte[] sound = File.ReadAllBytes(Path.Combine(folder, "x.npy"));
        File.WriteAllBytes(Path.Combine(folder, "x.npy"), sound[..^1]);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage("*x.npy\" is not a readable .npy file*does not fit the 31 bytes*");
        WriteRaw(Path.Combine(folder, "x.npy"), "<f8", [2, 2], new byte[32], fortran: true);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage("*x.npy\" is in Fortran order*");
        WriteRaw(Path.Combine(folder, "x.npy"), "<f8", [], new byte[8]);
        Opening(folder).Should().Throw<InvalidDataException>().WithMessage("*x.npy\" is a single number*");

        string file = _folder.File("labels.npz");
        JetData.Save(file, JetDataFileTests.Make("values"));
        Opening(file).Should().Throw<IOException>().WithMessage("*is a file; a folder of .npy files is expected*");
        Opening(_folder.File("none")).Should().Throw<DirectoryNotFoundException>();
        Opening(" ").Should().Throw<ArgumentException>().WithParameterName("folder");
        Opening("a\0").Should().Throw<ArgumentException>().WithParameterName("folder");
        Opening(null!).Should().Throw<ArgumentNullException>().WithParameterName("folder");
        FluentActions.Invoking(() => JetData.Open<double>([folder, " "])).Should().Throw<ArgumentException>().WithParameterName("folders");
        FluentActions.Invoking(() => JetData.Open<double>(Array.Empty<string>())).Should().Throw<ArgumentException>().WithParameterName("folders");
        FluentActions.Invoking(() => JetData.Open<double>((IEnumerable<string>)null!)).Should().Throw<ArgumentNullException>().WithParameterName("folders");
        FluentActions.Invoking(() => JetData.Open<double>(folder, cacheBytes: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("cacheBytes");
        Write("x", [1, 2, 3, 4], 2, 2);
        FluentActions.Invoking(() => JetData.Open<double>(folder, cancellationToken: new CancellationToken(true))).Should().Throw<OperationCanceledException>();

        void Write(string name, double[] data, params int[] shape) => NpyFile.Write<double>(Path.Combine(folder, name + ".npy"), data, shape);
    }

    [Fact]
    public void Open_OfFoldersThatDiffer_SaysInWhat()
    {
        string first = Unpacked(JetDataFileTests.Make("jacobian 1"));
        string other = Unpacked(JetDataFileTests.Make("jacobian 2"));
        Both().Should().Throw<InvalidDataException>().WithMessage($"*\"{other}\"*expected those of \"{first}\": dydx, x, y.*");

        other = Unpacked(JetDataFileTests.Make("jacobian 1"));
        NpyFile.Write<double>(Path.Combine(other, "x.npy"), [1, 2], 2, 1);
        NpyFile.Write<double>(Path.Combine(other, "y.npy"), [1, 2], 2, 1);
        NpyFile.Write<double>(Path.Combine(other, "dydx.npy"), [1, 2], 2, 1, 1);
        Both().Should().Throw<InvalidDataException>().WithMessage("*x.npy\" has the shape (2, 1)*");

        first = Unpacked(JetDataFileTests.Make("jacobian, chosen directions"));
        other = Unpacked(JetDataFileTests.Make("jacobian, chosen directions"));
        NpyFile.Write<int>(Path.Combine(other, "directions.npy"), [0, 2], 2);
        Both().Should().Throw<InvalidDataException>().WithMessage($"*\"{other}\"*directions is another than that of \"{first}\"*");

        Action Both() => () => JetData.Open<double>([first, other]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1 << 20)]
    public void Fill_OfFilesThatChanged_IsRefusedAndDoesNotEndTheProcess(int cacheBytes)
    {
        string folder = Unpacked(JetDataFileTests.Make("jacobian 2"));
        using (var opened = JetData.Open<double>(folder, cacheBytes: cacheBytes))
        {
            opened.Sample(0);
            using (var file = new FileStream(Path.Combine(folder, "dydx.npy"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.SetLength(file.Length - 8);
            }

            opened.Invoking(source => source.Sample(1)).Should().Throw<InvalidDataException>().WithMessage("*dydx.npy\" was changed while it was in use*");
            opened.Invoking(source => source.Sample(1)).Should().Throw<InvalidDataException>("what failed once is not taken for read");
        }

        using (var opened = JetData.Open<double>(Unpacked(JetDataFileTests.Make("values")), cacheBytes: cacheBytes))
        {
            opened.Invoking(source => source.Sample(source.Count)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("samples");
        }

        using var disposed = JetData.Open<double>(Unpacked(JetDataFileTests.Make("values")));
        disposed.Dispose();
        disposed.Invoking(source => source.Sample(1)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void SamplesPerBlock_OfParts_CoversTheSameRowsOfTheFile()
    {
        var random = new RandomStream(3);
        var (x, y, dydx) = (new double[4000, 3], new double[4000, 2], new double[4000, 2, 3]);
        FillWith(random, x, y, dydx);
        using var opened = JetData.Open<double>(Unpacked(JetData.FromJacobian(x, y, dydx)), cacheBytes: 5 * 88 * 384);
        opened.SamplesPerBlock.Should().Be(20);
        var (training, validation) = opened.Split(0.25);
        training.SamplesPerBlock.Should().BeInRange(14, 16);
        validation.SamplesPerBlock.Should().BeInRange(4, 6);
        opened.Truncate(0).SamplesPerBlock.Should().Be(20);
        opened.Subset([5, 3, 9]).SamplesPerBlock.Should().Be(1, "any order is as slow");
        JetSource.Concat(opened, training).SamplesPerBlock.Should().Be(20);
        JetDataFileTests.Make("values").SamplesPerBlock.Should().Be(1);
        using var wide = JetData.Open<double>(Unpacked(JetData.FromValues(new double[3, 4096], new double[3])));
        wide.SamplesPerBlock.Should().Be(1, "rows of 32 KiB are read one by one");
    }

    [Fact]
    public void Fit_OfLabelsInFiles_IsThatOfLabelsInMemoryToRounding()
    {
        var random = new RandomStream(3);
        var (x, y, dydx) = (new double[300, 3], new double[300, 2], new double[300, 2, 3]);
        FillWith(random, x, y, dydx);
        var source = JetData.FromJacobian(x, y, dydx);
        string folder = Unpacked(source);
        var options = new SobolevTrainingOptions { Epochs = 2, BatchSize = 32, Seed = 4, Shuffle = false };
        double[] expected = Trained(source, options);
        using var opened = JetData.Open<double>(folder, cacheBytes: 88 * 384);
        double[] found = Trained(opened, options);
        found.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-9);

        // Shuffled in windows of 256 samples: the same order for the same seed, whatever the number of threads, and another one than in memory.
        options = new SobolevTrainingOptions { Epochs = 2, BatchSize = 32, Seed = 4, Threads = 1 };
        double[] once = Trained(opened, options);
        Trained(opened, options with { Threads = 3 }).Should().Equal(once);
        using var again = JetData.Open<double>(folder, cacheBytes: 88 * 384);
        Trained(again, options).Should().Equal(once);
        Trained(source, options).Should().NotEqual(once);

        // Stopped after an epoch and resumed; another size of blocks would go on in another order.
        options = options with { Checkpoint = new CheckpointOptions(_folder.File("checkpoint")) { Every = TimeSpan.Zero } };
        using var stop = new CancellationTokenSource();
        var stopped = new SobolevTrainer<double>(Fresh(), options);
        stopped.Invoking(trainer => trainer.Fit(opened, null, new AfterEpoch(stop), stop.Token)).Should().Throw<OperationCanceledException>();
        var network = Fresh();
        var resumed = new SobolevTrainer<double>(network, options);
        resumed.ResumeFrom(_folder.File("checkpoint"));
        using var larger = JetData.Open<double>(folder, cacheBytes: 2 * 88 * 384);
        resumed.Invoking(trainer => trainer.Fit(larger)).Should().Throw<InvalidDataException>();
        resumed = new SobolevTrainer<double>(network, options);
        resumed.ResumeFrom(_folder.File("checkpoint"));
        resumed.Fit(again);
        network.Parameters.ToArray().Should().Equal(once);
    }

    private static double[] Trained(IJetSource<double> source, SobolevTrainingOptions options)
    {
        var network = Fresh();
        new SobolevTrainer<double>(network, options).Fit(source);
        return network.Parameters.ToArray();
    }

    private static Mlp<double> Fresh() => Mlp<double>.Create(3, [5], 2, Activation.Tanh, seed: 1);

    private sealed class AfterEpoch(CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.IsEndOfEpoch)
            {
                stop.Cancel();
            }
        }
    }

    /// <summary>Labels of random types in several folders, read in random order with a cache of any size.</summary>
    private static void Compare<T>(string root, int inputs, int outputs, int[] counts, ulong seed, long cache)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var random = new RandomStream(seed);
        int samples = counts.Sum();
        var rows = new Dictionary<string, (int[] Shape, List<double[]> Rows)>
        {
            ["x"] = ([inputs], []), ["y"] = ([outputs], []), ["dydx"] = ([outputs, inputs], []), ["d2ydx2"] = ([outputs, inputs, inputs], []),
        };
        var folders = new List<string>();
        for (int part = 0; part < counts.Length; part++)
        {
            folders.Add(Directory.CreateDirectory(Path.Combine(root, $"{part}")).FullName);
            foreach (var (name, (shape, all)) in rows)
            {
                string type = new[] { "<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<i4", "|i1" }[random.NextInteger(8)];
                var bytes = new List<byte>();
                for (int s = 0; s < counts[part]; s++)
                {
                    // Numbers that every type holds; Hessians of one number are symmetric.
                    double[] row = [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (double)(random.NextInteger(200) - 100))];
                    row = name == "d2ydx2" ? [.. row.Select(_ => row[0])] : row;
                    all.Add(row);
                    bytes.AddRange(row.SelectMany(value => Bytes(type, value)));
                }

                WriteRaw(Path.Combine(folders[^1], name + ".npy"), type, [counts[part], .. shape], [.. bytes]);
            }
        }

        using var opened = JetData.Open<T>(folders, cacheBytes: cache);
        opened.Count.Should().Be(samples);
        var layout = opened.Layout;
        layout.Should().Be(JetLayout.Full(inputs, 2));
        for (int round = 0; round < 12; round++)
        {
            long[] asked = [.. Enumerable.Range(0, 1 + random.NextInteger(2 * samples)).Select(_ => (long)random.NextInteger(samples))];
            asked = round % 2 == 0 ? [.. asked.Order()] : asked;
            var (input, target) = opened.Batch(layout, asked);
            for (int s = 0; s < asked.Length; s++)
            {
                int sample = (int)asked[s];
                for (int f = 0; f < outputs; f++)
                {
                    double.CreateChecked(target[0, s, f]).Should().Be(rows["y"].Rows[sample][f]);
                    for (int i = 0; i < inputs; i++)
                    {
                        double.CreateChecked(target[1 + i, s, f]).Should().Be(rows["dydx"].Rows[sample][(f * inputs) + i]);
                        double.CreateChecked(target[layout.Second(i, inputs - 1), s, f]).Should().Be(rows["d2ydx2"].Rows[sample][0]);
                    }
                }

                for (int i = 0; i < inputs; i++)
                {
                    double.CreateChecked(input[0, s, i]).Should().Be(rows["x"].Rows[sample][i]);
                    input[1 + i, s, i].Should().Be(T.One);
                    input[1 + i, s, (i + 1) % inputs].Should().Be(inputs == 1 ? T.One : T.Zero);
                    input[layout.Second(i, i), s, i].Should().Be(T.Zero);
                }
            }
        }
    }

    private static byte[] Bytes(string type, double value)
    {
        byte[] bytes = new byte[type[2] - '0'];
        switch (type)
        {
            case "<f2":
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
                break;
            case ">f2":
                BinaryPrimitives.WriteHalfBigEndian(bytes, (Half)value);
                break;
            case "<f4":
                BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value);
                break;
            case ">f4":
                BinaryPrimitives.WriteSingleBigEndian(bytes, (float)value);
                break;
            case "<f8":
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
                break;
            case ">f8":
                BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
                break;
            case "<i4":
                BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value);
                break;
            default:
                bytes[0] = (byte)(sbyte)value;
                break;
        }

        return bytes;
    }

    private static void WriteRaw(string path, string type, int[] shape, byte[] data, bool fortran = false)
    {
        string comma = shape.Length == 1 ? "," : "";
        string text = $"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({string.Join(", ", shape)}{comma}), }}".PadRight(117) + "\n";
        File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(text), .. data]);
    }

    private static void FillWith(RandomStream random, double[,] x, double[,] y, double[,,] dydx)
    {
        for (int s = 0; s < x.GetLength(0); s++)
        {
            for (int f = 0; f < y.GetLength(1); f++)
            {
                y[s, f] = random.NextNormal();
                for (int i = 0; i < x.GetLength(1); i++)
                {
                    x[s, i] = random.NextNormal();
                    dydx[s, f, i] = random.NextNormal();
                }
            }
        }
    }

    private string Unpacked(IJetSource<double> source)
    {
        string file = _folder.File("labels.npz");
        JetData.Save(file, source);
        string folder = _folder.File($"{Directory.GetDirectories(_folder.Path).Length}");
        ZipFile.ExtractToDirectory(file, folder);
        File.Delete(file);
        return folder;
    }

    private static Action Opening(string folder) => () => JetData.Open<double>(folder);
}
