using System.Numerics.Tensors;
using SobolevNet.Robustness;
using SobolevNet.Tests.Robustness;

namespace SobolevNet.Tests.Data;

/// <summary>A transform that a user writes against the public base class.</summary>
public class JetSourceTransformTests
{
    private static readonly IJetSource<double> Clean = new ManifoldSource<double>(TestManifolds.Circle(), 2, 6, seed: 2);

    [Fact]
    public void Shape_NotOverridden_IsTheOtherSources()
    {
        var log = new LogTargets(Clean);
        (log.InputFeatures, log.OutputFeatures, log.Count, log.IsEndless, log.InputsShareUnit).Should()
            .Be((Clean.InputFeatures, Clean.OutputFeatures, Clean.Count, Clean.IsEndless, Clean.InputsShareUnit));
        log.TangentScale(0).Should().Be(Clean.TangentScale(0));
        (log.Layout.Order, log.InputOrder).Should().Be((1, 1), "an input has no derivatives above the layout's order");
        new LogTargets(Clean.Truncate(0)).InputOrder.Should().Be(0);
    }

    [Fact]
    public void TangentInputs_NotOverridden_AreNone()
    {
        var labels = JetData.FromJacobian(new double[,] { { 1, 2 } }, [3.0], new double[,] { { 4, 5 } });
        new LogTargets(labels).TangentInputs.IsEmpty.Should().BeTrue("a transform may change the derivatives of inputs");
        labels.Subset([0]).Truncate(1).TangentInputs.ToArray().Should().Equal(0, 1);
        labels.Truncate(0).TangentInputs.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Fill_OfChangedTargets_GivesThemInAnyComposition()
    {
        var labels = JetData.FromJacobian(new double[,] { { 1 }, { 2 }, { 3 } }, [2.0, 4.0, 8.0], new double[,] { { 1 }, { 6 }, { 4 } });
        var (input, target) = new LogTargets(labels).Subset([2, 1]).Sample(1);
        input.Data.ToArray().Should().Equal(2, 1);
        target.Data.ToArray().Should().Equal(Math.Log(4), 6.0 / 4);
    }

    [Fact]
    public void Constructor_NoSource_NamesTheArgument()
    {
        FluentActions.Invoking(() => new LogTargets(null!)).Should().Throw<ArgumentNullException>().WithParameterName("labels");
    }

    [Fact]
    public void Run_OfATransformOfAnAdaptiveSource_FollowsTheNetwork()
    {
        var adversarial = Clean.Adversarial(new AdversarialOptions(0.3) { Steps = 2 });
        var log = new LogTargets(adversarial.Truncate(1));
        var (view, run) = AdaptiveSources.BeginRun(log);
        var (other, _) = AdaptiveSources.BeginRun(log);
        run.Single().BeginStep(Mlp<double>.Create(Clean.InputFeatures, [4], Clean.OutputFeatures), 0, 0);
        double[] clean = log.Sample(3).Input.Data.ToArray();
        view.Sample(3).Input.Data.ToArray().Should().NotEqual(clean);
        view.Sample(3).Target.Data.ToArray().Should().Equal(log.Sample(3).Target.Data.ToArray());
        other.Sample(3).Input.Data.ToArray().Should().Equal(clean, "the other run has had no step");
        FluentActions.Invoking(() => log.AlongRandomDirections(1, 1)).Should().Throw<ArgumentException>().WithMessage("*change during training*");
    }

    /// <summary>Trains log |y| instead of y.</summary>
    private sealed class LogTargets(IJetSource<double> labels) : JetSourceTransform<double>(labels)
    {
        public override JetLayout Layout => Source.Layout.Truncate(1);

        protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            source.Fill(samples, input, target);
            for (int c = target.Layout.Count - 1; c > 0; c--)
            {
                TensorPrimitives.Divide(target.Component(c), target.Component(0), target.Component(c));
            }

            TensorPrimitives.Abs(target.Component(0), target.Component(0));
            TensorPrimitives.Log(target.Component(0), target.Component(0));
        }
    }
}
