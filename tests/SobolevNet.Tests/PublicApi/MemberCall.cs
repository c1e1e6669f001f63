using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Reflection;
using System.Reflection.Emit;

namespace SobolevNet.Tests.PublicApi;

/// <summary>
/// Calls any method or constructor with arguments held in an array, those that reflection cannot pass included: spans are made of arrays, jet spans of
/// jet batches (null gives the default), tensor spans of arrays.
/// </summary>
internal static class MemberCall
{
    private static readonly ConcurrentDictionary<MethodBase, Call> Calls = [];

    private delegate object? Call(object? target, object?[] arguments);

    /// <summary>Calls a member; exceptions come as they were thrown.</summary>
    public static object? Invoke(MethodBase member, object? target, object?[] arguments) => Calls.GetOrAdd(member, Compile)(target, arguments);

    /// <summary>The type of what stands in the array for a parameter.</summary>
    public static Type HeldType(Type parameter)
    {
        Type type = parameter.IsByRef ? parameter.GetElementType()! : parameter;
        if (!type.IsByRefLike || !type.IsGenericType)
        {
            return type;
        }

        Type element = type.GetGenericArguments()[0];
        Type definition = type.GetGenericTypeDefinition();
        return definition == typeof(JetSpan<>) ? typeof(JetBatch<>).MakeGenericType(element)
            : definition == typeof(ReadOnlyTensorSpan<>) ? typeof(Array)
            : element.MakeArrayType();
    }

    private static Call Compile(MethodBase member)
    {
        var method = new DynamicMethod("Call" + member.Name, typeof(object), [typeof(object), typeof(object[])], typeof(MemberCall).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        Type declaring = member.DeclaringType!;
        if (member is MethodInfo { IsStatic: false })
        {
            il.Emit(OpCodes.Ldarg_0);
            Unpack(il, declaring);
            if (declaring.IsValueType)
            {
                var self = il.DeclareLocal(declaring);
                il.Emit(OpCodes.Stloc, self);
                il.Emit(OpCodes.Ldloca, self);
            }
        }

        var parameters = member.GetParameters();
        for (int k = 0; k < parameters.Length; k++)
        {
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldc_I4, k);
            il.Emit(OpCodes.Ldelem_Ref);
            Type type = parameters[k].ParameterType;
            Unpack(il, type.IsByRef ? type.GetElementType()! : type);
            if (type.IsByRef)
            {
                var local = il.DeclareLocal(type.GetElementType()!);
                il.Emit(OpCodes.Stloc, local);
                il.Emit(OpCodes.Ldloca, local);
            }
        }

        Type result;
        if (member is ConstructorInfo constructor)
        {
            il.Emit(OpCodes.Newobj, constructor);
            result = declaring;
        }
        else
        {
            var called = (MethodInfo)member;
            il.Emit(called.IsStatic || declaring.IsValueType ? OpCodes.Call : OpCodes.Callvirt, called);
            result = called.ReturnType;
        }

        if (result.IsByRef || result.IsByRefLike)
        {
            il.Emit(OpCodes.Pop);
            il.Emit(OpCodes.Ldnull);
        }
        else if (result == typeof(void))
        {
            il.Emit(OpCodes.Ldnull);
        }
        else if (result.IsValueType)
        {
            il.Emit(OpCodes.Box, result);
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Call>();
    }

    /// <summary>Turns the object on the stack into a value of a type; null into its default.</summary>
    private static void Unpack(ILGenerator il, Type type)
    {
        if (!type.IsByRefLike)
        {
            il.Emit(type.IsValueType ? OpCodes.Unbox_Any : OpCodes.Castclass, type);
            return;
        }

        Type held = HeldType(type);
        var from = il.DeclareLocal(held);
        var to = il.DeclareLocal(type);
        var isNull = il.DefineLabel();
        il.Emit(OpCodes.Castclass, held);
        il.Emit(OpCodes.Stloc, from);
        il.Emit(OpCodes.Ldloca, to);
        il.Emit(OpCodes.Initobj, type);
        var constructor = type.GetConstructor([held]);
        if (!held.IsGenericType && constructor is null)
        {
            // Only the library makes such a view.
            il.Emit(OpCodes.Ldloc, to);
            return;
        }

        il.Emit(OpCodes.Ldloc, from);
        il.Emit(OpCodes.Brfalse, isNull);
        il.Emit(OpCodes.Ldloc, from);
        if (held.IsGenericType)
        {
            il.Emit(OpCodes.Callvirt, held.GetMethod("AsSpan")!);
        }
        else
        {
            il.Emit(OpCodes.Newobj, constructor!);
        }

        il.Emit(OpCodes.Stloc, to);
        il.MarkLabel(isNull);
        il.Emit(OpCodes.Ldloc, to);
    }
}
