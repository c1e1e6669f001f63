using SobolevNet;
using SobolevNet.Onnx;
using SobolevNet.Rendering;

// Renders, trains, saves and loads once, so that what was trimmed away would be missed.
var cubes = new CubeSource(new CubeRenderer(), order: 2, count: 64, seed: 1);
var network = Mlp<float>.Create(cubes.InputFeatures, hidden: [32, 32], cubes.OutputFeatures, Activation.Gelu, seed: 7);
var result = new SobolevTrainer<float>(network, new SobolevTrainingOptions { Epochs = 3, BatchSize = 16 }).Fit(cubes, cubes.Fresh(16, seed: 2));
string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
try
{
    network.Save(path);
    bool same = Mlp<float>.Load(path).Parameters.SequenceEqual(network.Parameters);
    network.ToOnnx(path, new OnnxExportOptions { Order = 1 });
    same &= OnnxModel.Load<float>(path).Parameters.SequenceEqual(network.Parameters);
    Console.WriteLine($"error {result.Validation!.NormalizedRmse:P1}, saved and loaded {(same ? "alike" : "DIFFERENTLY")}");
    return same && double.IsFinite(result.Validation.NormalizedRmse) ? 0 : 1;
}
finally
{
    File.Delete(path);
}
