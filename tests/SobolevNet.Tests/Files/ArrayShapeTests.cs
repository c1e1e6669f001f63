namespace SobolevNet.Tests.Files;

public class ArrayShapeTests
{
    private const long Largest = long.MaxValue;

    [Fact]
    public void ElementCount_AnyShape_IsTheProductOrMinusOne()
    {
        Count().Should().Be(1);
        Count(3, 4).Should().Be(12);
        Count(0, Largest, Largest).Should().Be(0);
        Count(Largest, Largest, 0).Should().Be(0);
        Count(1, Largest, 1).Should().Be(Largest);
        Count(2, Largest).Should().Be(-1, "the product exceeds 63 bits");
        Count(1L << 32, 1L << 31).Should().Be(-1, "the product exceeds 63 bits");
        Count(3, -1).Should().Be(-1);
        Count(0, -1).Should().Be(-1);
    }

    private static long Count(params long[] shape) => ArrayShape.ElementCount<long>(shape);
}
