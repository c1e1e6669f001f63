using System.Runtime.InteropServices;

namespace SobolevNet;

/// <summary>
/// Says which components a jet has: the value, some first partial derivatives and some second ones.
/// </summary>
/// <remarks>
/// <para>
/// A jet of a function r ↦ f(r), r ∈ Rᵖ, is its value with its plain partial derivatives ∂ᵢf and ∂ᵢⱼf; nothing is
/// ever divided by a factorial. The p directions are called tangents and are numbered from 0.
/// </para>
/// <para>
/// Components are ordered: 0 is the value; then the chosen first derivatives by rising tangent; then the chosen
/// second derivatives (i, j), i ≤ j, by rising i and then rising j. A full layout of order 2 has
/// 1 + p + p(p+1)/2 components: 28 for p = 6. Truncating a layout to a lower order keeps a prefix of it.
/// </para>
/// <para>
/// A layout is immutable and compares by content; one without derivatives is always <see cref="Value"/>, which has no
/// tangents. Notation: method, section 1.
/// </para>
/// </remarks>
public sealed class JetLayout : IEquatable<JetLayout>
{
    /// <summary>The most components of a layout, and the most tangents: a guard against absurd options and damaged files.</summary>
    public const int MaxComponents = 1 << 22;

    private readonly int[] _firsts;
    private readonly SecondDerivative[] _seconds;
    private readonly int[] _firstComponents;
    private JetLayout? _firstOrder;

    private JetLayout(int tangents, int[] firsts, SecondDerivative[] seconds)
    {
        Tangents = tangents;
        _firsts = firsts;
        _firstComponents = new int[tangents];
        Array.Fill(_firstComponents, -1);
        for (int k = 0; k < firsts.Length; k++)
        {
            _firstComponents[firsts[k]] = 1 + k;
        }

        _seconds = seconds;
        for (int k = 0; k < seconds.Length; k++)
        {
            var (i, j) = (seconds[k].I, seconds[k].J);
            seconds[k] = new SecondDerivative(i, j, _firstComponents[i], _firstComponents[j]);
        }
    }

    /// <summary>The layout of a plain value: one component, no tangent.</summary>
    public static JetLayout Value { get; } = new(0, [], []);

    /// <summary>Number of tangents p, the directions that derivatives may be taken along.</summary>
    public int Tangents { get; }

    /// <summary>Highest order present: 0, 1 or 2.</summary>
    public int Order => _seconds.Length > 0 ? 2 : _firsts.Length > 0 ? 1 : 0;

    /// <summary>Number of components, the value included.</summary>
    public int Count => 1 + _firsts.Length + _seconds.Length;

    /// <summary>The tangents whose first derivatives are present, rising; the k-th is component 1 + k.</summary>
    public ReadOnlySpan<int> Firsts => _firsts;

    /// <summary>The second derivatives present; the k-th is component 1 + <c>Firsts.Length</c> + k.</summary>
    public ReadOnlySpan<SecondDerivative> Seconds => _seconds;

    /// <summary>Every partial derivative up to <paramref name="order"/> with respect to p tangents.</summary>
    /// <param name="tangents">p, at least 0; at least 1 if <paramref name="order"/> is 1 or 2.</param>
    /// <param name="order">0, 1 or 2.</param>
    /// <returns>A layout with 1, 1 + p or 1 + p + p(p+1)/2 components.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The order is not 0, 1 or 2, no tangent is given for order 1 or 2, or the components are more than <see cref="MaxComponents"/>.
    /// </exception>
    public static JetLayout Full(int tangents, int order)
    {
        CheckTangentsAndOrder(tangents, order);
        if (order == 0)
        {
            return Value;
        }

        CheckCount(tangents, CountOfFull(tangents, order));
        var seconds = new SecondDerivative[order == 2 ? CountOfFull(tangents, 2) - 1 - tangents : 0];
        for (int i = 0, k = 0; k < seconds.Length; i++)
        {
            for (int j = i; j < tangents; j++)
            {
                seconds[k++] = new SecondDerivative(i, j, 0, 0);
            }
        }

        return new JetLayout(tangents, [.. Enumerable.Range(0, tangents)], seconds);
    }

    /// <summary>The value, all first derivatives and the pure second ones (i, i): directional 2-jets.</summary>
    /// <param name="tangents">p, at least 1.</param>
    /// <returns>A layout with 1 + 2p components.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="tangents"/> is below 1, or the components are more than <see cref="MaxComponents"/>.
    /// </exception>
    public static JetLayout Directional(int tangents)
    {
        CheckTangentsAndOrder(tangents, 2);
        CheckCount(tangents, 1 + (2L * tangents));
        return new JetLayout(
            tangents,
            [.. Enumerable.Range(0, tangents)],
            [.. Enumerable.Range(0, tangents).Select(i => new SecondDerivative(i, i, 0, 0))]);
    }

    /// <summary>A chosen set of components.</summary>
    /// <param name="tangents">p, the number of tangents that indices refer to, 0 to <see cref="MaxComponents"/> − 1.</param>
    /// <param name="firsts">Tangents whose first derivative is wanted, each in [0, p), in any order, no repeats.</param>
    /// <param name="seconds">
    /// Pairs whose second derivative is wanted, in any order, no repeats ((i, j) and (j, i) are one). Both i and j must
    /// be among <paramref name="firsts"/>, since σ''(z) zᵢ zⱼ needs them.
    /// </param>
    /// <returns>The layout, with its components in the standard order.</returns>
    /// <exception cref="ArgumentException">
    /// An index is out of range or repeated, a pair lacks its first derivatives, or the components are more than <see cref="MaxComponents"/>.
    /// </exception>
    public static JetLayout Create(int tangents, IEnumerable<int> firsts, IEnumerable<(int I, int J)>? seconds = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tangents);
        CheckCount(tangents, 1L + tangents);
        ArgumentNullException.ThrowIfNull(firsts);

        // One index more than there are is enough to find that one is wrong or repeated.
        int[] sortedFirsts = [.. firsts.Take(tangents + 1).Order()];
        for (int k = 0; k < sortedFirsts.Length; k++)
        {
            if (sortedFirsts[k] < 0 || sortedFirsts[k] >= tangents)
            {
                throw new ArgumentException(
                    $"Tangent {sortedFirsts[k]} is not in [0, {tangents}).", nameof(firsts));
            }

            if (k > 0 && sortedFirsts[k] == sortedFirsts[k - 1])
            {
                throw new ArgumentException($"Tangent {sortedFirsts[k]} is given twice.", nameof(firsts));
            }
        }

        SecondDerivative[] sortedSeconds =
        [
            .. (seconds ?? [])
                .Take(MaxComponents)
                .Select(pair => (I: Math.Min(pair.I, pair.J), J: Math.Max(pair.I, pair.J)))
                .Order()
                .Select(pair => new SecondDerivative(pair.I, pair.J, 0, 0)),
        ];
        for (int k = 0; k < sortedSeconds.Length; k++)
        {
            var (i, j) = (sortedSeconds[k].I, sortedSeconds[k].J);
            if (Array.BinarySearch(sortedFirsts, i) < 0 || Array.BinarySearch(sortedFirsts, j) < 0)
            {
                throw new ArgumentException(
                    $"The second derivative ({i}, {j}) needs the first derivatives {i} and {j}, but the first derivatives are " +
                    $"[{string.Join(", ", sortedFirsts.Take(16))}{(sortedFirsts.Length > 16 ? ", …" : string.Empty)}].",
                    nameof(seconds));
            }

            if (k > 0 && sortedSeconds[k - 1].I == i && sortedSeconds[k - 1].J == j)
            {
                throw new ArgumentException($"The second derivative ({i}, {j}) is given twice.", nameof(seconds));
            }
        }

        if (1L + sortedFirsts.Length + sortedSeconds.Length > MaxComponents)
        {
            throw new ArgumentException($"A layout has at most {MaxComponents} components; these are more.", nameof(seconds));
        }

        return sortedFirsts.Length == 0 ? Value : new JetLayout(tangents, sortedFirsts, sortedSeconds);
    }

    /// <summary>The same layout without the components above <paramref name="order"/>; a prefix of this one.</summary>
    /// <param name="order">0, 1 or 2; an order above <see cref="Order"/> changes nothing.</param>
    /// <returns>The truncated layout; this instance if nothing is cut.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The order is not 0, 1 or 2.</exception>
    public JetLayout Truncate(int order)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        return order >= Order
            ? this
            : order == 0 ? Value : _firstOrder ??= new JetLayout(Tangents, _firsts, []);
    }

    /// <summary>The order of a component: 0 for the value, 1 for a first derivative, 2 for a second one.</summary>
    /// <param name="component">An index in [0, <see cref="Count"/>).</param>
    /// <returns>0, 1 or 2.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The component does not exist.</exception>
    public int OrderOf(int component)
    {
        CheckComponent(component);
        return component == 0 ? 0 : component <= _firsts.Length ? 1 : 2;
    }

    /// <summary>Number of components of exactly one order.</summary>
    /// <param name="order">0, 1 or 2.</param>
    /// <returns>How many components have that order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The order is not 0, 1 or 2.</exception>
    public int CountOf(int order) => order switch
    {
        0 => 1,
        1 => _firsts.Length,
        2 => _seconds.Length,
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "An order is 0, 1 or 2."),
    };

    /// <summary>The component that holds the first derivative along a tangent.</summary>
    /// <param name="tangent">A tangent in [0, p).</param>
    /// <returns>The component, or −1 if it is not present.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tangent does not exist.</exception>
    public int First(int tangent)
    {
        CheckTangent(tangent, nameof(tangent));
        return _firstComponents[tangent];
    }

    /// <summary>The component that holds a second derivative; the order of the two tangents does not matter.</summary>
    /// <param name="i">A tangent in [0, p).</param>
    /// <param name="j">A tangent in [0, p).</param>
    /// <returns>The component, or −1 if it is not present.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A tangent does not exist.</exception>
    public int Second(int i, int j)
    {
        CheckTangent(i, nameof(i));
        CheckTangent(j, nameof(j));
        (i, j) = (Math.Min(i, j), Math.Max(i, j));
        int low = 0;
        int high = _seconds.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            var found = _seconds[middle];
            int sign = found.I != i ? found.I.CompareTo(i) : found.J.CompareTo(j);
            if (sign == 0)
            {
                return 1 + _firsts.Length + middle;
            }

            (low, high) = sign < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    /// <summary>Components of a full layout, however many.</summary>
    internal static long CountOfFull(long tangents, int order) =>
        1 + (order >= 1 ? tangents : 0) + (order >= 2 ? tangents * (tangents + 1) / 2 : 0);

    /// <summary>A short name of a component for messages: "value", "∂2" or "∂1∂3".</summary>
    /// <param name="component">An index in [0, <see cref="Count"/>).</param>
    /// <returns>The name.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The component does not exist.</exception>
    public string NameOf(int component)
    {
        switch (OrderOf(component))
        {
            case 0:
                return "value";
            case 1:
                return $"∂{_firsts[component - 1]}";
            default:
                var second = _seconds[component - 1 - _firsts.Length];
                return $"∂{second.I}∂{second.J}";
        }
    }

    /// <summary>Whether <paramref name="other"/> is this layout cut to a lower order, or this layout itself.</summary>
    /// <param name="other">The layout to compare with.</param>
    /// <returns>True if every component of <paramref name="other"/> has the same index here.</returns>
    public bool StartsWith(JetLayout other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Order <= Order && Truncate(other.Order).Equals(other);
    }

    /// <inheritdoc/>
    public bool Equals(JetLayout? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && Tangents == other.Tangents
            && _firsts.AsSpan().SequenceEqual(other._firsts)
            && MemoryMarshal.AsBytes(_seconds.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(other._seconds.AsSpan())));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as JetLayout);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tangents, _firsts.Length, _seconds.Length);

    /// <inheritdoc/>
    public override string ToString() =>
        $"order {Order}, {Tangents} tangents, {Count} components (1 + {_firsts.Length} + {_seconds.Length})";

    private static void CheckTangentsAndOrder(int tangents, int order)
    {
        if (order is < 0 or > 2)
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, "The order of a jet is 0, 1 or 2.");
        }

        if (tangents < (order == 0 ? 0 : 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(tangents), tangents, $"A jet of order {order} needs at least {(order == 0 ? 0 : 1)} tangents.");
        }
    }

    private static void CheckCount(int tangents, long count)
    {
        if (count > MaxComponents)
        {
            throw new ArgumentOutOfRangeException(
                nameof(tangents), tangents, $"A layout has at most {MaxComponents} components; so many tangents make {count}.");
        }
    }

    private void CheckComponent(int component)
    {
        if ((uint)component >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(component), component, $"The layout ({this}) has components 0 to {Count - 1}.");
        }
    }

    private void CheckTangent(int tangent, string name)
    {
        if ((uint)tangent >= (uint)Tangents)
        {
            throw new ArgumentOutOfRangeException(name, tangent, $"The layout ({this}) has tangents 0 to {Tangents - 1}.");
        }
    }
}
