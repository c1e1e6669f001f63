using System.Globalization;
using System.IO.Hashing;
using System.Numerics;
using System.Text;

namespace SobolevNet;

/// <summary>
/// Calls a loss of the user's own at some of its samples with jets drawn at random: to see that it takes components that exist, that its derivatives are right, and to
/// identify it by its values.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="term">The term.</param>
/// <param name="coefficients">How many numbers are trained beside the network.</param>
internal sealed partial class LossProbe<T>(OwnTerm<T> term, int coefficients)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Samples = 64;

    /// <summary>Digits of a value that count: the last ones may differ between machines.</summary>
    private static readonly string Digits = typeof(T) == typeof(float) ? "E4" : "E8";

    /// <summary>Refuses a loss that takes a component, feature or coefficient that there is not.</summary>
    /// <exception cref="ArgumentException">It does.</exception>
    public void CheckComponents()
    {
        var jets = Load(0);
        try
        {
            Evaluate(0, jets, out _, out _);
        }
        catch (Exception missing) when (missing is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            var layout = term.Source.Layout;
            string names = string.Join(", ", Enumerable.Range(0, Math.Min(layout.Count, 16)).Select(c => $"{c}: {layout.NameOf(c)}"));
            throw new ArgumentException(
                $"The loss of {term.Name} takes an element that there is not: {missing.Message} Its source has {layout} ({names}{(layout.Count > 16 ? ", …" : "")}), " +
                $"{term.Source.InputFeatures} inputs and {term.Source.OutputFeatures} outputs; the trainer has {coefficients} coefficients.",
                term.Argument, missing);
        }
        catch (Exception)
        {
            // It may throw for jets that no network has.
        }
    }

    /// <summary>A hash of some losses and derivatives.</summary>
    /// <param name="cancellationToken">Stops within a sample.</param>
    public string Hash(CancellationToken cancellationToken)
    {
        var hash = new XxHash128();
        foreach (long sample in SampleSubset.Of(term.Source.Count, Samples))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var jets = Load(sample);
            double loss = double.NaN;
            T[] adjoint = [];
            T[] ofCoefficients = [];
            try
            {
                loss = Evaluate(sample, jets, out adjoint, out ofCoefficients);
            }
            catch (Exception)
            {
                // A loss that throws counts as one without a value: training may never ask it there.
            }

            Append(loss);
            Array.ForEach(adjoint, value => Append(double.CreateTruncating(value)));
            Array.ForEach(ofCoefficients, value => Append(double.CreateTruncating(value)));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());

        void Append(double value) => hash.Append(Encoding.UTF8.GetBytes(value.ToString(Digits, CultureInfo.InvariantCulture)));
    }

    private (JetBatch<T> Input, JetBatch<T> Target) Load(long sample)
    {
        var source = term.Source;
        var layout = source.Layout;
        var input = new JetBatch<T>(source.TangentInputs.IsEmpty ? layout : JetLayout.Value, 1, source.InputFeatures);
        var target = new JetBatch<T>(layout, 1, source.OutputFeatures);
        source.Fill([sample], input, target);
        return (input, target);
    }

    private double Evaluate(long sample, (JetBatch<T> Input, JetBatch<T> Target) jets, out T[] adjoint, out T[] ofCoefficients, int moved = -1, double step = 0)
    {
        var layout = jets.Target.Layout;
        int outputs = jets.Target.Features;
        int length = layout.Count * outputs;
        var random = RandomStream.For(StreamPurpose.LossProbe, 0, (ulong)sample);
        T[] drawn = Draw(length + coefficients, ref random);
        if (moved >= 0)
        {
            drawn[moved] += T.CreateTruncating(step);
        }

        var output = new JetBatch<T>(layout, 1, outputs, drawn[..length]);
        var derivatives = new JetBatch<T>(layout, 1, outputs);
        (adjoint, ofCoefficients) = ([], new T[coefficients]);
        double loss = term.Term.Loss!(new JetLossSample<T>(
            sample, jets.Input.Row(0, 0), jets.Target, output, derivatives, drawn.AsSpan(length), ofCoefficients));
        adjoint = derivatives.Data.ToArray();
        return loss;
    }

    private static T[] Draw(int count, ref RandomStream random)
    {
        var drawn = new T[count];
        for (int k = 0; k < count; k++)
        {
            drawn[k] = T.CreateTruncating(random.NextNormal());
        }

        return drawn;
    }
}
