using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>
/// The tangents of robust training: the degrees of freedom of the manifold, then the directions group by group. With their scales, their samplers and the layout of
/// the jets.
/// </summary>
internal sealed class RobustTangents
{
    private readonly double[] _directionScales;

    private RobustTangents(IReadOnlyList<DirectionGroup> groups, RobustSourceOptions options, int degreesOfFreedom)
    {
        DegreesOfFreedom = options.ManifoldOrder > 0 ? degreesOfFreedom : 0;
        Samplers = [.. groups.SelectMany(group => Enumerable.Repeat(group.Sampler, group.Count))];
        Steepest = [.. Enumerable.Range(0, Samplers.Length).Where(k => Samplers[k].NeedsNetwork)];
        Sketch = Samplers.OfType<SteepestSampler>().Select(sampler => sampler.Sketch).FirstOrDefault(1);
        NeedsFrame = options.Target == DirectionTarget.Oracle || Samplers.Any(sampler => sampler.NeedsTangents);
        IsCurved = options.Target == DirectionTarget.Oracle && (options.SecondDerivatives || options.MixedDerivatives);
        _directionScales =
        [
            .. groups.SelectMany(group => Enumerable.Repeat(
                options.PerturbationScale * Math.Sqrt(group.Weight * group.Sampler.Dimensions / group.Count), group.Count)),
        ];
        Layout = MakeLayout(options);
    }

    /// <summary>Degrees of freedom that derivatives are trained by: p, or 0 if only directions are trained.</summary>
    public int DegreesOfFreedom { get; }

    /// <summary>The sampler of each direction.</summary>
    public DirectionSampler[] Samplers { get; }

    /// <summary>Which directions depend on the network.</summary>
    public int[] Steepest { get; }

    /// <summary>Random vectors of outputs for each of <see cref="Steepest"/>.</summary>
    public int Sketch { get; }

    /// <summary>Whether directions or their targets depend on the manifold's tangents.</summary>
    public bool NeedsFrame { get; }

    /// <summary>Whether second derivatives of the oracle are wanted.</summary>
    public bool IsCurved { get; }

    /// <summary>The components: every first derivative, and the second ones that the options ask for.</summary>
    public JetLayout Layout { get; }

    /// <summary>Finds the tangents for a clean source.</summary>
    /// <param name="clean">Gives clean samples.</param>
    /// <param name="options">What is added to them.</param>
    /// <exception cref="ArgumentException">The source lacks derivatives, a sampler is of other inputs, or the options contradict each other.</exception>
    public static RobustTangents Of<T>(IJetSource<T> clean, RobustSourceOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var groups = options.Directions.Count > 0 ? options.Directions : [new DirectionGroup(DirectionSampler.White(clean.InputFeatures))];
        bool second = options.SecondDerivatives || options.MixedDerivatives;
        int needed = Math.Max(options.ManifoldOrder, options.Target == DirectionTarget.Oracle ? (second ? 2 : 1) : 0);
        if (needed > 0 || groups.Any(group => group.Sampler.NeedsTangents))
        {
            OracleExpansion.CheckSource(clean, Math.Max(needed, 1), nameof(clean));
        }

        if (options.MixedDerivatives && options.ManifoldOrder == 0)
        {
            throw new ArgumentException("Mixed derivatives need the first derivatives along the manifold: a manifold order of 1 or 2.", nameof(options));
        }

        for (int k = 0; k < groups.Count; k++)
        {
            Check(k, groups[k].Sampler, clean.InputFeatures, clean.OutputFeatures);
        }

        if (groups.Select(group => group.Sampler).OfType<SteepestSampler>().DistinctBy(sampler => sampler.Sketch).Count() > 1)
        {
            throw new ArgumentException("All steepest directions of a source have the same sketch.", nameof(options));
        }

        return new RobustTangents(groups, options, clean.Layout.Tangents);
    }

    /// <summary>The scale of a direction, which is the loss's weight of derivatives along it.</summary>
    /// <param name="direction">The direction's number.</param>
    public double ScaleOf(int direction) => _directionScales[direction];

    private static void Check(int group, DirectionSampler sampler, int inputs, int outputs)
    {
        if (sampler.Features != inputs)
        {
            throw new ArgumentException($"Group {group} draws directions of {sampler.Features} features; the inputs have {inputs}.", "options");
        }

        if (sampler is SteepestSampler steepest && steepest.Outputs != outputs)
        {
            throw new ArgumentException($"Group {group} is made for networks of {steepest.Outputs} outputs; the targets have {outputs}.", "options");
        }
    }

    private JetLayout MakeLayout(RobustSourceOptions options)
    {
        int p = DegreesOfFreedom;
        int tangents = p + Samplers.Length;
        var seconds = new List<(int, int)>();
        for (int i = 0; i < p && options.ManifoldOrder == 2; i++)
        {
            for (int j = i; j < p; j++)
            {
                seconds.Add((i, j));
            }
        }

        for (int k = p; k < tangents; k++)
        {
            for (int i = 0; i < p && options.MixedDerivatives; i++)
            {
                seconds.Add((i, k));
            }

            if (options.SecondDerivatives)
            {
                seconds.Add((k, k));
            }
        }

        return JetLayout.Create(tangents, Enumerable.Range(0, tangents), seconds);
    }
}
