using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Logging;
using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Tests.PublicApi;

/// <summary>For every type of a parameter a value that is right, and values that a careless or hostile caller would give.</summary>
internal sealed class ArgumentValues(string folder)
{
    private const int Samples = 6;
    private const int Inputs = 2;
    private const int Outputs = 1;

    private readonly Dictionary<Type, object?> _made = [];

    /// <summary>A folder that may be written to.</summary>
    private string Folder { get; } = folder;

    /// <summary>A right value for a parameter of a member of an object, as <see cref="MemberCall"/> takes it; null if there is none.</summary>
    public object? Right(ParameterInfo parameter, object? target = null)
    {
        Type type = MemberCall.HeldType(parameter.ParameterType);
        if (type == typeof(JetBatch<double>) && ViewOf(parameter, target) is { } view)
        {
            return view;
        }

        if (target is CubeManifold && type == typeof(double[]))
        {
            return parameter.Name is "delta" ? new double[6] : new double[] { 0, 0, 1, 0.1, 0, 0, 0 };
        }

        if (type == typeof(string))
        {
            return parameter.Name is "path" ? PathFor(parameter) : "name";
        }

        if (type == typeof(int))
        {
            return parameter.Name switch
            {
                "samples" or "count" or "capacity" or "vertexCount" => Samples,
                "order" or "tangents" or "outputFeatures" or "outputs" or "degreesOfFreedom" => 1,
                "inputs" or "inputFeatures" or "features" => Inputs,
                "rows" or "columns" => 4,
                _ => 0,
            };
        }

        if (type == typeof(double[]) && parameter.Name is "lower")
        {
            return new double[] { -1 };
        }

        if (type.IsArray && type.GetElementType() == typeof(double))
        {
            return ArrayFor(parameter, type.GetArrayRank());
        }

        return type == typeof(Array) ? ArrayFor(parameter, RankOf(parameter)) : Right(type);
    }

    /// <summary>A right instance of a type; null if none can be made.</summary>
    public object? Right(Type type)
    {
        if (!_made.TryGetValue(type, out object? value))
        {
            value = Make(type);
            // What is read from or written to is made anew each time: a call may end it.
            if (value is not (IDisposable or SobolevTrainer<double>))
            {
                _made[type] = value;
            }
        }

        return value;
    }

    /// <summary>Values that are wrong, extreme or empty.</summary>
    public IEnumerable<object?> Hostile(ParameterInfo parameter)
    {
        Type type = MemberCall.HeldType(parameter.ParameterType);
        if (!type.IsValueType || Nullable.GetUnderlyingType(type) is not null)
        {
            yield return null;
        }

        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        IEnumerable<object?> values = plain switch
        {
            _ when plain == typeof(int) => [int.MinValue, -1, 0, 1, 3, 1_000_003, int.MaxValue],
            _ when plain == typeof(long) => [long.MinValue, -1L, (long)Samples, long.MaxValue],
            _ when plain == typeof(ulong) => [0UL, ulong.MaxValue],
            _ when plain == typeof(double) => [double.NaN, double.NegativeInfinity, double.PositiveInfinity, -1.0, 0.0, double.Epsilon, 1e300, -1e300],
            _ when plain == typeof(TimeSpan) => [TimeSpan.MinValue, TimeSpan.FromTicks(-1), TimeSpan.Zero, TimeSpan.MaxValue],
            _ when plain == typeof(bool) => [false, true],
            _ when plain == typeof(string) => ["", "  ", "\0", Folder, Path.Combine(Folder, "missing", "file"), new string('x', 5_000)],
            _ when plain.IsEnum => [Enum.ToObject(plain, -1), Enum.ToObject(plain, 99)],
            _ when plain == typeof(Array) => [Array.Empty<double>(), new double[1], new double[1, 1], new double[Samples, 0], Filled(double.NaN), new double[2, 2, 2, 2, 2]],
            _ when plain.IsArray => HostileArrays(plain),
            _ when plain == typeof(IJetSource<double>) => HostileSources(),
            _ when plain.IsGenericType && typeof(IEnumerable).IsAssignableFrom(plain) && plain.IsInterface => HostileLists(plain.GetGenericArguments()[0]),
            _ when plain.IsValueType => [Activator.CreateInstance(plain)],
            _ => [],
        };
        foreach (object? value in values)
        {
            if (value is null || plain.IsInstanceOfType(value))
            {
                yield return value;
            }
        }
    }

    private static double[,] Filled(double value)
    {
        var array = new double[Samples, Inputs];
        array[1, 1] = value;
        return array;
    }

    private static IEnumerable<object?> HostileArrays(Type type)
    {
        int rank = type.GetArrayRank();
        Type element = type.GetElementType()!;
        foreach (int length in new[] { 0, 1, 3, 1_000 })
        {
            if (length < 1_000 || rank == 1)
            {
                yield return Array.CreateInstance(element, [.. Enumerable.Repeat(length, rank)]);
            }
        }

        if (rank == 1)
        {
            foreach (object? value in element == typeof(double) ? new object?[] { double.NaN, double.PositiveInfinity, 1e300, -1.0 }
                     : element == typeof(int) ? [-1, int.MaxValue]
                     : element == typeof(long) ? [-1L, long.MaxValue] : [])
            {
                foreach (int length in new[] { 1, Inputs, Samples, Samples * Inputs })
                {
                    var array = Array.CreateInstance(element, length);
                    array.SetValue(value, length - 1);
                    yield return array;
                }
            }
        }
        else if (element == typeof(double))
        {
            foreach (double value in new[] { double.NaN, double.PositiveInfinity, 1e300 })
            {
                var array = Array.CreateInstance(element, [.. Enumerable.Range(0, rank).Select(axis => axis == 0 ? Samples : axis == 1 && rank == 3 ? Outputs : Inputs)]);
                array.SetValue(value, new int[rank]);
                yield return array;
            }
        }
    }

    private static IEnumerable<object?> HostileLists(Type element)
    {
        object? nothing = element.IsValueType ? Activator.CreateInstance(element) : null;
        foreach (int length in new[] { 0, 1, 2, 5 })
        {
            var list = Array.CreateInstance(element, length);
            for (int k = 0; k < length; k++)
            {
                list.SetValue(nothing, k);
            }

            yield return list;
        }

        if (element == typeof(double))
        {
            yield return new double[] { double.NaN };
            yield return new double[] { -1, double.PositiveInfinity };
        }

        if (element == typeof(int))
        {
            yield return new[] { -1 };
            yield return new[] { int.MaxValue };
        }

        if (element == typeof(double[]))
        {
            yield return new double[][] { [] };
            yield return new double[][] { [double.NaN] };
        }
    }

    private static IEnumerable<object?> HostileSources()
    {
        var values = JetLayout.Full(0, 0);
        yield return new HostileSource(null!, Inputs, Outputs, Samples);
        yield return new HostileSource(values, 0, Outputs, Samples);
        yield return new HostileSource(values, Inputs, -1, Samples);
        yield return new HostileSource(values, Inputs, Outputs, 0);
        yield return new HostileSource(values, Inputs, Outputs, -5);
        yield return new HostileSource(values, Inputs + 1, Outputs + 1, Samples);
        yield return new HostileSource(JetLayout.Full(3, 2), Inputs, Outputs, Samples);
        yield return new HostileSource(JetLayout.Full(1, 1), Inputs, Outputs, Samples) { Scale = double.NaN };
        yield return new HostileSource(JetLayout.Full(1, 1), Inputs, Outputs, Samples) { Scale = 0 };
        yield return new HostileSource(values, Inputs, Outputs, Samples) { Value = double.NaN };
        yield return new HostileSource(values, Inputs, Outputs, Samples) { Value = 1e300 };
        yield return new HostileSource(values, Inputs, Outputs, 1);
    }

    private static int RankOf(ParameterInfo parameter) => parameter.Name switch
    {
        "x" or "y" => 2,
        "d2ydx2" => 4,
        _ => 3,
    };

    private static object ArrayFor(ParameterInfo parameter, int rank) => (parameter.Name, rank) switch
    {
        ("x", 1) when parameter.Member is { DeclaringType: { } type } && type == typeof(JetData) => Numbers(Samples * Inputs),
        ("dydx", 1) or ("v", 1) or ("dxdr", 1) => Numbers(Samples * Inputs),
        ("d2ydx2", 1) => Numbers(Samples * Inputs * Inputs),
        ("y", 1) or ("dyv", 1) or ("dydr", 1) => Numbers(Samples),
        ("d2xdr2", 1) or ("d2ydr2", 1) or ("d2yv", 1) => Array.Empty<double>(),
        ("tangentScales", 1) => Array.Empty<double>(),
        ("y", 2) => Shaped(Samples, Outputs),
        ("dyv", 2) or ("d2yv", 2) => Shaped(Samples, 1),
        (_, 2) => Shaped(Samples, Inputs),
        ("d2ydx2", 3) => Shaped(Samples, Inputs, Inputs),
        ("dydx", 3) => Shaped(Samples, Outputs, Inputs),
        ("v", 3) => Shaped(Samples, 1, Inputs),
        ("dxdr", 3) or ("d2xdr2", 3) => Shaped(Samples, Inputs, 1),
        (_, 3) => Shaped(Samples, Outputs, 1),
        ("d2ydx2", 4) => Shaped(Samples, Outputs, Inputs, Inputs),
        _ => Numbers(parameter.Name is "point" or "delta" or "upper" ? 1 : Inputs),
    };

    private static double[] Numbers(int length) => [.. Enumerable.Range(0, length).Select(k => Math.Sin(k + 1))];

    private static Array Shaped(params int[] lengths)
    {
        var array = Array.CreateInstance(typeof(double), lengths);
        var numbers = Numbers(array.Length);
        Buffer.BlockCopy(numbers, 0, array, 0, numbers.Length * sizeof(double));
        return array;
    }

    /// <summary>Views that what fills them takes.</summary>
    private static JetBatch<double>? ViewOf(ParameterInfo parameter, object? target) => target switch
    {
        IJetSource<double> source when parameter.Name is "input" or "target" =>
            new JetBatch<double>(source.Layout, 1, parameter.Name is "input" ? source.InputFeatures : source.OutputFeatures),
        IDataManifold manifold when parameter.Name is "input" or "target" =>
            new JetBatch<double>(JetLayout.Full(manifold.DegreesOfFreedom, 1), 1, parameter.Name is "input" ? manifold.InputFeatures : manifold.OutputFeatures),
        _ => null,
    };

    private string PathFor(ParameterInfo parameter)
    {
        string path = Path.Combine(Folder, "file");
        Type type = parameter.Member.DeclaringType!;
        File.Delete(path);
        if (type == typeof(Mlp<double>) || type == typeof(SafetensorsFile) || type == typeof(SobolevTrainer<double>))
        {
            Network().Save(path);
        }
        else if (type == typeof(MlpEnsemble<double>))
        {
            Ensemble().Save(path);
        }
        else if (type == typeof(NpzReader) || type == typeof(JetData))
        {
            JetData.Save(path, Source());
        }
        else if (type == typeof(NpyFile))
        {
            NpyFile.Write<double>(path, Numbers(Samples), Samples);
        }

        return path;
    }

    private static Mlp<double> Network() => Mlp<double>.Create(Inputs, [3], Outputs, Activation.Tanh, seed: 1);

    private static MlpEnsemble<double> Ensemble() => new([Network(), Mlp<double>.Create(Inputs, [3], Outputs, Activation.Tanh, seed: 2)]);

    /// <summary>Labels of y = sin x₀, which <see cref="LabelFunction{T}"/> and <see cref="LabelPath{T}"/> of the same give too.</summary>
    private static IJetSource<double> Source()
    {
        var x = (double[,])Shaped(Samples, Inputs);
        var y = new double[Samples, Outputs];
        var dydx = new double[Samples, Outputs, Inputs];
        for (int s = 0; s < Samples; s++)
        {
            (y[s, 0], dydx[s, 0, 0]) = (Math.Sin(x[s, 0]), Math.Cos(x[s, 0]));
        }

        return JetData.FromJacobian(x, y, dydx);
    }

    private static IDataManifold Manifold() => DataManifold.Create(
        [-1], [1], Inputs, Outputs, (coordinates, input, target) =>
        {
            double r = coordinates[0];
            input.Clear();
            target.Clear();
            (input.Row(0, 0)[0], input.Row(0, 0)[1], target.Row(0, 0)[0]) = (r, r * r, Math.Sin(r));
            if (input.Layout.Count > 1)
            {
                (input.Row(1, 0)[0], input.Row(1, 0)[1], target.Row(1, 0)[0]) = (1, 2 * r, Math.Cos(r));
            }

            if (input.Layout.Count > 2)
            {
                (input.Row(2, 0)[1], target.Row(2, 0)[0]) = (2, -Math.Sin(r));
            }
        });

    private object? Make(Type type) => type switch
    {
        _ when type == typeof(Mlp<double>) => Network(),
        _ when type == typeof(MlpEnsemble<double>) => Ensemble(),
        _ when type == typeof(MlpArchitecture) => Network().Architecture,
        _ when type == typeof(IJetSource<double>) || type == typeof(MemoryJetSource<double>) =>
            type == typeof(IJetSource<double>) ? Source() : new MemoryJetSource<double>(new JetBatch<double>(JetLayout.Full(1, 1), 2, 2), new JetBatch<double>(JetLayout.Full(1, 1), 2, 1)),
        _ when type == typeof(JetLayout) => JetLayout.Full(1, 2),
        _ when type == typeof(JetBatch<double>) => new JetBatch<double>(JetLayout.Full(1, 1), 1, Inputs),
        _ when type == typeof(IDataManifold) => Manifold(),
        _ when type == typeof(CubeManifold) => new CubeManifold(new CubeRenderer()),
        _ when type == typeof(JetGenerator<double>) => (JetGenerator<double>)((long _, ref RandomStream _, JetSpan<double> input, JetSpan<double> target) =>
        {
            input.Clear();
            target.Clear();
        }),
        _ when type == typeof(DirectionDraw) => (DirectionDraw)((ref RandomStream random, Span<double> direction) => random.NextUnitVector(direction)),
        _ when type == typeof(ManifoldFunction) => (ManifoldFunction)((_, input, target) =>
        {
            input.Clear();
            target.Clear();
        }),
        _ when type == typeof(LabelFunction<double>) => (LabelFunction<double>)((x, y) => y[0] = Math.Sin(x[0])),
        _ when type == typeof(LabelPath<double>) => (LabelPath<double>)((sample, offset, input, target) =>
        {
            Numbers(Samples * Inputs).AsSpan((int)sample * Inputs, Inputs).CopyTo(input);
            input[0] += offset[0];
            target[0] = Math.Sin(input[0]);
        }),
        _ when type == typeof(Func<double, double>) => (Func<double, double>)(progress => 1 - progress),
        _ when type == typeof(Stream) => new MemoryStream(),
        _ when type == typeof(OracleExpansion) => new NearestPointOracle(Manifold()).Expand([0.5], 2),
        _ when type == typeof(DirectionSampler) => DirectionSampler.White(Inputs),
        _ when type == typeof(Optimizer) => Optimizer.Adam(),
        _ when type == typeof(LearningRateSchedule) => LearningRateSchedule.Cosine(),
        _ when type == typeof(OrderWeight) => OrderWeight.Constant(1),
        _ when type == typeof(LinearFrontEnd<double>) => LinearFrontEnd<double>.Fit(Source(), 1),
        _ when type == typeof(NpzReader) => Npz(),
        _ when type == typeof(NpzWriter) => NpzWriter.Create(Path.Combine(Folder, "written.npz")),
        _ when type == typeof(AtomicFile) => AtomicFile.Create(Path.Combine(Folder, "written")),
        _ when type == typeof(SafetensorsFile) => Safetensors(),
        _ when type == typeof(SafetensorsTensor) => SafetensorsTensor.Create<double>("name", [1, 2], 2),
        _ when type == typeof(SobolevTrainer<double>) => new SobolevTrainer<double>(Network(), new SobolevTrainingOptions { Epochs = 1 }),
        _ when type == typeof(ILogger) || type == typeof(IProgress<double>) || type == typeof(IProgress<TrainingProgress>) => null,
        _ when type == typeof(IReadOnlyDictionary<string, string>) => new Dictionary<string, string>(),
        _ when type == typeof(IEnumerable<(int I, int J)>) => Array.Empty<(int, int)>(),
        _ when type == typeof(RandomStream) => new RandomStream(1),
        _ when type == typeof(Pose) => new Pose(new Vector3D(0, 0, 1), 0.1, default),
        _ when type.IsGenericType && type.IsInterface && typeof(IEnumerable).IsAssignableFrom(type) => Elements(type.GetGenericArguments()[0]),
        _ when type.IsArray => Array.CreateInstance(type.GetElementType()!, [.. Enumerable.Repeat(1, type.GetArrayRank())]),
        _ when Nullable.GetUnderlyingType(type) is { } plain => Right(plain),
        _ when type == typeof(double) => 0.5,
        _ when type.IsPrimitive || type.IsEnum => Activator.CreateInstance(type),
        _ when type.IsAbstract || type.IsInterface => null,
        _ => Construct(type),
    };

    private object Npz()
    {
        string path = Path.Combine(Folder, "read.npz");
        JetData.Save(path, Source());
        return NpzReader.Open(path);
    }

    private object Safetensors()
    {
        string path = Path.Combine(Folder, "read.safetensors");
        Network().Save(path);
        return SafetensorsFile.Read(path);
    }

    private Array Elements(Type element)
    {
        var list = Array.CreateInstance(element, 1);
        list.SetValue(element == typeof(int) ? 1 : element == typeof(double[]) ? new[] { 0.5 } : Right(element), 0);
        return list;
    }

    /// <summary>By the constructor of the fewest parameters, or a static member that makes one.</summary>
    private object? Construct(Type type)
    {
        IEnumerable<MethodBase> makers = type.GetConstructors().Where(maker => !maker.GetParameters().Any(parameter => parameter.ParameterType == type));
        makers = makers.Concat(type.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.ReturnType == type && !method.IsSpecialName && !method.IsGenericMethod));
        foreach (var maker in makers.OrderBy(maker => maker.GetParameters().Length))
        {
            try
            {
                return MemberCall.Invoke(maker, null, [.. maker.GetParameters().Select(parameter => Right(parameter))]);
            }
            catch (ArgumentException)
            {
            }
        }

        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }

    /// <summary>A source that breaks one rule of the contract.</summary>
    private sealed class HostileSource(JetLayout layout, int inputs, int outputs, int count) : IJetSource<double>
    {
        public double Value { get; init; } = 0.5;

        public double Scale { get; init; } = 1;

        public JetLayout Layout => layout;

        public int InputFeatures => inputs;

        public int OutputFeatures => outputs;

        public int Count => count;

        public double TangentScale(int tangent) => Scale;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            for (int c = 0; c < input.Layout.Count; c++)
            {
                for (int s = 0; s < samples.Length; s++)
                {
                    input.Row(c, s).Fill(Value * (samples[s] + 1));
                    target.Row(c, s).Fill(Value);
                }
            }
        }
    }
}
