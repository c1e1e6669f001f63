using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>Fills clean jets with directions of input space as further tangents, for a <see cref="RobustSource{T}"/> or one of its runs.</summary>
/// <param name="clean">Gives clean samples, endlessly.</param>
/// <param name="tangents">The tangents to fill.</param>
/// <param name="options">What is trained along them.</param>
internal sealed class RobustJets<T>(EndlessJetSource<T> clean, RobustTangents tangents, RobustSourceOptions options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most clean samples that are loaded at once.</summary>
    private const int MaxGroup = 8;

    private readonly RunNetwork<T> _network = new();
    private ScratchPool<Scratch> _scratch = new();

    /// <summary>Draws steepest directions for a network from now on; before the first call the network counts as constant.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">The source that is filled.</param>
    public void Follow(Mlp<T> network, IJetSource<T> source)
    {
        if (tangents.Steepest.Length > 0 && _network.Take(network, source))
        {
            _scratch = new();
        }
    }

    /// <summary>Fills samples; the arguments are checked.</summary>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        var scratch = _scratch.TryTake() ?? new Scratch(clean, tangents, options, _network.Architecture, CleanOrder(tangents.Layout.Order));
        int order = CleanOrder(target.Layout.Order);
        int group = Math.Min(MaxGroup, scratch.Clean.Size(order));
        for (int start = 0; start < samples.Length; start += group)
        {
            var numbers = samples.Slice(start, Math.Min(group, samples.Length - start));
            scratch.Clean.Load(clean, numbers, order);
            if (target.Layout.Order > 0)
            {
                scratch.Steepest?.Begin(_network.Packed, numbers, scratch.Clean.Inputs);
            }

            for (int s = 0; s < numbers.Length; s++)
            {
                FillSample(scratch, s, numbers[s], input.Slice(start + s, 1), target.Slice(start + s, 1));
            }
        }

        _scratch.Return(scratch);
    }

    /// <summary>The order of clean jets that jets of an order are made of.</summary>
    private int CleanOrder(int order)
    {
        int needed = order < 2 ? order : options.ManifoldOrder == 2 || tangents.IsCurved ? 2 : 1;
        return tangents.NeedsFrame ? needed : Math.Min(needed, options.ManifoldOrder);
    }

    private void FillSample(Scratch scratch, int place, long number, JetSpan<T> input, JetSpan<T> target)
    {
        var cleanInput = scratch.Clean.Input(place);
        var cleanTarget = scratch.Clean.Target(place);
        CopyClean(cleanInput, input);
        CopyClean(cleanTarget, target);
        if (target.Layout.Order == 0)
        {
            return;
        }

        bool isOracle = options.Target == DirectionTarget.Oracle;
        var frame = tangents.NeedsFrame ? scratch.Oracle.Begin(cleanInput, cleanTarget, options.MaxConditionNumber, clean.NumberInSource(number)) : null;
        for (int k = 0; k < tangents.Samplers.Length; k++)
        {
            if (tangents.Samplers[k].NeedsNetwork)
            {
                scratch.Steepest!.Write(place, k, number, isOracle ? frame : null, scratch.Direction);
            }
            else
            {
                tangents.Samplers[k].Draw(options.Seed, number, k, scratch.Direction, frame);
            }

            int tangent = tangents.DegreesOfFreedom + k;
            TensorPrimitives.ConvertTruncating<double, T>(scratch.Direction, input.Row(1 + tangent, 0));
            if (isOracle)
            {
                scratch.Oracle.Write(scratch.Direction, tangent, target);
            }
        }
    }

    /// <summary>Copies the value and the derivatives along the manifold; all other components become zero.</summary>
    private void CopyClean(JetSpan<T> from, JetSpan<T> to)
    {
        var layout = to.Layout;
        int p = tangents.DegreesOfFreedom;
        for (int c = 0; c < layout.Count; c++)
        {
            var second = c <= layout.Firsts.Length ? default : layout.Seconds[c - 1 - layout.Firsts.Length];
            int component = c <= p ? c : c > layout.Firsts.Length && second.J < p ? clean.Layout.Second(second.I, second.J) : -1;
            if (component >= 0)
            {
                from.Row(component, 0).CopyTo(to.Row(c, 0));
            }
            else
            {
                to.Row(c, 0).Clear();
            }
        }
    }

    private sealed class Scratch(EndlessJetSource<T> clean, RobustTangents tangents, RobustSourceOptions options, MlpArchitecture? architecture, int order)
    {
        public SourceJets<T> Clean { get; } = new(clean, order, loadsUnitVectors: true);

        public OracleTargets<T> Oracle { get; } = new(clean.Layout.Tangents, clean.InputFeatures, clean.OutputFeatures, tangents.IsCurved);

        /// <summary>Makes the directions that depend on the network; null if there are none.</summary>
        public SteepestDirections<T>? Steepest { get; } = tangents.Steepest.Length == 0
            ? null
            : new SteepestDirections<T>(architecture, clean, tangents.Steepest, tangents.Sketch, MaxGroup, options.Seed);

        public double[] Direction { get; } = new double[clean.InputFeatures];
    }
}
