using System.Reflection;
using System.Text.Json;

namespace SobolevNet.Tests.PublicApi;

/// <summary>The public members of the library that take arguments or give values, with generic parameters closed by double.</summary>
internal static class PublicSurface
{
    private static readonly string[] FromRecords = ["Equals", "GetHashCode", "ToString", "Deconstruct", "PrintMembers", "<Clone>$", "op_Equality", "op_Inequality"];

    public static IEnumerable<Type> Types =>
        typeof(Mlp<>).Assembly.GetExportedTypes()
            .Where(type => !type.IsEnum && !type.IsInterface && !typeof(Delegate).IsAssignableFrom(type))
            .Select(Close)
            .OrderBy(type => type.FullName, StringComparer.Ordinal);

    /// <summary>Constructors, methods and the accessors of properties that a type declares itself.</summary>
    public static IEnumerable<MethodBase> Members(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (!type.IsAbstract)
        {
            foreach (var constructor in type.GetConstructors())
            {
                if (!IsCopy(constructor, type))
                {
                    yield return constructor;
                }
            }
        }

        foreach (var method in type.GetMethods(Declared).Where(method => !IsFromRecords(method.Name) && !method.GetParameters().Any(IsReader)))
        {
            yield return method.IsGenericMethodDefinition
                ? method.MakeGenericMethod([.. method.GetGenericArguments().Select(_ => typeof(double))])
                : method;
        }
    }

    /// <summary>Whether a member is one that every record or object has.</summary>
    public static bool IsFromRecords(string name) => FromRecords.Contains(name);

    /// <summary>A type with double in the place of each of its generic parameters.</summary>
    public static Type Close(Type type) =>
        type.IsGenericTypeDefinition ? type.MakeGenericType([.. type.GetGenericArguments().Select(_ => typeof(double))]) : type;

    /// <summary>How a member is named in messages and in the list of those that are exempt.</summary>
    public static string NameOf(MethodBase member) =>
        $"{member.DeclaringType!.Name.Split('`')[0]}.{(member.IsConstructor ? "new" : member.Name)}({string.Join(", ", member.GetParameters().Select(parameter => parameter.Name))})";

    /// <summary>Whether a parameter is a structure on the stack that is passed by reference, which reflection cannot do.</summary>
    private static bool IsReader(ParameterInfo parameter) => parameter.ParameterType == typeof(Utf8JsonReader).MakeByRefType();

    private static bool IsCopy(ConstructorInfo constructor, Type type) =>
        constructor.GetParameters() is [var only] && only.ParameterType == type;
}
