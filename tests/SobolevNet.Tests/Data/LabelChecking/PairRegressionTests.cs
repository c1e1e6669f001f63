using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>Least squares over pairs, against what can be worked out by hand.</summary>
public class PairRegressionTests
{
    private const int Pairs = 300;

    [Fact]
    public void Solve_OfExactData_GivesFactorsAndSizes()
    {
        // Labels 2 and 0.5 of two independent columns; the rest needs 1.5 and −0.25 times them: factors 2.5 and 0.75.
        var random = new RandomStream(3);
        var coordinates = Matrix<double>.Build.Dense(Pairs, 2, (_, _) => random.NextNormal());
        var supplied = Matrix<double>.Build.Dense(Pairs, 2, (pair, k) => coordinates[pair, k] * (k == 0 ? 2 : 0.5) * (1 + (0.5 * random.NextUniform())));
        var rest = (1.5 * supplied.Column(0)) - (0.25 * supplied.Column(1));
        var found = Solve(rest, supplied, Directions(supplied, coordinates));
        found[0].Scale.Should().BeApproximately(2.5, 1e-6);
        found[1].Scale.Should().BeApproximately(0.75, 1e-6);
        found.Should().OnlyContain(column => column.ScaleError < 1e-6 && column.Chance < 1e-12 && column.WrongError < 1e-6);
        (found[0].Wrong / found[0].Label).Should().BeApproximately(1.5, 1e-6);
        (found[0].Right / found[0].Label).Should().BeApproximately(2.5, 1e-6);
        (found[1].Wrong / found[1].Label).Should().BeApproximately(0.25, 1e-6);
        (found[1].Right / found[1].Label).Should().BeApproximately(0.75, 1e-6);
    }

    [Fact]
    public void Solve_OfARightColumnBesideAMissingOne_AccusesOnlyTheMissingOne()
    {
        // The label of the first column is zero where 3 is right; the second column is right, and its coordinate is 0.9 of the first one's.
        var random = new RandomStream(4);
        var coordinates = Matrix<double>.Build.Dense(Pairs, 2);
        for (int pair = 0; pair < Pairs; pair++)
        {
            coordinates[pair, 0] = random.NextNormal();
            coordinates[pair, 1] = (0.9 * coordinates[pair, 0]) + (0.3 * random.NextNormal());
        }

        var supplied = Matrix<double>.Build.DenseOfColumnVectors(Vector<double>.Build.Dense(Pairs), 2 * coordinates.Column(1));
        var rest = (3 * coordinates.Column(0)) + Vector<double>.Build.Dense(Pairs, _ => random.NextNormal());
        var found = Solve(rest, supplied, Directions(supplied, coordinates));
        found[0].Chance.Should().BeLessThan(1e-9);
        found[0].Scale.Should().Be(double.NaN, "no factor mends zeros");
        found[1].Chance.Should().BeGreaterThan(1e-3);
        found[1].Scale.Should().BeApproximately(1, 4 * found[1].ScaleError);
        found[1].Share.Should().BeInRange(0.05, 0.2, "nine tenths of its variance are those of the first column");
    }

    [Fact]
    public void Solve_OfColumnsThatAlwaysMoveTogether_TellsNothingOfEither()
    {
        var random = new RandomStream(5);
        var one = Vector<double>.Build.Dense(Pairs, _ => random.NextNormal());
        var coordinates = Matrix<double>.Build.DenseOfColumnVectors(one, 2 * one);
        var supplied = Matrix<double>.Build.DenseOfColumnVectors(one, one);
        Solve(5 * one, supplied, Directions(supplied, coordinates)).Should().OnlyContain(
            column => column.Chance == 1 && double.IsNaN(column.Scale) && double.IsPositiveInfinity(column.WrongError));
    }

    [Fact]
    public void Solve_OfPairsApart_HasTheErrorsOfLeavingOneOut()
    {
        var random = new RandomStream(4);
        var t = Vector<double>.Build.Dense(Pairs, _ => random.NextNormal());
        var rest = t.Map(x => (0.1 * x) + ((1 + (0.3 * Math.Abs(x))) * random.NextNormal()));
        var directions = Matrix<double>.Build.DenseOfColumnVectors(t, t);
        double square = t.DotProduct(t);
        double slope = t.DotProduct(rest) / square;
        double variance = t.Zip(rest, (x, y) => Math.Pow(x * (y - (slope * x)) / (1 - (x * x / square)) / square, 2)).Sum();
        double independent = Math.Pow(variance, 2) / t.Zip(rest, (x, y) => Math.Pow(x * (y - (slope * x)) / (1 - (x * x / square)) / square, 4)).Sum();
        var found = Solve(rest, t.ToColumnMatrix(), directions)[0];
        found.Scale.Should().BeApproximately(1 + slope, 1e-6);
        found.ScaleError.Should().BeApproximately(Math.Sqrt(variance), 1e-6);
        found.Wrong.Should().BeApproximately(slope * Math.Sqrt(square / Pairs), 1e-6);
        found.WrongError.Should().BeApproximately(Math.Sqrt(variance * square / Pairs), 1e-6);
        found.Chance.Should().BeApproximately(1 - FisherSnedecor.CDF(1, independent, slope * slope / variance), 1e-6);
    }

    [Fact]
    public void Solve_OfPairsThatShareASample_CountsTheirErrorsTogether()
    {
        var ones = Matrix<double>.Build.Dense(4, 1, 1);
        var rest = Vector<double>.Build.Dense([1, 1, -1, -1]);
        var pairs = new SamplePairs([0, 0, 3, 3], [1, 2, 4, 5], [], [], []);
        var found = PairRegression.Solve(pairs, 6, rest, ones, ones.Append(ones), 2)[0];
        found.Wrong.Should().BeApproximately(0, 1e-9);
        found.WrongError.Should().BeApproximately(Math.Sqrt(0.5) / 0.75, 1e-6, "pairs that err together are half as many; each has a leverage of a quarter");
    }

    [Fact]
    public void Solve_OfOnePairThatAloneShowsAColumn_IsNotCertain()
    {
        var random = new RandomStream(6);
        var coordinates = Matrix<double>.Build.Dense(Pairs, 2, (pair, k) => k == 0 ? random.NextNormal() : pair == 7 ? 1 : 0);
        var rest = Vector<double>.Build.Dense(Pairs, pair => pair == 7 ? 100 : 0.01 * random.NextNormal());
        var found = Solve(rest, coordinates, Directions(coordinates, coordinates));
        found[1].Wrong.Should().BeGreaterThan(1);
        found[1].Chance.Should().BeGreaterThan(0.01);
    }

    [Fact]
    public void Solve_OfFewerPairsThanDirections_TellsNothing()
    {
        var ones = Matrix<double>.Build.Dense(2, 1, 1);
        var pairs = new SamplePairs([0, 2], [1, 3], [], [], []);
        PairRegression.Solve(pairs, 2, ones.Column(0), ones, ones.Append(ones), 2)[0].Should().Be(PairRegression.Column.Unknown);
    }

    [Fact]
    public void Chance_OfRightLabels_IsEvenlyDistributed()
    {
        // A tenth of right columns must have a chance below a tenth: with noise of varying size, pairs that share samples, and dependent columns.
        int below = 0;
        const int Sets = 300;
        for (int set = 0; set < Sets; set++)
        {
            var random = new RandomStream(7, (ulong)set);
            double[] place = [.. Enumerable.Range(0, 200).Select(_ => random.NextNormal())];
            double[] other = [.. place.Select(x => (0.8 * x) + (0.6 * random.NextNormal()))];
            double[] noise = [.. place.Select(x => (1 + Math.Abs(x)) * random.NextNormal())];
            int[] from = [.. Enumerable.Range(0, 400).Select(pair => pair / 2)];
            int[] to = [.. Enumerable.Range(0, 400).Select(pair => ((pair / 2) + 1 + (pair % 2)) % 200)];
            var coordinates = Matrix<double>.Build.Dense(400, 2, (pair, k) => k == 0 ? place[to[pair]] - place[from[pair]] : other[to[pair]] - other[from[pair]]);
            var supplied = Matrix<double>.Build.Dense(400, 2, (pair, k) => coordinates[pair, k] * (place[to[pair]] + place[from[pair]]));
            var rest = Vector<double>.Build.Dense(400, pair => noise[to[pair]] - noise[from[pair]]);
            var found = PairRegression.Solve(new SamplePairs(from, to, [], [], []), 200, rest, supplied, Directions(supplied, coordinates), 2);
            below += found[1].Chance < 0.1 ? 1 : 0;
        }

        (below / (double)Sets).Should().BeInRange(0.03, 0.15);
    }

    private static PairRegression.Column[] Solve(Vector<double> rest, Matrix<double> supplied, Matrix<double> directions)
    {
        var apart = new SamplePairs([.. Enumerable.Range(0, Pairs).Select(k => 2 * k)], [.. Enumerable.Range(0, Pairs).Select(k => (2 * k) + 1)], [], [], []);
        return PairRegression.Solve(apart, 2 * Pairs, rest, supplied, directions, 2);
    }

    /// <summary>For each column the label and the coordinate.</summary>
    private static Matrix<double> Directions(Matrix<double> supplied, Matrix<double> coordinates) => Matrix<double>.Build.DenseOfColumnVectors(
        Enumerable.Range(0, supplied.ColumnCount).SelectMany(k => new[] { supplied.Column(k), coordinates.Column(k) }));
}
