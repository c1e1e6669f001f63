using System.Reflection;
using System.Xml.Linq;
using SobolevNet.Tests.Files;

namespace SobolevNet.Tests.PublicApi;

/// <summary>Every public member, with one wrong argument at a time or the largest integers together: either it works, or it throws what its documentation says, by the argument's name.</summary>
public class HostileArgumentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> TypeNames => [.. PublicSurface.Types.Select(type => type.FullName!.Split('`')[0] + (type.IsGenericType ? "`1" : ""))];

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void Members_OneWrongArgument_ThrowWhatTheyDocumentByTheArgumentsName(string name)
    {
        using var folder = new TemporaryFolder();
        var values = new ArgumentValues(folder.Path);
        var type = PublicSurface.Close(typeof(Mlp<>).Assembly.GetType(name, throwOnError: true)!);
        var faults = new List<string>();
        foreach (var member in PublicSurface.Members(type))
        {
            var parameters = member.GetParameters();
            foreach (bool isDefault in member is MethodInfo { IsStatic: false } && type.IsValueType ? new[] { false, true } : [false])
            {
                foreach (var (given, wrong) in Wrong(parameters, values))
                {
                    object? target = member.IsStatic || member.IsConstructor ? null
                        : !isDefault ? values.Right(MemberCall.HeldType(type))
                        : type.IsByRefLike ? null : Activator.CreateInstance(type);
                    object?[] arguments = [.. parameters.Select((parameter, k) => wrong.TryGetValue(k, out object? value) ? value : values.Right(parameter, target))];
                    bool isCalled = (target is not null || member.IsStatic || member.IsConstructor || isDefault)
                        && !arguments.Zip(parameters).Any(pair => pair.First is null && pair.Second.ParameterType is { IsValueType: true, IsByRefLike: false }
                            && Nullable.GetUnderlyingType(pair.Second.ParameterType) is null);
                    if (isCalled && Thrown(member, target, arguments) is { } thrown
                        && Fault(member, thrown) is { } fault)
                    {
                        faults.Add($"{PublicSurface.NameOf(member)}{(isDefault ? " of the default instance" : "")} with {given}: {fault}");
                    }

                    (target as IDisposable)?.Dispose();
                }
            }
        }

        string.Join('\n', faults).Should().BeEmpty();
    }

    /// <summary>Arguments, by the number of the parameter, that take the place of right ones: none, one, and all integers at once.</summary>
    private static IEnumerable<(string Given, Dictionary<int, object?> Wrong)> Wrong(ParameterInfo[] parameters, ArgumentValues values)
    {
        yield return ("right arguments", []);
        for (int k = 0; k < parameters.Length; k++)
        {
            foreach (object? value in values.Hostile(parameters[k]))
            {
                yield return ($"{parameters[k].Name} = {Show(value)}", new() { [k] = value });
            }
        }

        int[] integers = [.. Enumerable.Range(0, parameters.Length).Where(k => parameters[k].ParameterType == typeof(int))];
        foreach (int value in integers.Length > 1 ? new[] { 1 << 30, int.MaxValue } : [])
        {
            yield return ($"all integers = {value}", integers.ToDictionary(k => k, _ => (object?)value));
        }
    }

    /// <summary>What is wrong with an exception; null if a caller could expect it.</summary>
    private static string? Fault(MethodBase member, Exception thrown)
    {
        string text = $"{thrown.GetType().Name}: {thrown.Message.Split('\n')[0]}";
        if (thrown is not ArgumentNullException && !Documentation.Exceptions(member).Any(documented => IsA(thrown.GetType(), documented)))
        {
            return $"not documented: {text}";
        }

        return thrown is ArgumentException argument && !Names(member).Contains(argument.ParamName) ? $"names {argument.ParamName ?? "nothing"}: {text}" : null;
    }

    private static bool IsA(Type type, string name) => type.FullName == name || (type.BaseType is { } parent && IsA(parent, name));

    /// <summary>The names that a member's exceptions may give: its parameters, the properties of options among them, and the property that it is.</summary>
    private static HashSet<string?> Names(MethodBase member)
    {
        // What a constructor sets is a property of the same name, which differs in its first letter.
        var names = new HashSet<string?>(member.IsConstructor ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (var parameter in member.GetParameters())
        {
            names.Add(parameter.Name);
            names.UnionWith(parameter.ParameterType.GetProperties().Where(property => property.SetMethod is not null).Select(property => property.Name));
        }

        if (member is MethodInfo { IsSpecialName: true } accessor && accessor.Name.Contains('_', StringComparison.Ordinal))
        {
            names.Add(accessor.Name[(accessor.Name.IndexOf('_', StringComparison.Ordinal) + 1)..]);
        }

        return names;
    }

    private static Exception? Thrown(MethodBase member, object? target, object?[] arguments)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                (MemberCall.Invoke(member, target, arguments) as IDisposable)?.Dispose();
            }
            catch (Exception caught)
            {
                thrown = caught;
            }
        })
        { IsBackground = true };
        thread.Start();
        return thread.Join(Patience) ? thrown : new TimeoutException($"It had not ended after {Patience.TotalSeconds:F0} s.");
    }

    private static string Show(object? value) => value switch
    {
        null => "null or default",
        Array array => $"{array.GetType().GetElementType()!.Name}[{string.Join(", ", Enumerable.Range(0, array.Rank).Select(array.GetLength))}]{(array.Rank == 1 && array.Length is > 0 and < 7 ? " {" + string.Join(", ", array.Cast<object?>()) + "}" : "")}",
        string text when text.Length > 60 => $"a text of {text.Length} characters",
        _ => $"{value}",
    };

    /// <summary>The exceptions of each member in the XML file that IntelliSense reads.</summary>
    private static class Documentation
    {
        private static readonly Dictionary<string, string[]> ByMember =
            XDocument.Load(Path.ChangeExtension(typeof(Mlp<>).Assembly.Location, ".xml")).Descendants("member")
                .ToDictionary(
                    member => (string)member.Attribute("name")!,
                    member => member.Descendants("exception").Select(exception => ((string)exception.Attribute("cref")!)[2..]).ToArray());

        /// <summary>The exceptions of all members of that name, overloads say it once; those of an interface or base type are inherited.</summary>
        public static IEnumerable<string> Exceptions(MethodBase member)
        {
            var type = member.DeclaringType!;
            var exceptions = Exceptions(type, member);
            if (!member.IsConstructor)
            {
                exceptions = exceptions.Concat(type.GetInterfaces().SelectMany(parent => Exceptions(parent, member)));
                for (var parent = type.BaseType; parent is not null; parent = parent.BaseType)
                {
                    exceptions = exceptions.Concat(Exceptions(parent, member));
                }
            }

            return exceptions;
        }

        private static IEnumerable<string> Exceptions(Type type, MethodBase member)
        {
            string owner = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!;
            string name = member.IsConstructor ? "#ctor"
                : member.IsSpecialName && member.Name[..4] is "get_" or "set_" ? member.Name[4..] : member.Name;
            return ByMember.Where(pair => IsNamed(pair.Key, $"{owner}.{name}")).SelectMany(pair => pair.Value);
        }

        private static bool IsNamed(string key, string name) =>
            key.AsSpan(2).StartsWith(name, StringComparison.Ordinal) && (key.Length == name.Length + 2 || key[name.Length + 2] is '(' or '`');
    }
}
