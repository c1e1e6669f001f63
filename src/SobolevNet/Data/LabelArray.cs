using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>An axis of an array of labels: what it counts and its length.</summary>
internal readonly record struct LabelAxis(string Name, int Length);

/// <summary>An array of labels from a caller: its name in messages, its shape and its elements, row-major.</summary>
/// <remarks>The default value stands for an array that may be left out and was.</remarks>
internal readonly ref struct LabelArray<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[]? _shape;
    private readonly int _firstSample;

    private LabelArray(string name, ReadOnlySpan<T> data, int[] shape, int firstSample = 0)
    {
        Name = name;
        _firstSample = firstSample;
        Data = data;
        _shape = shape;
    }

    public string Name { get; }

    public ReadOnlySpan<T> Data { get; }

    public bool IsGiven => _shape is not null;

    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>Wraps elements of a shape known to fit.</summary>
    /// <param name="name">The name.</param>
    /// <param name="data">The elements; none where only the shape is known, which is then all that is checked.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="firstSample">The number of the first sample, where the elements are a part of a larger array.</param>
    public static LabelArray<T> Of(string name, ReadOnlySpan<T> data, scoped ReadOnlySpan<int> shape, int firstSample = 0) => new(name, data, shape.ToArray(), firstSample);

    /// <summary>Wraps an array of 1 to 4 dimensions; nothing is copied.</summary>
    /// <exception cref="ArgumentNullException">The array is missing and may not be.</exception>
    public static LabelArray<T> OfArray(string name, Array? array, bool optional = false)
    {
        if (array is null)
        {
            return optional ? default : throw new ArgumentNullException(name);
        }

        int[] shape = new int[array.Rank];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = array.GetLength(axis);
        }

        // A multi-dimensional array is one block of memory in row-major order.
        ReadOnlySpan<T> data = array switch
        {
            T[] a => a,
            T[,] { Length: > 0 } a => MemoryMarshal.CreateReadOnlySpan(ref a[0, 0], a.Length),
            T[,,] { Length: > 0 } a => MemoryMarshal.CreateReadOnlySpan(ref a[0, 0, 0], a.Length),
            T[,,,] { Length: > 0 } a => MemoryMarshal.CreateReadOnlySpan(ref a[0, 0, 0, 0], a.Length),
            _ => [],
        };
        return new LabelArray<T>(name, data, shape);
    }

    /// <summary>Wraps a tensor, copied if it is strided; an empty one counts as not given if it may be left out.</summary>
    public static LabelArray<T> OfTensor(string name, in ReadOnlyTensorSpan<T> tensor, bool optional = false)
    {
        if (tensor.IsEmpty)
        {
            return optional ? default : throw new ArgumentException($"{name} is empty.", name);
        }

        if (tensor.FlattenedLength > Array.MaxLength)
        {
            throw new ArgumentException($"{name} has {tensor.FlattenedLength} elements, more than one array holds.", name);
        }

        int[] shape = new int[tensor.Rank];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = checked((int)tensor.Lengths[axis]);
        }

        if (tensor.IsDense)
        {
            return new LabelArray<T>(name, MemoryMarshal.CreateReadOnlySpan(in tensor.GetPinnableReference(), (int)tensor.FlattenedLength), shape);
        }

        var data = new T[tensor.FlattenedLength];
        tensor.FlattenTo(data);
        return new LabelArray<T>(name, data, shape);
    }

    /// <summary>Checks the shape.</summary>
    /// <exception cref="ArgumentException">It is another; the message says which axis should have which length.</exception>
    public void Expect(params scoped ReadOnlySpan<LabelAxis> axes)
    {
        bool fits = Shape.Length == axes.Length;
        for (int axis = 0; fits && axis < axes.Length; axis++)
        {
            fits = Shape[axis] == axes[axis].Length;
        }

        if (fits)
        {
            return;
        }

        int[] expected = new int[axes.Length];
        for (int axis = 0; axis < axes.Length; axis++)
        {
            expected[axis] = axes[axis].Length;
        }

        bool permuted = Shape.Length == axes.Length && expected.Order().SequenceEqual(Shape.ToArray().Order());
        throw new ArgumentException(
            $"{Name} has the shape {ArrayShape.Format(Shape)}; {ArrayShape.Format(expected)} is expected: {Describe(axes)}." +
            (permuted ? " Are its axes in another order?" : string.Empty),
            Name);
    }

    /// <summary>Checks the number of dimensions where the array itself gives their lengths.</summary>
    /// <exception cref="ArgumentException">It has another number of dimensions, or one of length 0.</exception>
    public void ExpectRank(int rank, string meaning)
    {
        if (Shape.Length != rank)
        {
            throw new ArgumentException($"{Name} has the shape {ArrayShape.Format(Shape)}; {rank} dimensions are expected: {meaning}.", Name);
        }

        if (Shape.Contains(0))
        {
            throw new ArgumentException($"{Name} has the shape {ArrayShape.Format(Shape)} and so is empty; the dimensions are {meaning}.", Name);
        }
    }

    /// <summary>Checks that every element is finite.</summary>
    /// <exception cref="ArgumentException">One is not; the message says which.</exception>
    public void ExpectFinite() => ExpectFinite(allowNaN: false, isLabel: false);

    /// <summary>Checks that every label is finite, or missing if that is allowed.</summary>
    /// <exception cref="ArgumentException">One is not; the message says which.</exception>
    public void ExpectLabels(bool allowMissing) => ExpectFinite(allowMissing, isLabel: true);

    private void ExpectFinite(bool allowNaN, bool isLabel)
    {
        int at = NotFinite.IndexIn(Data, allowNaN);
        if (at < 0)
        {
            return;
        }

        int[] index = new int[Shape.Length];
        int rest = at;
        for (int axis = index.Length - 1; axis >= 0; axis--)
        {
            (rest, index[axis]) = Math.DivRem(rest, Shape[axis]);
        }

        index[0] += _firstSample;

        throw new ArgumentException(
            $"{Name}[{string.Join(", ", index)}] is {Data[at]} (sample {index[0]}); only finite numbers can be trained on." +
            (isLabel ? MissingLabels.Advice(Data[at]) : string.Empty),
            Name);
    }

    private static string Describe(ReadOnlySpan<LabelAxis> axes)
    {
        var parts = new List<string>();
        foreach (var axis in axes)
        {
            parts.Add($"{axis.Length} {axis.Name}");
        }

        return string.Join(" · ", parts);
    }
}
