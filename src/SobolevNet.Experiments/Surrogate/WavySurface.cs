namespace SobolevNet.Experiments.Surrogate;

/// <summary>A smooth function on the square [−1, 1]²: y = sin(3a + 1) cos(2b) + e^(−4(a − 0.3)² − 4(b + 0.2)²)/2.</summary>
internal sealed class WavySurface : ISurface
{
    public int Inputs => 2;

    public void DrawState(ref RandomStream random, Span<double> state)
    {
        state[0] = random.NextUniform(-1, 1);
        state[1] = random.NextUniform(-1, 1);
    }

    public double Evaluate(ReadOnlySpan<double> state, Span<double> gradient, Span<double> hessian)
    {
        var (sine, cosine) = Math.SinCos((3 * state[0]) + 1);
        var (sine2, cosine2) = Math.SinCos(2 * state[1]);
        double a = state[0] - 0.3;
        double b = state[1] + 0.2;
        double bump = 0.5 * Math.Exp(-4 * ((a * a) + (b * b)));
        gradient[0] = (3 * cosine * cosine2) - (8 * a * bump);
        gradient[1] = (-2 * sine * sine2) - (8 * b * bump);
        hessian[0] = (-9 * sine * cosine2) + (((64 * a * a) - 8) * bump);
        hessian[1] = hessian[2] = (-6 * cosine * sine2) + (64 * a * b * bump);
        hessian[3] = (-4 * sine * cosine2) + (((64 * b * b) - 8) * bump);
        return (sine * cosine2) + bump;
    }
}
