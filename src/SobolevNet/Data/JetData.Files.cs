using System.Numerics;
using SobolevNet.Files;

namespace SobolevNet;

/// <content>Labels in .npz files and streams.</content>
public static partial class JetData
{
    /// <summary>The most tangents of a layout in a file: a layout takes memory for each, but the file holds only the chosen ones.</summary>
    private const int MaxTangents = 1 << 20;

    private static readonly string[] ValuesNames = ["x", "y", "inputs_share_unit"];
    private static readonly string[] JacobianNames = ["x", "y", "dydx", "d2ydx2", "directions", "tangent_scales"];
    private static readonly string[] DirectionsNames = ["x", "v", "y", "dyv", "d2yv", "inputs_share_unit"];
    private static readonly string[] ManifoldNames =
        ["x", "dxdr", "y", "dydr", "d2xdr2", "d2ydr2", "tangents", "firsts", "seconds", "tangent_scales", "inputs_share_unit"];

    /// <summary>Writes a source's samples as an .npz file, in the form of the builder that makes such a source.</summary>
    /// <remarks>
    /// <para>Arrays of the file, S samples first, in the shapes of the builders:</para>
    /// <list type="table">
    /// <listheader><term>form</term><description>arrays</description></listheader>
    /// <item><term>values</term><description>x, y</description></item>
    /// <item><term>Jacobian</term><description>x, y, dydx, for order 2 d2ydx2; directions (k), the numbers of the inputs, if not all in order</description></item>
    /// <item><term>directions</term><description>x, v, y, dyv, d2yv</description></item>
    /// <item><term>manifold</term><description>x, dxdr, y, dydr, for order 2 d2xdr2, d2ydr2</description></item>
    /// </list>
    /// <para>
    /// The Jacobian form is taken when every tangent is an input, the directions form when the layout is
    /// <see cref="JetLayout.Directional"/> with straight paths, the manifold form otherwise. A layout with only some components
    /// adds tangents (scalar), firsts (their tangents) and seconds (pairs of tangents, shape (q, 2)); tangent scales other than
    /// 1 add tangent_scales, in the Jacobian form those other than the standard deviations of x. Inputs of one unit
    /// (<see cref="IJetSource{T}.InputsShareUnit"/>) add inputs_share_unit (scalar, 1) and are not written in the Jacobian form. Labels that are missing are NaN, and
    /// missing_labels (scalar, 1) says so; weights of samples are weights (S). An endless source is written as its first <see cref="IJetSource{T}.Count"/> samples.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">float (written as f4) or double (f8).</typeparam>
    /// <param name="path">The path of the file.</param>
    /// <param name="source">The source.</param>
    /// <param name="compress">
    /// Whether to deflate the arrays. A file that shrinks by more than 32 times, mostly zeros, is read only with a larger limit.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The path is blank or not a valid one, a label is not finite, or the layout has over 1,048,576 tangents; <see cref="Load{T}(string, long?)"/> would refuse the file.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made in the folder.</exception>
    public static void Save<T>(string path, IJetSource<T> source, bool compress = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(source);
        using var file = NpzWriter.Create(path, compress);
        Add(file, source);
        file.Commit();
    }

    /// <summary>Writes a source's samples to a stream; the content is that of the file that <see cref="Save{T}(string, IJetSource{T}, bool)"/> writes.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="stream">A stream that can be written to; it stays open. After an error it holds a part of the content.</param>
    /// <param name="source">The source.</param>
    /// <param name="compress">Whether to deflate the arrays.</param>
    /// <exception cref="ArgumentException">
    /// The stream cannot be written to, a label is not finite, or the layout has over 1,048,576 tangents.
    /// </exception>
    public static void Save<T>(Stream stream, IJetSource<T> source, bool compress = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(source);
        using var file = NpzWriter.Create(stream, compress);
        Add(file, source);
        file.Commit();
    }

    private static void Add<T>(NpzWriter file, IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IJetSource<T> stored = source;
        if (source is JacobianJetSource<T> jacobian)
        {
            SaveJacobian(file, jacobian, jacobian.X, jacobian.Target, jacobian.TangentInputs);
        }
        else
        {
            var memory = source as MemoryJetSource<T> ?? source.Materialize();
            stored = memory;
            if (memory.HasMissingLabels)
            {
                MissingLabels.CheckKnown(memory.Target, nameof(source));
            }

            if (!memory.InputsShareUnit && UnitInputs(memory) is { } inputs)
            {
                SaveJacobian(file, memory, memory.Input, memory.Target, inputs);
            }
            else
            {
                SaveRows(file, memory);
            }
        }

        if (stored.HasMissingLabels)
        {
            file.Add<int>("missing_labels", [1]);
        }

        if (stored.HasSampleWeights)
        {
            file.Add<double>("weights", SampleWeights.Copy(stored, 0, stored.Count), stored.Count);
        }
    }

    /// <summary>Reads an .npz file that <see cref="Save{T}(string, IJetSource{T}, bool)"/> wrote, or that was made with the same names and shapes in NumPy.</summary>
    /// <remarks>
    /// The form follows from the arrays present: dydx, v or dxdr, else values. A y of shape (S) stands for one output, with
    /// derivatives to match. An array that the form does not have is refused, so that none is left out for a wrong name. Integers and the other
    /// floating type are converted. NaN is accepted as a missing label where missing_labels is 1.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="path">The path of the file.</param>
    /// <param name="maxBytes">What the arrays may take in memory; see <see cref="NpzReader.Open(string, long?)"/>.</param>
    /// <returns>The source, as the builder makes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is negative.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not an .npz file, is damaged, unpacks to more than <paramref name="maxBytes"/>, lacks an array or has one of another name than
    /// its form has, or its arrays do not fit each other or are not finite.
    /// </exception>
    /// <exception cref="IOException">The file does not exist, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one.</exception>
    public static IJetSource<T> Load<T>(string path, long? maxBytes = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var file = NpzReader.Open(path, maxBytes);
        return Load<T>(file, path);
    }

    /// <summary>Reads a stream that is an .npz file of labels from its start to its end; see <see cref="Load{T}(string, long?)"/>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="stream">A stream that knows its length; it stays open.</param>
    /// <param name="maxBytes">What the arrays may take in memory.</param>
    /// <returns>The source, as the builder makes it.</returns>
    /// <exception cref="ArgumentException">The stream cannot be read or does not know its length.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is negative.</exception>
    /// <exception cref="InvalidDataException">The content is not an .npz file, is damaged or too large, or its arrays are not usable labels.</exception>
    public static IJetSource<T> Load<T>(Stream stream, long? maxBytes = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var file = NpzReader.Open(stream, maxBytes);
        return Load<T>(file, InputFile.NameOf(stream));
    }

    private static IJetSource<T> Load<T>(NpzReader file, string origin)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            return file.Contains("dydx") ? LoadJacobian<T>(file) : LoadRows<T>(file);
        }
        catch (ArgumentException fault)
        {
            throw Unusable(origin, fault);
        }
    }

    /// <summary>The error of arrays that the builders refuse.</summary>
    /// <param name="origin">The file or folder that they are in.</param>
    /// <param name="fault">Why.</param>
    internal static InvalidDataException Unusable(string origin, ArgumentException fault) =>
        new($"The arrays of \"{origin}\" are not usable labels: {ForeignText.MessageOf(fault)}", fault);

    private static void SaveJacobian<T>(NpzWriter file, IJetSource<T> source, JetBatch<T> x, JetBatch<T> target, ReadOnlySpan<int> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int samples = target.Samples;
        int m = target.Features;
        int k = inputs.Length;
        file.Add<T>("x", x.Component(0), samples, x.Features);
        file.Add<T>("y", target.Component(0), samples, m);
        file.Add<T>("dydx", Gather(target, k, i => 1 + i, outputFirst: true), samples, m, k);
        if (target.Layout.Order == 2)
        {
            file.Add<T>("d2ydx2", Gather(target, k * k, ij => target.Layout.Second(ij / k, ij % k), outputFirst: true), samples, m, k, k);
        }

        if (k != x.Features || inputs.ToArray().Where((input, i) => input != i).Any())
        {
            file.Add("directions", inputs, k);
        }

        // Those of a part of larger data, or of data of which only some samples have derivatives, are not the spreads of these inputs.
        double[] scales = TangentScales.Of(source);
        double[]? weights = SampleWeights.Check(SampleWeights.Copy(source, 0, samples), samples, nameof(source));
        if (!scales.SequenceEqual(InputSpreads.Of(x, inputs, weights)))
        {
            file.Add<double>("tangent_scales", scales, k);
        }
    }

    private static void SaveRows<T>(NpzWriter file, MemoryJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        if (layout.Tangents > MaxTangents)
        {
            throw new ArgumentException($"The layout ({layout}) has over {MaxTangents} tangents, which are not read again.", nameof(source));
        }

        int samples = source.Count;
        int p = layout.CountOf(1);
        int q = layout.CountOf(2);
        double[] scales = TangentScales.Of(source);
        bool scaled = scales.Any(scale => scale != 1);
        bool directional = layout.Order == 2 && source.InputOrder < 2 && p > 1 && !scaled
            && layout.Equals(JetLayout.Directional(layout.Tangents));
        file.Add<T>("x", source.Input.Component(0), samples, source.InputFeatures);
        file.Add<T>("y", source.Target.Component(0), samples, source.OutputFeatures);
        if (layout.Order >= 1)
        {
            file.Add<T>(directional ? "v" : "dxdr", Gather(source.Input, p, i => 1 + i, false), samples, p, source.InputFeatures);
            file.Add<T>(directional ? "dyv" : "dydr", Gather(source.Target, p, i => 1 + i, false), samples, p, source.OutputFeatures);
        }

        if (layout.Order == 2)
        {
            if (!directional)
            {
                file.Add<T>("d2xdr2", Gather(source.Input, q, i => 1 + p + i, false), samples, q, source.InputFeatures);
            }

            file.Add<T>(directional ? "d2yv" : "d2ydr2", Gather(source.Target, q, i => 1 + p + i, false), samples, q, source.OutputFeatures);
        }

        if (!directional && layout.Order > 0 && !layout.Equals(JetLayout.Full(layout.Tangents, layout.Order)))
        {
            file.Add<int>("tangents", [layout.Tangents]);
            file.Add("firsts", layout.Firsts, p);
            int[] pairs = [.. layout.Seconds.ToArray().SelectMany(second => new[] { second.I, second.J })];
            file.Add<int>("seconds", pairs, q, 2);
        }

        if (scaled)
        {
            file.Add<double>("tangent_scales", scales, scales.Length);
        }

        if (source.InputsShareUnit)
        {
            file.Add<int>("inputs_share_unit", [1]);
        }
    }

    /// <summary>Rows of some components with the sample first: (S, count, features), or (S, features, count).</summary>
    private static T[] Gather<T>(JetBatch<T> batch, int count, Func<int, int> component, bool outputFirst)
        where T : unmanaged
    {
        int samples = batch.Samples;
        int features = batch.Features;
        var data = new T[checked(samples * count * features)];
        for (int c = 0; c < count; c++)
        {
            int index = component(c);
            if (index >= batch.Layout.Count)
            {
                continue;
            }

            ReadOnlySpan<T> rows = batch.Component(index);
            for (int s = 0; s < samples; s++)
            {
                for (int f = 0; f < features; f++)
                {
                    int place = outputFirst ? (f * count) + c : (c * features) + f;
                    data[(s * count * features) + place] = rows[(s * features) + f];
                }
            }
        }

        return data;
    }

    /// <summary>The number of the input that each tangent is, if all tangents of all samples are unit rows; else null.</summary>
    private static int[]? UnitInputs<T>(MemoryJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        if (layout.Order == 0 || source.InputOrder > 1 || !layout.Equals(JetLayout.Full(layout.Tangents, layout.Order)))
        {
            return null;
        }

        int[] inputs = new int[layout.Tangents];
        for (int i = 0; i < inputs.Length; i++)
        {
            ReadOnlySpan<T> first = source.Input.Row(1 + i, 0);
            int input = first.IndexOf(T.One);
            if (input < 0 || first[..input].ContainsAnyExcept(T.Zero) || first[(input + 1)..].ContainsAnyExcept(T.Zero))
            {
                return null;
            }

            for (int s = 1; s < source.Count; s++)
            {
                if (!source.Input.Row(1 + i, s).SequenceEqual(first))
                {
                    return null;
                }
            }

            inputs[i] = input;
        }

        return inputs.Distinct().Count() == inputs.Length ? inputs : null;
    }

    private static JacobianJetSource<T> LoadJacobian<T>(INamedArrays file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckNames(file, "Jacobian", JacobianNames);
        return BuildJacobian(
            Read<T>(file, "x"), Read<T>(file, "y"), Read<T>(file, "dydx"), Optional<T>(file, "d2ydx2"), Directions(file), AllowsMissing(file), Weights(file), Scales(file));
    }

    private static MemoryJetSource<T> LoadRows<T>(INamedArrays file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rows = file.Contains("v") ? LoadDirections<T>(file)
            : file.Contains("dxdr") ? LoadManifold<T>(file)
            : LoadValues<T>(file);
        return IsSet(file, "inputs_share_unit")
            ? new MemoryJetSource<T>(rows.Input, rows.Target, TangentScales.Of(rows), AllowsMissing(file), Weights(file)) { InputsShareUnit = true }
            : rows;
    }

    private static MemoryJetSource<T> LoadValues<T>(INamedArrays file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckNames(file, "values", ValuesNames);
        return BuildValues(Read<T>(file, "x"), Read<T>(file, "y"), AllowsMissing(file), Weights(file));
    }

    private static MemoryJetSource<T> LoadDirections<T>(INamedArrays file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckNames(file, "directions", DirectionsNames);
        return BuildDirections(
            Read<T>(file, "x"), Read<T>(file, "v"), Read<T>(file, "y"), Read<T>(file, "dyv"), Optional<T>(file, "d2yv"), AllowsMissing(file), Weights(file));
    }

    private static MemoryJetSource<T> LoadManifold<T>(INamedArrays file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckNames(file, "manifold", ManifoldNames);
        var dxdr = Read<T>(file, "dxdr");
        var d2ydr2 = Optional<T>(file, "d2ydr2");
        var layout = ChosenLayout(file, LengthOf(dxdr), LengthOf(d2ydr2));
        return BuildManifold(
            Read<T>(file, "x"),
            dxdr,
            Read<T>(file, "y"),
            Read<T>(file, "dydr"),
            Optional<T>(file, "d2xdr2"),
            d2ydr2,
            Scales(file),
            AllowsMissing(file),
            Weights(file),
            layout);
    }

    private static bool IsSet(INamedArrays file, string name) => file.Contains(name) && file.Read<int>(name).Data is not [0];

    private static bool AllowsMissing(INamedArrays file) => IsSet(file, "missing_labels");

    private static int[] Directions(INamedArrays file) => file.Contains("directions") ? file.Read<int>("directions").Data : [];

    private static double[] Scales(INamedArrays file) => file.Contains("tangent_scales") ? file.Read<double>("tangent_scales").Data : [];

    private static double[] Weights(INamedArrays file)
    {
        double[] weights = file.Contains("weights") ? file.Read<double>("weights").Data : [];
        return weights.Length > 0 || !file.Contains("weights") ? weights : throw new ArgumentException("weights is empty; expected one weight for each sample.");
    }

    /// <summary>Refuses a file with an array that its form does not have: it would be left out silently, a misspelled dydx with all derivatives.</summary>
    private static void CheckNames(INamedArrays file, string form, string[] expected)
    {
        if (file.Names.Except([.. expected, "missing_labels", "weights"]).FirstOrDefault() is { } other)
        {
            throw new ArgumentException(
                $"the {form} form has no array \"{ForeignText.Cut(other)}\"; expected {string.Join(", ", expected)}. Every form may have missing_labels and weights. Files with derivatives have dydx, dxdr or v, " +
                "by which their form is known.");
        }
    }

    /// <summary>How many components an array of shape (S, components, …) has.</summary>
    private static int LengthOf<T>(LabelArray<T> array)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => array.Shape.Length > 1 ? array.Shape[1] : 0;

    /// <summary>The layout of chosen components, made once their number is known to be that of the arrays; null if the file has all.</summary>
    private static JetLayout? ChosenLayout(INamedArrays file, int firsts, int seconds)
    {
        if (!file.Contains("tangents") && !file.Contains("firsts") && !file.Contains("seconds"))
        {
            return null;
        }

        int[] tangents = file.Read<int>("tangents").Data;
        int[] chosen = file.Read<int>("firsts").Data;
        int[] pairs = file.Read<int>("seconds").Data;
        if (tangents.Length != 1 || tangents[0] is < 0 or > MaxTangents)
        {
            throw new ArgumentException($"tangents must be one number from 0 to {MaxTangents}.");
        }

        if (chosen.Length != firsts || pairs.Length != 2L * seconds)
        {
            throw new ArgumentException(
                $"firsts has {chosen.Length} and seconds {pairs.Length} numbers; dxdr and d2ydr2 have {firsts} and {seconds} components, so " +
                $"{firsts} numbers and {seconds} pairs are expected.");
        }

        return JetLayout.Create(tangents[0], chosen, pairs.Chunk(2).Select(pair => (pair[0], pair[1])));
    }

    private static LabelArray<T> Read<T>(INamedArrays file, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var array = file.Read<T>(name);
        return LabelArray<T>.Of(name, array.Data, array.Shape);
    }

    private static LabelArray<T> Optional<T>(INamedArrays file, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => file.Contains(name) ? Read<T>(file, name) : default;
}
