using System.Text.Json.Serialization;
using SobolevNet.Experiments.Cube;
using SobolevNet.Experiments.Frontier;
using SobolevNet.Experiments.Predict;
using SobolevNet.Experiments.Render;
using SobolevNet.Experiments.Robust;
using SobolevNet.Experiments.Study;
using SobolevNet.Experiments.Surrogate;

namespace SobolevNet.Experiments.Reporting;

/// <summary>How reports become JSON, by generated code instead of reflection. A figure that is not known is null, see <see cref="FigureConverter"/>.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(FigureConverter)])]
[JsonSerializable(typeof(CubeReport))]
[JsonSerializable(typeof(FrontierReport))]
[JsonSerializable(typeof(SurrogateReport))]
[JsonSerializable(typeof(RenderReport))]
[JsonSerializable(typeof(PredictReport))]
[JsonSerializable(typeof(RobustReport))]
[JsonSerializable(typeof(StudyReport))]
[JsonSerializable(typeof(AttackReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
