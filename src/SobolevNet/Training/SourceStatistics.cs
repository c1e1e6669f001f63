using System.Numerics;

namespace SobolevNet;

/// <summary>Means and sizes of what a source gives, from the samples of a <see cref="SourceSurvey"/>.</summary>
internal sealed class SourceStatistics
{
    /// <summary>Values beyond this, or below its inverse, have squares that double precision does not hold with its full digits.</summary>
    private const double LargestValue = 1e150;

    private SourceStatistics(Lane all, string name)
    {
        Name = name;
        (InputMeans, InputVariances) = (all.Inputs.Means, all.Inputs.Variances());
        (OutputMeans, OutputVariances) = (all.Outputs.Means, all.Outputs.Variances());
        OutputSquares = [.. all.Squares.Zip(all.Known, (sum, weight) => weight > 0 ? sum / weight : 0)];
        KnownShares = [.. all.Known.Select(weight => weight / all.Inputs.Weight)];
    }

    /// <summary>The argument that the source was given in, for errors.</summary>
    public string Name { get; }

    /// <summary>Mean of each input feature's value.</summary>
    public double[] InputMeans { get; }

    /// <summary>Variance of each input feature's value.</summary>
    public double[] InputVariances { get; }

    /// <summary>Mean of each output's value, where it is known.</summary>
    public double[] OutputMeans { get; }

    /// <summary>Variance of each output's value, where it is known.</summary>
    public double[] OutputVariances { get; }

    /// <summary>Mean square of each target element, where it is known, shape (components, outputs).</summary>
    public double[] OutputSquares { get; }

    /// <summary>The share of samples, by weight, in which each target element is known, shape (components, outputs); exactly 1 where it always is.</summary>
    public double[] KnownShares { get; }

    /// <summary>Refuses data in which nothing is known of an output or a component that is trained.</summary>
    /// <param name="layout">The components.</param>
    /// <param name="weights">How much each output and component counts; those of weight 0 are not trained.</param>
    /// <param name="isTrained">Whether each order, from 0 on, is trained.</param>
    /// <exception cref="ArgumentException">Every label of an output or a component is missing in all samples looked at.</exception>
    public void CheckKnown(JetLayout layout, LossWeights weights, ReadOnlySpan<bool> isTrained)
    {
        int outputs = OutputMeans.Length;
        bool[] isKnown = [.. weights.Outputs.Select(weight => weight == 0)];
        for (int c = 0; c < layout.Count && layout.OrderOf(c) < isTrained.Length; c++)
        {
            int order = layout.OrderOf(c);
            if (!isTrained[order] || weights.Components[c] == 0)
            {
                continue;
            }

            var shares = KnownShares.AsSpan(c * outputs, outputs);
            bool isComponentKnown = false;
            for (int f = 0; f < outputs; f++)
            {
                isKnown[f] |= shares[f] > 0;
                isComponentKnown |= shares[f] > 0 && weights.Outputs[f] > 0;
            }

            if (!isComponentKnown)
            {
                throw new ArgumentException(
                    $"Every label of component {layout.NameOf(c)} is missing in all samples looked at, but order {order} is trained. Give a source without the component, or " +
                    $"the weight 0 for order {order} ({nameof(SobolevTrainingOptions.OrderWeights)}) or for the component ({nameof(SobolevTrainingOptions.ComponentWeights)}).",
                    Name);
            }
        }

        if (isKnown.AsSpan().IndexOf(false) is >= 0 and var output)
        {
            throw new ArgumentException(
                $"Every label of output {output} that is trained is missing in all samples looked at. Give a network and a source without the output, or " +
                $"the output the weight 0 ({nameof(SobolevTrainingOptions.OutputWeights)}).", Name);
        }
    }

    /// <summary>Looks at a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it.</param>
    /// <param name="name">The argument that the source was given in.</param>
    /// <exception cref="ArgumentException">
    /// A value is not finite, or so large or small that its square is lost; or inputs do not have the derivatives that the source declares, or none where targets have.
    /// </exception>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public static SourceStatistics Measure<T>(IJetSource<T> source, WorkerTeam team, MeasuringTime time, string name = "source")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        int outputs = source.OutputFeatures;
        var lanes = new Lane[SourceSurvey.Lanes];
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = new Lane(source.InputFeatures, layout.Count, outputs);
        }

        DeclarationCheck.Run(source, name, time);
        SourceSurvey.Run(source, layout, team, time, (lane, samples, input, target) =>
        {
            SourceCheck.AreSound(source, samples, input, target, name);
            lanes[lane].AddMotion(input);
            for (int s = 0; s < samples.Length; s++)
            {
                lanes[lane].Add(input, target, s, SampleWeights.Of(source, samples[s]));
            }
        });

        var all = lanes[0];
        foreach (var lane in lanes.AsSpan(1))
        {
            all.Add(lane);
        }

        CheckMotion(source, all, name);
        CheckSizes(all.LargestInputs, JetLayout.Value, source.InputFeatures, "input", name);
        CheckSizes(all.LargestTargets, layout, outputs, "target", name);
        return all.Inputs.Weight > 0
            ? new SourceStatistics(all, name)
            : throw new ArgumentException("All samples looked at have the weight 0. Leave most of such samples out.", name);
    }

    /// <summary>
    /// Refuses first derivatives of targets where no input moves along any tangent: a network's derivatives are zero there, whatever its parameters.
    /// </summary>
    private static void CheckMotion<T>(IJetSource<T> source, Lane all, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int firsts = source.Layout.CountOf(1) * source.OutputFeatures;
        if (source.TangentInputs.IsEmpty && !all.InputsMove && all.Squares.AsSpan(source.OutputFeatures, firsts).ContainsAnyExcept(0))
        {
            throw new ArgumentException(
                $"The source's targets have first derivatives, but those of its inputs are zero in all samples looked at. Expected how the inputs " +
                $"change along each tangent in the first-order components of the input, and an {nameof(source.InputOrder)} of at least 1.",
                name);
        }
    }

    /// <summary>
    /// Refuses data whose squares overflow, and values or whole orders whose squares underflow, which would be taken for constants. Single derivatives
    /// may be as small as they like.
    /// </summary>
    private static void CheckSizes(double[] largest, JetLayout layout, int features, string what, string name)
    {
        double[] ofOrders = new double[layout.Order + 1];
        for (int k = 0; k < largest.Length; k++)
        {
            ref double ofOrder = ref ofOrders[layout.OrderOf(k / features)];
            ofOrder = Math.Max(ofOrder, largest[k]);
        }

        for (int k = 0; k < largest.Length; k++)
        {
            int order = layout.OrderOf(k / features);
            double size = order == 0 ? largest[k] : ofOrders[order];
            if (largest[k] > LargestValue || (size > 0 && size < 1 / LargestValue))
            {
                throw new ArgumentException(
                    $"The source's {what} reaches {largest[k]} in component {layout.NameOf(k / features)}, feature {k % features}; expected 0, or a largest " +
                    $"value of {1 / LargestValue} to {LargestValue}. Give it in another unit.",
                    name);
            }
        }
    }

    /// <summary>The sums of one lane.</summary>
    private sealed class Lane(int inputs, int components, int outputs)
    {
        public Moments Inputs { get; } = new(inputs);

        public Moments Outputs { get; } = new(outputs);

        public double[] Squares { get; } = new double[components * outputs];

        /// <summary>The weight of the samples in which each target element is known.</summary>
        public double[] Known { get; } = new double[components * outputs];

        public double[] LargestInputs { get; } = new double[inputs];

        public double[] LargestTargets { get; } = new double[components * outputs];

        /// <summary>Whether a first derivative of an input differs from zero.</summary>
        public bool InputsMove { get; private set; }

        public void AddMotion<T>(JetSpan<T> input)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int c = 1; c < input.Layout.Truncate(1).Count && !InputsMove; c++)
            {
                InputsMove = input.Component(c).ContainsAnyExcept(T.Zero);
            }
        }

        public void Add<T>(JetSpan<T> input, JetSpan<T> target, int sample, double weight)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Inputs.Add<T>(input.Row(0, sample), weight);
            Outputs.Add<T>(target.Row(0, sample), weight);
            AddLargest<T>(input.Row(0, sample), LargestInputs, default, default, weight);
            for (int c = 0; c < target.Layout.Count; c++)
            {
                var part = c * outputs;
                AddLargest<T>(
                    target.Row(c, sample), LargestTargets.AsSpan(part, outputs), Squares.AsSpan(part, outputs), Known.AsSpan(part, outputs), weight);
            }
        }

        public void Add(Lane other)
        {
            InputsMove |= other.InputsMove;
            Inputs.Add(other.Inputs);
            Outputs.Add(other.Outputs);
            for (int k = 0; k < Squares.Length; k++)
            {
                Squares[k] += other.Squares[k];
                Known[k] += other.Known[k];
                LargestTargets[k] = Math.Max(LargestTargets[k], other.LargestTargets[k]);
            }

            for (int k = 0; k < LargestInputs.Length; k++)
            {
                LargestInputs[k] = Math.Max(LargestInputs[k], other.LargestInputs[k]);
            }
        }

        private static void AddLargest<T>(ReadOnlySpan<T> row, Span<double> largest, Span<double> squares, Span<double> known, double weight)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int f = 0; f < row.Length; f++)
            {
                double value = Math.Abs(double.CreateTruncating(row[f]));
                if (double.IsNaN(value))
                {
                    continue;
                }

                largest[f] = Math.Max(largest[f], value);
                if (!squares.IsEmpty)
                {
                    squares[f] += weight * (value * value);
                    known[f] += weight;
                }
            }
        }
    }
}
