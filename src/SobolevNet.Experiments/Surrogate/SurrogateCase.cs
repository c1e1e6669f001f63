namespace SobolevNet.Experiments.Surrogate;

/// <summary>A function to learn, and the kind of its labels.</summary>
internal sealed record SurrogateCase
{
    public required string Name { get; init; }

    /// <summary>What it is, in a line.</summary>
    public required string Description { get; init; }

    /// <summary>The highest order of the labels' derivatives.</summary>
    public required int Order { get; init; }

    /// <summary>Whether labels are payoffs of single paths, which are noisy, rather than exact values.</summary>
    public required bool IsNoisy { get; init; }

    /// <summary>Makes the function from a seed.</summary>
    public required Func<ulong, ISurface> Surface { get; init; }

    public static IReadOnlyList<SurrogateCase> All { get; } =
    [
        new()
        {
            Name = "basket",
            Description = "Bachelier call on a basket of 7 assets, payoffs of single paths with pathwise derivatives",
            Order = 1,
            IsNoisy = true,
            Surface = seed => new BachelierBasket(7, seed),
        },
        new()
        {
            Name = "basket-50",
            Description = "Bachelier call on a basket of 50 assets, payoffs of single paths with pathwise derivatives",
            Order = 1,
            IsNoisy = true,
            Surface = seed => new BachelierBasket(50, seed),
        },
        new()
        {
            Name = "call",
            Description = "Black–Scholes call on 1 asset, payoffs of single paths with pathwise derivatives",
            Order = 1,
            IsNoisy = true,
            Surface = _ => new BlackScholesCall(),
        },
        new()
        {
            Name = "basket-exact",
            Description = "the basket of 7 assets, exact prices and Greeks",
            Order = 2,
            IsNoisy = false,
            Surface = seed => new BachelierBasket(7, seed),
        },
        new()
        {
            Name = "surface",
            Description = "a smooth function of 2 inputs, exact values and derivatives",
            Order = 2,
            IsNoisy = false,
            Surface = _ => new WavySurface(),
        },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(known => known.Name)];

    public static SurrogateCase Named(string name) =>
        All.FirstOrDefault(known => known.Name == name)
        ?? throw new ArgumentException($"There is no case \"{name}\"; expected {string.Join(", ", Names)}.", nameof(name));
}
