using SobolevNet.Rendering;

namespace SobolevNet.Tests.Rendering;

public sealed class PoseTests
{
    private static readonly Pose Sample = new(new Vector3D(1, -2, 0.5), 0.7, new Vector3D(0.3, -0.1, 0.2));
    private static readonly Pose Other = new(new Vector3D(-0.4, 0.3, 2), -1.9, new Vector3D(-0.6, 0.4, 0.05));
    private static readonly Vector3D Point = new(0.31, -1.2, 0.77);

    [Fact]
    public void Draw_ManyPoses_StayInTheRangeAndFillIt()
    {
        var range = new PoseRange(0.3, 0.2);
        (range.MaximalAngle, range.MaximalTranslation).Should().Be((0.3, 0.2));
        var random = new RandomStream(3);
        double farthest = 0;
        double widest = 0;
        for (int k = 0; k < 500; k++)
        {
            var pose = Pose.Draw(ref random, range);
            double[] from = new double[6];
            Pose.Identity.LocalCoordinates(pose, from);
            widest = Math.Max(widest, Math.Sqrt((from[3] * from[3]) + (from[4] * from[4]) + (from[5] * from[5])));
            farthest = Math.Max(farthest, Math.Max(Math.Abs(pose.Translation.X), Math.Max(Math.Abs(pose.Translation.Y), Math.Abs(pose.Translation.Z))));
        }

        widest.Should().BeInRange(0.29, range.MaximalAngle + 1e-12);
        farthest.Should().BeInRange(0.195, range.MaximalTranslation);
    }

    [Fact]
    public void Rotate_AboutZByQuarterTurn_TakesXToY() =>
        Near(new Pose(new Vector3D(0, 0, 3), Math.PI / 2, default).Rotate(new Vector3D(1, 0, 0)), new Vector3D(0, 1, 0));

    [Fact]
    public void Transform_Default_IsIdentity()
    {
        Pose.Identity.Transform(Point).Should().Be(Point);
        default(Pose).Compose(Sample).Transform(Point).X.Should().BeApproximately(Sample.Transform(Point).X, 1e-15);
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(0.4)]
    [InlineData(2.9)]
    [InlineData(-3.1)]
    [InlineData(50)]
    public void Rotate_AnyAngle_KeepsLengthAndAxisAndTurnsByTheAngle(double angle)
    {
        var pose = new Pose(Sample.Axis, angle, default);
        Vector3D turned = pose.Rotate(Point);
        turned.Length.Should().BeApproximately(Point.Length, 1e-15);
        turned.Dot(pose.Axis).Should().BeApproximately(Point.Dot(pose.Axis), 1e-15);
        Vector3D across = Point - (Point.Dot(pose.Axis) * pose.Axis);
        (turned.Dot(across) / across.Dot(across)).Should().BeApproximately(Math.Cos(angle), 1e-14);
        (turned.Dot(pose.Axis.Cross(across)) / across.Dot(across)).Should().BeApproximately(Math.Sin(angle), 1e-14);
    }

    [Fact]
    public void Compose_TwoPoses_AppliesOneAfterTheOther() =>
        Near(Sample.Compose(Other).Transform(Point), Sample.Transform(Other.Transform(Point)));

    [Fact]
    public void Compose_ThreePoses_IsAssociative() =>
        Near(
            Sample.Compose(Other).Compose(Sample).Transform(Point),
            Sample.Compose(Other.Compose(Sample)).Transform(Point));

    [Fact]
    public void Inverse_AnyPose_TakesEverythingBack()
    {
        Near(Sample.Inverse().Transform(Sample.Transform(Point)), Point);
        Near(Sample.Compose(Sample.Inverse()).Transform(Point), Point);
        Near(Pose.Identity.Inverse().Transform(Point), Point);
    }

    [Fact]
    public void Retract_TranslationAndRotation_TurnsAboutTheOwnCenterInTheCameraFrame()
    {
        double[] delta = [0.1, -0.2, 0.3, 0.5, -0.7, 0.2];
        var omega = new Vector3D(0.5, -0.7, 0.2);
        var turn = new Pose(omega, omega.Length, default);
        Near(Sample.Retract(delta).Transform(Point), turn.Rotate(Sample.Rotate(Point)) + Sample.Translation + new Vector3D(0.1, -0.2, 0.3));
        Near(Pose.Identity.Retract(delta).Rotate(Point), turn.Rotate(Point));
        Near(Sample.Retract(new double[6]).Transform(Point), Sample.Transform(Point));
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(0.3)]
    [InlineData(3.0)]
    public void LocalCoordinates_OfARetraction_AreTheStep(double size)
    {
        double[] delta = [0.1, -0.2, 0.3, 0.6 * size, 0, -0.8 * size];
        var found = new double[6];
        foreach (var start in new[] { Sample, Other, Pose.Identity })
        {
            start.LocalCoordinates(start.Retract(delta), found);
            for (int k = 0; k < 6; k++)
            {
                found[k].Should().BeApproximately(delta[k], 1e-14);
            }
        }
    }

    [Fact]
    public void Draw_ManyPoses_FillsTheRangeUniformly()
    {
        var range = new PoseRange(0.4, 0.9);
        var mean = default(Vector3D);
        var square = default(Vector3D);
        double angleSquare = 0;
        const int Count = 20_000;
        for (int k = 0; k < Count; k++)
        {
            var stream = new RandomStream(3, (ulong)k);
            var pose = Pose.Draw(ref stream, range);
            pose.Axis.Length.Should().BeApproximately(1, 1e-15);
            Math.Abs(pose.Angle).Should().BeLessThanOrEqualTo(0.4);
            var t = pose.Translation;
            Math.Max(Math.Abs(t.X), Math.Max(Math.Abs(t.Y), Math.Abs(t.Z))).Should().BeLessThanOrEqualTo(0.9);
            mean += (1.0 / Count) * pose.Axis;
            square += (1.0 / Count) * new Vector3D(t.X * t.X, t.Y * t.Y, t.Z * t.Z);
            angleSquare += pose.Angle * pose.Angle / Count;
        }

        mean.Length.Should().BeLessThan(0.02);
        square.X.Should().BeApproximately(0.81 / 3, 0.01);
        square.Y.Should().BeApproximately(0.81 / 3, 0.01);
        square.Z.Should().BeApproximately(0.81 / 3, 0.01);
        angleSquare.Should().BeApproximately(0.16 / 3, 0.002);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(2)]
    public void Draw_AngleExponent_IsThePowerOfTheDensity(double exponent)
    {
        var range = new PoseRange(0.4) { AngleExponent = exponent };
        var stream = new RandomStream(5, 1);
        var angles = Enumerable.Range(0, 20_000).Select(_ => Pose.Draw(ref stream, range).Angle).ToArray();
        foreach (double part in (double[])[0.25, 0.5, 0.75, 1])
        {
            double below = angles.Count(angle => Math.Abs(angle) <= 0.4 * part) / (double)angles.Length;
            below.Should().BeApproximately(Math.Pow(part, 1 + exponent), 0.012);
        }

        angles.Count(angle => angle < 0).Should().BeInRange(9_700, 10_300);
        Math.Sqrt(angles.Average(angle => angle * angle)).Should().BeApproximately(range.AngleDeviation, 0.003);
        Pose.Draw(ref stream, new PoseRange(0) { AngleExponent = exponent }).Angle.Should().Be(0);
    }

    [Fact]
    public void Pose_TinyOrHugeAxis_IsScaledToUnitLength()
    {
        Near(new Pose(new Vector3D(3e-300, 4e-300, 0), 1, default).Axis, new Vector3D(0.6, 0.8, 0));
        Near(new Pose(new Vector3D(3e300, 4e300, 0), 1, default).Axis, new Vector3D(0.6, 0.8, 0));
    }

    [Fact]
    public void Pose_BadInput_IsRefusedWithTheReason()
    {
        var axis = new Vector3D(0, 0, 1);
        Refused(() => new Pose(default, 1, default), "*has no direction*");
        Refused(() => new Pose(new Vector3D(double.NaN, 0, 1), 1, default), "*has no direction*");
        Refused(() => new Pose(axis, double.NaN, default), "*angle NaN is not finite*");
        Refused(() => new Pose(axis, 1, new Vector3D(0, double.PositiveInfinity, 0)), "*translation*not finite*");
        Refused(() => Sample.Retract(new double[5]), "*6 coordinates*not 5*");
        Refused(() => Sample.Retract([0, 0, 0, double.NaN, 0, 0]), "*not finite*");
        Refused(() => Sample.LocalCoordinates(Other, new double[7]), "*6 coordinates*not 7*");
        Refused(() => new PoseRange(-0.1), "*in ?0, π? radians*");
        Refused(() => new PoseRange(4), "*in ?0, π? radians*");
        Refused(() => new PoseRange(0.1, double.NaN), "*finite and at least 0*");
        Refused(() => new PoseRange { AngleExponent = -0.1 }, "*density is finite and at least 0*");
        Refused(() => new PoseRange { AngleExponent = double.PositiveInfinity }, "*density is finite and at least 0*");
    }

    private static void Refused(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);

    private static void Near(Vector3D actual, Vector3D expected) => (actual - expected).Length.Should().BeLessThan(2e-15);
}
