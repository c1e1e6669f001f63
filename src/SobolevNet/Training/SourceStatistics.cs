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
    /// <exception cref="ArgumentException">A value is not finite, or so large or small that its square is lost.</exception>
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

        TangentCheck.Run(source, nameof(source), time);
        SourceSurvey.Run(source, layout, team, time, (lane, samples, input, target) =>
        {
            SourceCheck.AreFinite(samples, input, target, "source");
            lanes[lane].Add(input, target);
        });

        var all = lanes[0];
        foreach (var lane in lanes.AsSpan(1))
        {
            all.Add(lane);
        }

        CheckSizes(all.LargestInputs, JetLayout.Value, source.InputFeatures, "input");
        CheckSizes(all.LargestTargets, layout, outputs, "target");
        return new SourceStatistics(all.Inputs, all.Outputs, [.. all.Squares.Select(sum => sum / all.Inputs.Count)]);
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

        public void Add<T>(JetSpan<T> input, JetSpan<T> target)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
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
