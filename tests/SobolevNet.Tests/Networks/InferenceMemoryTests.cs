namespace SobolevNet.Tests.Networks;

/// <summary>Asking a small network takes little memory, however often it is asked.</summary>
public class InferenceMemoryTests
{
    /// <summary>A heap in which a loop that makes arrays as large as the answers runs too.</summary>
    private const long Heap = 24 << 20;

    [Theory]
    [InlineData("evaluate")]
    [InlineData("jacobian")]
    [InlineData("hessian")]
    [InlineData("derivatives")]
    [InlineData("predictor")]
    [InlineData("layouts")]
    [InlineData("turns")]
    public void Calls_InALoop_RunInASmallHeap(string call)
    {
        var (exitCode, output) = ChildProcess.Run(Heap, "inference", call);
        exitCode.Should().Be(0, output);
    }

    [Fact]
    public void Child_UnknownTask_IsNotTakenForSuccess() => ChildProcess.Run(Heap, "no such task").ExitCode.Should().Be(2);

    [Fact]
    public void Child_MoreThanTheHeap_IsNotTakenForSuccess() => ChildProcess.Run(Heap, "inference", "too much").ExitCode.Should().NotBe(0);

    public static TheoryData<string> Calls => ["evaluate", "jacobian", "hessian", "derivatives"];

    [Theory]
    [MemberData(nameof(Calls))]
    public void OnePoint_AfterTheFirstCall_AllocatesTheAnswerAndLittleMore(string call)
    {
        var network = Mlp<double>.Create(4, [64, 64], 2, Activation.Silu, 1);
        network.InputScaling = new FeatureScaling<double>([1, 2, 3, 4], [1, 1, 1, 1]);
        double[] x = [0.1, 0.2, 0.3, 0.4];
        Ask();
        Ask();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int k = 0; k < 100; k++)
        {
            Ask();
        }

        // Derivatives make a layout and a batch, and a tape for it, since layouts are compared by content.
        ((GC.GetAllocatedBytesForCurrentThread() - before) / 100).Should().BeLessThan(call == "derivatives" ? 1_500 : 600);

        void Ask()
        {
            _ = call switch
            {
                "evaluate" => network.Evaluate(x).Length,
                "jacobian" => network.Jacobian(x).Length,
                "hessian" => network.Hessian(x).Length,
                _ => network.Derivatives(x, x, 2).Data.Length,
            };
        }
    }
}
