namespace SobolevNet.Experiments.Surrogate;

/// <summary>A way to train a surrogate.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Description">What it is, in a line.</param>
/// <param name="Order">The highest order of derivatives in the loss.</param>
/// <param name="SameTime">Whether it gets the time that the published recipe took, or else the same number of epochs.</param>
internal sealed record SurrogateMethod(string Name, string Description, int Order, bool SameTime)
{
    public const string Published = "published";

    /// <summary>All methods, the published one first.</summary>
    public static IReadOnlyList<SurrogateMethod> All { get; } =
    [
        new(Published, "the notebooks' recipe", 1, SameTime: true),
        new("defaults", "this library's defaults, in the time that the notebooks' recipe took", 1, SameTime: true),
        new("defaults-order2", "the same with second derivatives", 2, SameTime: true),
        new("defaults-epochs", "this library's defaults with first derivatives, for the notebooks' 100 epochs", 1, SameTime: false),
    ];

    /// <summary>Whether it is the notebooks' recipe, and not this library's defaults.</summary>
    public bool IsPublished => Name == Published;

    /// <summary>The methods that need no more derivatives than a case has, the published one first.</summary>
    public static IReadOnlyList<SurrogateMethod> Of(SurrogateCase known) => [.. All.Where(method => method.Order <= known.Order)];
}
