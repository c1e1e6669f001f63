using System.Text;
using System.Text.Json.Nodes;

namespace SobolevNet.Tests.Files;

/// <summary>Safetensors files with other metadata, as other programs write them.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file as it was before there were checksums.</summary>
    public static byte[] WithoutChecksum(byte[] bytes) => Edited(bytes, metadata =>
    {
        metadata.Remove("sobolevnet.checksum");
        metadata.Remove("sobolevnet.checksum.method");
    });

    /// <summary>The file with its metadata edited and nothing else.</summary>
    public static byte[] Edited(byte[] bytes, Action<JsonObject> edit)
    {
        int length = (int)BitConverter.ToInt64(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        edit(header["__metadata__"]!.AsObject());
        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. bytes[(8 + length)..]];
    }
}
