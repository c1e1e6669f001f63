using System.Numerics;

namespace SobolevNet.LabelChecking;

/// <summary>Derivatives of a <see cref="LabelPath{T}"/> by central differences with one step of Richardson's extrapolation.</summary>
internal sealed class PathDifferences<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LabelSamples _data;
    private readonly LabelPath<T> _path;
    private readonly double _step;
    private readonly string _name;
    private readonly double[] _offset;
    private readonly T[] _x;
    private readonly T[] _y;

    /// <param name="data">The samples.</param>
    /// <param name="path">Moves a sample.</param>
    /// <param name="step">In tangent scales.</param>
    /// <param name="name">The argument that errors name: what the caller gave in order to make the path.</param>
    public PathDifferences(LabelSamples data, LabelPath<T> path, double step, string name)
    {
        _data = data;
        _path = path;
        _step = step;
        _name = name;
        _offset = new double[data.Layout.Tangents];
        _x = new T[data.Input.Features];
        _y = new T[data.Outputs];
        Input = new JetBatch<double>(data.Layout, data.Count, data.Input.Features);
        Target = new JetBatch<double>(data.Layout, data.Count, data.Outputs);
    }

    /// <summary>Estimated input jets.</summary>
    public JetBatch<double> Input { get; }

    /// <summary>Estimated target jets.</summary>
    public JetBatch<double> Target { get; }

    /// <summary>Differentiates at every sample.</summary>
    /// <exception cref="ArgumentException">The path does not go through a sample.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        for (int s = 0; s < _data.Count; s++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Array.Clear(_offset);
            Add(0, s, 1);
            CheckThrough(_data.Input, Input, s, _data.Numbers[s], "input");
            CheckThrough(_data.Target, Target, s, _data.Numbers[s], "target");
            for (int k = 0; k < _data.Tangents; k++)
            {
                First(s, k, _step, -1.0 / 3);
                First(s, k, _step / 2, 4.0 / 3);
            }

            for (int q = 0; q < _data.Layout.Seconds.Length; q++)
            {
                Second(s, q, _step, -1.0 / 3);
                Second(s, q, _step / 2, 4.0 / 3);
            }

            CheckFinite(Input, s, "input");
            CheckFinite(Target, s, "target");
        }
    }

    private void CheckFinite(JetBatch<double> estimated, int sample, string name)
    {
        for (int c = 1; c < estimated.Layout.Count; c++)
        {
            var row = estimated.Row(c, sample);
            int at = NotFinite.IndexIn<double>(row);
            if (at >= 0)
            {
                throw new ArgumentException(
                    $"Within a step of {_step:G3} tangent scales from sample {_data.Numbers[sample]} the function's {name} is not finite, or " +
                    $"varies too fast for finite differences ({estimated.Layout.NameOf(c)} = {row[at]}); choose another step or leave the sample out.",
                    _name);
            }
        }
    }

    private void First(int sample, int k, double step, double weight)
    {
        double h = step * _data.TangentScale[k];
        Move(sample, 1 + k, weight / (2 * h), (k, h));
        Move(sample, 1 + k, -weight / (2 * h), (k, -h));
    }

    private void Second(int sample, int q, double step, double weight)
    {
        var second = _data.Layout.Seconds[q];
        int component = 1 + _data.Tangents + q;
        int k = second.FirstI - 1;
        int l = second.FirstJ - 1;
        double h = step * _data.TangentScale[k];
        double g = step * _data.TangentScale[l];
        if (k == l)
        {
            Move(sample, component, weight / (h * h), (k, h));
            Move(sample, component, -2 * weight / (h * h), (k, 0));
            Move(sample, component, weight / (h * h), (k, -h));
            return;
        }

        double factor = weight / (4 * h * g);
        Move(sample, component, factor, (k, h), (l, g));
        Move(sample, component, -factor, (k, h), (l, -g));
        Move(sample, component, -factor, (k, -h), (l, g));
        Move(sample, component, factor, (k, -h), (l, -g));
    }

    private void Move(int sample, int component, double factor, params ReadOnlySpan<(int Tangent, double Distance)> moves)
    {
        Array.Clear(_offset);
        foreach (var (tangent, distance) in moves)
        {
            _offset[_data.Layout.Firsts[tangent]] = distance;
        }

        Add(component, sample, factor);
    }

    private void Add(int component, int sample, double factor)
    {
        _path(_data.Numbers[sample], _offset, _x, _y);
        Accumulate(_x, Input.Row(component, sample), factor);
        Accumulate(_y, Target.Row(component, sample), factor);
    }

    private static void Accumulate(T[] values, Span<double> sum, double factor)
    {
        for (int f = 0; f < values.Length; f++)
        {
            sum[f] += factor * double.CreateChecked(values[f]);
        }
    }

    private void CheckThrough(JetBatch<double> supplied, JetBatch<double> moved, int sample, long number, string name)
    {
        for (int f = 0; f < supplied.Features; f++)
        {
            double size = 0;
            for (int s = 0; s < supplied.Samples; s++)
            {
                size = double.MaxNumber(size, Math.Abs(supplied[0, s, f]));
            }

            double difference = Math.Abs(supplied[0, sample, f] - moved[0, sample, f]);
            bool isMissing = double.IsNaN(supplied[0, sample, f]);
            if (!isMissing && !(difference <= 1e-4 * size))
            {
                throw new ArgumentException(
                    $"The function gives {moved[0, sample, f]} for feature {f} of the {name} of sample {number}; " +
                    $"the source has {supplied[0, sample, f]}. " +
                    "It must pass through the samples.",
                    _name);
            }
        }
    }
}
