using System.Globalization;
using SobolevNet.Experiments.Recipes;

namespace SobolevNet.Experiments.Studies;

/// <summary>One recipe of the study, with the images and the epochs that it gets.</summary>
internal sealed record StudyCase : CubeRecipe
{
    /// <summary>What is varied: the table that the case is a cell of.</summary>
    public required string Group { get; init; }

    /// <summary>The value of what is varied: the row of the table.</summary>
    public required string Setting { get; init; }

    /// <summary>Different training images.</summary>
    public required int Images { get; init; }

    public required int Epochs { get; init; }

    /// <summary>Names the case for people and in files.</summary>
    public string Title => string.Create(CultureInfo.InvariantCulture, $"{Group}, {Setting}, order {Order}");

    /// <summary>Whether the same training is asked for, under whatever name.</summary>
    public bool TrainsLike(StudyCase other) =>
        (this with { Group = "", Setting = "", Hidden = other.Hidden }) == (other with { Group = "", Setting = "" })
        && Hidden.SequenceEqual(other.Hidden);

    /// <summary>Sums and products of a training: what decides how long it takes.</summary>
    public double Cost => JetLayout.Full(6, Order).Count * (double)Images * Epochs * ((Features == 0 ? 400 : Features) * Hidden[0] + 20_000);
}
