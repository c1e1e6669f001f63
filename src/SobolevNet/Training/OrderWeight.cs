using System.Globalization;

namespace SobolevNet;

/// <summary>The weight λₖ of one order in the loss, or of a <see cref="LossTerm{T}"/>, which may change while training goes on.</summary>
/// <remarks>
/// An order is not propagated, and costs nothing, while its weight and those of all higher orders are 0. A highest order of constant weight 0 is as if the
/// source did not have it. Source: method, section 3.
/// </remarks>
public sealed class OrderWeight
{
    private readonly Func<double, double> _at;
    private readonly string _description;
    private readonly bool _isOwn;

    private OrderWeight(Func<double, double> at, string description, bool isOwn = false, bool isZero = false) =>
        (_at, _description, _isOwn, IsZero) = (at, description, isOwn, isZero);

    /// <summary>Whether the weight is known to be 0 all the time; of a function of the user's that is not known.</summary>
    internal bool IsZero { get; }

    /// <summary>What tells this weight from others: its numbers in full, and the hash of some weights for a function of the user's.</summary>
    internal string Fingerprint => _isOwn ? $"{_description} {FunctionHash.Of(_at)}" : _description;

    /// <summary>The same weight all the time.</summary>
    /// <param name="weight">Finite and at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not finite.</exception>
    public static implicit operator OrderWeight(double weight) => Constant(weight);

    /// <summary>The same weight all the time.</summary>
    /// <param name="weight">Finite and at least 0.</param>
    /// <returns>The weight.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not finite.</exception>
    public static OrderWeight Constant(double weight)
    {
        Check(weight, nameof(weight));
        return new OrderWeight(_ => weight, Text(weight), isZero: weight == 0);
    }

    /// <summary>A weight that goes geometrically from one value to another while progress goes from 0 to <paramref name="end"/>, then stays.</summary>
    /// <param name="from">First value, above 0.</param>
    /// <param name="to">Last value, above 0.</param>
    /// <param name="end">The part of the training after which the last value is reached, in (0, 1].</param>
    /// <returns>The weight.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static OrderWeight Geometric(double from, double to, double end = 1)
    {
        Check(from, nameof(from));
        Check(to, nameof(to));
        ArgumentOutOfRangeException.ThrowIfZero(from);
        ArgumentOutOfRangeException.ThrowIfZero(to);
        CheckPart(end, nameof(end));
        return new OrderWeight(
            progress => from * Math.Pow(to / from, Math.Min(1, progress / end)), $"{Text(from)} to {Text(to)} at {Text(end)}");
    }

    /// <summary>A weight that is dropped to 0 after a part of the training: the curriculum that ends with lower orders.</summary>
    /// <param name="weight">The weight until then.</param>
    /// <param name="end">The part of the training after which the order is dropped, in (0, 1].</param>
    /// <returns>The weight.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="end"/> is out of range.</exception>
    public static OrderWeight Until(OrderWeight weight, double end)
    {
        ArgumentNullException.ThrowIfNull(weight);
        CheckPart(end, nameof(end));
        return new OrderWeight(progress => progress < end ? weight.At(progress) : 0, $"{weight}, dropped at {Text(end)}", weight._isOwn, weight.IsZero);
    }

    /// <summary>A weight of your own.</summary>
    /// <param name="schedule">Maps progress in [0, 1] to a finite weight of at least 0; must always give the same for the same. Where
    /// a training with checkpoints starts, it is also asked for some weights by which the checkpoint knows it.</param>
    /// <returns>The weight.</returns>
    public static OrderWeight Schedule(Func<double, double> schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return new OrderWeight(schedule, "own schedule", isOwn: true);
    }

    /// <summary>The weight at a point of the training.</summary>
    /// <param name="progress">The part of the training that is done, in [0, 1].</param>
    /// <returns>λₖ.</returns>
    /// <exception cref="InvalidOperationException">A schedule of your own gave a negative or non-finite weight.</exception>
    public double At(double progress)
    {
        double weight = _at(progress);
        return double.IsFinite(weight) && weight >= 0
            ? weight
            : throw new InvalidOperationException($"The order weight ({_description}) is {weight} at progress {progress}; it must be finite and at least 0.");
    }

    /// <inheritdoc/>
    public override string ToString() => _description;

    private static void Check(double weight, string name)
    {
        if (!double.IsFinite(weight) || weight < 0)
        {
            throw new ArgumentOutOfRangeException(name, weight, "A weight is finite and at least 0.");
        }
    }

    private static void CheckPart(double end, string name)
    {
        if (!(end > 0 && end <= 1))
        {
            throw new ArgumentOutOfRangeException(name, end, "A part of the training is in (0, 1].");
        }
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
