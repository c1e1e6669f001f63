namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/files.md on streams, foreign networks and labels that stay in files.</summary>
public class FileExamples
{
    [Fact]
    public void Network_InAStream_IsReadBack()
    {
        var network = Mlp<float>.Create(3, [8, 8], 2);

        #region example: stream
        using var stream = new MemoryStream();
        network.Save(stream);
        stream.Position = 0;
        var copy = Mlp<float>.Load(stream);
        #endregion

        copy.Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
    }

    [Fact]
    public void Network_OutOfAFileOfSeveral_IsChosenByItsPrefix()
    {
        using var folder = new WorkingFolder();
        SafetensorsFile.Write(
            "agent.safetensors",
            new Dictionary<string, string> { ["format"] = "pt" },
            [
                SafetensorsTensor.Create<float>("actor.0.weight", [1, 2, 3, 4], 2, 2), SafetensorsTensor.Create<float>("actor.2.weight", [5, 6], 1, 2),
                SafetensorsTensor.Create<float>("critic.0.weight", [7], 1, 1),
            ]);

        #region example: prefix
        Mlp<float> actor = Mlp<float>.Load("agent.safetensors", Activation.Tanh, prefix: "actor.");
        #endregion

        actor.Architecture.Should().Be(new MlpArchitecture(2, [2], 1, Activation.Tanh));
    }

    [Fact]
    public void Labels_InFolders_AreTrainedWithoutLoadingThem()
    {
        using var folder = new WorkingFolder();
        foreach (string part in new[] { "labels", "parts/0", "parts/1", "parts/2" })
        {
            Directory.CreateDirectory(part);
            NpyFile.Write<float>($"{part}/x.npy", [0, 1, 2, 3], 4, 1);
            NpyFile.Write<double>($"{part}/y.npy", [0, 1, 4, 9], 4);
            NpyFile.Write<int>($"{part}/dydx.npy", [0, 2, 4, 6], 4, 1);
        }

        var network = Mlp<float>.Create(1, [8], 1);
        var options = new SobolevTrainingOptions { Epochs = 2 };
        Train();
        Parts();

        void Train()
        {
            #region example: open
            using var labels = JetData.Open<float>("labels");
            new SobolevTrainer<float>(network, options).Fit(labels);
            #endregion

            labels.Count.Should().Be(4);
        }

        static void Parts()
        {
            #region example: parts
            string[] parts = [.. Directory.GetDirectories("parts").Order(StringComparer.Ordinal)];
            using var training = JetData.Open<float>(parts[1..]);
            using var validation = JetData.Open<float>(parts[..1]);
            #endregion

            (training.Count, validation.Count).Should().Be((8, 4));
        }
    }
}
