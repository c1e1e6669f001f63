using System.Buffers;
using System.Numerics;

namespace SobolevNet;

/// <summary>A source that calls a delegate for each sample; see <see cref="JetSource.Generate"/>.</summary>
internal sealed class GeneratedJetSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly JetGenerator<T> _generator;
    private readonly ulong _seed;
    private readonly bool _generatesLowerOrders;
    private readonly double[]? _tangentScales;
    private readonly int[] _tangentInputs;

    public GeneratedJetSource(
        JetLayout layout,
        int inputFeatures,
        int outputFeatures,
        int count,
        JetGenerator<T> generator,
        ulong seed,
        bool isEndless,
        int inputOrder,
        bool generatesLowerOrders,
        double[]? tangentScales,
        bool inputsShareUnit,
        int[] tangentInputs,
        bool allowMissing)
    {
        Layout = layout;
        InputFeatures = inputFeatures;
        OutputFeatures = outputFeatures;
        Count = count;
        IsEndless = isEndless;
        InputOrder = Math.Min(tangentInputs.Length > 0 ? 1 : inputOrder, layout.Order);
        _generator = generator;
        _seed = seed;
        _generatesLowerOrders = generatesLowerOrders;
        _tangentScales = tangentScales;
        InputsShareUnit = inputsShareUnit;
        _tangentInputs = tangentInputs;
        HasMissingLabels = allowMissing;
    }

    public JetLayout Layout { get; }

    public int InputFeatures { get; }

    public int OutputFeatures { get; }

    public int Count { get; }

    public bool IsEndless { get; }

    public int InputOrder { get; }

    public bool InputsShareUnit { get; }

    public ReadOnlySpan<int> TangentInputs => _tangentInputs;

    public bool HasMissingLabels { get; }

    public double TangentScale(int tangent) => TangentScales.Get(_tangentScales, Layout, tangent);

    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        if (_generatesLowerOrders || target.Layout.Count == Layout.Count)
        {
            for (int s = 0; s < samples.Length; s++)
            {
                Generate(samples[s], input.Slice(s, 1), target.Slice(s, 1));
            }

            return;
        }

        // A delegate that knows only the full order writes to scratch memory; the wanted components are copied from there.
        int inputLength = Layout.Count * InputFeatures;
        int outputLength = Layout.Count * OutputFeatures;
        T[] scratch = ArrayPool<T>.Shared.Rent(checked(inputLength + outputLength));
        try
        {
            var fullInput = new JetSpan<T>(scratch.AsSpan(0, inputLength), Layout, 1, InputFeatures);
            var fullTarget = new JetSpan<T>(scratch.AsSpan(inputLength, outputLength), Layout, 1, OutputFeatures);
            for (int s = 0; s < samples.Length; s++)
            {
                Generate(samples[s], fullInput, fullTarget);
                CopyComponents(fullInput, input.Slice(s, 1));
                CopyComponents(fullTarget, target.Slice(s, 1));
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(scratch);
        }
    }

    private void Generate(long sample, JetSpan<T> input, JetSpan<T> target)
    {
        input.Clear();
        target.Clear();
        var random = RandomStream.For(StreamPurpose.GeneratedSamples, _seed, (ulong)sample);
        _generator(sample, ref random, _tangentInputs.Length > 0 ? input.Truncate(0) : input, target);
        if (_tangentInputs.Length > 0)
        {
            UnitTangents.Write(input, _tangentInputs);
        }

        CheckFinite(sample, input, "input", allowNaN: false);
        CheckFinite(sample, target, "target", HasMissingLabels);
    }

    private static void CheckFinite(long sample, JetSpan<T> jet, string name, bool allowNaN)
    {
        if (NotFinite.In(jet, allowNaN) is var (component, _, feature))
        {
            throw new InvalidOperationException(
                $"The generator wrote {jet[component, 0, feature]} to the {name} of sample {sample}, component {component} " +
                $"({jet.Layout.NameOf(component)}), feature {feature}; only finite numbers can be trained on." +
                (name == "target" && T.IsNaN(jet[component, 0, feature]) ? " If NaN stands for a label that is missing, set allowMissing." : string.Empty));
        }
    }

    private static void CopyComponents(JetSpan<T> from, JetSpan<T> to)
    {
        for (int c = 0; c < to.Layout.Count; c++)
        {
            from.Row(c, 0).CopyTo(to.Row(c, 0));
        }
    }
}
