using SobolevNet.Kernels;

namespace SobolevNet.Tests.Kernels;

public class GemmPiecesTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 0)]
    [InlineData(16, 224)]
    [InlineData(38, 224)]
    [InlineData(37, 5)]
    [InlineData(1216, 111)]
    public void MoveNext_FromAnyPiece_StandsWhereShapeStarts(int pieces, int length)
    {
        for (int from = 0; from < pieces; from += 1 + (pieces / 10))
        {
            var piece = new GemmPieces(from, pieces, length);
            for (int k = from; k < pieces; k++)
            {
                piece.Start.Should().Be(GemmShape.Start(k, pieces, length));
                piece.End.Should().Be(GemmShape.Start(k + 1, pieces, length));
                piece.MoveNext();
            }
        }
    }
}
