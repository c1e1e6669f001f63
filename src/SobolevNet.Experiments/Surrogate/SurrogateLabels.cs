using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Experiments.Surrogate;

/// <summary>Labeled points.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class SurrogateLabels<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private delegate void Drawing(ref RandomStream random, Span<double> state);

    /// <summary>Exact values and derivatives at points distributed like training points.</summary>
    public static IJetSource<T> Exact(ISurface surface, int order, int samples, ulong seed) => Exact(surface, surface.DrawState, order, samples, seed);

    /// <summary>Exact values with first and second derivatives at points distributed like the test points of the published notebooks.</summary>
    public static IJetSource<T> NotebookTest(IPathwiseModel model, int samples, ulong seed) => Exact(model, model.DrawTestState, 2, samples, seed);

    /// <summary>Payoffs of single paths with their derivatives.</summary>
    public static IJetSource<T> Pathwise(IPathwiseModel model, int samples, ulong seed)
    {
        int inputs = model.Inputs;
        var (x, y, dydx) = (new T[samples * inputs], new T[samples], new T[samples * inputs]);
        double[] state = new double[inputs];
        double[] gradient = new double[inputs];
        for (int s = 0; s < samples; s++)
        {
            var random = new RandomStream(seed, (ulong)s);
            model.DrawState(ref random, state);
            y[s] = T.CreateTruncating(model.DrawPayoff(ref random, state, gradient));
            TensorPrimitives.ConvertTruncating<double, T>(state, x.AsSpan(s * inputs));
            TensorPrimitives.ConvertTruncating<double, T>(gradient, dydx.AsSpan(s * inputs));
        }

        return JetData.FromJacobian(
            new ReadOnlyTensorSpan<T>(x, [samples, inputs]), new ReadOnlyTensorSpan<T>(y), new ReadOnlyTensorSpan<T>(dydx, [samples, inputs]));
    }

    private static IJetSource<T> Exact(ISurface surface, Drawing draw, int order, int samples, ulong seed)
    {
        int inputs = surface.Inputs;
        var (x, y, dydx, hessians) = (new T[samples * inputs], new T[samples], new T[samples * inputs], new T[samples * inputs * inputs]);
        double[] state = new double[inputs];
        double[] gradient = new double[inputs];
        double[] hessian = new double[inputs * inputs];
        for (int s = 0; s < samples; s++)
        {
            var random = new RandomStream(seed, (ulong)s);
            draw(ref random, state);
            y[s] = T.CreateTruncating(surface.Evaluate(state, gradient, hessian));
            TensorPrimitives.ConvertTruncating<double, T>(state, x.AsSpan(s * inputs));
            TensorPrimitives.ConvertTruncating<double, T>(gradient, dydx.AsSpan(s * inputs));
            TensorPrimitives.ConvertTruncating<double, T>(hessian, hessians.AsSpan(s * inputs * inputs));
        }

        return JetData.FromJacobian(
            new ReadOnlyTensorSpan<T>(x, [samples, inputs]), new ReadOnlyTensorSpan<T>(y), new ReadOnlyTensorSpan<T>(dydx, [samples, inputs]),
            order == 2 ? new ReadOnlyTensorSpan<T>(hessians, [samples, inputs, inputs]) : default);
    }
}
