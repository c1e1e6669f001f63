namespace SobolevNet.Onnx.Format;

/// <summary>Counts the fields of a model before it is parsed, because an object of an empty message takes a hundred times its two bytes in the file.</summary>
internal static class FieldCount
{
    /// <summary>The most fields that a model of any size may have.</summary>
    private const int Always = 50_000;

    /// <summary>A larger model may have a field for so many bytes. Networks of one unit a layer with their derivatives have fewer.</summary>
    private const int BytesPerField = 8;

    /// <summary>The messages that hold others, with the fields in which these are.</summary>
    private static readonly Dictionary<string, (int Field, string Message)[]> Messages = new()
    {
        ["Model"] = [(7, "Graph"), (8, ""), (14, "")],
        ["Graph"] = [(1, "Node"), (5, ""), (11, "ValueInfo"), (12, "ValueInfo")],
        ["Node"] = [(5, "Attribute")],
        ["Attribute"] = [(5, "")],
        ["ValueInfo"] = [(2, "Type")],
        ["Type"] = [(1, "TensorType")],
        ["TensorType"] = [(2, "Shape")],
        ["Shape"] = [(1, "")],
        [""] = [],
    };

    /// <summary>Checks the outer form of a model.</summary>
    /// <exception cref="InvalidDataException">A field is cut short or of no known kind, or there are too many.</exception>
    public static void Check(ReadOnlySpan<byte> model)
    {
        int most = Math.Max(Always, model.Length / BytesPerField);
        int left = most;
        Count(model, "Model", ref left);
        if (left < 0)
        {
            throw new InvalidDataException($"it has more than {most} fields, far more than a multilayer perceptron needs.");
        }
    }

    private static void Count(ReadOnlySpan<byte> message, string name, ref int left)
    {
        while (!message.IsEmpty)
        {
            if (--left < 0)
            {
                return;
            }

            ulong tag = TakeNumber(ref message);
            if (tag > uint.MaxValue)
            {
                throw new InvalidDataException("it is not an ONNX model: it has a field number of more than 32 bits.");
            }

            switch (tag & 7)
            {
                case 0:
                    TakeNumber(ref message);
                    break;
                case 1:
                    Take(ref message, 8);
                    break;
                case 5:
                    Take(ref message, 4);
                    break;
                case 2:
                    var content = Take(ref message, TakeNumber(ref message));
                    foreach (var (field, held) in Messages[name])
                    {
                        if ((ulong)field == tag >> 3)
                        {
                            Count(content, held, ref left);
                        }
                    }

                    break;
                default:
                    throw new InvalidDataException("it is not an ONNX model: it has fields of no known kind.");
            }
        }
    }

    /// <summary>Takes a number of seven bits a byte.</summary>
    private static ulong TakeNumber(ref ReadOnlySpan<byte> message)
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Take(ref message, 1)[0];
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("it is not an ONNX model: it has a number of more than 64 bits.");
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> message, ulong length)
    {
        if (length > (ulong)message.Length)
        {
            throw new InvalidDataException("it is cut short, or is not an ONNX model.");
        }

        var taken = message[..(int)length];
        message = message[(int)length..];
        return taken;
    }
}
