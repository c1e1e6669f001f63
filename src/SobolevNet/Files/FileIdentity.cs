using System.Runtime.InteropServices;

namespace SobolevNet.Files;

/// <summary>Kind and owner of a file, which the base library does not tell; known on Linux.</summary>
internal readonly record struct FileIdentity(bool IsRegular, uint User, uint Group)
{
    // The structure and the constants of statx(2) are the same on all processors.
    private const int CurrentFolder = -100;
    private const uint BasicFields = 0x7ff;
    private const int StructureSize = 256;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;
    private const int ModeOffset = 28;
    private const int KindBits = 0xF000;
    private const int RegularKind = 0x8000;

    /// <summary>Asks for a file's identity, following links; null if there is no such file or the system does not tell.</summary>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        byte[] answer = new byte[StructureSize];
        try
        {
            if (StatX(CurrentFolder, path, 0, BasicFields, answer) != 0)
            {
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return null;
        }

        return new FileIdentity(
            (Read<ushort>(answer, ModeOffset) & KindBits) == RegularKind, Read<uint>(answer, UserOffset), Read<uint>(answer, GroupOffset));
    }

    /// <summary>Gives a file the owner and group of this one, or the group alone, as far as the process may.</summary>
    public void GiveOwnerTo(string path)
    {
        if (Of(path) is { } other && (other.User != User || other.Group != Group) && ChangeOwner(path, User, Group) != 0)
        {
            _ = ChangeOwner(path, uint.MaxValue, Group);
        }
    }

    private static T Read<T>(byte[] structure, int offset)
        where T : unmanaged => MemoryMarshal.Read<T>(structure.AsSpan(offset));

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int StatX(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] answer);

    [DllImport("libc", EntryPoint = "chown")]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
