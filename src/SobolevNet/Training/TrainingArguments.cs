using System.Numerics;

namespace SobolevNet;

/// <summary>Refuses what a training cannot use, before any work is done.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">The network.</param>
/// <param name="options">How to train.</param>
/// <param name="terms">The terms as the caller gave them.</param>
/// <param name="coefficients">The numbers that are trained beside the network.</param>
internal sealed class TrainingArguments<T>(Mlp<T> network, SobolevTrainingOptions options, TrainingTerms<T> terms, T[] coefficients)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Checks that data, network and options fit each other, and finds what of the labels is trained.</summary>
    /// <returns>The orders that are trained, and the weights of outputs and components; none without labels.</returns>
    public (OrderBalance Balance, LossWeights? Weights) Check()
    {
        SourceCheck.Fits(network, terms.Source, terms.Argument);
        if (terms.Validation is { } validation)
        {
            SourceCheck.Fits(network, validation, nameof(validation));
        }

        CheckValidation();
        CheckCoefficients();
        CheckOwnTerms();
        if (terms.Labels is null)
        {
            CheckOptionsOfLabels();
            return (new OrderBalance(null, 0), null);
        }

        var layout = terms.Labels.Layout;
        var balance = new OrderBalance(options.OrderWeights, options.Order ?? layout.Order);
        if (balance.Order > layout.Order)
        {
            throw new ArgumentException(
                $"The options ask for order {balance.Order}; the source has derivatives up to order {layout.Order} only ({layout}).", terms.Argument);
        }

        network.Architecture.CheckOrder(balance.Order);
        var weights = LossWeights.Of(options, layout, terms.Labels.OutputFeatures, balance.IsTrained);
        CheckValidationLayout(balance.Order);
        options.Optimizer.CheckLabels(layout.Truncate(balance.Order), terms.Labels.OutputFeatures, network.Architecture, terms.Argument);
        return (balance, weights);
    }

    /// <summary>Checks data that are not measured: those of the validation, and all labels where they are split.</summary>
    /// <param name="prepared">The terms as they are trained: of lower order, and split.</param>
    /// <param name="order">The highest order trained.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it.</param>
    /// <exception cref="ArgumentException">A number is not finite, or a declaration is not true; or early stopping has no values to compare.</exception>
    /// <exception cref="OperationCanceledException">The check was canceled.</exception>
    public void CheckData(TrainingTerms<T> prepared, int order, WorkerTeam team, MeasuringTime time)
    {
        if (prepared.Validation is { } validation)
        {
            SourceCheck.Whole(options.ValidationPart is null ? validation : terms.Source, order, team, time, prepared.ValidationArgument);
            if (options.EarlyStopping is not null)
            {
                SourceCheck.HasValues(validation, prepared.Weights?.Outputs, team, time, prepared.ValidationArgument);
            }
        }

        foreach (var term in prepared.OwnValidation)
        {
            SourceCheck.Whole(term.Source, term.Source.Layout.Order, team, time, term.Argument);
        }
    }

    private void CheckValidation()
    {
        const string name = nameof(SobolevTrainingOptions.ValidationPart);
        if (options.ValidationPart is not { } part)
        {
            if (options.EarlyStopping is not null && !terms.HasValidation)
            {
                throw new ArgumentException($"Early stopping needs validation data: give some, or set {name}.", "validation");
            }

            return;
        }

        if (terms.HasValidation)
        {
            throw new ArgumentException($"There are validation data, and {name} is {part}; expected one of both.", "validation");
        }

        string? fault = terms.Labels is null ? "no term has labels. Give terms for validation"
            : terms.Labels.IsEndless ? "the source is endless. Give validation data of their own"
            : terms.Labels.Count < 2 ? "the source has one sample only"
            : null;
        if (fault is not null)
        {
            throw new ArgumentException($"{name} is {part}, the part of the labels that validates, but {fault}.", terms.Argument);
        }
    }

    /// <summary>Refuses validation data of other components than those that the options weigh.</summary>
    private void CheckValidationLayout(int order)
    {
        if (options.ComponentWeights is null || terms.Validation is not { } validation)
        {
            return;
        }

        var layout = terms.Labels!.Layout.Truncate(order);
        if (!layout.StartsWith(validation.Layout.Truncate(order)))
        {
            throw new ArgumentException(
                $"The options have {nameof(options.ComponentWeights)} for {layout}, but the validation data have {validation.Layout}. Expected the same components, or the same up " +
                "to a lower order.",
                nameof(validation));
        }
    }

    private void CheckCoefficients()
    {
        int bad = NotFinite.IndexIn<T>(coefficients);
        if (bad >= 0)
        {
            throw new InvalidOperationException($"Coefficient {bad} of the trainer is {coefficients[bad]}; expected a finite number.");
        }

        if (terms.Own.Length == 0 && coefficients.Length > 0)
        {
            throw new InvalidOperationException(
                $"The trainer has {coefficients.Length} {nameof(SobolevTrainer<T>.Coefficients)}, but no term has a loss of its own that could train them.");
        }
    }

    /// <summary>Refuses options that only labels have.</summary>
    private void CheckOptionsOfLabels()
    {
        string? name = options.Order is not null ? nameof(options.Order)
            : options.OrderWeights is not null ? nameof(options.OrderWeights)
            : options.OutputWeights is not null ? nameof(options.OutputWeights)
            : options.ComponentWeights is not null ? nameof(options.ComponentWeights)
            : null;
        if (name is not null)
        {
            throw new ArgumentException(
                $"The options have {name}, but no term has labels. Expected null: the layout of a term's source says which derivatives its loss sees, and the term has a weight of " +
                "its own.",
                nameof(terms));
        }
    }

    private void CheckOwnTerms()
    {
        foreach (var term in terms.Own.Concat(terms.OwnValidation))
        {
            SourceCheck.Fits(network, term.Source, term.Argument);
            network.Architecture.CheckOrder(term.Source.Layout.Order);
            if (term.Source.HasSampleWeights)
            {
                throw new ArgumentException(
                    $"The source of {term.Name} has sample weights, which only labels have. Expected a source without; the loss may weigh its samples itself.", term.Argument);
            }

            if (options.Optimizer.IsLeastSquares)
            {
                throw new ArgumentException(
                    $"{term.Name} has a loss of its own, which {nameof(Optimizer.LevenbergMarquardt)} cannot train, since it need not be a sum of squares. Expected labels alone, or " +
                    $"another optimizer, such as {nameof(Optimizer.Soap)}.",
                    term.Argument);
            }

            new LossProbe<T>(term, coefficients.Length).CheckComponents();
        }
    }
}
