using System.Globalization;
using SobolevNet.Experiments.CubeImages;

namespace SobolevNet.Experiments.Study;

/// <summary>One recipe of the study with its numbers of images and epochs.</summary>
internal sealed record StudyCase : CubeRecipe
{
    /// <summary>What is varied: the case is a cell of this group's table.</summary>
    public required string Group { get; init; }

    /// <summary>The value of what is varied: the row of the table.</summary>
    public required string Setting { get; init; }

    /// <summary>Different training images.</summary>
    public required int Images { get; init; }

    public required int Epochs { get; init; }

    /// <summary>The part of the default range of angles and translations from which poses are drawn, for training and test.</summary>
    public double Range { get; init; } = 1;

    /// <summary>Whether the error on fresh images is measured after every epoch, for a learning curve, or only at the end.</summary>
    public bool HasCurve { get; init; } = true;

    /// <summary>The name in progress messages and reports.</summary>
    public string Title => string.Create(CultureInfo.InvariantCulture, $"{Group}, {Setting}, order {Order}");

    /// <summary>Whether another case is the same training, under the same or another group and setting.</summary>
    public bool TrainsLike(StudyCase other) =>
        (this with { Group = "", Setting = "", Hidden = other.Hidden }) == (other with { Group = "", Setting = "" })
        && Hidden.SequenceEqual(other.Hidden);

    /// <summary>Rough number of multiplications of a training, to start the longest trainings first.</summary>
    public double Cost => JetLayout.Full(6, Order).Count * (double)Images * Epochs * ((Features == 0 ? 400 : Features) * Hidden[0] + 20_000);
}
