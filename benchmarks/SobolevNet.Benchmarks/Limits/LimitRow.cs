using System.Text.Json.Serialization;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>One line of the limits report: what was reached, what the machine allows, and whether the share is enough.</summary>
/// <param name="Name">The work.</param>
/// <param name="Value">What was reached.</param>
/// <param name="Unit">The unit of value and limit.</param>
/// <param name="Limit">What the machine allows; null for a line that measures the machine.</param>
/// <param name="Ratio">The share of the limit that was reached, 1 at the limit (a time's limit divided by the time).</param>
/// <param name="Target">The share to reach.</param>
/// <param name="Bound">What sets the limit, or what binds the work.</param>
internal sealed record LimitRow(
    string Name, double Value, string Unit, double? Limit = null, double? Ratio = null, double? Target = null, string Bound = "")
{
    /// <summary>Whether the target is reached; null if there is none.</summary>
    public bool? Pass => Target is null ? null : Ratio >= Target;

    /// <summary>Work at a rate.</summary>
    public static LimitRow OfRate(string name, double rate, string unit, double limit, double target, string bound) =>
        new(name, rate, unit, limit, rate / limit, target, bound);

    /// <summary>Work that takes a time, which a limit says cannot be shorter.</summary>
    public static LimitRow OfTime(string name, double time, string unit, double limit, double target, string bound) =>
        new(name, time, unit, limit, limit / time, target, bound);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<LimitRow>))]
internal sealed partial class LimitRowJson : JsonSerializerContext;
