namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>Differences along a path against derivatives known in closed form.</summary>
public class PathDifferencesTests
{
    [Fact]
    public void Run_AlongTwoTangentsOfOtherScales_IsRightToTheFourthPowerOfTheStep()
    {
        // y = e^(x0/3) sin(x1), x0 of size 10, x1 of size 1.
        const int Samples = 12;
        var random = new RandomStream(8);
        var (x, y) = (new double[Samples, 2], new double[Samples]);
        var (gradient, hessian) = (new double[Samples, 2], new double[Samples, 2, 2]);
        for (int s = 0; s < Samples; s++)
        {
            (x[s, 0], x[s, 1]) = (random.NextUniform(-5, 5), random.NextUniform(-1, 1));
            double e = Math.Exp(x[s, 0] / 3);
            var (sin, cos) = Math.SinCos(x[s, 1]);
            y[s] = e * sin;
            (gradient[s, 0], gradient[s, 1]) = (e * sin / 3, e * cos);
            (hessian[s, 0, 0], hessian[s, 1, 1], hessian[s, 0, 1], hessian[s, 1, 0]) = (e * sin / 9, -e * sin, e * cos / 3, e * cos / 3);
        }

        var data = LabelSamples.Load(JetData.FromJacobian(x, y, gradient, hessian), Samples, default);
        double worstCoarse = Error(0.04);
        double worstFine = Error(0.02);
        worstCoarse.Should().BeLessThan(1e-6);
        (worstCoarse / worstFine).Should().BeApproximately(16, 1);

        double Error(double step)
        {
            var differences = new PathDifferences<double>(
                data,
                (sample, offset, input, target) =>
                {
                    for (int i = 0; i < 2; i++)
                    {
                        input[i] = x[sample, i] + offset[i];
                    }

                    target[0] = Math.Exp(input[0] / 3) * Math.Sin(input[1]);
                },
                step, "path");
            differences.Run(default);
            double worst = 0;
            for (int c = 0; c < data.Layout.Count; c++)
            {
                for (int s = 0; s < Samples; s++)
                {
                    worst = Math.Max(worst, Math.Abs(differences.Target[c, s, 0] - data.Target[c, s, 0]));
                    for (int i = 0; i < 2; i++)
                    {
                        Math.Abs(differences.Input[c, s, i] - data.Input[c, s, i]).Should().BeLessThan(1e-9);
                    }
                }
            }

            return worst;
        }
    }
}
