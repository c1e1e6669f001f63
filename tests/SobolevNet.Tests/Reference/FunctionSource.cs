using System.Numerics;

namespace SobolevNet.Tests.Reference;

/// <summary>Jets of y = sin(2x₁)cos(x₂) + x₁x₂/2, y' likewise, at random points of [−2, 2]²: a source with known derivatives.</summary>
public sealed class FunctionSource<T>(int order, int count, ulong seed, bool endless = false) : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public JetLayout Layout { get; } = order == 0 ? JetLayout.Value : JetLayout.Full(2, order);

    public int InputFeatures => 2;

    public int OutputFeatures => 1;

    public int Count => count;

    public bool IsEndless => endless;

    public int InputOrder => 1;

    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        input.Clear();
        for (int s = 0; s < samples.Length; s++)
        {
            var random = new RandomStream(seed, (ulong)samples[s]);
            double a = random.NextUniform(-2, 2);
            double b = random.NextUniform(-2, 2);
            input[0, s, 0] = T.CreateTruncating(a);
            input[0, s, 1] = T.CreateTruncating(b);
            double[] components =
            [
                (Math.Sin(2 * a) * Math.Cos(b)) + (a * b / 2),
                (2 * Math.Cos(2 * a) * Math.Cos(b)) + (b / 2),
                (-Math.Sin(2 * a) * Math.Sin(b)) + (a / 2),
                -4 * Math.Sin(2 * a) * Math.Cos(b),
                (-2 * Math.Cos(2 * a) * Math.Sin(b)) + 0.5,
                -Math.Sin(2 * a) * Math.Cos(b),
            ];
            for (int c = 0; c < input.Layout.Count; c++)
            {
                target[c, s, 0] = T.CreateTruncating(components[c]);
            }

            if (input.Layout.Order > 0)
            {
                input[1, s, 0] = T.One;
                input[2, s, 1] = T.One;
            }
        }
    }
}
