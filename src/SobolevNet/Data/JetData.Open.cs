using System.Numerics;
using SobolevNet.Files;

namespace SobolevNet;

/// <content>Labels in files that are larger than memory.</content>
public static partial class JetData
{
    /// <summary>Bytes of labels kept in memory by default: 64 MiB.</summary>
    private const long DefaultCache = 1 << 26;

    /// <summary>Opens a folder of .npy files, which may be larger than memory, as a source that reads samples when they are asked for.</summary>
    /// <remarks>
    /// <para>
    /// The files are named as the arrays of an .npz file of <see cref="Save{T}(string, IJetSource{T}, bool)"/>, which the folder is once it is unpacked: x.npy, y.npy, dydx.npy and so on.
    /// Elements are float16, float or double, or integers, in C order; they are converted to <typeparamref name="T"/> when they are read. Weights (weights.npy) are kept in memory.
    /// </para>
    /// <para>
    /// All labels are read once, piece by piece, and refused for what the builders refuse. Training then shuffles blocks of consecutive samples and the samples of 64 such blocks at a time,
    /// which take up to two thirds of <paramref name="cacheBytes"/>; the same seed gives the same order with the same <paramref name="cacheBytes"/>.
    /// </para>
    /// </remarks>
    /// <example>
    /// <code>
    /// using var labels = JetData.Open&lt;float&gt;("labels");      // labels/x.npy, labels/y.npy, labels/dydx.npy
    /// </code>
    /// </example>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="folder">The folder.</param>
    /// <param name="allowMissing">Whether NaN in y and its derivatives stands for a label that is missing, as missing_labels.npy (1) says, too; else it is refused.</param>
    /// <param name="cacheBytes">Bytes of labels that are kept in memory.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The source, which keeps the files open until it is disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cacheBytes"/> is below 1.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, an array is missing or has a name that its form does not have, or the arrays do not fit each other or are not finite.
    /// </exception>
    /// <exception cref="IOException">The folder does not exist or is a file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static FileJetSource<T> Open<T>(
        string folder, bool allowMissing = false, long cacheBytes = DefaultCache, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Open<T>([NpyFolder.Open(folder, nameof(folder))], allowMissing, cacheBytes, cancellationToken);

    /// <summary>Opens several folders of .npy files as one source, their samples in a row; see <see cref="Open{T}(string, bool, long, CancellationToken)"/>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="folders">The folders, at least one. All have the same arrays, which may differ in their number of samples and in their type of element.</param>
    /// <param name="allowMissing">Whether NaN in y and its derivatives stands for a label that is missing.</param>
    /// <param name="cacheBytes">Bytes of labels that are kept in memory, of all folders together.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The source, which keeps the files open until it is disposed.</returns>
    /// <exception cref="ArgumentException">There is no folder, or a path is blank or not a valid one.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cacheBytes"/> is below 1.</exception>
    /// <exception cref="InvalidDataException">As for one folder; or the folders have different arrays.</exception>
    /// <exception cref="IOException">A folder does not exist or is a file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static FileJetSource<T> Open<T>(
        IEnumerable<string> folders, bool allowMissing = false, long cacheBytes = DefaultCache, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(folders);
        NpyFolder[] opened = [.. folders.Select(folder => NpyFolder.Open(folder, nameof(folders)))];
        return opened.Length > 0
            ? Open<T>(opened, allowMissing, cacheBytes, cancellationToken)
            : throw new ArgumentException("No folder is given; expected at least one.", nameof(folders));
    }

    private static FileJetSource<T> Open<T>(NpyFolder[] opened, bool allowMissing, long cacheBytes, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cacheBytes, 1);
        LabelRows? rows = null;
        string folder = opened[0].Path;
        try
        {
            var form = FormOf<T>(opened[0]);
            foreach (var other in opened.AsSpan(1))
            {
                folder = other.Path;
                CheckAlike<T>(opened[0], other, form);
            }

            rows = new LabelRows(opened, form.Parts);
            double[] weights = [.. opened.SelectMany((each, k) => Weights(each, rows.Starts[k + 1] - rows.Starts[k]))];
            double[]? checkedWeights = SampleWeights.Check(weights, rows.Count, "weights");
            var findings = LabelSurvey.Run<T>(
                rows, form, opened, checkedWeights, allowMissing || AllowsMissing(opened[0]), cancellationToken);
            return new FileJetSource<T>(rows, form, checkedWeights, findings, cacheBytes);
        }
        catch (ArgumentException fault)
        {
            rows?.Dispose();
            throw Unusable(folder, fault);
        }
        catch
        {
            rows?.Dispose();
            throw;
        }
    }

    /// <summary>The weights of a folder's samples, if it has any.</summary>
    private static double[] Weights(NpyFolder folder, int samples)
    {
        double[] weights = Weights(folder);
        return weights.Length == 0 || weights.Length == samples
            ? weights
            : throw new ArgumentException($"\"{folder.Path}\" has {weights.Length} weights and {samples} samples; expected one weight for each sample.");
    }

    /// <summary>The form of a folder's arrays, whose shapes are checked.</summary>
    private static LabelForm FormOf<T>(NpyFolder folder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var form = folder.Contains("dydx") ? JacobianForm<T>(folder)
            : folder.Contains("v") ? DirectionsForm<T>(folder)
            : folder.Contains("dxdr") ? ManifoldForm<T>(folder)
            : ValuesForm<T>(folder);
        return form with { InputsShareUnit = IsSet(folder, "inputs_share_unit"), TangentScales = TangentScales.Check(Scales(folder), form.Layout.Tangents, "tangent_scales") ?? [] };
    }

    private static LabelForm ValuesForm<T>(NpyFolder folder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckNames(folder, "values", ValuesNames);
        var x = ShapeOf<T>(folder, "x");
        var y = ShapeOf<T>(folder, "y");
        var (_, inputs, outputs) = CheckValues(x, y, allowMissing: true);
        return new LabelForm(JetLayout.Value, inputs.Length, outputs.Length, [Input(x), Target(y)], []);
    }

    private static LabelForm JacobianForm<T>(NpyFolder folder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckNames(folder, "Jacobian", JacobianNames);
        var x = ShapeOf<T>(folder, "x");
        var y = ShapeOf<T>(folder, "y");
        var dydx = ShapeOf<T>(folder, "dydx");
        var d2ydx2 = OptionalShape<T>(folder, "d2ydx2");
        var (_, inputs, outputs, chosen) = CheckJacobian(x, y, dydx, d2ydx2, Directions(folder), allowMissing: true);
        int k = chosen.Length;
        var layout = JetLayout.Full(k, d2ydx2.IsGiven ? 2 : 1);
        LabelPart[] parts = [Input(x), Target(y), Target(dydx, 1, 1, k, PartOrder.ByOutput)];
        return new LabelForm(
            layout, inputs.Length, outputs.Length, d2ydx2.IsGiven ? [.. parts, Target(d2ydx2, 2, 1 + k, layout.CountOf(2), PartOrder.Hessian)] : parts, chosen);
    }

    private static LabelForm DirectionsForm<T>(NpyFolder folder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckNames(folder, "directions", DirectionsNames);
        var x = ShapeOf<T>(folder, "x");
        var v = ShapeOf<T>(folder, "v");
        var y = ShapeOf<T>(folder, "y");
        var dyv = ShapeOf<T>(folder, "dyv");
        var d2yv = OptionalShape<T>(folder, "d2yv");
        var (inputs, outputs, layout) = CheckDirections(x, v, y, dyv, d2yv, allowMissing: true);
        int k = layout.Tangents;
        LabelPart[] parts = [Input(x), Target(y), Input(v, 1, 1, k), Target(dyv, 1, 1, k)];
        return new LabelForm(layout, inputs.Length, outputs.Length, d2yv.IsGiven ? [.. parts, Target(d2yv, 2, 1 + k, k)] : parts, []);
    }

    private static LabelForm ManifoldForm<T>(NpyFolder folder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckNames(folder, "manifold", ManifoldNames);
        var x = ShapeOf<T>(folder, "x");
        var dxdr = ShapeOf<T>(folder, "dxdr");
        var y = ShapeOf<T>(folder, "y");
        var dydr = ShapeOf<T>(folder, "dydr");
        var d2xdr2 = OptionalShape<T>(folder, "d2xdr2");
        var d2ydr2 = OptionalShape<T>(folder, "d2ydr2");
        var (inputs, outputs, layout) = CheckManifold(x, dxdr, y, dydr, d2xdr2, d2ydr2, allowMissing: true, ChosenLayout(folder, LengthOf(dxdr), LengthOf(d2ydr2)));
        var (p, q) = (layout.CountOf(1), layout.CountOf(2));
        LabelPart[] parts = [Input(x), Target(y), Input(dxdr, 1, 1, p), Target(dydr, 1, 1, p)];
        return new LabelForm(
            layout, inputs.Length, outputs.Length, d2ydr2.IsGiven ? [.. parts, Input(d2xdr2, 2, 1 + p, q), Target(d2ydr2, 2, 1 + p, q)] : parts, []);
    }

    /// <summary>Refuses a folder whose arrays have other names or other meanings than those of the first one; shapes are compared when rows are opened.</summary>
    private static void CheckAlike<T>(NpyFolder first, NpyFolder other, LabelForm form)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!first.Names.SequenceEqual(other.Names))
        {
            throw new ArgumentException($"it has the arrays {ForeignText.List(other.Names)}; expected those of \"{first.Path}\": {ForeignText.List(first.Names)}.");
        }

        foreach (string name in first.Names.Except(form.Parts.Select(part => part.Name)).Where(name => name != "weights"))
        {
            if (!first.Read<double>(name).Data.AsSpan().SequenceEqual(other.Read<double>(name).Data))
            {
                throw new ArgumentException($"its array {name} is another than that of \"{first.Path}\".");
            }
        }
    }

    private static LabelArray<T> ShapeOf<T>(NpyFolder folder, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var rows = folder.OpenRows(name);
        return LabelArray<T>.Of(name, [], rows.Shape);
    }

    private static LabelArray<T> OptionalShape<T>(NpyFolder folder, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => folder.Contains(name) ? ShapeOf<T>(folder, name) : default;

    private static LabelPart Input<T>(LabelArray<T> array, int order = 0, int first = 0, int count = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(array.Name, array.Shape[1..].ToArray(), false, order, first, count, PartOrder.ByComponent);

    private static LabelPart Target<T>(LabelArray<T> array, int order = 0, int first = 0, int count = 1, PartOrder lies = PartOrder.ByComponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(array.Name, array.Shape[1..].ToArray(), true, order, first, count, lies);
}
