using System.Globalization;

namespace SobolevNet.Files;

/// <summary>Reads the Python dictionary of an .npy header: the three keys, in any order, each once, and nothing else.</summary>
internal ref struct NpyDictionary
{
    private readonly string _text;
    private int _at;

    private NpyDictionary(string text) => _text = text;

    /// <summary>Parses the text of a header.</summary>
    /// <exception cref="InvalidDataException">Says what is wrong.</exception>
    public static (string Description, bool FortranOrder, int[] Shape) Parse(string text)
    {
        var reader = new NpyDictionary(text);
        string? description = null;
        bool? fortranOrder = null;
        int[]? shape = null;
        reader.Expect('{');
        while (!reader.TryTake('}'))
        {
            string key = reader.TakeString();
            reader.Expect(':');
            switch (key)
            {
                case "descr" when description is null:
                    description = reader.TakeString();
                    break;
                case "fortran_order" when fortranOrder is null:
                    fortranOrder = reader.TakeBoolean();
                    break;
                case "shape" when shape is null:
                    shape = reader.TakeShape();
                    break;
                default:
                    throw new InvalidDataException($"its header has the key '{ForeignText.Cut(key)}', which is unknown or given twice.");
            }

            if (!reader.TryTake(','))
            {
                reader.Expect('}');
                break;
            }
        }

        reader.SkipBlanks();
        if (reader._at != text.Length)
        {
            throw new InvalidDataException("its header goes on after the dictionary.");
        }

        return description is not null && fortranOrder is not null && shape is not null
            ? (description, fortranOrder.Value, shape)
            : throw new InvalidDataException("its header lacks one of 'descr', 'fortran_order' and 'shape'.");
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\n' or '\t' or '\r')
        {
            _at++;
        }
    }

    private bool TryTake(char wanted)
    {
        SkipBlanks();
        if (_at < _text.Length && _text[_at] == wanted)
        {
            _at++;
            return true;
        }

        return false;
    }

    private void Expect(char wanted)
    {
        if (!TryTake(wanted))
        {
            throw new InvalidDataException($"its header is malformed: '{wanted}' is expected at character {_at}.");
        }
    }

    private string TakeString()
    {
        SkipBlanks();
        if (_at < _text.Length && _text[_at] is '\'' or '"')
        {
            int end = _text.IndexOf(_text[_at], _at + 1);
            if (end > 0)
            {
                string taken = _text[(_at + 1)..end];
                _at = end + 1;
                return taken;
            }
        }

        throw new InvalidDataException(
            _at < _text.Length && _text[_at] == '['
                ? "its elements are records; only plain numbers are supported."
                : $"its header is malformed: a quoted string is expected at character {_at}.");
    }

    private bool TakeBoolean()
    {
        SkipBlanks();
        foreach (var (name, value) in new[] { ("True", true), ("False", false) })
        {
            if (string.CompareOrdinal(_text, _at, name, 0, name.Length) == 0)
            {
                _at += name.Length;
                return value;
            }
        }

        throw new InvalidDataException($"its header is malformed: True or False is expected at character {_at}.");
    }

    private int[] TakeShape()
    {
        Expect('(');
        var shape = new List<int>();
        while (!TryTake(')'))
        {
            if (shape.Count == ArrayShape.MaxRank)
            {
                throw new InvalidDataException($"it has more than {ArrayShape.MaxRank} dimensions.");
            }

            shape.Add(TakeDimension());
            if (!TryTake(','))
            {
                Expect(')');
                break;
            }
        }

        return [.. shape];
    }

    private int TakeDimension()
    {
        SkipBlanks();
        int start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        if (!int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int dimension))
        {
            throw new InvalidDataException($"its shape has something else than a number from 0 to {int.MaxValue} at character {start}.");
        }

        // Python 2 wrote long integers with a letter behind.
        if (_at < _text.Length && _text[_at] == 'L')
        {
            _at++;
        }

        return dimension;
    }
}
