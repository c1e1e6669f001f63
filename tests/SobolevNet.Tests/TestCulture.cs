using System.Globalization;
using System.Runtime.CompilerServices;

namespace SobolevNet.Tests;

/// <summary>
/// The culture that tests run in: with SOBOLEVNET_TEST_CULTURE=comma one that writes −0,5 for -0.5, as much of Europe does. It is made
/// from the invariant one, so it needs no culture data and works where globalization is invariant.
/// </summary>
internal static class TestCulture
{
    public static CultureInfo Comma { get; } = MakeComma();

    public static bool IsAskedFor => Environment.GetEnvironmentVariable("SOBOLEVNET_TEST_CULTURE") == "comma";

    [ModuleInitializer]
    internal static void SetDefault()
    {
        if (IsAskedFor)
        {
            CultureInfo.DefaultThreadCurrentCulture = Comma;
        }
    }

    private static CultureInfo MakeComma()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = culture.NumberFormat.PercentGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "−";
        culture.NumberFormat.PositiveInfinitySymbol = "∞";
        culture.DateTimeFormat.ShortDatePattern = "dd.MM.yyyy";
        culture.DateTimeFormat.TimeSeparator = ".";
        return CultureInfo.ReadOnly(culture);
    }
}

public class TestCultureTests
{
    [Fact]
    public void Numbers_InTheCultureThatWasAskedFor_HaveItsComma() =>
        (-0.5).ToString().Should().Be(TestCulture.IsAskedFor ? "−0,5" : "-0.5", "otherwise a run in another culture tests nothing");
}
