using System.Runtime.CompilerServices;

namespace SobolevNet;

/// <summary>A source that is made of another one: the base class of the library's transforms and of your own.</summary>
/// <remarks>
/// <para>
/// A transform overrides what it changes of the other source's shape (<see cref="Layout"/>, <see cref="Count"/> and so on; everything else
/// stays) and writes its samples in <see cref="Fill(IJetSource{T}, ReadOnlySpan{long}, JetSpan{T}, JetSpan{T})"/>. Arguments are checked before.
/// </para>
/// <para>
/// A transform of a source that changes during training (<see cref="IAdaptiveJetSource{T}"/>) changes with it, without code of its own: in a run of training it is
/// asked to fill from that run of the other source. It must therefore keep nothing of the samples that it has seen.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// // Learns log y instead of y. Derivatives follow by the chain rule: ∂ᵢ log y = ∂ᵢy / y.
/// public sealed class LogTargets(IJetSource&lt;double&gt; source) : JetSourceTransform&lt;double&gt;(source)
/// {
///     public override JetLayout Layout => Source.Layout.Truncate(1);
///
///     protected override void Fill(IJetSource&lt;double&gt; source, ReadOnlySpan&lt;long&gt; samples, JetSpan&lt;double&gt; input, JetSpan&lt;double&gt; target)
///     {
///         source.Fill(samples, input, target);
///         for (int c = target.Layout.Count - 1; c > 0; c--)
///         {
///             TensorPrimitives.Divide(target.Component(c), target.Component(0), target.Component(c));
///         }
///
///         TensorPrimitives.Log(target.Component(0), target.Component(0));
///     }
/// }
/// </code>
/// </example>
/// <typeparam name="T">float or double.</typeparam>
public abstract class JetSourceTransform<T> : IJetSource<T>
    where T : unmanaged
{
    /// <summary>Makes a source of another one.</summary>
    /// <param name="source">The other source.</param>
    /// <param name="name">The name of the argument in error messages; the compiler fills it in.</param>
    /// <exception cref="ArgumentNullException">There is no source.</exception>
    /// <exception cref="ArgumentException">The source has no layout, samples, inputs or outputs.</exception>
    protected JetSourceTransform(IJetSource<T> source, [CallerArgumentExpression(nameof(source))] string? name = null)
    {
        SourceArgument.Check(source, name);
        Source = source;
    }

    /// <inheritdoc/>
    public virtual JetLayout Layout => Source.Layout;

    /// <inheritdoc/>
    public virtual int InputFeatures => Source.InputFeatures;

    /// <inheritdoc/>
    public virtual int OutputFeatures => Source.OutputFeatures;

    /// <inheritdoc/>
    public virtual int Count => Source.Count;

    /// <inheritdoc/>
    public virtual bool IsEndless => Source.IsEndless;

    /// <summary>
    /// The highest order whose input components may differ from zero: the other source's, unless the layout is of lower order. A transform that bends the paths of
    /// inputs must override it.
    /// </summary>
    public virtual int InputOrder => Math.Min(Source.InputOrder, Layout.Order);

    /// <summary>The input that each tangent is: none, unless a transform that leaves the inputs' derivatives as they are overrides it.</summary>
    public virtual ReadOnlySpan<int> TangentInputs => [];

    /// <inheritdoc/>
    public virtual bool InputsShareUnit => Source.InputsShareUnit;

    /// <summary>
    /// Whether labels may be missing: as in the other source, whose NaN a sum or a product passes on. A transform that multiplies labels by zeros must leave those out, since
    /// 0·NaN is NaN.
    /// </summary>
    public virtual bool HasMissingLabels => Source.HasMissingLabels;

    /// <inheritdoc/>
    public virtual bool HasSampleWeights => Source.HasSampleWeights;

    /// <summary>Samples that are read together: as in the other source. A transform that renumbers samples must override it.</summary>
    public virtual int SamplesPerBlock => Source.SamplesPerBlock;

    /// <summary>The other source. Samples are asked of the argument of the protected <c>Fill</c> instead.</summary>
    protected internal IJetSource<T> Source { get; }

    /// <inheritdoc/>
    public virtual double TangentScale(int tangent) => Source.TangentScale(tangent);

    /// <summary>The weight of a sample: that of the other source's sample of the same number. A transform that renumbers samples must override it.</summary>
    /// <inheritdoc/>
    public virtual double SampleWeight(long sample) => Source.SampleWeight(sample);

    /// <inheritdoc/>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        Fill(Source, samples, input, target);
    }

    /// <summary>Writes the jets of some samples; every element of both views is written. Called from several threads at once.</summary>
    /// <param name="source">Gives the other source's samples: <see cref="Source"/>, or in a training that changes them its run.</param>
    /// <param name="samples">The numbers of the samples wanted; each exists.</param>
    /// <param name="input">
    /// Shape (components, samples.Length, <see cref="InputFeatures"/>), in the layout of <paramref name="target"/>; where <see cref="TangentInputs"/> is
    /// declared, the view may be of order 0 instead.
    /// </param>
    /// <param name="target">Shape (components, samples.Length, <see cref="OutputFeatures"/>), in <see cref="Layout"/> or that truncated to a lower order.</param>
    protected abstract void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target);

    /// <summary>The number of a sample in the source that the caller knows, by which messages and evaluations name it.</summary>
    internal virtual long NumberForCaller(long sample) => sample;

    /// <summary>The same transform, filled from a run of the other source.</summary>
    internal IJetSource<T> Over(IJetSource<T> run) => new OverRun(this, run);

    private sealed class OverRun(JetSourceTransform<T> transform, IJetSource<T> run) : JetSourceTransform<T>(transform)
    {
        public override ReadOnlySpan<int> TangentInputs => Source.TangentInputs;

        internal override long NumberForCaller(long sample) => transform.NumberForCaller(sample);

        protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target) =>
            transform.Fill(run, samples, input, target);
    }
}
