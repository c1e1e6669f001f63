using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>How the size of a perturbation is measured.</summary>
public enum PerturbationNorm
{
    /// <summary>Euclidean length.</summary>
    L2,

    /// <summary>Largest absolute element.</summary>
    LInfinity,
}

/// <summary>How training examples are perturbed against the network by projected gradient ascent.</summary>
public sealed class AdversarialOptions
{
    /// <summary>Makes options.</summary>
    /// <param name="radius">ρ, the largest size of a perturbation; finite and above 0.</param>
    /// <param name="norm">How that is measured.</param>
    /// <exception cref="ArgumentOutOfRangeException">The radius is not above 0, or not finite, or there is no such norm.</exception>
    public AdversarialOptions(double radius, PerturbationNorm norm = PerturbationNorm.L2)
    {
        Radius = Positive(radius, nameof(radius));
        Norm = EnumArgument.Check(norm, nameof(norm));
    }

    /// <summary>ρ, the largest size of a perturbation.</summary>
    public double Radius { get; }

    /// <summary>How sizes are measured.</summary>
    public PerturbationNorm Norm { get; }

    /// <summary>Ascent steps, 1 to 10,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int Steps
    {
        get;
        init => field = value is >= 1 and <= 10_000 ? value : throw new ArgumentOutOfRangeException(nameof(Steps), value, "Steps is 1 to 10,000.");
    } = 7;

    /// <summary>The size of a step, above 0; 2.5·ρ/<see cref="Steps"/> if null, so that the border can be reached from any start.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double? StepSize
    {
        get;
        init => field = value is { } size ? Positive(size, nameof(StepSize)) : null;
    }

    /// <summary>Names the random starts and the order of samples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the samples of a finite clean source come in a new order every epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Refuses a clean source that cannot be perturbed, and sizes of perturbations that vanish or overflow in its precision.</summary>
    /// <returns>The source, endlessly.</returns>
    internal static EndlessJetSource<T> CheckedSource<T>(IJetSource<T> clean, AdversarialOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SourceArgument.Check(clean);
        ArgumentNullException.ThrowIfNull(options);
        Check(options.Radius, nameof(Radius));
        Check(options.StepSize ?? 2.5 * options.Radius / options.Steps, nameof(StepSize));
        AdaptiveSources.Refuse(clean, "Perturb a clean source.");
        MissingLabels.Refuse(clean, "Perturbing inputs needs", nameof(clean));
        return new EndlessJetSource<T>(clean, options.Shuffle, options.Seed, nameof(clean));

        static void Check(double size, string name)
        {
            T rounded = T.CreateTruncating(size);
            if (!T.IsFinite(rounded) || T.IsZero(rounded))
            {
                throw new ArgumentException($"{name} is {size}, which {typeof(T).Name} cannot hold.", nameof(options));
            }
        }
    }

    private static double Positive(double value, string name) =>
        value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is finite and above 0.");
}
