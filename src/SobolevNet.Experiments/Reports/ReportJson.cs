using System.Text.Json.Serialization;

namespace SobolevNet.Experiments.Reports;

/// <summary>How reports become JSON, without reflection. A training that broke leaves errors that are no numbers: "NaN", "Infinity".</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CubeReport))]
[JsonSerializable(typeof(FrontierReport))]
[JsonSerializable(typeof(SurrogateReport))]
[JsonSerializable(typeof(RenderReport))]
[JsonSerializable(typeof(PredictReport))]
[JsonSerializable(typeof(RobustReport))]
[JsonSerializable(typeof(StudyReport))]
[JsonSerializable(typeof(NetworkRobustnessReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
