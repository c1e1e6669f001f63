using System.Numerics;

namespace SobolevNet;

/// <summary>Means and sizes of what a source gives, from the samples of a <see cref="SourceSurvey"/>.</summary>
internal sealed class SourceStatistics
{
    /// <summary>Values beyond this, or below its inverse, have squares that double precision does not hold with its full digits.</summary>
    private const double LargestValue = 1e150;

    private SourceStatistics(Moments inputs, Moments outputs, double[] squares)
    {
        (InputMeans, InputVariances) = (inputs.Means, inputs.Variances());
        (OutputMeans, OutputVariances) = (outputs.Means, outputs.Variances());
        OutputSquares = squares;
    }

    /// <summary>Mean of each input feature's value.</summary>
    public double[] InputMeans { get; }

    /// <summary>Variance of each input feature's value.</summary>
    public double[] InputVariances { get; }

    /// <summary>Mean of each output's value.</summary>
    public double[] OutputMeans { get; }

    /// <summary>Variance of each output's value.</summary>
    public double[] OutputVariances { get; }

    /// <summary>Mean square of each target element, shape (components, outputs).</summary>
    public double[] OutputSquares { get; }

    /// <summary>Looks at a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it.</param>
    /// <exception cref="ArgumentException">
    /// A value is not finite, or so large or small that its square is lost; or inputs do not have the derivatives that the source declares, or none where targets have.
    /// </exception>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public static SourceStatistics Measure<T>(IJetSource<T> source, WorkerTeam team, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout;
        int outputs = source.OutputFeatures;
        var lanes = new Lane[SourceSurvey.Lanes];
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = new Lane(source.InputFeatures, layout.Count, outputs);
        }

        DeclarationCheck.Run(source, nameof(source), time);
        SourceSurvey.Run(source, layout, team, time, (lane, samples, input, target) =>
        {
            SourceCheck.AreSound(source, samples, input, target, nameof(source));
            lanes[lane].Add(input, target);
        });

        var all = lanes[0];
        foreach (var lane in lanes.AsSpan(1))
        {
            all.Add(lane);
        }

        CheckMotion(source, all);
        CheckSizes(all.LargestInputs, JetLayout.Value, source.InputFeatures, "input");
        CheckSizes(all.LargestTargets, layout, outputs, "target");
        return new SourceStatistics(all.Inputs, all.Outputs, [.. all.Squares.Select(sum => sum / all.Inputs.Count)]);
    }

    /// <summary>
    /// Refuses first derivatives of targets where no input moves along any tangent: a network's derivatives are zero there, whatever its parameters.
    /// </summary>
    private static void CheckMotion<T>(IJetSource<T> source, Lane all)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int firsts = source.Layout.CountOf(1) * source.OutputFeatures;
        if (source.TangentInputs.IsEmpty && !all.InputsMove && all.Squares.AsSpan(source.OutputFeatures, firsts).ContainsAnyExcept(0))
        {
            throw new ArgumentException(
                $"The source's targets have first derivatives, but those of its inputs are zero in all {all.Inputs.Count} samples looked at. Expected how the inputs " +
                $"change along each tangent in the first-order components of the input, and an {nameof(source.InputOrder)} of at least 1.",
                nameof(source));
        }
    }

    /// <summary>
    /// Refuses data whose squares overflow, and values or whole orders whose squares underflow, which would be taken for constants. Single derivatives
    /// may be as small as they like.
    /// </summary>
    private static void CheckSizes(double[] largest, JetLayout layout, int features, string what)
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
                    "source");
            }
        }
    }

    /// <summary>The sums of one lane.</summary>
    private sealed class Lane(int inputs, int components, int outputs)
    {
        public Moments Inputs { get; } = new(inputs);

        public Moments Outputs { get; } = new(outputs);

        public double[] Squares { get; } = new double[components * outputs];

        public double[] LargestInputs { get; } = new double[inputs];

        public double[] LargestTargets { get; } = new double[components * outputs];

        /// <summary>Whether a first derivative of an input differs from zero.</summary>
        public bool InputsMove { get; private set; }

        public void Add<T>(JetSpan<T> input, JetSpan<T> target)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int c = 1; c < input.Layout.Truncate(1).Count && !InputsMove; c++)
            {
                InputsMove = input.Component(c).ContainsAnyExcept(T.Zero);
            }

            for (int s = 0; s < input.Samples; s++)
            {
                Inputs.Add<T>(input.Row(0, s));
                Outputs.Add<T>(target.Row(0, s));
                AddLargest<T>(input.Row(0, s), LargestInputs, default);
                for (int c = 0; c < target.Layout.Count; c++)
                {
                    var part = c * outputs;
                    AddLargest<T>(target.Row(c, s), LargestTargets.AsSpan(part, outputs), Squares.AsSpan(part, outputs));
                }
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
                LargestTargets[k] = Math.Max(LargestTargets[k], other.LargestTargets[k]);
            }

            for (int k = 0; k < LargestInputs.Length; k++)
            {
                LargestInputs[k] = Math.Max(LargestInputs[k], other.LargestInputs[k]);
            }
        }

        private static void AddLargest<T>(ReadOnlySpan<T> row, Span<double> largest, Span<double> squares)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int f = 0; f < row.Length; f++)
            {
                double value = Math.Abs(double.CreateTruncating(row[f]));
                largest[f] = Math.Max(largest[f], value);
                if (!squares.IsEmpty)
                {
                    squares[f] += value * value;
                }
            }
        }
    }
}
