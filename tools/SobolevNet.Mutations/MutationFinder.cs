using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace SobolevNet.Mutations;

/// <summary>Finds everything in a file that can be changed: operators, constants, conditions, calls, assignments and checks.</summary>
/// <remarks>
/// Left alone, since no test could notice: attributes, text of messages, default values of parameters, calls whose only effect is a message, assertions
/// of debug builds, prefetching, and the capacity with which a collection starts. What does not compile after a change is dropped by the caller.
/// </remarks>
internal sealed class MutationFinder(string file) : CSharpSyntaxWalker
{
    private static readonly Dictionary<SyntaxKind, (SyntaxKind Kind, SyntaxKind Token)> Operators = new()
    {
        [SyntaxKind.AddExpression] = (SyntaxKind.SubtractExpression, SyntaxKind.MinusToken),
        [SyntaxKind.SubtractExpression] = (SyntaxKind.AddExpression, SyntaxKind.PlusToken),
        [SyntaxKind.MultiplyExpression] = (SyntaxKind.DivideExpression, SyntaxKind.SlashToken),
        [SyntaxKind.DivideExpression] = (SyntaxKind.MultiplyExpression, SyntaxKind.AsteriskToken),
        [SyntaxKind.LessThanExpression] = (SyntaxKind.LessThanOrEqualExpression, SyntaxKind.LessThanEqualsToken),
        [SyntaxKind.LessThanOrEqualExpression] = (SyntaxKind.LessThanExpression, SyntaxKind.LessThanToken),
        [SyntaxKind.GreaterThanExpression] = (SyntaxKind.GreaterThanOrEqualExpression, SyntaxKind.GreaterThanEqualsToken),
        [SyntaxKind.GreaterThanOrEqualExpression] = (SyntaxKind.GreaterThanExpression, SyntaxKind.GreaterThanToken),
        [SyntaxKind.EqualsExpression] = (SyntaxKind.NotEqualsExpression, SyntaxKind.ExclamationEqualsToken),
        [SyntaxKind.NotEqualsExpression] = (SyntaxKind.EqualsExpression, SyntaxKind.EqualsEqualsToken),
        [SyntaxKind.LogicalAndExpression] = (SyntaxKind.LogicalOrExpression, SyntaxKind.BarBarToken),
        [SyntaxKind.LogicalOrExpression] = (SyntaxKind.LogicalAndExpression, SyntaxKind.AmpersandAmpersandToken),
    };

    private static readonly Dictionary<SyntaxKind, (SyntaxKind Kind, SyntaxKind Token)> Assignments = new()
    {
        [SyntaxKind.AddAssignmentExpression] = (SyntaxKind.SubtractAssignmentExpression, SyntaxKind.MinusEqualsToken),
        [SyntaxKind.SubtractAssignmentExpression] = (SyntaxKind.AddAssignmentExpression, SyntaxKind.PlusEqualsToken),
        [SyntaxKind.MultiplyAssignmentExpression] = (SyntaxKind.DivideAssignmentExpression, SyntaxKind.SlashEqualsToken),
        [SyntaxKind.DivideAssignmentExpression] = (SyntaxKind.MultiplyAssignmentExpression, SyntaxKind.AsteriskEqualsToken),
    };

    private static readonly Dictionary<string, string> Twins = new()
    {
        ["Min"] = "Max", ["Max"] = "Min", ["Sin"] = "Cos", ["Cos"] = "Sin", ["Ceiling"] = "Floor", ["Floor"] = "Ceiling",
    };

    private readonly List<Mutation> _found = [];

    /// <summary>Everything in a file that can be changed.</summary>
    public static IReadOnlyList<Mutation> In(string file, SyntaxTree tree)
    {
        var finder = new MutationFinder(file);
        finder.Visit(tree.GetRoot());
        return finder._found;
    }

    public override void VisitAttributeList(AttributeListSyntax node)
    {
    }

    public override void VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        if (node.Identifier.Text != "Prefetch")
        {
            base.VisitMethodDeclaration(node);
        }
    }

    public override void VisitEqualsValueClause(EqualsValueClauseSyntax node)
    {
        if (node.Parent is not ParameterSyntax)
        {
            base.VisitEqualsValueClause(node);
        }
    }

    public override void VisitInterpolatedStringExpression(InterpolatedStringExpressionSyntax node)
    {
    }

    public override void VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        bool isText = node.DescendantNodes().Any(child => child.IsKind(SyntaxKind.StringLiteralExpression) || child.IsKind(SyntaxKind.InterpolatedStringExpression));
        if (Operators.TryGetValue(node.Kind(), out var other) && !(isText && node.IsKind(SyntaxKind.AddExpression)))
        {
            Add("operator", node, BinaryExpression(other.Kind, node.Left, Token(other.Token).WithTriviaFrom(node.OperatorToken), node.Right));
        }

        base.VisitBinaryExpression(node);
    }

    public override void VisitAssignmentExpression(AssignmentExpressionSyntax node)
    {
        if (Assignments.TryGetValue(node.Kind(), out var other))
        {
            Add("assignment", node, AssignmentExpression(other.Kind, node.Left, Token(other.Token).WithTriviaFrom(node.OperatorToken), node.Right));
        }

        base.VisitAssignmentExpression(node);
    }

    public override void VisitPrefixUnaryExpression(PrefixUnaryExpressionSyntax node)
    {
        if (node.IsKind(SyntaxKind.UnaryMinusExpression) || node.IsKind(SyntaxKind.LogicalNotExpression))
        {
            Add("sign or negation removed", node, ParenthesizedExpression(node.Operand));
        }

        base.VisitPrefixUnaryExpression(node);
    }

    public override void VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        if (node.Token.Value is int number && node.Parent is not CaseSwitchLabelSyntax)
        {
            Add("constant", node, LiteralExpression(SyntaxKind.NumericLiteralExpression, Literal(number == int.MaxValue ? 0 : number + 1)));
        }
        else if (node.Token.Value is double value)
        {
            double changed = value == 0 ? 1 : value * 1.5;
            Add("constant", node, LiteralExpression(
                SyntaxKind.NumericLiteralExpression, Literal(changed.ToString("R", CultureInfo.InvariantCulture) + "d", changed)));
        }
        else if (node.IsKind(SyntaxKind.TrueLiteralExpression) || node.IsKind(SyntaxKind.FalseLiteralExpression))
        {
            Add("constant", node, LiteralExpression(
                node.IsKind(SyntaxKind.TrueLiteralExpression) ? SyntaxKind.FalseLiteralExpression : SyntaxKind.TrueLiteralExpression));
        }
    }

    public override void VisitIfStatement(IfStatementSyntax node)
    {
        bool isCheck = node.Else is null && node.Statement.DescendantNodesAndSelf().Any(child => child is ThrowStatementSyntax);
        if (isCheck)
        {
            Add("check removed", node, EmptyStatement());
        }
        else
        {
            Add("condition negated", node.Condition, PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, ParenthesizedExpression(node.Condition)));
        }

        base.VisitIfStatement(node);
    }

    public override void VisitExpressionStatement(ExpressionStatementSyntax node)
    {
        bool isMessage = node.Expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "_logger" or "logger" } } };
        isMessage |= IsWithoutEffect(node.Expression);
        if (!isMessage && node.Expression is InvocationExpressionSyntax or AssignmentExpressionSyntax or PostfixUnaryExpressionSyntax)
        {
            Add("statement removed", node, EmptyStatement());
        }

        if (!isMessage)
        {
            base.VisitExpressionStatement(node);
        }
    }

    public override void VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        if (IsWithoutEffect(node))
        {
            return;
        }

        // Enumerable.Range(0, n).Select(_ => …): where the numbers begin changes nothing.
        if (node is { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Select", Expression: InvocationExpressionSyntax range } } && IsCount(node, range))
        {
            Visit(range.ArgumentList.Arguments[1]);
            Visit(node.ArgumentList);
            return;
        }

        if (node.Expression is MemberAccessExpressionSyntax { Name: IdentifierNameSyntax name } member && Twins.TryGetValue(name.Identifier.Text, out string? twin))
        {
            Add("function", node, node.WithExpression(member.WithName(IdentifierName(twin))));
        }

        base.VisitInvocationExpression(node);
    }

    public override void VisitObjectCreationExpression(ObjectCreationExpressionSyntax node)
    {
        bool isCollection = node.Type is GenericNameSyntax { Identifier.Text: "List" or "Dictionary" or "HashSet" or "Queue" or "Stack" }
            or IdentifierNameSyntax { Identifier.Text: "StringBuilder" or "MemoryStream" };
        if (!isCollection)
        {
            base.VisitObjectCreationExpression(node);
        }
    }

    public override void VisitThrowStatement(ThrowStatementSyntax node)
    {
    }

    public override void VisitThrowExpression(ThrowExpressionSyntax node)
    {
    }

    private static bool IsCount(InvocationExpressionSyntax select, InvocationExpressionSyntax range) =>
        range is { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Range" }, ArgumentList.Arguments.Count: 2 }
        && select.ArgumentList.Arguments is [{ Expression: SimpleLambdaExpressionSyntax { Parameter.Identifier.Text: "_" } }];

    /// <summary>Assertions, which are empty in a release, and prefetching.</summary>
    private static bool IsWithoutEffect(ExpressionSyntax node) => node is InvocationExpressionSyntax
    {
        Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "Debug" } }
            or MemberAccessExpressionSyntax { Name.Identifier.Text: "Prefetch" } or IdentifierNameSyntax { Identifier.Text: "Prefetch" },
    };

    private void Add(string kind, SyntaxNode old, SyntaxNode changed) =>
        _found.Add(new Mutation(file, old.GetLocation().GetLineSpan().StartLinePosition.Line + 1, kind, old, changed));
}
