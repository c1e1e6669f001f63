using System.Text.Json.Serialization;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>The errors |N − y| of one component of one output, in the units of the targets: of a value, or of one derivative.</summary>
/// <remarks>Where the network's output overflows, errors are infinite and <see cref="Mean"/> and <see cref="Rms"/> may be NaN.</remarks>
public sealed class ComponentErrors
{
    internal ComponentErrors()
    {
    }

    /// <summary>The number of the output, from 0.</summary>
    public int Output { get; internal init; }

    /// <summary>The number of the component in the layout of the source (<see cref="JetLayout"/>), 0 for the value.</summary>
    public int Component { get; internal init; }

    /// <summary>The component as <see cref="JetLayout.NameOf"/> writes it: "value", "∂2" or "∂1∂3".</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Targets compared.</summary>
    public long Count { get; internal init; }

    /// <summary>The size of the targets: the deviation of a value, or its mean if it does not vary, and the root mean square of a derivative.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double Size { get; internal init; }

    /// <summary><see cref="Rms"/> over <see cref="Size"/>: 0.01 is one per cent. Null where the size is 0: all targets are 0.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double? Relative => Size > 0 ? Rms / Size : null;

    /// <summary>Mean of the errors.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double Mean { get; internal init; }

    /// <summary>Root mean square of the errors.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double Rms { get; internal init; }

    /// <summary>The least error that half of the errors do not exceed. Quantiles are limited as <see cref="Evaluation.Components"/> says.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double Median { get; internal init; }

    /// <summary>The least error that 90 % of the errors do not exceed.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double Quantile90 { get; internal init; }

    /// <summary>The least error that 99 % of the errors do not exceed.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double Quantile99 { get; internal init; }

    /// <summary>The largest error.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double Max { get; internal init; }

    /// <summary>The numbers of the samples with the largest errors, at most five, the worst first; the lower number first where errors are equal.</summary>
    public IReadOnlyList<long> WorstSamples { get; internal init; } = [];
}
