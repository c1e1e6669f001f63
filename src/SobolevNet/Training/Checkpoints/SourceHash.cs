using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace SobolevNet;

/// <summary>Hashes of data and parameters, by which a checkpoint knows what it belongs to.</summary>
internal static class SourceHash
{
    /// <summary>The most samples that are asked of a source which computes them.</summary>
    private const int MaxComputed = 256;

    private const int MaxRows = 16;
    private const int MaxElements = 1 << 16;

    /// <summary>
    /// The hash of a source's jets: of all samples that are in memory, of some that are computed. Of an endless source those of the
    /// first epoch are taken.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="order">The highest order that counts.</param>
    /// <param name="cancellationToken">Stops within a few samples.</param>
    public static string Of<T>(IJetSource<T> source, int order, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout.Truncate(order);
        var hash = new XxHash128();
        for (int tangent = 0; tangent < layout.Tangents; tangent++)
        {
            double scale = source.TangentScale(tangent);
            hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<double>(in scale)));
        }

        // Another size of blocks is another order of the samples.
        int block = source.SamplesPerBlock;
        if (block > 1)
        {
            hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in block)));
        }

        for (int sample = 0; source.HasSampleWeights && sample < source.Count; sample++)
        {
            double weight = source.SampleWeight(sample);
            hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<double>(in weight)));
        }

        long[] samples = SampleSubset.Of(source.Count, StoredSources.Holds(source) ? int.MaxValue : MaxComputed);
        int rows = Math.Clamp(MaxElements / (layout.Count * (source.InputFeatures + source.OutputFeatures)), 1, MaxRows);
        for (int first = 0; first < samples.Length; first += rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(rows, samples.Length - first);
            var input = new JetBatch<T>(layout, count, source.InputFeatures);
            var target = new JetBatch<T>(layout, count, source.OutputFeatures);
            source.Fill(samples.AsSpan(first, count), input, target);
            if (source.HasMissingLabels)
            {
                // All NaN are the same missing label, whatever their bits.
                foreach (ref T label in target.Data)
                {
                    label = T.IsNaN(label) ? T.NaN : label;
                }
            }

            hash.Append(MemoryMarshal.AsBytes(input.Data));
            hash.Append(MemoryMarshal.AsBytes(target.Data));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>The hash of parameters.</summary>
    public static string Of<T>(ReadOnlySpan<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Convert.ToHexStringLower(XxHash128.Hash(MemoryMarshal.AsBytes(parameters)));

    /// <summary>The hash of the names of a layout's components.</summary>
    public static string Of(JetLayout layout)
    {
        var hash = new XxHash64();
        for (int component = 0; component < layout.Count; component++)
        {
            hash.Append(Encoding.UTF8.GetBytes(layout.NameOf(component)));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
