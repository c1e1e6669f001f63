using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Xml.Linq;

namespace SobolevNet.PackageTests;

/// <summary>What is in the package that these tests consume.</summary>
public class PackageContentTests
{
    private static readonly string PackagePath = PathOf("SobolevNet");

    /// <summary>The path of a package that these tests consume, without its extension.</summary>
    internal static string PathOf(string package) => typeof(PackageContentTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == package).Value!;

    [Fact]
    public void Package_Contents_AreLibraryDocumentationAndReadme()
    {
        using var package = ZipFile.OpenRead(PackagePath + ".nupkg");
        package.Entries.Select(entry => entry.FullName).Where(name => !name.StartsWith("_rels/") && !name.StartsWith("package/"))
            .Should().BeEquivalentTo("SobolevNet.nuspec", "README.md", "lib/net10.0/SobolevNet.dll", "lib/net10.0/SobolevNet.xml", "buildTransitive/SobolevNet.targets",
                "[Content_Types].xml");
    }

    [Fact]
    public void Package_Metadata_NamesLicenseReadmeNotesAndDependencies()
    {
        using var package = ZipFile.OpenRead(PackagePath + ".nupkg");
        using var stream = package.GetEntry("SobolevNet.nuspec")!.Open();
        var nuspec = XDocument.Load(stream).Root!;
        XElement Element(string name) => nuspec.Descendants().Single(element => element.Name.LocalName == name);
        (Element("license").Value, Element("license").Attribute("type")!.Value).Should().Be(("MIT", "expression"));
        Element("readme").Value.Should().Be("README.md");
        Element("releaseNotes").Value.Should().NotBeEmpty();
        nuspec.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value)
            .Should().BeEquivalentTo("MathNet.Numerics", "Microsoft.Extensions.Logging.Abstractions", "System.IO.Hashing", "System.Numerics.Tensors");
    }

    [Theory]
    [InlineData("-p:PublishAot=true -p:RuntimeIdentifier=linux-x64", "x86-64-v3")]
    [InlineData("-p:PublishAot=true -p:RuntimeIdentifier=win-x64", "x86-64-v3")]
    [InlineData("-p:PublishAot=true -p:RuntimeIdentifier=linux-x64 -p:IlcInstructionSet=native", "native")]
    [InlineData("-p:PublishAot=true -p:RuntimeIdentifier=linux-x64 -p:SobolevNetInstructionSet=false", "")]
    [InlineData("-p:PublishAot=true -p:RuntimeIdentifier=osx-arm64", "")]
    [InlineData("-p:RuntimeIdentifier=linux-x64", "")]
    public void Targets_OfAProgramAheadOfTime_NameTheInstructions_UnlessTheProgramDoes(string properties, string expected)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            using (var package = ZipFile.OpenRead(PackagePath + ".nupkg"))
            {
                package.GetEntry("buildTransitive/SobolevNet.targets")!.ExtractToFile(Path.Combine(folder, "SobolevNet.targets"));
            }

            File.WriteAllText(Path.Combine(folder, "a.proj"), "<Project><Import Project=\"SobolevNet.targets\" /></Project>");
            var start = new ProcessStartInfo("dotnet", $"msbuild a.proj -t:SobolevNetInstructionSet -getProperty:IlcInstructionSet {properties}")
            {
                WorkingDirectory = folder, RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd().Trim().Should().Be(expected);
            process.WaitForExit();
            process.ExitCode.Should().Be(0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Documentation_OfTheMainTypes_IsInThePackage()
    {
        using var package = ZipFile.OpenRead(PackagePath + ".nupkg");
        using var stream = package.GetEntry("lib/net10.0/SobolevNet.xml")!.Open();
        XDocument.Load(stream).Descendants("member").Select(member => (string)member.Attribute("name")!)
            .Should().Contain(["T:SobolevNet.Mlp`1", "T:SobolevNet.SobolevTrainer`1", "T:SobolevNet.JetData"]);
    }

    [Fact]
    public void Symbols_HoldTheSources_UnderPathsOfNoMachine()
    {
        using var package = ZipFile.OpenRead(PackagePath + ".snupkg");
        using var symbols = new MemoryStream();
        using (var stream = package.GetEntry("lib/net10.0/SobolevNet.pdb")!.Open())
        {
            stream.CopyTo(symbols);
        }

        symbols.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(symbols);
        var reader = provider.GetMetadataReader();
        var embeddedSource = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
        foreach (var handle in reader.Documents)
        {
            reader.GetCustomDebugInformation(handle).Select(information => reader.GetGuid(reader.GetCustomDebugInformation(information).Kind))
                .Should().Contain(embeddedSource, $"a debugger finds {reader.GetString(reader.GetDocument(handle).Name)} in the symbols");
        }

        reader.Documents.Count.Should().BeGreaterThan(50);
        reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)).Should().OnlyContain(name => name.StartsWith("/_"));
    }
}
