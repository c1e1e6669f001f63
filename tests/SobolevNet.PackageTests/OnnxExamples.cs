using System.IO.Compression;
using System.Xml.Linq;
using Microsoft.ML.OnnxRuntime;
using SobolevNet.Onnx;

namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/onnx.md, and what is in the package SobolevNet.Onnx.</summary>
public class OnnxExamples
{
    [Fact]
    public void Networks_AreWrittenRunAndRead()
    {
        using var folder = new WorkingFolder();
        var network = Mlp<double>.Create(inputs: 2, hidden: [8, 8], outputs: 1, Activation.Gelu, seed: 7);

        #region example: ONNX models of a network
        network.ToOnnx("option.onnx", new OnnxExportOptions { Order = 2 });     // value, jacobian and hessian
        network.ToOnnx("values.onnx");                                          // values alone

        // First derivatives along directions that the caller of the model gives.
        network.ToOnnx("along.onnx", new OnnxExportOptions { Order = 1, AlongDirections = true });
        #endregion

        #region example: networks from ONNX models
        Mlp<double> read = OnnxModel.Load<double>("option.onnx");
        Mlp<float> single = OnnxModel.Load<float>("option.onnx", output: "value");     // one of several outputs, by its name
        #endregion

        read.Parameters.SequenceEqual(network.Parameters).Should().BeTrue();
        single.Architecture.Should().Be(network.Architecture);
        double[] market = [1.05, 0.2];
        using var session = new InferenceSession("option.onnx");
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(market, [1, 2]);
        using var outputs = session.Run(run, ["input"], [input], ["hessian"]);
        outputs[0].GetTensorDataAsSpan<double>()[1].Should().BeApproximately(network.Hessian(market)[0, 0, 1], 1e-12);
    }

    [Fact]
    public void Package_HasLibraryDocumentationAndReadme_AndNeedsTheLibraryAndProtobuf()
    {
        using var package = ZipFile.OpenRead(PackageContentTests.PathOf("SobolevNet.Onnx") + ".nupkg");
        package.Entries.Select(entry => entry.FullName).Where(name => !name.StartsWith("_rels/") && !name.StartsWith("package/")).Should().BeEquivalentTo(
            "SobolevNet.Onnx.nuspec", "README.md", "lib/net10.0/SobolevNet.Onnx.dll", "lib/net10.0/SobolevNet.Onnx.xml", "[Content_Types].xml");
        using var stream = package.GetEntry("SobolevNet.Onnx.nuspec")!.Open();
        XDocument.Load(stream).Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value)
            .Should().BeEquivalentTo("SobolevNet", "Google.Protobuf", "MathNet.Numerics");
    }
}
