namespace SobolevNet.Tests.Reference;

/// <summary>Derivatives by differences: central, with one Richardson extrapolation, so that the error is of the fourth order.</summary>
public static class Differences
{
    /// <summary>∂loss/∂elements[index]; the element is put back.</summary>
    public static double Derivative(Span<double> elements, int index, Func<double> loss, double step = 2e-3)
    {
        double coarse = Central(elements, index, loss, step);
        double fine = Central(elements, index, loss, step / 2);
        double finest = Central(elements, index, loss, step / 4);
        double first = fine + ((fine - coarse) / 3);
        double second = finest + ((finest - fine) / 3);
        return second + ((second - first) / 15);
    }

    private static double Central(Span<double> elements, int index, Func<double> loss, double step)
    {
        double saved = elements[index];
        elements[index] = saved + step;
        double above = loss();
        elements[index] = saved - step;
        double below = loss();
        elements[index] = saved;
        return (above - below) / (2 * step);
    }
}
