using System.Numerics;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>Reads all labels of a source in files once, piece by piece: refuses what the builders refuse, and finds what they find.</summary>
internal static class LabelSurvey
{
    /// <summary>Bytes that are read at a time.</summary>
    private const long PieceBytes = 1 << 20;

    /// <summary>What the labels are.</summary>
    /// <param name="TangentScales">The scale of each tangent; null for all 1.</param>
    /// <param name="InputOrder">The highest order whose input components differ from zero.</param>
    /// <param name="HasMissingLabels">Whether a label is missing.</param>
    public readonly record struct Findings(double[]? TangentScales, int InputOrder, bool HasMissingLabels);

    /// <summary>Reads the labels.</summary>
    /// <param name="rows">The arrays.</param>
    /// <param name="form">What they are.</param>
    /// <param name="folders">The folder that the samples after each of the rows' starts are in.</param>
    /// <param name="weights">The weight of each sample; none if null.</param>
    /// <param name="allowMissing">Whether NaN stands for a label that is missing.</param>
    /// <param name="cancellationToken">Stops after a block.</param>
    /// <exception cref="InvalidDataException">An element is not finite, a Hessian is not symmetric, or nothing is known of a sample, an output or a component.</exception>
    public static Findings Run<T>(
        LabelRows rows, LabelForm form, IReadOnlyList<NpyFolder> folders, double[]? weights, bool allowMissing, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int block = rows.SamplesOf<T>(PieceBytes);
        double[] spreads = Spreads<T>(rows, form, weights, block, cancellationToken);
        var memory = rows.Reserve<T>(block);
        var target = new JetBatch<T>(form.Layout, block, form.OutputFeatures);
        var tally = new KnownLabelTally(form.Layout, form.OutputFeatures, "y");
        HessianSymmetry? symmetry = null;
        bool bends = false;
        for (int folder = 0; folder < folders.Count; folder++)
        {
            int start = rows.Starts[folder];
            int end = rows.Starts[folder + 1];
            InFolder(folders[folder], () =>
            {
                for (int first = start; first < end; first += block)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int count = Math.Min(block, end - first);
                    rows.Read(first, count, memory);
                    for (int p = 0; p < memory.Length; p++)
                    {
                        var part = form.Parts[p];
                        var data = memory[p].AsSpan(0, count * part.RowLength);
                        Check<T>(part, data, [count, .. part.Shape], first - start, allowMissing);
                        bends |= !part.IsTarget && part.Derivative == 2 && data.ContainsAnyExcept(T.Zero);
                        if (part.Order == PartOrder.Hessian)
                        {
                            symmetry ??= new HessianSymmetry(form.OutputFeatures, spreads, part.Name);
                            symmetry.Add<T>(data, first - start, folder);
                        }
                    }

                    if (allowMissing)
                    {
                        var known = target.AsSpan().Slice(0, count);
                        Fill(form, memory, known, count);
                        tally.Add(known, first - start);
                    }
                }
            });
        }

        if (symmetry?.RefusedPart is { } refused)
        {
            InFolder(folders[refused], symmetry.Check);
        }

        if (allowMissing)
        {
            InFolder(folders[0], tally.Check);
        }

        double[]? scales = form.TangentScales is [] ? (spreads is [] ? null : spreads) : form.TangentScales;
        return new Findings(scales, bends ? 2 : Math.Min(form.Layout.Order, 1), tally.HasMissing);
    }

    /// <summary>The spread of each input that is a tangent; none where tangents are anything else.</summary>
    private static double[] Spreads<T>(LabelRows rows, LabelForm form, double[]? weights, int block, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var spreads = new InputSpreads(form.TangentInputs);
        var x = new T[block * form.InputFeatures];
        for (int pass = 0; pass < 2 && form.TangentInputs.Length > 0; pass++)
        {
            for (int first = 0; first < rows.Count; first += block)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = Math.Min(block, rows.Count - first);
                rows.Read(first, count, [x]);
                ReadOnlySpan<T> inputs = x.AsSpan(0, count * form.InputFeatures);
                if (pass == 0)
                {
                    spreads.Look(inputs, form.InputFeatures);
                }
                else
                {
                    spreads.Add(inputs, form.InputFeatures, weights is null ? [] : weights.AsSpan(first, count));
                }
            }
        }

        return spreads.Result();
    }

    private static void Check<T>(LabelPart part, ReadOnlySpan<T> data, ReadOnlySpan<int> shape, int first, bool allowMissing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var array = LabelArray<T>.Of(part.Name, data, shape, first);
        if (part.IsTarget)
        {
            array.ExpectLabels(allowMissing);
        }
        else
        {
            array.ExpectFinite();
        }
    }

    private static void Fill<T>(LabelForm form, T[][] rows, JetSpan<T> target, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int p = 0; p < rows.Length; p++)
        {
            var part = form.Parts[p];
            for (int s = 0; part.IsTarget && s < count; s++)
            {
                part.Fill<T>(rows[p].AsSpan(s * part.RowLength, part.RowLength), target, s);
            }
        }
    }

    /// <summary>Names the folder in the errors of builders.</summary>
    private static void InFolder(NpyFolder folder, Action check)
    {
        try
        {
            check();
        }
        catch (ArgumentException fault)
        {
            throw JetData.Unusable(folder.Path, fault);
        }
    }
}
