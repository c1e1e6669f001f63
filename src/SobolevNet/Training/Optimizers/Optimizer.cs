using System.Globalization;
using System.Numerics;

namespace SobolevNet;

/// <summary>How a gradient becomes a change of the parameters. The learning rates are multiplied by the factor of the <see cref="LearningRateSchedule"/>.</summary>
public abstract class Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>All settings by name, numbers in full; the name of the optimizer itself has no name.</summary>
    internal abstract IEnumerable<(string Name, string Value)> Settings { get; }

    /// <summary>
    /// SOAP: Adam in the slowly rotating eigenbases of each layer's gradient covariances, so that every direction of a weight
    /// matrix gets a step of its own size. Learns far more per step than Adam, above all with large batches and high orders; a step
    /// costs some products of a layer's size more.
    /// </summary>
    /// <remarks>
    /// <para>
    /// With a layer's gradient G, L ← βL + G Gᵀ and R ← βR + GᵀG have the eigenvectors Q_L and Q_R; G' = Q_Lᵀ G Q_R takes an Adam
    /// step N', and the weights change by Q_L N' Q_Rᵀ. Biases take Adam's step. Source: N. Vyas et al., SOAP, arXiv 2409.11321.
    /// </para>
    /// <para>
    /// Kept in addition to the two numbers per parameter that Adam keeps: for every layer the squares of its input and output size,
    /// three times. A side longer than <paramref name="maxSide"/> is not rotated.
    /// </para>
    /// </remarks>
    /// <param name="learningRate">The learning rate, above 0.</param>
    /// <param name="beta1">Decay of the mean of the rotated gradient, in [0, 1).</param>
    /// <param name="beta2">Decay of the mean square of the rotated gradient, in [0, 1).</param>
    /// <param name="covarianceBeta">β, the decay of the covariances per step, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the mean square; above 0.</param>
    /// <param name="weightDecay">Each step also shrinks the weights by this times the learning rate (decoupled decay); at least 0.</param>
    /// <param name="refreshEvery">Steps from one update of the eigenbases to the next, at least 1.</param>
    /// <param name="maxSide">The longest side of a weight matrix that is rotated, at least 0.</param>
    /// <returns>The optimizer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static Optimizer Soap(
        double learningRate = 5e-3, double beta1 = 0.95, double beta2 = 0.95, double covarianceBeta = 0.95, double epsilon = 1e-10,
        double weightDecay = 0, int refreshEvery = 10, int maxSide = 1024) => new Soap
        {
            LearningRate = Positive(learningRate, nameof(learningRate)),
            Beta1 = Decay(beta1, nameof(beta1)),
            Beta2 = Decay(beta2, nameof(beta2)),
            CovarianceBeta = Decay(covarianceBeta, nameof(covarianceBeta)),
            Epsilon = Positive(epsilon, nameof(epsilon)),
            WeightDecay = InRange(weightDecay, 0, double.PositiveInfinity, nameof(weightDecay)),
            RefreshEvery = AtLeast(refreshEvery, 1, nameof(refreshEvery)),
            MaxSide = AtLeast(maxSide, 0, nameof(maxSide)),
        };

    /// <summary>
    /// Adam: steps by the running mean of the gradient over the root of the running mean of its square. With
    /// <paramref name="weightDecay"/> above 0, usually 0.01, it is AdamW.
    /// </summary>
    /// <remarks>D. P. Kingma and J. Ba, 2015; AdamW: I. Loshchilov and F. Hutter, 2019.</remarks>
    /// <param name="learningRate">The learning rate, above 0.</param>
    /// <param name="beta1">Decay of the mean, in [0, 1).</param>
    /// <param name="beta2">Decay of the mean square, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the mean square; above 0.</param>
    /// <param name="weightDecay">Each step also shrinks the parameters by this times the learning rate (decoupled decay); at least 0.</param>
    /// <returns>The optimizer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static Optimizer Adam(
        double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0) => new Adam
        {
            LearningRate = Positive(learningRate, nameof(learningRate)),
            Beta1 = Decay(beta1, nameof(beta1)),
            Beta2 = Decay(beta2, nameof(beta2)),
            Epsilon = Positive(epsilon, nameof(epsilon)),
            WeightDecay = InRange(weightDecay, 0, double.PositiveInfinity, nameof(weightDecay)),
        };

    /// <summary>Gradient descent with momentum: v ← μv + g, w ← w − rate·v.</summary>
    /// <param name="learningRate">The learning rate, above 0.</param>
    /// <param name="momentum">μ, in [0, 1); 0 for plain gradient descent.</param>
    /// <param name="nesterov">Whether the step looks ahead along the velocity (Nesterov).</param>
    /// <param name="weightDecay">Each step also shrinks the parameters by this times the learning rate; at least 0.</param>
    /// <returns>The optimizer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static Optimizer Sgd(double learningRate = 0.01, double momentum = 0.9, bool nesterov = false, double weightDecay = 0) => new Sgd
    {
        LearningRate = Positive(learningRate, nameof(learningRate)),
        Momentum = Decay(momentum, nameof(momentum)),
        Nesterov = nesterov,
        WeightDecay = InRange(weightDecay, 0, double.PositiveInfinity, nameof(weightDecay)),
    };

    /// <summary>
    /// Resilient propagation, iRprop−: every parameter has its own step, which grows while the sign of its gradient stays and
    /// shrinks when it changes. For full batches (a batch size of the whole set).
    /// </summary>
    /// <remarks>C. Igel and M. Hüsken, 2003: after a change of sign the gradient counts as 0, so no step is taken back.</remarks>
    /// <param name="initialStep">First step of every parameter, between <paramref name="minStep"/> and <paramref name="maxStep"/>.</param>
    /// <param name="increase">Factor of a step while the sign stays, at least 1.</param>
    /// <param name="decrease">Factor of a step when the sign changes, in (0, 1).</param>
    /// <param name="minStep">Smallest step, above 0 and at most <paramref name="maxStep"/>.</param>
    /// <param name="maxStep">Largest step, above 0.</param>
    /// <returns>The optimizer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static Optimizer RProp(
        double initialStep = 1e-3, double increase = 1.2, double decrease = 0.5, double minStep = 1e-9, double maxStep = 1)
    {
        Positive(maxStep, nameof(maxStep));
        Positive(minStep, nameof(minStep));
        if (minStep > maxStep)
        {
            throw new ArgumentOutOfRangeException(nameof(minStep), minStep, $"{nameof(minStep)} is at most {nameof(maxStep)}, which is {maxStep}.");
        }

        if (!(initialStep >= minStep && initialStep <= maxStep))
        {
            throw new ArgumentOutOfRangeException(
                nameof(initialStep), initialStep, $"{nameof(initialStep)} is in [{nameof(minStep)}, {nameof(maxStep)}], which is [{minStep}, {maxStep}].");
        }

        return new RProp
        {
            InitialStep = initialStep,
            Increase = InRange(increase, 1, double.PositiveInfinity, nameof(increase)),
            Decrease = InRange(decrease, 0, 1, nameof(decrease), includeLow: false),
            MinStep = minStep,
            MaxStep = maxStep,
        };
    }

    /// <summary>
    /// Levenberg–Marquardt: damped Gauss–Newton steps on the squared errors of all labels. Reaches relative errors of 1e-9 to 1e-11 in double with smooth functions of few combinations of inputs,
    /// where other optimizers stop thousands of times above. For networks of up to 5,000 parameters, exact labels, and all samples in one mini-batch.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A step takes R·P² multiply-adds for R labels (samples × components × outputs) and P parameters, and P³/3 more for each damping that it tries. It is corrected until it follows the
    /// outputs where they are not linear in the parameters. It never raises the loss of its mini-batch, which is the whole set unless <see cref="SobolevTrainingOptions.BatchSize"/> is set. Training ends (<see cref="TrainingEnd.Converged"/>) when no step lowers it.
    /// </para>
    /// <para>
    /// There is no learning rate, so schedules do nothing, and a gradient cannot be clipped. Losses of your own are refused, since they are no sums of squares.
    /// Source: M. K. Transtrum and J. P. Sethna, arXiv 1201.5885.
    /// </para>
    /// </remarks>
    /// <returns>The optimizer.</returns>
    public static Optimizer LevenbergMarquardt() => new LevenbergMarquardt();

    /// <summary>Samples of a mini-batch where the options do not say.</summary>
    internal virtual int DefaultBatchSize => 128;

    /// <summary>Mini-batches of a training where the options do not say, at least.</summary>
    internal virtual int DefaultSteps => 10_000;

    /// <summary>Whether its steps solve least squares of labels, rather than follow a gradient: then losses of the user's own cannot be trained, and no metric applies.</summary>
    internal virtual bool IsLeastSquares => false;

    /// <summary>Refuses a training that this optimizer cannot do.</summary>
    /// <exception cref="ArgumentException">The network or the options do not suit it.</exception>
    internal virtual void Check(MlpArchitecture architecture, SobolevTrainingOptions options)
    {
    }

    /// <summary>Refuses labels that this optimizer cannot train on.</summary>
    /// <param name="layout">The components that are trained.</param>
    /// <param name="outputs">Outputs of the network.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="argument">The argument that the labels were given in.</param>
    /// <exception cref="ArgumentException">The labels do not suit it.</exception>
    internal virtual void CheckLabels(JetLayout layout, int outputs, MlpArchitecture architecture, string argument)
    {
    }

    /// <summary>Refuses settings that a number of this precision cannot hold.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is one.</exception>
    internal abstract void CheckPrecision<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Makes the memory that the optimizer keeps for a network of this shape.</summary>
    internal abstract OptimizerState<T> CreateState<T>(MlpArchitecture architecture)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Makes the memory for numbers that losses of the user's own train beside a network: the same rule for single parameters, without decay.</summary>
    internal abstract ElementwiseOptimizerState<T> CreateCoefficientState<T>(int coefficients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>A number in full.</summary>
    private protected static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Refuses the decay of a mean that rounds to 1: the mean would never change.</summary>
    private protected static void CheckDecay<T>(double value, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (T.CreateTruncating(value) == T.One)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must not round to 1 in a {typeof(T).Name}.");
        }
    }

    /// <summary>Refuses a positive number that rounds to 0.</summary>
    private protected static void CheckPositive<T>(double value, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (T.CreateTruncating(value) == T.Zero)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must not round to 0 in a {typeof(T).Name}.");
        }
    }

    private static double Positive(double value, string name) => InRange(value, 0, double.PositiveInfinity, name, includeLow: false);

    private static double Decay(double value, string name) => InRange(value, 0, 1, name);

    private static int AtLeast(int value, int least, string name) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is at least {least}.");

    private static double InRange(double value, double low, double high, string name, bool includeLow = true) =>
        (includeLow ? value >= low : value > low) && value < high
            ? value
            : throw new ArgumentOutOfRangeException(
                name, value, $"{name} is in {(includeLow ? '[' : '(')}{low}, {(double.IsInfinity(high) ? "∞" : high)}).");
}
