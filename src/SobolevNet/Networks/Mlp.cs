using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>
/// A multilayer perceptron: dense layers with a smooth activation between them, through which jets (values with first and
/// second derivatives) are propagated forward and in reverse.
/// </summary>
/// <remarks>
/// Reading methods are thread-safe as long as nobody writes the parameters. Training: <see cref="SobolevTrainer{T}"/>;
/// passes with gradients of your own losses: <see cref="JetPass{T}"/>.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class Mlp<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Beyond it the rounding of a float input is a large part of a period.</summary>
    private const double MaxFrequency = 1_000_000;

    private readonly T[] _parameters;
    private readonly int[] _layerOffsets;
    private FeatureScaling<T>? _inputScaling;
    private FeatureScaling<T>? _outputScaling;
    private (ulong Seed, Initializer Initializer, double? Frequency)? _draw;
    private int _isInTraining;

    /// <summary>Makes a network whose parameters are all zero.</summary>
    /// <param name="architecture">The shape.</param>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Mlp(MlpArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"Networks are of float or double, not {typeof(T).Name}.");
        }

        Architecture = architecture;
        _parameters = new T[architecture.ParameterCount];
        _layerOffsets = new int[architecture.LayerCount + 1];
        for (int layer = 0; layer < architecture.LayerCount; layer++)
        {
            _layerOffsets[layer + 1] = _layerOffsets[layer] + ((architecture.Sizes[layer] + 1) * architecture.Sizes[layer + 1]);
        }
    }

    /// <summary>The shape of the network.</summary>
    public MlpArchitecture Architecture { get; }

    /// <summary>
    /// All parameters, in the order W₁ (out × in, row-major), b₁, W₂, b₂, …; writable. They act in standardized units where
    /// the network has scalings.
    /// </summary>
    public Span<T> Parameters => _parameters;

    /// <summary>How raw inputs are standardized; none if null.</summary>
    /// <exception cref="ArgumentException">The scaling has another number of features than the input.</exception>
    public FeatureScaling<T>? InputScaling
    {
        get => _inputScaling;
        set => _inputScaling = CheckScaling(value, Architecture.Inputs, nameof(InputScaling));
    }

    /// <summary>How raw outputs are standardized; none if null.</summary>
    /// <exception cref="ArgumentException">The scaling has another number of features than the output.</exception>
    public FeatureScaling<T>? OutputScaling
    {
        get => _outputScaling;
        set => _outputScaling = CheckScaling(value, Architecture.Outputs, nameof(OutputScaling));
    }

    /// <summary>Makes a network with random weights.</summary>
    /// <remarks>A trainer standardizes such a network as long as it is as it was made, see <see cref="SobolevTrainingOptions.Standardize"/>.</remarks>
    /// <param name="inputs">Input features n.</param>
    /// <param name="hidden">Width of each hidden layer.</param>
    /// <param name="outputs">Output features m.</param>
    /// <param name="activation">The activation after each hidden layer.</param>
    /// <param name="seed">Names the draw; the same seed gives the same network.</param>
    /// <param name="initializer">How weights are drawn.</param>
    /// <param name="frequency">
    /// If given, the first hidden layer has sines (<see cref="MlpArchitecture.FirstActivation"/>) and is drawn as Fourier features, for functions that vary fast; see
    /// <see cref="Initialize"/>.
    /// </param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentException">A size or option is out of range, or a frequency is given for a network without hidden layers.</exception>
    public static Mlp<T> Create(
        int inputs, IReadOnlyList<int> hidden, int outputs, Activation activation = Activation.Tanh, ulong seed = 0,
        Initializer initializer = Initializer.Auto, double? frequency = null)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        if (frequency is not null && hidden.Count == 0)
        {
            throw new ArgumentException($"There is no hidden layer for features of the frequency {frequency}.", nameof(hidden));
        }

        var network = new Mlp<T>(new MlpArchitecture(inputs, hidden, outputs, activation, frequency is null ? null : Activation.Sine));
        network.Initialize(seed, initializer, frequency);
        return network;
    }

    /// <summary>Draws all weights anew and sets the biases to zero, but for the phases of Fourier features.</summary>
    /// <param name="seed">Names the draw.</param>
    /// <param name="initializer">How weights are drawn.</param>
    /// <param name="frequency">
    /// If given, the first hidden layer is drawn as Fourier features sin(w·x + b): w normal with this standard deviation, b uniform in [−π, π). It is the typical angular
    /// frequency in radians per unit of a standardized input, above 0: a wave of p periods over the range of a uniformly distributed input has 2πp/√12 = 1.8 p.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The initializer is unknown, or the frequency is not above 0 and at most 1,000,000.</exception>
    /// <exception cref="ArgumentException">A frequency is given and the network has no hidden layer, or its first activation is not <see cref="Activation.Sine"/>.</exception>
    public void Initialize(ulong seed, Initializer initializer = Initializer.Auto, double? frequency = null)
    {
        EnumArgument.Check(initializer, nameof(initializer));
        CheckFrequency(frequency);
        for (int layer = 0; layer < Architecture.LayerCount; layer++)
        {
            WeightInitialization.Fill(
                Layer(layer), initializer, Architecture.ActivationAfter(layer), layer == Architecture.LayerCount - 1, seed, layer);
        }

        if (frequency is { } deviation)
        {
            WeightInitialization.FillFourier(Layer(0), deviation, seed);
        }

        _draw = (seed, initializer, frequency);
    }

    /// <summary>The parameters of one layer.</summary>
    /// <param name="layer">0 for the first layer, <see cref="MlpArchitecture.LayerCount"/> − 1 for the last.</param>
    /// <returns>A writable view.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public DenseLayer<T> Layer(int layer) => LayerOf(_parameters, layer);

    /// <summary>
    /// A copy with the same architecture, parameters and scalings. It is made in order to keep what is there: a trainer trains it on from where it stands
    /// and does not standardize it (<see cref="SobolevTrainingOptions.Standardize"/>), even if the original is fresh.
    /// </summary>
    /// <returns>The copy.</returns>
    public Mlp<T> Clone()
    {
        var copy = new Mlp<T>(Architecture) { InputScaling = InputScaling, OutputScaling = OutputScaling };
        _parameters.CopyTo(copy._parameters, 0);
        return copy;
    }

    /// <summary>The same network in another precision.</summary>
    /// <remarks>
    /// What an input's shift loses by rounding is put into the first bias, since beside a small scale it would not be small.
    /// </remarks>
    /// <typeparam name="TOther">float or double.</typeparam>
    /// <returns>A copy with every number rounded to the new type.</returns>
    /// <exception cref="OverflowException">A number is beyond the range of the new type.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="TOther"/> is another type.</exception>
    public Mlp<TOther> Convert<TOther>()
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        var copy = new Mlp<TOther>(Architecture);
        for (int k = 0; k < _parameters.Length; k++)
        {
            copy.Parameters[k] = ConvertNumber<TOther>(_parameters[k], "parameter");
        }

        copy.InputScaling = ConvertScaling(InputScaling);
        copy.OutputScaling = ConvertScaling(OutputScaling);
        if (InputScaling is { } from && copy.InputScaling is { } to)
        {
            var source = Layer(0);
            var destination = copy.Layer(0);
            for (int o = 0; o < source.Outputs; o++)
            {
                double moved = 0;
                for (int i = 0; i < source.Inputs; i++)
                {
                    double lost = double.CreateTruncating(to.Shift[i]) - double.CreateTruncating(from.Shift[i]);
                    moved += double.CreateTruncating(source.Weights[(o * source.Inputs) + i]) * lost / double.CreateTruncating(from.Scale[i]);
                }

                destination.Bias[o] = TOther.CreateTruncating(double.CreateTruncating(source.Bias[o]) + moved);
            }
        }

        return copy;

        static FeatureScaling<TOther>? ConvertScaling(FeatureScaling<T>? scaling) => scaling is null
            ? null
            : new FeatureScaling<TOther>(
                Array.ConvertAll(scaling.Shift.ToArray(), shift => ConvertNumber<TOther>(shift, "shift")),
                Array.ConvertAll(scaling.Scale.ToArray(), scale => ConvertNumber<TOther>(scale, "scale")));
    }

    /// <summary>
    /// The same function as a plain network without scalings: with shift s and scale d of the input and t, e of the output,
    /// W₁ becomes W₁ diag(1/d), b₁ becomes b₁ − W₁(s/d), then the last W and b become diag(e) W and diag(e) b + t.
    /// </summary>
    /// <remarks>
    /// A network with scalings subtracts the shift first. The folded one takes the difference of two large numbers where the shift
    /// is large beside the scale, and so loses s/d times the rounding of <typeparamref name="T"/>: 1 % in float at
    /// 100,000. Where that is too much, fold <see cref="Convert{TOther}"/> to double.
    /// </remarks>
    /// <returns>A network that needs no scaling, as other programs expect it.</returns>
    public Mlp<T> Fold()
    {
        var folded = Clone();
        folded.InputScaling = null;
        folded.OutputScaling = null;
        if (InputScaling is { } input)
        {
            FoldInput(folded.Layer(0), input);
        }

        if (OutputScaling is { } output)
        {
            FoldOutput(folded.Layer(Architecture.LayerCount - 1), output);
        }

        return folded;
    }

    /// <summary>Whether the network was drawn by <see cref="Initialize"/> and has the parameters that this gave; scalings are not looked at.</summary>
    internal bool IsAsInitialized()
    {
        if (_draw is not { } draw)
        {
            return false;
        }

        var drawn = new Mlp<T>(Architecture);
        drawn.Initialize(draw.Seed, draw.Initializer, draw.Frequency);
        return _parameters.AsSpan().SequenceEqual(drawn._parameters);
    }

    /// <summary>A network drawn as this one was, from its seed plus an offset, with its scalings; null if this one is not as it was drawn.</summary>
    internal Mlp<T>? DrawnAnew(ulong offset)
    {
        if (!IsAsInitialized())
        {
            return null;
        }

        var (seed, initializer, frequency) = _draw!.Value;
        var drawn = new Mlp<T>(Architecture) { InputScaling = InputScaling, OutputScaling = OutputScaling };
        drawn.Initialize(unchecked(seed + offset), initializer, frequency);
        return drawn;
    }

    /// <summary>Makes sure that one call at a time trains the network.</summary>
    /// <returns>To be disposed of when training has ended.</returns>
    /// <exception cref="InvalidOperationException">The network is being trained.</exception>
    internal TrainingClaim ClaimForTraining() => Interlocked.Exchange(ref _isInTraining, 1) == 0
        ? new TrainingClaim(this)
        : throw new InvalidOperationException("The network is being trained by another call of Fit; wait for its end, or train a clone.");

    /// <summary>Views a vector with the layout of <see cref="Parameters"/> (a gradient, say) as one layer's.</summary>
    internal DenseLayer<T> LayerOf(Span<T> parameters, int layer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, Architecture.LayerCount);
        int inputs = Architecture.Sizes[layer];
        int outputs = Architecture.Sizes[layer + 1];
        var all = parameters.Slice(_layerOffsets[layer], (inputs + 1) * outputs);
        return new DenseLayer<T>(all[..(inputs * outputs)], all[(inputs * outputs)..], inputs);
    }

    /// <summary>Where a layer's parameters start among all: those of its weights, then its bias.</summary>
    internal int OffsetOf(int layer) => _layerOffsets[layer];

    private void CheckFrequency(double? frequency)
    {
        if (frequency is not { } given)
        {
            return;
        }

        if (!(given is > 0 and <= MaxFrequency))
        {
            throw new ArgumentOutOfRangeException(
                nameof(frequency), given, $"A frequency is above 0 and at most {MaxFrequency:0}, in radians per unit of a standardized input.");
        }

        if (Architecture.LayerCount == 1 || Architecture.FirstActivation != Activation.Sine)
        {
            throw new ArgumentException(
                $"The frequency {given} is that of a first hidden layer of sines; the network is {Architecture}.", nameof(frequency));
        }
    }

    /// <summary>W ← W diag(1/d), b ← b − W(s/d); sums in double.</summary>
    private static void FoldInput(DenseLayer<T> layer, FeatureScaling<T> scaling)
    {
        for (int o = 0; o < layer.Outputs; o++)
        {
            double bias = double.CreateTruncating(layer.Bias[o]);
            for (int i = 0; i < layer.Inputs; i++)
            {
                ref T weight = ref layer.Weights[(o * layer.Inputs) + i];
                double folded = double.CreateTruncating(weight) / double.CreateTruncating(scaling.Scale[i]);
                bias -= folded * double.CreateTruncating(scaling.Shift[i]);
                weight = T.CreateTruncating(folded);
            }

            layer.Bias[o] = T.CreateTruncating(bias);
        }
    }

    /// <summary>W ← diag(e) W, b ← diag(e) b + t.</summary>
    private static void FoldOutput(DenseLayer<T> layer, FeatureScaling<T> scaling)
    {
        for (int o = 0; o < layer.Outputs; o++)
        {
            var row = layer.Weights.Slice(o * layer.Inputs, layer.Inputs);
            TensorPrimitives.Multiply(row, scaling.Scale[o], row);
            layer.Bias[o] = (layer.Bias[o] * scaling.Scale[o]) + scaling.Shift[o];
        }
    }

    private static TOther ConvertNumber<TOther>(T number, string what)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        var converted = TOther.CreateTruncating(number);
        return T.IsFinite(number) == TOther.IsFinite(converted) && (what != "scale" || !TOther.IsZero(converted))
            ? converted
            : throw new OverflowException($"The network has the {what} {number}, which {typeof(TOther).Name} does not hold.");
    }

    private static FeatureScaling<T>? CheckScaling(FeatureScaling<T>? scaling, int features, string name) =>
        scaling is null || scaling.Features == features
            ? scaling
            : throw new ArgumentException($"The scaling has {scaling.Features} features; the network has {features}.", name);

    /// <summary>Says that a network is being trained until it is disposed of.</summary>
    internal readonly struct TrainingClaim(Mlp<T> network) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref network._isInTraining, 0);
    }
}
