using System.Numerics;

namespace SobolevNet;

/// <summary>The terms of a training's loss and those of its validation, checked: labels, if any, and losses of the user's own.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed record TrainingTerms<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private TrainingTerms(IJetSource<T> source, IJetSource<T>? labels, OwnTerm<T>[] own, IJetSource<T>? validation, OwnTerm<T>[] ownValidation) =>
        (Source, Labels, Own, Validation, OwnValidation) = (source, labels, own, validation, ownValidation);

    /// <summary>The source that an epoch is a pass over, and that inputs are standardized by: that of the first term.</summary>
    public IJetSource<T> Source { get; private init; }

    /// <summary>The labels; null if all losses are of the user's own.</summary>
    public IJetSource<T>? Labels { get; private init; }

    /// <summary>The terms of the user's own.</summary>
    public OwnTerm<T>[] Own { get; }

    /// <summary>The labels of the validation; null without any.</summary>
    public IJetSource<T>? Validation { get; private init; }

    /// <summary>The losses of the user's own in the validation.</summary>
    public OwnTerm<T>[] OwnValidation { get; }

    /// <summary>The argument that the terms were given in.</summary>
    public string Argument { get; private init; } = "source";

    /// <summary>The argument that the labels of the validation were given in, or are a part of.</summary>
    public string ValidationArgument { get; private init; } = "validation";

    /// <summary>How much outputs and components of the labels count; null without labels, or before the options were looked at.</summary>
    public LossWeights? Weights { get; init; }

    /// <summary>Whether there is anything to validate on.</summary>
    public bool HasValidation => Validation is not null || OwnValidation.Length > 0;

    /// <summary>Training on labels alone.</summary>
    public static TrainingTerms<T> OfLabels(IJetSource<T> labels, IJetSource<T>? validation) => new(labels, labels, [], validation, []);

    /// <summary>The same with labels of lower order.</summary>
    public TrainingTerms<T> Truncate(int order) =>
        Labels?.Truncate(order) is { } truncated ? this with { Source = truncated, Labels = truncated } : this;

    /// <summary>The same with a part of the labels for validation.</summary>
    public TrainingTerms<T> Split(double part, ulong seed)
    {
        var (training, validation) = Source.Parts(part, seed, keepsNumbers: true);
        SampleWeights.Mean(training, Argument);
        SampleWeights.Mean(validation, Argument);
        return this with { Source = training, Labels = training, Validation = validation, ValidationArgument = Argument };
    }

    /// <summary>Training on terms.</summary>
    /// <exception cref="ArgumentException">There is no term, one is null, or labels are not the first term.</exception>
    public static TrainingTerms<T> Of(IReadOnlyList<LossTerm<T>> terms, IReadOnlyList<LossTerm<T>>? validation)
    {
        var (labels, own) = Split(terms, nameof(terms));
        var (ofValidation, ownValidation) = validation is null ? (null, []) : Split(validation, nameof(validation));
        return new TrainingTerms<T>(labels ?? own[0].Source, labels, own, ofValidation, ownValidation) { Argument = nameof(terms) };
    }

    private static (IJetSource<T>? Labels, OwnTerm<T>[] Own) Split(IReadOnlyList<LossTerm<T>> terms, string name)
    {
        ArgumentNullException.ThrowIfNull(terms, name);
        if (terms.Count == 0 || terms.Contains(null!))
        {
            throw new ArgumentException($"There are {terms.Count} terms; expected at least one, none null.", name);
        }

        for (int k = 1; k < terms.Count; k++)
        {
            if (terms[k].Loss is null)
            {
                throw new ArgumentException($"Term {k} has labels; only the first term may have labels, the others need a loss of their own.", name);
            }
        }

        int first = terms[0].Loss is null ? 1 : 0;
        return (first == 1 ? terms[0].Source : null, [.. terms.Select((term, k) => new OwnTerm<T>(term, k, name)).Skip(first)]);
    }
}

/// <summary>A term with a loss of the user's own, and its place.</summary>
/// <param name="Term">The term.</param>
/// <param name="Index">Its place among the terms, labels counted.</param>
/// <param name="Argument">The argument that it was given in.</param>
internal sealed record OwnTerm<T>(LossTerm<T> Term, int Index, string Argument)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The samples.</summary>
    public IJetSource<T> Source => Term.Source;

    /// <summary>What messages call it.</summary>
    public string Name => Term.Name is null ? $"term {Index}" : $"term {Index} ({Term.Name})";
}
