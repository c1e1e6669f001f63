using System.Text.Json.Serialization;

namespace SobolevNet.Experiments.Reports;

/// <summary>How reports become JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CubeReport))]
[JsonSerializable(typeof(FrontierReport))]
[JsonSerializable(typeof(SurrogateReport))]
[JsonSerializable(typeof(RenderReport))]
[JsonSerializable(typeof(PredictReport))]
[JsonSerializable(typeof(RobustReport))]
[JsonSerializable(typeof(StudyReport))]
[JsonSerializable(typeof(NetworkRobustnessReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
