namespace SobolevNet.Experiments.Predict;

/// <summary>report.json of predict: a network's answer to an image.</summary>
internal sealed record PredictReport
{
    public string Experiment { get; init; } = "predict";

    public required string Network { get; init; }

    public required string Architecture { get; init; }

    public required string Image { get; init; }

    /// <summary>The outputs; for cubes x y z of vertices 3, 5 and 6.</summary>
    public required double[] Output { get; init; }

    /// <summary>∂output/∂pixel, outputs × pixels; null unless asked for.</summary>
    public double[][]? Jacobian { get; init; }
}
