using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace SobolevNet.Mutations;

/// <summary>Numbers the members of the library that have a body, and puts a probe at the beginning of each: it notes that the member was called.</summary>
/// <remarks>Initializers of fields are not members in this sense; nothing is known of who reaches them.</remarks>
internal sealed class MemberProbes
{
    /// <summary>The environment variable that names the file in which calls are noted, one byte for each member; child processes inherit it.</summary>
    public const string Variable = "SOBOLEVNET_MEMBER_HITS";

    private readonly Dictionary<SyntaxNode, int> _numbers = [];

    public MemberProbes(IEnumerable<SyntaxTree> trees)
    {
        foreach (var member in trees.SelectMany(tree => tree.GetRoot().DescendantNodes()).Where(HasBody))
        {
            _numbers.Add(member, _numbers.Count);
        }
    }

    public int Count => _numbers.Count;

    /// <summary>The number of the member that a node is in; null for one in the initializer of a field.</summary>
    public int? MemberOf(SyntaxNode node)
    {
        foreach (var ancestor in node.AncestorsAndSelf())
        {
            if (_numbers.TryGetValue(ancestor, out int number))
            {
                return number;
            }
        }

        return null;
    }

    /// <summary>The file with its probes.</summary>
    public SyntaxTree Instrument(SyntaxTree tree)
    {
        var root = tree.GetRoot();
        var members = root.DescendantNodes().Where(_numbers.ContainsKey);
        return tree.WithRootAndOptions(root.ReplaceNodes(members, (old, changed) => WithProbe(changed, _numbers[old])), tree.Options);
    }

    /// <summary>The file that the probes call.</summary>
    public SyntaxTree Recorder(ParseOptions options) => ParseSyntaxTree(
        $$"""
        namespace SobolevNet;

        internal static unsafe class MemberHits
        {
            private static readonly System.IO.MemoryMappedFiles.MemoryMappedViewAccessor? View = Open();
            private static readonly byte* Flags = Map();

            [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
            public static void Note(int member) => Flags[member] = 1;

            private static System.IO.MemoryMappedFiles.MemoryMappedViewAccessor? Open() =>
                System.Environment.GetEnvironmentVariable("{{Variable}}") is { } path
                    ? System.IO.MemoryMappedFiles.MemoryMappedFile.CreateFromFile(path, System.IO.FileMode.Open).CreateViewAccessor()
                    : null;

            private static byte* Map()
            {
                byte* flags = null;
                View?.SafeMemoryMappedViewHandle.AcquirePointer(ref flags);
                return flags is null ? (byte*)System.Runtime.InteropServices.NativeMemory.AllocZeroed({{Count}}) : flags;
            }
        }
        """,
        options, "MemberHits.cs", System.Text.Encoding.UTF8);

    private static bool HasBody(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax method => method.Body is not null || method.ExpressionBody is not null,
        AccessorDeclarationSyntax accessor => accessor.Body is not null || accessor.ExpressionBody is not null,
        PropertyDeclarationSyntax property => property.ExpressionBody is not null,
        IndexerDeclarationSyntax indexer => indexer.ExpressionBody is not null,
        _ => false,
    };

    private static SyntaxNode WithProbe(SyntaxNode member, int number) => member switch
    {
        MethodDeclarationSyntax method => method.WithBody(Body(method.Body, method.ExpressionBody, IsStatement(method), number))
            .WithExpressionBody(null).WithSemicolonToken(default),
        OperatorDeclarationSyntax method => method.WithBody(Body(method.Body, method.ExpressionBody, isStatement: false, number))
            .WithExpressionBody(null).WithSemicolonToken(default),
        ConversionOperatorDeclarationSyntax method => method.WithBody(Body(method.Body, method.ExpressionBody, isStatement: false, number))
            .WithExpressionBody(null).WithSemicolonToken(default),
        ConstructorDeclarationSyntax method => method.WithBody(Body(method.Body, method.ExpressionBody, isStatement: true, number))
            .WithExpressionBody(null).WithSemicolonToken(default),
        DestructorDeclarationSyntax method => method.WithBody(Body(method.Body, method.ExpressionBody, isStatement: true, number))
            .WithExpressionBody(null).WithSemicolonToken(default),
        AccessorDeclarationSyntax accessor => accessor
            .WithBody(Body(accessor.Body, accessor.ExpressionBody, !accessor.IsKind(SyntaxKind.GetAccessorDeclaration), number))
            .WithExpressionBody(null).WithSemicolonToken(default),
        PropertyDeclarationSyntax property => property.WithAccessorList(Getter(property.ExpressionBody!, number))
            .WithExpressionBody(null).WithSemicolonToken(default),
        IndexerDeclarationSyntax indexer => indexer.WithAccessorList(Getter(indexer.ExpressionBody!, number))
            .WithExpressionBody(null).WithSemicolonToken(default),
        _ => member,
    };

    private static bool IsStatement(MethodDeclarationSyntax method) =>
        method.ReturnType is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword }
        || (method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType is IdentifierNameSyntax { Identifier.Text: "Task" or "ValueTask" });

    private static AccessorListSyntax Getter(ArrowExpressionClauseSyntax expression, int number) =>
        AccessorList([AccessorDeclaration(SyntaxKind.GetAccessorDeclaration, Body(null, expression, isStatement: false, number))]);

    private static BlockSyntax Body(BlockSyntax? block, ArrowExpressionClauseSyntax? expression, bool isStatement, int number)
    {
        var probe = ParseStatement($"global::SobolevNet.MemberHits.Note({number});");
        if (block is not null)
        {
            return block.WithStatements(block.Statements.Insert(0, probe));
        }

        StatementSyntax rest = expression!.Expression is ThrowExpressionSyntax thrown ? ThrowStatement(thrown.Expression.WithLeadingTrivia(Space))
            : isStatement ? ExpressionStatement(expression.Expression)
            : ReturnStatement(expression.Expression.WithLeadingTrivia(Space));
        return Block(probe, rest);
    }
}
