using MathNet.Numerics.LinearAlgebra;
using SobolevNet.Robustness;
using SobolevNet.Tests.Reference;
using static SobolevNet.Tests.Robustness.NearestPointOracleTests;

namespace SobolevNet.Tests.Robustness;

/// <summary>The small matrices and derivatives that oracles and attacks stand on, against MathNet and finite differences.</summary>
public class SmallAlgebraTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(30)]
    public void SymmetricEigen_RandomMatrix_AgreesWithMathNet(int n)
    {
        var random = new RandomStream((ulong)n);
        var matrix = Matrix<double>.Build.Dense(n, n, (_, _) => random.NextNormal());
        matrix += matrix.Transpose();
        double[] values = matrix.ToRowMajorArray();
        double[] vectors = new double[n * n];
        SymmetricEigen.Decompose(values, vectors, n);
        double[] found = [.. Enumerable.Range(0, n).Select(k => values[k * (n + 1)])];
        double[] expected = [.. matrix.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real)];
        Distance([.. found.Order()], [.. expected.Order()]).Should().BeLessThan(1e-12 * matrix.FrobeniusNorm());
        var rows = Matrix<double>.Build.DenseOfRowMajor(n, n, vectors);
        ((rows * matrix * rows.Transpose()) - Matrix<double>.Build.DenseOfDiagonalArray(found)).FrobeniusNorm()
            .Should().BeLessThan(1e-12 * matrix.FrobeniusNorm());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(3)]
    public void WideMatrix_FullOrLowerRank_HasTheSvdsAnswers(int rank)
    {
        var random = new RandomStream(8);
        var exact = Matrix<double>.Build.Dense(4, rank, (_, _) => random.NextNormal()) * Matrix<double>.Build.Dense(rank, 11, (_, _) => random.NextNormal());
        var wide = new WideMatrix(4, 11);
        exact.ToRowMajorArray().CopyTo(wide.Elements, 0);
        double[] left = new double[4];
        double[] right = new double[11];
        var svd = exact.Svd();
        wide.LargestSingular(left, right).Should().BeApproximately(svd.S[0], 1e-12 * svd.S[0]);
        wide.Gain(PerturbationNorm.L2).Should().BeApproximately(svd.S[0], 1e-12 * svd.S[0]);
        Distance((exact * Vector<double>.Build.Dense(right)).ToArray(), [.. left.Select(x => x * svd.S[0])]).Should().BeLessThan(1e-11);

        double[] vector = [.. Enumerable.Range(0, 11).Select(_ => random.NextNormal())];
        double[] image = (exact * Vector<double>.Build.Dense(vector)).ToArray();
        double[] shortest = (exact.PseudoInverse() * Vector<double>.Build.Dense(image)).ToArray();
        double[] rest = [.. vector];
        wide.SubtractPseudoInverse(image, rest);
        Distance(rest, [.. vector.Zip(shortest, (a, b) => a - b)]).Should().BeLessThan(1e-9);
        wide.RemoveRows(vector);
        (exact * Vector<double>.Build.Dense(vector)).L2Norm().Should().BeLessThan(1e-11);

        // In L∞ the gain is a bound that a matrix of one row reaches.
        var row = new WideMatrix(1, 3);
        new double[] { 1, -2, 0.5 }.CopyTo(row.Elements, 0);
        row.Gain(PerturbationNorm.LInfinity).Should().Be(3.5);
    }

    [Theory]
    [InlineData("cubic", 0.5)]
    [InlineData("blobs", 1.0)]
    [InlineData("cube", 2.0)]
    public void OracleAdjoint_FarOffTheManifold_AgreesWithDifferences(string name, double size)
    {
        // The derivative of the exact oracle at an input that is not clean; attacks climb along it.
        var manifold = Manifold(name);
        double[] point = manifold.DrawPoints(1, 6)[0];
        var search = new NearestPointSearch(manifold, new NearestPointOptions { Tolerance = 1e-14 });
        search.Begin(point);
        double[] input = search.Start.Input.Row(0, 0).ToArray();
        double[] off = Direction(manifold, 77);
        for (int f = 0; f < input.Length; f++)
        {
            input[f] += size * off[f];
        }

        double[] weights = [.. Enumerable.Range(0, manifold.OutputFeatures).Select(o => Math.Cos(o + 1))];
        search.Run(input).Should().Be(OracleStatus.Converged);
        search.Residual.Should().BeGreaterThan(0.5 * size, "the input is far off");
        double[] adjoint = new double[input.Length];
        search.AddPullBack(weights, 1, adjoint);
        foreach (int seed in new[] { 1, 2, 3 })
        {
            // Along the manifold, where the oracle moves, and across it.
            double[] direction = Direction(manifold, seed);
            if (seed == 1)
            {
                search.Start.Tangents[..direction.Length].CopyTo(direction);
                VectorLength.TryNormalize<double>(direction);
            }

            double[] step = [0];
            double difference = Differences.Derivative(
                step,
                0,
                () =>
                {
                    double[] moved = [.. input.Zip(direction, (x, d) => x + (step[0] * d))];
                    search.Run(moved).Should().Be(OracleStatus.Converged);
                    return System.Numerics.Tensors.TensorPrimitives.Dot(search.Output, weights);
                },
                step: 0.02);
            double expected = System.Numerics.Tensors.TensorPrimitives.Dot<double>(adjoint, direction);
            difference.Should().BeApproximately(expected, 1e-6 * Norm(adjoint));
        }
    }
}
