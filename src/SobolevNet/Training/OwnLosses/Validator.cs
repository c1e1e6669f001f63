using System.Numerics;

namespace SobolevNet;

/// <summary>The validation error of a training: of labels, of losses of the user's own, or of both.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Validator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Evaluator<T>? _labels;
    private readonly OwnTerm<T>[] _terms;
    private readonly TermMeasurement<T>[] _measurements;

    /// <summary>Reserves memory.</summary>
    /// <param name="state">The training.</param>
    /// <param name="terms">Its terms.</param>
    /// <param name="options">Its options.</param>
    /// <param name="team">Does the work.</param>
    public Validator(TrainingState<T> state, TrainingTerms<T> terms, SobolevTrainingOptions options, WorkerTeam team)
    {
        if (terms.Validation is { } validation)
        {
            _labels = new Evaluator<T>(
                state.Network, validation, 0, Evaluator<T>.FirstSamples(validation.Count), ScaleOf(state, terms), team, name: terms.ValidationArgument);
        }

        _terms = terms.OwnValidation;
        _measurements = [.. _terms.Select(term => new TermMeasurement<T>(
            term.Source, term.Term.Loss!, state.Network, state.Coefficients?.Values ?? [], Evaluator<T>.FirstSamples(term.Source.Count), team,
            options.Propagation))];
    }

    /// <summary>What errors of labels are compared with: as in training, or with the labels themselves where those that are trained have no loss of the library.</summary>
    /// <param name="state">The training.</param>
    /// <param name="terms">Its terms.</param>
    public static ErrorScale ScaleOf(TrainingState<T> state, TrainingTerms<T> terms) =>
        terms.Labels is null ? ErrorScale.Balanced : ErrorScale.Of(state.Loss, terms.Weights!);

    /// <summary>The error of the network as it is now.</summary>
    /// <param name="time">Ends the measurement.</param>
    /// <exception cref="InvalidOperationException">A loss is below 0.</exception>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public double Run(MeasuringTime time)
    {
        double error = _labels?.Run(time).NormalizedRmse ?? 0;
        if (_terms.Length == 0)
        {
            return error;
        }

        double square = error * error;
        for (int k = 0; k < _terms.Length; k++)
        {
            double loss = _measurements[k].Run(time);
            if (loss < 0)
            {
                throw new InvalidOperationException(
                    $"The mean loss of {_terms[k].Name} of the validation is {loss}. Expected at least 0: an error that can be 0 at best, such as a squared residual.");
            }

            square += _terms[k].Term.Weight.At(1) * loss;
        }

        return Math.Sqrt(square);
    }
}
