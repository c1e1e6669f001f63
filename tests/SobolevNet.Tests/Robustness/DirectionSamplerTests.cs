using SobolevNet.Robustness;
using static SobolevNet.Tests.Robustness.NearestPointOracleTests;

namespace SobolevNet.Tests.Robustness;

public class DirectionSamplerTests
{
    public static TheoryData<double, double> Bands => new() { { 0, 0.15 }, { 0.15, 0.4 }, { 0.4, 9 }, { 0.8, 1.1 }, { 0, 0.01 } };

    [Fact]
    public void NeedsTangents_OfSamplersThatFollowTheManifold_IsTrue()
    {
        DirectionSampler.White(5).NeedsTangents.Should().BeFalse();
        DirectionSampler.Steepest(5, 1).NeedsTangents.Should().BeFalse();
        DirectionSampler.AlongManifold(5, 2).NeedsTangents.Should().BeTrue();
        DirectionSampler.OrthogonalToManifold(DirectionSampler.White(5), 2).NeedsTangents.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Bands))]
    public void Band_Draw_IsUnitAndHasEnergyInBandOnly(double low, double high)
    {
        const int Rows = 13;
        const int Columns = 17;
        var band = new FrequencyBand(low, high);
        var sampler = DirectionSampler.Band(Rows, Columns, band);
        double[] direction = new double[Rows * Columns];
        int modes = 0;
        double inside = 0;
        double outside = 0;
        sampler.Draw(3, 5, 1, direction);
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                double coefficient = 0;
                for (int y = 0; y < Rows; y++)
                {
                    for (int x = 0; x < Columns; x++)
                    {
                        coefficient += direction[(y * Columns) + x] * Mode(i, y, Rows) * Mode(j, x, Columns);
                    }
                }

                double frequency = Math.Sqrt(Math.Pow((double)i / Rows, 2) + Math.Pow((double)j / Columns, 2));
                bool within = frequency >= low && frequency < high;
                modes += within ? 1 : 0;
                inside += within ? coefficient * coefficient : 0;
                outside += within ? 0 : coefficient * coefficient;
            }
        }

        Norm(direction).Should().BeApproximately(1, 1e-12);
        inside.Should().BeApproximately(1, 1e-12);
        outside.Should().BeLessThan(1e-24);
        sampler.Dimensions.Should().Be(modes);
    }

    [Fact]
    public void Band_ManyDraws_AreIsotropicWithinBand()
    {
        // The mean of v vᵀ over the unit sphere of an N-dimensional space is the projector on it divided by N.
        var sampler = DirectionSampler.Band(4, 3, new FrequencyBand(0.2, 0.7));
        const int Draws = 4000;
        double[,] mean = new double[12, 12];
        double[] direction = new double[12];
        for (int k = 0; k < Draws; k++)
        {
            sampler.Draw(1, k, 0, direction);
            for (int a = 0; a < 12; a++)
            {
                for (int b = 0; b < 12; b++)
                {
                    mean[a, b] += direction[a] * direction[b] / Draws;
                }
            }
        }

        var eigenvalues = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfArray(mean).Evd().EigenValues.Select(value => value.Real).Order().ToArray();
        int dimensions = sampler.Dimensions;
        eigenvalues[..(12 - dimensions)].Should().OnlyContain(value => Math.Abs(value) < 1e-12);
        eigenvalues[(12 - dimensions)..].Should().OnlyContain(value => Math.Abs((value * dimensions) - 1) < 0.15);
    }

    [Fact]
    public void Draw_SameNames_SameBitsOnAnyThread()
    {
        var sampler = DirectionSampler.Band(41, 41, new FrequencyBand(0.4, double.PositiveInfinity));
        double[][] first = new double[32][];
        double[][] second = new double[32][];
        for (int k = 0; k < 32; k++)
        {
            first[k] = new double[1681];
            sampler.Draw(9, k, 2, first[k]);
        }

        Parallel.For(0, 32, k =>
        {
            second[31 - k] = new double[1681];
            sampler.Draw(9, 31 - k, 2, second[31 - k]);
        });
        for (int k = 0; k < 32; k++)
        {
            second[k].Should().Equal(first[k]);
        }

        double[] other = new double[1681];
        foreach (var (seed, sample, index) in new[] { (8UL, 0L, 2), (9UL, 1L, 2), (9UL, 0L, 1) })
        {
            sampler.Draw(seed, sample, index, other);
            Math.Abs(System.Numerics.Tensors.TensorPrimitives.Dot<double>(other, first[0])).Should().BeLessThan(0.2, "another name gives an unrelated direction");
        }
    }

    [Fact]
    public void TangentAndOrthogonal_Draw_LieInTheirSubspaces()
    {
        var manifold = TestManifolds.Blobs();
        var at = new NearestPointOracle(manifold).Expand(manifold.DrawPoints(1, 3)[0], 1);
        double[] direction = new double[256];
        var along = DirectionSampler.AlongManifold(256, 4);
        along.Draw(1, 2, 3, direction, at.Frame);
        Norm(direction).Should().BeApproximately(1, 1e-12);
        double[] rest = [.. direction];
        at.RemoveTangent(rest);
        Norm(rest).Should().BeLessThan(1e-12);
        along.Dimensions.Should().Be(4);

        var across = DirectionSampler.OrthogonalToManifold(DirectionSampler.White(256), 4);
        across.Draw(1, 2, 3, direction, at.Frame);
        Norm(direction).Should().BeApproximately(1, 1e-12);
        for (int i = 0; i < 4; i++)
        {
            var tangent = at.Tangents.Slice(i * 256, 256);
            Math.Abs(System.Numerics.Tensors.TensorPrimitives.Dot<double>(tangent, direction)).Should().BeLessThan(1e-12 * Norm(tangent));
        }

        across.Dimensions.Should().Be(252);
    }

    [Fact]
    public void Along_ManyDraws_AreIsotropic()
    {
        var manifold = TestManifolds.Blobs();
        var at = new NearestPointOracle(manifold).Expand(manifold.DrawPoints(1, 3)[0], 1);
        var sampler = DirectionSampler.AlongManifold(256, 4);
        double[] direction = new double[256];
        double sum = 0;
        double[] probe = at.Tangents[..256].ToArray();
        double length = Norm(probe);
        for (int k = 0; k < 2000; k++)
        {
            sampler.Draw(1, k, 0, direction, at.Frame);
            sum += Math.Pow(System.Numerics.Tensors.TensorPrimitives.Dot<double>(probe, direction) / length, 2) / 2000;
        }

        sum.Should().BeApproximately(0.25, 0.02);
    }

    [Fact]
    public void NormalNoise_ManyNumbers_HaveNormalDistribution()
    {
        const int Count = 200_000;
        double[] numbers = new double[Count];
        var random = new RandomStream(5);
        NormalNoise.Fill(ref random, numbers);
        Array.Sort(numbers);

        // Kolmogorov and Smirnov: the largest distance of the distributions is above 1.95/√n once in a thousand times.
        double distance = 0;
        for (int k = 0; k < Count; k++)
        {
            double expected = 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(-numbers[k] / Math.Sqrt(2));
            distance = Math.Max(distance, Math.Abs(expected - ((k + 0.5) / Count)));
        }

        distance.Should().BeLessThan(1.95 / Math.Sqrt(Count));
        numbers.Average(x => Math.Pow(x, 4)).Should().BeApproximately(3, 0.06);
        numbers.Count(x => Math.Abs(x) > 3.6541528853610088).Should().BeInRange(25, 80, "the tail holds 2.58e-4 of the numbers");
    }

    [Fact]
    public void Create_OwnDelegate_IsNormalized()
    {
        var sampler = DirectionSampler.Create(3, 1, (ref RandomStream random, Span<double> direction) =>
        {
            direction.Clear();
            direction[1] = -7 * random.NextUniform(1, 2);
        });
        double[] direction = new double[3];
        sampler.Draw(0, 0, 0, direction);
        direction.Should().Equal(0, -1, 0);
        var zero = DirectionSampler.Create(3, 1, (ref RandomStream _, Span<double> v) => v.Clear());
        ((Action)(() => zero.Draw(0, 0, 0, direction))).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Arguments_OutOfRange_Throw()
    {
        ((Action)(() => DirectionSampler.Band(5, 5, new FrequencyBand(1.5, 2)))).Should().Throw<ArgumentException>().WithMessage("*5 × 5*1.5 to 2*");
        ((Action)(() => _ = new FrequencyBand(0.5, 0.5))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new FrequencyBand(-0.1, 0.5))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => DirectionSampler.White(4).Draw(0, 0, 0, new double[3]))).Should().Throw<ArgumentException>().WithMessage("*3 elements*draws 4*");
        ((Action)(() => DirectionSampler.AlongManifold(9, 2).Draw(0, 0, 0, new double[9]))).Should().Throw<ArgumentException>();
        var manifold = TestManifolds.Blobs();
        var at = new NearestPointOracle(manifold).Expand(manifold.DrawPoints(1, 3)[0], 1);
        ((Action)(() => DirectionSampler.AlongManifold(256, 2).Draw(0, 0, 0, new double[256], at.Frame))).Should().Throw<ArgumentException>();
    }

    private static double Mode(int k, int x, int n) => Math.Sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.Cos(Math.PI * (x + 0.5) * k / n);
}
