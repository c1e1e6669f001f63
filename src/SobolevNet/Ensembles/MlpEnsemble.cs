using System.Buffers;
using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Networks of one shape whose outputs are averaged. Their spread shows where the samples determine the function: it is small among the samples and grows away from
/// them.
/// </summary>
/// <remarks>
/// <para>
/// The members differ in their initial weights and in the order of their samples and, with a bootstrap, in the samples themselves. Their spread is a relative measure of
/// what the labels leave open. It is not a confidence interval: members err alike where all of them extrapolate alike.
/// </para>
/// <para>An ensemble is a snapshot of its members for any number of threads at a time, as a <see cref="Predictor{T}"/> is of one network.</para>
/// </remarks>
/// <example>
/// <code>
/// var network = Mlp&lt;double&gt;.Create(inputs: 1, hidden: [32, 32], outputs: 1);
/// var ensemble = MlpEnsemble&lt;double&gt;.Train(network, samples, members: 5);
/// ensemble.Jacobian(x, mean, spread);
/// </code>
/// </example>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class MlpEnsemble<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxMembers = 1000;

    private readonly Mlp<T>[] _members;
    private readonly Predictor<T>[] _predictors;

    /// <summary>Makes an ensemble of networks that are trained already.</summary>
    /// <param name="members">2 to 1,000 networks of one architecture and with different parameters; copies are taken.</param>
    /// <exception cref="ArgumentException">Their number is out of range, one is null, architectures differ, or two have the same parameters.</exception>
    public MlpEnsemble(IReadOnlyList<Mlp<T>> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        CheckCount(members.Count, nameof(members));
        for (int k = 0; k < members.Count; k++)
        {
            Check(members, k);
        }

        _members = [.. members.Select(member => member.Clone())];
        _predictors = [.. _members.Select(member => new Predictor<T>(member))];
    }

    /// <summary>Number of members, at least 2.</summary>
    public int MemberCount => _members.Length;

    /// <summary>The architecture of every member.</summary>
    public MlpArchitecture Architecture => _members[0].Architecture;

    /// <summary>A copy of a member.</summary>
    /// <param name="member">0 to <see cref="MemberCount"/> − 1.</param>
    /// <returns>The copy; changing it does not change the ensemble.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    public Mlp<T> Member(int member)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(member);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(member, _members.Length);
        return _members[member].Clone();
    }

    /// <summary>The mean and the spread of the members' outputs for some inputs.</summary>
    /// <param name="x">Shape (samples, inputs), row-major.</param>
    /// <param name="mean">Receives the means, shape (samples, outputs), row-major.</param>
    /// <param name="spread">Receives the standard deviations between members (with members − 1 in the denominator), in the same shape; not in the same memory.</param>
    /// <exception cref="ArgumentException">A length does not fit, or an element of <paramref name="x"/> is not finite.</exception>
    public void Evaluate(ReadOnlySpan<T> x, Span<T> mean, Span<T> spread) =>
        Combine(static (predictor, x, y) => predictor.Evaluate(x, y), x, 1, mean, spread);

    /// <summary>The mean and the spread of the members' Jacobians by all inputs at some inputs. The mean is the Jacobian of the mean output.</summary>
    /// <param name="x">Shape (samples, inputs), row-major.</param>
    /// <param name="mean">Receives the means of ∂yₒ/∂xᵢ, shape (samples, outputs, inputs), row-major.</param>
    /// <param name="spread">Receives the standard deviations between members, in the same shape; not in the same memory.</param>
    /// <exception cref="ArgumentException">A length does not fit, or an element of <paramref name="x"/> is not finite.</exception>
    public void Jacobian(ReadOnlySpan<T> x, Span<T> mean, Span<T> spread) =>
        Combine(static (predictor, x, jacobian) => predictor.Jacobian(x, jacobian), x, Architecture.Inputs, mean, spread);

    private static void CheckCount(int members, string name)
    {
        if (members is < 2 or > MaxMembers)
        {
            throw new ArgumentException($"An ensemble has 2 to {MaxMembers} members, not {members}.", name);
        }
    }

    /// <summary>Refuses a member that does not fit those before it.</summary>
    private static void Check(IReadOnlyList<Mlp<T>> members, int k)
    {
        if (members[k] is not { } member)
        {
            throw new ArgumentException($"Member {k} is null.", nameof(members));
        }

        if (!member.Architecture.Equals(members[0].Architecture))
        {
            throw new ArgumentException(
                $"Member {k} is a network {member.Architecture}, member 0 {members[0].Architecture}; expected one architecture.", nameof(members));
        }

        for (int before = 0; before < k; before++)
        {
            if (member.Parameters.SequenceEqual(members[before].Parameters))
            {
                throw new ArgumentException(
                    $"Members {before} and {k} have the same parameters, so their spread says nothing; draw each from a seed of its own.", nameof(members));
            }
        }
    }

    /// <summary>Asks one member after another, and keeps a running mean and sum of squared deviations (after Welford).</summary>
    private void Combine(Answer answer, ReadOnlySpan<T> x, int elements, Span<T> mean, Span<T> spread)
    {
        Check(x.Length, elements, mean.Length, nameof(mean));
        Check(x.Length, elements, spread.Length, nameof(spread));
        if (mean.Overlaps(spread))
        {
            throw new ArgumentException("The mean and the spread share memory; expected two separate spans.", nameof(spread));
        }

        if (x.Overlaps(mean) || x.Overlaps(spread))
        {
            throw new ArgumentException("The inputs share memory with the mean or the spread; expected separate spans, since each member reads the inputs.", nameof(x));
        }

        var rented = ArrayPool<T>.Shared.Rent(mean.Length);
        try
        {
            var y = rented.AsSpan(0, mean.Length);
            for (int k = 0; k < _predictors.Length; k++)
            {
                answer(_predictors[k], x, y);
                var count = T.CreateTruncating(k + 1);
                for (int e = 0; e < y.Length; e++)
                {
                    var before = k == 0 ? T.Zero : mean[e];
                    var change = y[e] - before;
                    mean[e] = before + (change / count);
                    spread[e] = (k == 0 ? T.Zero : spread[e]) + (change * (y[e] - mean[e]));
                }
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(rented);
        }

        var freedom = T.CreateTruncating(_predictors.Length - 1);
        foreach (ref T square in spread)
        {
            square = T.Sqrt(square / freedom);
        }
    }

    private void Check(int length, int elements, int given, string name)
    {
        int inputs = Architecture.Inputs;
        if (length == 0 || length % inputs != 0)
        {
            throw new ArgumentException($"x has {length} elements; expected a positive multiple of the {inputs} inputs.", "x");
        }

        double expected = (double)(length / inputs) * Architecture.Outputs * elements;
        if (given != expected)
        {
            throw new ArgumentException($"{name} has {given} elements; {length / inputs} samples of a network {Architecture} need {expected:G10}.", name);
        }
    }

    private delegate void Answer(Predictor<T> predictor, ReadOnlySpan<T> x, Span<T> answer);
}
