using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet.Tests.Reference;

/// <summary>A step of Levenberg–Marquardt with its corrections by dense matrices, from differences of nested dual numbers.</summary>
internal sealed class PlainLevenbergMarquardt
{
    private readonly Mlp<double> _network;
    private readonly JetBatch<double> _input;
    private readonly PlainLoss _loss;
    private readonly double[] _orderWeights;

    /// <summary>Takes a network, which stays as it is, and its data.</summary>
    public PlainLevenbergMarquardt(Mlp<double> network, IJetSource<double> source, double[] orderWeights)
    {
        (_network, _input, _loss, _orderWeights) = (network.Clone(), PlainLoss.Widen(source).Input, PlainLoss.Of(source), orderWeights);
        var start = Vector<double>.Build.Dense(_network.Parameters.ToArray());
        var outputs = Outputs(start);
        var adjoint = Adjoint(outputs);
        var weights = Adjoint(outputs + 1) - adjoint;
        var jacobian = Matrix<double>.Build.Dense(outputs.Count, start.Count);
        for (int k = 0; k < start.Count; k++)
        {
            var move = Vector<double>.Build.Dense(start.Count);
            move[k] = 1e-5;
            jacobian.SetColumn(k, (Outputs(start + move) - Outputs(start - move)) / 2e-5);
        }

        var hessian = jacobian.TransposeThisAndMultiply(Matrix<double>.Build.DenseOfDiagonalVector(weights)) * jacobian;
        var gradient = jacobian.TransposeThisAndMultiply(adjoint);
        var diagonal = hessian.Diagonal();
        diagonal = diagonal.PointwiseMaximum(1e-3 * diagonal.Average());
        double damping = 0.1;
        for (double growth = 2; ; growth *= 2)
        {
            var damped = hessian + Matrix<double>.Build.DenseOfDiagonalVector(damping * diagonal);
            var step = damped.Solve(-gradient);
            double expected = -0.5 * ((gradient * step) - (damping * (step * diagonal.PointwiseMultiply(step))));
            double last = double.PositiveInfinity;
            for (Corrections = 0; Corrections < 10; Corrections++)
            {
                var pulled = jacobian.TransposeThisAndMultiply(weights.PointwiseMultiply(Outputs(start + step) - outputs));
                var right = -gradient - (damping * diagonal.PointwiseMultiply(step)) - pulled;
                var correction = damped.Solve(right);
                double error = 0.5 * (right * correction);
                if (error >= last / 4)
                {
                    break;
                }

                step += correction;
                last = error;
                if (error < 0.01 * expected)
                {
                    Corrections++;
                    break;
                }
            }

            Parameters = start + step;
            if (Loss(Outputs(Parameters)) < Loss(outputs))
            {
                return;
            }

            damping *= growth;
        }
    }

    /// <summary>The parameters after the step.</summary>
    public Vector<double> Parameters { get; }

    /// <summary>How often the step was corrected.</summary>
    public int Corrections { get; }

    private Vector<double> Outputs(Vector<double> parameters)
    {
        parameters.AsArray().CopyTo(_network.Parameters);
        var outputs = new List<double>();
        for (int s = 0; s < _input.Samples; s++)
        {
            outputs.AddRange(ReferenceNetwork.Jets(_network, _input, s).Cast<double>());
        }

        return Vector<double>.Build.Dense([.. outputs]);
    }

    private Vector<double> Adjoint(Vector<double> outputs)
    {
        var adjoint = _loss.Evaluate(Batch(outputs), _orderWeights).Adjoint;
        return Vector<double>.Build.Dense(outputs.Count, k => adjoint[Place(k).Component, Place(k).Sample, Place(k).Output]);
    }

    private double Loss(Vector<double> outputs) => _loss.Evaluate(Batch(outputs), _orderWeights).Losses.Zip(_orderWeights, (loss, weight) => loss * weight).Sum();

    private JetBatch<double> Batch(Vector<double> outputs)
    {
        var batch = new JetBatch<double>(_input.Layout, _input.Samples, _network.Architecture.Outputs);
        for (int k = 0; k < outputs.Count; k++)
        {
            batch[Place(k).Component, Place(k).Sample, Place(k).Output] = outputs[k];
        }

        return batch;
    }

    private (int Sample, int Component, int Output) Place(int label)
    {
        int outputs = _network.Architecture.Outputs;
        return (label / outputs / _input.Layout.Count, label / outputs % _input.Layout.Count, label % outputs);
    }
}
