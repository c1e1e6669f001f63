using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace SobolevNet.Mutations;

/// <summary>
/// Numbers all mutations, and puts a probe where each would be: it notes that the mutation makes a difference there. A comparison is noted where it comes
/// out differently, a calculation where its result differs, a statement or a constant where it is run.
/// </summary>
/// <remarks>
/// What cannot be evaluated twice is noted where it is run. There is no probe where one would not compile, and none in kernels, whose loops it would slow
/// down; nothing is known of those. A test process notes a static initializer only for the class that comes first.
/// </remarks>
internal sealed class MutationProbes
{
    /// <summary>The environment variable that names the file in which probes note, one byte for each mutation; child processes inherit it.</summary>
    public const string Variable = "SOBOLEVNET_MUTATION_HITS";

    private const string Site = "site";

    private static readonly HashSet<string> PureMethods =
    [
        "Abs", "All", "Any", "Component", "Contains", "Count", "CreateChecked", "CreateTruncating", "Equals", "GetLength", "Group", "IsFinite", "IsNaN", "IsNegative",
        "Max", "Min", "Norm", "Row", "SequenceEqual", "Sign", "Slice", "Sqrt", "Sum",
    ];

    private readonly Dictionary<SyntaxNode, List<int>> _sites = [];
    private readonly IReadOnlyList<Mutation> _mutations;
    private readonly Dictionary<string, int> _numbers = [];
    private readonly HashSet<int> _dropped = [];

    /// <param name="mutations">All mutations of the library.</param>
    public MutationProbes(IReadOnlyList<Mutation> mutations)
    {
        _mutations = mutations;
        for (int k = 0; k < mutations.Count; k++)
        {
            var mutation = mutations[k];
            _numbers[mutation.ToString()] = k;
            if (!CanHaveProbe(mutation))
            {
                _dropped.Add(k);
                continue;
            }

            var place = Place(mutation);
            if (!_sites.TryGetValue(place, out var numbers))
            {
                _sites[place] = numbers = [];
            }

            numbers.Add(k);
        }
    }

    /// <summary>How many mutations there are.</summary>
    public int Count => _mutations.Count;

    /// <summary>The number of a mutation; null if it has no probe.</summary>
    public int? NumberOf(Mutation mutation)
    {
        int number = _numbers[mutation.ToString()];
        return Has(number) ? number : null;
    }

    /// <summary>The file with its probes.</summary>
    public SyntaxTree Instrument(SyntaxTree tree)
    {
        var root = tree.GetRoot();
        var nodes = root.DescendantNodes().Where(node => _sites.TryGetValue(node, out var numbers) && numbers.Any(Has));
        return tree.WithRootAndOptions(root.ReplaceNodes(nodes, WithProbes), tree.Options);
    }

    /// <summary>Gives up the probes near errors of the compiler.</summary>
    /// <param name="errors">The errors, in the files with probes.</param>
    /// <returns>Whether there was a probe near each error.</returns>
    public bool Drop(IEnumerable<Diagnostic> errors)
    {
        bool found = true;
        foreach (var error in errors)
        {
            var around = error.Location.SourceTree!.GetRoot().FindNode(error.Location.SourceSpan, getInnermostNodeForTie: true).AncestorsAndSelf().ToList();
            SyntaxNode[] probed = around.Find(node => node.HasAnnotations(Site)) is { } nearest
                ? [nearest]
                : [.. around.OfType<MemberDeclarationSyntax>().First().GetAnnotatedNodes(Site)];
            _dropped.UnionWith(probed.SelectMany(node => node.GetAnnotations(Site)).Select(mark => int.Parse(mark.Data!, CultureInfo.InvariantCulture)));
            found &= probed.Length > 0;
        }

        return found;
    }

    /// <summary>The file that the probes call.</summary>
    public SyntaxTree Recorder(ParseOptions options) => ParseSyntaxTree(
        $$"""
        namespace SobolevNet;

        internal static unsafe class MutationHits
        {
            private static readonly System.IO.MemoryMappedFiles.MemoryMappedViewAccessor? View = Open();
            private static readonly byte* Flags = Map();

            public static T Run<T>(int mutation, T value)
                where T : allows ref struct
            {
                Flags[mutation] = 1;
                return value;
            }

            public static bool True(int mutation, bool value)
            {
                if (value)
                {
                    Flags[mutation] = 1;
                }

                return value;
            }

            public static bool False(int mutation, bool value)
            {
                if (!value)
                {
                    Flags[mutation] = 1;
                }

                return value;
            }

            public static T Differ<T>(int mutation, T value, T changed)
            {
                if (!System.Collections.Generic.EqualityComparer<T>.Default.Equals(value, changed))
                {
                    Flags[mutation] = 1;
                }

                return value;
            }

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
        options, "MutationHits.cs", System.Text.Encoding.UTF8);

    private bool Has(int number) => !_dropped.Contains(number);

    private static bool CanHaveProbe(Mutation mutation) =>
        !mutation.File.StartsWith("Kernels/", StringComparison.Ordinal)
        && !mutation.Old.AncestorsAndSelf().Any(node =>
            node is PatternSyntax or SwitchLabelSyntax or EnumMemberDeclarationSyntax or LocalDeclarationStatementSyntax { IsConst: true }
            || (node is FieldDeclarationSyntax field && field.Modifiers.Any(SyntaxKind.ConstKeyword)))
        && !Place(mutation).DescendantNodesAndSelf().Any(node => node is DeclarationExpressionSyntax or DeclarationPatternSyntax or VarPatternSyntax
            or RecursivePatternSyntax { Designation: not null });

    /// <summary>The node that gets the probe: of a check its condition.</summary>
    private static SyntaxNode Place(Mutation mutation) => mutation.Old is IfStatementSyntax check ? check.Condition : mutation.Old;

    private SyntaxNode WithProbes(SyntaxNode old, SyntaxNode changed)
    {
        var result = changed;
        foreach (int number in _sites[old].Where(Has))
        {
            var mark = new SyntaxAnnotation(Site, number.ToString(CultureInfo.InvariantCulture));
            result = WithProbe(_mutations[number], number, result).WithTriviaFrom(changed).WithAdditionalAnnotations(mark);
        }

        return result;
    }

    private static SyntaxNode WithProbe(Mutation mutation, int number, SyntaxNode node)
    {
        if (node is StatementSyntax statement)
        {
            return Block(ExpressionStatement(Call("Run", number, LiteralExpression(SyntaxKind.TrueLiteralExpression))), statement.WithoutTrivia());
        }

        var value = ((ExpressionSyntax)node).WithoutTrivia();
        return mutation.Old switch
        {
            IfStatementSyntax => Call("True", number, value),
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression } when mutation.Kind == "operator" => Call("False", number, value),
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalOrExpression } when mutation.Kind == "operator" => Call("True", number, value),
            BinaryExpressionSyntax sum when mutation.Kind == "operator" && CanEvaluateTwice(sum) => Call("Differ", number, value, (ExpressionSyntax)mutation.New),
            InvocationExpressionSyntax call when CanEvaluateTwice(call) => Call("Differ", number, value, (ExpressionSyntax)mutation.New),
            _ => Call("Run", number, value),
        };
    }

    private static bool CanEvaluateTwice(ExpressionSyntax expression) =>
        !expression.IsKind(SyntaxKind.MultiplyExpression) && !expression.IsKind(SyntaxKind.DivideExpression)
        && expression.DescendantNodesAndSelf().All(node => node switch
        {
            AssignmentExpressionSyntax or AwaitExpressionSyntax or ObjectCreationExpressionSyntax => false,
            PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax =>
                !node.IsKind(SyntaxKind.PreIncrementExpression) && !node.IsKind(SyntaxKind.PreDecrementExpression)
                && !node.IsKind(SyntaxKind.PostIncrementExpression) && !node.IsKind(SyntaxKind.PostDecrementExpression),
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: var name } } => PureMethods.Contains(name),
            InvocationExpressionSyntax => false,
            _ => true,
        });

    private static InvocationExpressionSyntax Call(string probe, int number, params ExpressionSyntax[] values) => InvocationExpression(
        ParseExpression($"global::SobolevNet.MutationHits.{probe}"),
        ArgumentList([Argument(LiteralExpression(SyntaxKind.NumericLiteralExpression, Literal(number))), .. values.Select(value => Argument(value.WithoutTrivia()))]));
}
