using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Calls a loss of the user's own for groups of samples, and holds what it needs beside the pass: inputs in raw units, outputs and adjoints of coefficients.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class OwnLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly JetLoss<T> _loss;
    private readonly T[] _coefficients;
    private readonly T[] _coefficientAdjoints;
    private readonly int _inputFeatures;
    private readonly T[] _inputs;
    private readonly T[][] _outputs;

    /// <summary>Reserves memory.</summary>
    /// <param name="loss">The loss of a sample.</param>
    /// <param name="source">The samples, whose shape counts.</param>
    /// <param name="coefficients">The numbers that are trained beside the network, which the caller changes between steps.</param>
    /// <param name="batch">Most samples of a mini-batch.</param>
    /// <param name="groupSamples">Most samples of a group.</param>
    /// <param name="workers">The workers that evaluate groups.</param>
    public OwnLoss(JetLoss<T> loss, IJetSource<T> source, T[] coefficients, int batch, int groupSamples, int workers)
    {
        (_loss, _coefficients, _inputFeatures) = (loss, coefficients, source.InputFeatures);
        _coefficientAdjoints = new T[checked(batch * coefficients.Length)];
        _inputs = new T[checked(batch * source.InputFeatures)];
        _outputs = [.. Enumerable.Range(0, workers).Select(_ => new T[checked(groupSamples * source.Layout.Count * source.OutputFeatures)])];
    }

    /// <summary>Keeps the inputs of a group, which the forward pass changes.</summary>
    /// <param name="first">The place of its first sample in the mini-batch.</param>
    /// <param name="input">The input's jets.</param>
    public void KeepInput(int first, JetSpan<T> input) => input.Component(0).CopyTo(_inputs.AsSpan(first * _inputFeatures));

    /// <summary>The losses of a group, and the adjoint of their weighted sum.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="first">The place of the group's first sample in the mini-batch.</param>
    /// <param name="samples">The numbers of the samples.</param>
    /// <param name="target">The source's targets.</param>
    /// <param name="output">The network's jets; replaced by the adjoint.</param>
    /// <param name="weight">The weight of a sample in the adjoint.</param>
    /// <param name="losses">Receives the loss of each sample; NaN where the loss is finite but its derivatives are not.</param>
    public void Evaluate(int worker, int first, ReadOnlySpan<long> samples, JetSpan<T> target, JetSpan<T> output, double weight, Span<double> losses)
    {
        int coefficients = _coefficients.Length;
        var kept = new JetSpan<T>(_outputs[worker], output.Layout, output.Samples, output.Features);
        output.CopyTo(kept);
        output.Clear();
        for (int s = 0; s < samples.Length; s++)
        {
            var ofCoefficients = _coefficientAdjoints.AsSpan((first + s) * coefficients, coefficients);
            ofCoefficients.Clear();
            var input = _inputs.AsSpan((first + s) * _inputFeatures, _inputFeatures);
            double loss = _loss(new JetLossSample<T>(
                samples[s], input, target.Slice(s, 1), kept.Slice(s, 1), output.Slice(s, 1), _coefficients, ofCoefficients));
            losses[s] = NotFinite.IndexIn<T>(ofCoefficients) < 0 || !double.IsFinite(loss) ? loss : double.NaN;
        }

        if (NotFinite.In(output) is not null)
        {
            for (int s = 0; s < samples.Length; s++)
            {
                losses[s] = NotFinite.In(output.Slice(s, 1)) is null || !double.IsFinite(losses[s]) ? losses[s] : double.NaN;
            }
        }

        for (int c = 0; c < output.Layout.Count; c++)
        {
            var rows = output.Component(c);
            TensorPrimitives.Multiply(rows, T.CreateTruncating(weight), rows);
        }
    }

    /// <summary>Adds the derivative of the weighted mean loss of a mini-batch by the coefficients to a gradient.</summary>
    /// <param name="samples">The samples of the mini-batch.</param>
    /// <param name="weight">The weight of a sample.</param>
    /// <param name="gradient">Where to add.</param>
    public void AddCoefficientGradient(int samples, double weight, Span<double> gradient)
    {
        for (int s = 0; s < samples; s++)
        {
            for (int k = 0; k < gradient.Length; k++)
            {
                gradient[k] += weight * double.CreateTruncating(_coefficientAdjoints[(s * gradient.Length) + k]);
            }
        }
    }
}
