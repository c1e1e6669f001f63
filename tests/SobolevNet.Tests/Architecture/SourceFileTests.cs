namespace SobolevNet.Tests.Architecture;

/// <summary>The reader that the architecture tests trust.</summary>
public class SourceFileTests
{
    [Fact]
    public void Words_InCommentsAndQuotes_DoNotCount()
    {
        var file = new SourceFile(
            "Jets/Some.cs",
            """
            // Alpha
            /* Beta
               Beta */
            public class Some { string a = "Gamma \" Gamma"; string b = @"C:\"; char c = '"'; char d = '\''; string e = $"Delta {1}"; Omega o; }
            """);
        file.Words.Should().Contain(["Some", "Omega"]).And.NotContain(["Alpha", "Beta", "Gamma", "Delta", "C"]);
        file.Folder.Should().Be("Jets");
    }

    [Fact]
    public void Declarations_OfEveryKind_AreFoundAtTheTopLevelAlone()
    {
        var file = new SourceFile(
            "A.cs",
            """
            namespace N;

            public sealed partial class One<T> { private sealed class Inner { } }
            internal readonly ref struct Two<T> { }
            public interface IThree { }
            public enum Four { }
            public abstract record Five;
            internal readonly record struct Six(int X);
            public delegate void Seven<T>(long a);
            internal static unsafe class Eight { }
            public delegate ReadOnlySpan<int> Nine(int a);
                public class Indented { }
            """);
        file.Declarations.Select(declared => declared.Type).Should().Equal("One", "Two", "IThree", "Four", "Five", "Six", "Seven", "Eight", "Nine");
        file.Declarations.Select(declared => declared.Access).Should().Equal(
            "public", "internal", "public", "public", "public", "internal", "public", "internal", "public");
    }

    [Fact]
    public void Words_ThatNameMethodsAndMembers_AreNotTypes()
    {
        var file = new SourceFile("A.cs", "void Adam(int a) { x.Sgd = y.RProp<int>(); new Mlp<T>(b); new Cosine(c); Gemm.Run(d); } enum E { Tanh, Relu }");
        file.Words.Should().Contain(["Mlp", "Cosine", "Gemm"]).And.NotContain(["Adam", "Sgd", "RProp", "Run", "Tanh", "Relu"]);
    }

    [Fact]
    public void Lines_OfCode_KeepTheirNumbers()
    {
        var file = new SourceFile("A.cs", "a /* x\n y */ b\n// c\nd");
        file.Code.Split('\n').Select(line => line.Trim().Split(' ')[^1]).Should().Equal("a", "b", string.Empty, "d");
    }
}
