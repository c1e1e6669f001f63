using System.Globalization;

namespace SobolevNet.Tests.Files;

/// <summary>The culture of the thread changes neither bytes nor messages.</summary>
public sealed class FileCultureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_UnderAnotherCulture_HaveTheSameBytesAndMessages()
    {
        var plain = Everything(CultureInfo.InvariantCulture);
        var strange = Everything(Strange());

        strange.Should().Equal(plain);
    }

    /// <summary>Commas for points and a sign of its own; the tests run without the cultures of the machine.</summary>
    private static CultureInfo Strange()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat = new NumberFormatInfo
        {
            NumberDecimalSeparator = ",",
            NumberGroupSeparator = ".",
            NegativeSign = "\u2212",
            PositiveInfinitySymbol = "unendlich",
            NegativeInfinitySymbol = "\u2212unendlich",
            NaNSymbol = "keine Zahl",
        };
        return culture;
    }

    private List<string> Everything(CultureInfo culture)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            string path = _folder.File("a");
            var seen = new List<string>();
            void written(Action write)
            {
                write();
                seen.Add(Convert.ToHexString(File.ReadAllBytes(path)));
            }

            void refused(Action action)
            {
                try
                {
                    action();
                    seen.Add("accepted");
                }
                catch (Exception fault)
                {
                    seen.Add(fault.Message);
                }
            }

            var network = Mlp<double>.Create(1000, [12, 1234], 1, seed: 1);
            network.InputScaling = new FeatureScaling<double>(new double[1000], [.. Enumerable.Repeat(2.5, 1000)]);
            written(() => network.Save(path));
            seen.Add(Mlp<double>.Load(path).Architecture.ToString());
            network.Parameters[7] = double.NaN;
            refused(() => network.Save(path));
            network.Parameters[7] = double.NegativeInfinity;
            refused(() => network.Save(path));

            SafetensorsTensor[] tensors = [SafetensorsTensor.Create<float>("weight", [-2.5f, float.NegativeInfinity], 1, 2)];
            written(() => SafetensorsFile.Write(path, new Dictionary<string, string> { ["format"] = "pt" }, tensors));
            refused(() => Mlp<double>.Load(path));
            refused(() => SafetensorsFile.Read(path).GetTensor("weight", [-1, 12_345]));
            written(() => NpyFile.Write<double>(path, new double[1234], 1234));
            seen.Add(NpyFile.Read<double>(path).Data.Length.ToString(CultureInfo.InvariantCulture));
            refused(() => NpyFile.Write<double>(path, [1], -1234, 5));
            written(() => JetData.Save(path, JetData.FromValues(new double[,] { { -2.5 } }, [1.5])));
            refused(() => JetData.Load<double>(path, maxBytes: 1));
            return seen;
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
